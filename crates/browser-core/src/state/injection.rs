//! The break-it addresses: `bulkhead://crash` and its like inject a fault.

use protocol::error::LoadError;
use protocol::fault::Fault;
use url::Url;

/// The page that explains these addresses. A tab without a process shows it first and is broken
/// then.
pub(crate) const PAGE: &str = "bulkhead://crashes";

/// What to break, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Injection {
    /// The tab's process, from within.
    Page(Fault),
    /// The tab's process, from outside.
    Kill,
    /// The gpu process.
    Gpu,
    /// The network process.
    Network,
}

/// The fault that an address stands for; `None` for every other address.
pub(crate) fn injection_of(url: &Url) -> Option<Result<Injection, LoadError>> {
    if url.scheme() != "bulkhead" {
        return None;
    }
    Some(Ok(match url.host_str()? {
        "abort" => Injection::Page(Fault::Abort),
        "bad-message" => Injection::Page(Fault::BadMessage),
        "crash" => Injection::Page(Fault::Crash),
        "gpu-crash" => Injection::Gpu,
        "hang" => Injection::Page(Fault::Hang),
        "kill" => Injection::Kill,
        "memory" => Injection::Page(Fault::Memory),
        "net-crash" => Injection::Network,
        "panic" => Injection::Page(Fault::Panic),
        "syscall" => {
            let name = url.path().trim_matches('/');
            match number_of(name) {
                Some(number) => Injection::Page(Fault::Syscall { number }),
                None => {
                    let name = format!("syscall/{}", crate::text::shorten(name, 100));
                    return Some(Err(LoadError::NoSuchPage { name }));
                }
            }
        }
        _ => return None,
    }))
}

/// The number of a system call on x86-64, from its name or its decimal number.
fn number_of(name: &str) -> Option<u32> {
    syscalls::number_of(name).or_else(|| name.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(url: &str) -> Option<Result<Injection, LoadError>> {
        injection_of(&Url::parse(url).expect("test URL"))
    }

    #[test]
    fn only_the_known_addresses_break_something() {
        assert_eq!(
            fault("bulkhead://crash"),
            Some(Ok(Injection::Page(Fault::Crash)))
        );
        assert_eq!(fault("bulkhead://kill/"), Some(Ok(Injection::Kill)));
        assert_eq!(fault("bulkhead://crashes"), None);
        assert_eq!(fault("https://crash/"), None);
    }

    #[test]
    fn system_calls_go_by_name_or_number() {
        let call = |number| Some(Ok(Injection::Page(Fault::Syscall { number })));
        assert_eq!(fault("bulkhead://syscall/socket"), call(41));
        assert_eq!(fault("bulkhead://syscall/321"), call(321));
        assert!(matches!(fault("bulkhead://syscall/nonsense"), Some(Err(_))));
    }
}
