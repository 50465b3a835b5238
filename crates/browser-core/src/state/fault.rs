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
    let known = SYSTEM_CALLS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|&(_, number)| number);
    known.or_else(|| name.parse().ok())
}

/// Calls worth trying from a sandbox. Source: the kernel's
/// `arch/x86/entry/syscalls/syscall_64.tbl`.
const SYSTEM_CALLS: [(&str, u32); 64] = [
    ("accept", 43),
    ("add_key", 248),
    ("arch_prctl", 158),
    ("bind", 49),
    ("bpf", 321),
    ("chmod", 90),
    ("chown", 92),
    ("chroot", 161),
    ("clone", 56),
    ("clone3", 435),
    ("connect", 42),
    ("creat", 85),
    ("execve", 59),
    ("execveat", 322),
    ("fork", 57),
    ("getpid", 39),
    ("getuid", 102),
    ("init_module", 175),
    ("inotify_init", 253),
    ("io_uring_setup", 425),
    ("ioctl", 16),
    ("kexec_load", 246),
    ("keyctl", 250),
    ("kill", 62),
    ("link", 86),
    ("listen", 50),
    ("memfd_create", 319),
    ("mkdir", 83),
    ("mmap", 9),
    ("mount", 165),
    ("mprotect", 10),
    ("msgget", 68),
    ("open", 2),
    ("open_by_handle_at", 304),
    ("openat", 257),
    ("openat2", 437),
    ("perf_event_open", 298),
    ("personality", 135),
    ("pidfd_getfd", 438),
    ("pidfd_open", 434),
    ("pivot_root", 155),
    ("prctl", 157),
    ("process_vm_readv", 310),
    ("process_vm_writev", 311),
    ("ptrace", 101),
    ("reboot", 169),
    ("rename", 82),
    ("seccomp", 317),
    ("semget", 64),
    ("setns", 308),
    ("setuid", 105),
    ("shmget", 29),
    ("socket", 41),
    ("socketpair", 53),
    ("stat", 4),
    ("symlink", 88),
    ("truncate", 76),
    ("umount2", 166),
    ("uname", 63),
    ("unlink", 87),
    ("unshare", 272),
    ("userfaultfd", 323),
    ("vfork", 58),
    ("write", 1),
];

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
