//! The break-it addresses: `bulkhead://crash` and its like stand for a fault.

use protocol::error::LoadError;
use protocol::renderer::BreakAction;
use url::Url;

/// The page that explains these addresses. A tab without a process shows it first and is broken
/// then.
pub(crate) const PAGE: &str = "bulkhead://crashes";

/// What to break, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The tab's process, from within.
    Page(BreakAction),
    /// The tab's process, from outside.
    Kill,
    /// The gpu process.
    Gpu,
    /// The network process.
    Network,
}

/// The fault that an address stands for; `None` for every other address.
pub(crate) fn fault_of(url: &Url) -> Option<Result<Fault, LoadError>> {
    if url.scheme() != "bulkhead" {
        return None;
    }
    Some(Ok(match url.host_str()? {
        "abort" => Fault::Page(BreakAction::Abort),
        "bad-message" => Fault::Page(BreakAction::BadMessage),
        "crash" => Fault::Page(BreakAction::Crash),
        "gpu-crash" => Fault::Gpu,
        "hang" => Fault::Page(BreakAction::Hang),
        "kill" => Fault::Kill,
        "memory" => Fault::Page(BreakAction::Memory),
        "net-crash" => Fault::Network,
        "panic" => Fault::Page(BreakAction::Panic),
        "syscall" => {
            let name = url.path().trim_matches('/');
            match number_of(name) {
                Some(number) => Fault::Page(BreakAction::Syscall { number }),
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

    fn fault(url: &str) -> Option<Result<Fault, LoadError>> {
        fault_of(&Url::parse(url).expect("test URL"))
    }

    #[test]
    fn only_the_known_addresses_break_something() {
        assert_eq!(
            fault("bulkhead://crash"),
            Some(Ok(Fault::Page(BreakAction::Crash)))
        );
        assert_eq!(fault("bulkhead://kill/"), Some(Ok(Fault::Kill)));
        assert_eq!(fault("bulkhead://crashes"), None);
        assert_eq!(fault("https://crash/"), None);
    }

    #[test]
    fn system_calls_go_by_name_or_number() {
        let call = |number| Some(Ok(Fault::Page(BreakAction::Syscall { number })));
        assert_eq!(fault("bulkhead://syscall/socket"), call(41));
        assert_eq!(fault("bulkhead://syscall/321"), call(321));
        assert!(matches!(fault("bulkhead://syscall/nonsense"), Some(Err(_))));
    }
}
