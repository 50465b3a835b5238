//! The arguments of the calls that a program under attack may try: a data table, from section 2 of
//! the manual.

use crate::kinds::ArgKind;
use crate::words::*;

/// The arguments of the call of that name.
pub fn of(name: &str) -> Option<&'static [ArgKind]> {
    let found = CALLS.iter().find(|(known, _)| *known == name);
    found.map(|(_, kinds)| *kinds)
}

/// The calls that are known.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    CALLS.iter().map(|(name, _)| *name)
}

const DIR: ArgKind = ArgKind::Folder;
const INT: ArgKind = ArgKind::Int;
const NUM: ArgKind = ArgKind::Number;
const PTR: ArgKind = ArgKind::Pointer;
const SIZE: ArgKind = ArgKind::Size;

const CALLS: &[(&str, &[ArgKind])] = &[
    ("accept", &[INT, PTR, PTR]),
    ("accept4", &[INT, PTR, PTR, ArgKind::Words(&SOCKET)]),
    ("add_key", &[PTR, PTR, PTR, SIZE, INT]),
    ("arch_prctl", &[NUM, NUM]),
    ("bind", &[INT, PTR, INT]),
    ("bpf", &[INT, PTR, INT]),
    ("chdir", &[PTR]),
    ("chmod", &[PTR, ArgKind::Mode]),
    ("chown", &[PTR, INT, INT]),
    ("chroot", &[PTR]),
    ("clone", &[ArgKind::LongWords(&CLONE), PTR, PTR, PTR, PTR]),
    ("clone3", &[PTR, SIZE]),
    ("connect", &[INT, PTR, INT]),
    ("creat", &[PTR, ArgKind::Mode]),
    ("dup", &[INT]),
    ("dup2", &[INT, INT]),
    ("dup3", &[INT, INT, ArgKind::Words(&OPEN_FLAGS_ONLY)]),
    ("epoll_create1", &[ArgKind::Words(&OPEN_FLAGS_ONLY)]),
    ("eventfd2", &[INT, ArgKind::Words(&OPEN_FLAGS_ONLY)]),
    ("execve", &[PTR, PTR, PTR]),
    ("execveat", &[DIR, PTR, PTR, PTR, NUM]),
    ("fcntl", &[INT, ArgKind::Words(&DESCRIPTOR_COMMAND), NUM]),
    ("finit_module", &[INT, PTR, INT]),
    ("fork", &[]),
    ("fstat", &[INT, PTR]),
    ("ftruncate", &[INT, SIZE]),
    ("futex", &[PTR, ArgKind::Words(&FUTEX), INT, PTR, PTR, INT]),
    ("getegid", &[]),
    ("geteuid", &[]),
    ("getgid", &[]),
    ("getpeername", &[INT, PTR, PTR]),
    ("getpid", &[]),
    ("getppid", &[]),
    ("getsockname", &[INT, PTR, PTR]),
    (
        "getsockopt",
        &[INT, ArgKind::Words(&LEVEL), ArgKind::SocketOption, PTR, PTR],
    ),
    ("gettid", &[]),
    ("getuid", &[]),
    ("init_module", &[PTR, SIZE, PTR]),
    ("inotify_init", &[]),
    ("inotify_init1", &[ArgKind::Words(&OPEN_FLAGS_ONLY)]),
    ("io_uring_setup", &[INT, PTR]),
    ("ioctl", &[INT, ArgKind::Words(&TERMINAL), NUM]),
    ("kexec_load", &[NUM, SIZE, PTR, NUM]),
    ("keyctl", &[INT, NUM, NUM, NUM, NUM]),
    ("kill", &[INT, ArgKind::Words(&SIGNAL)]),
    ("link", &[PTR, PTR]),
    ("listen", &[INT, INT]),
    ("lstat", &[PTR, PTR]),
    ("madvise", &[PTR, SIZE, ArgKind::Words(&ADVICE)]),
    ("memfd_create", &[PTR, ArgKind::Words(&MEMORY_FILE)]),
    ("memfd_secret", &[NUM]),
    ("mkdir", &[PTR, ArgKind::Mode]),
    ("mkdirat", &[DIR, PTR, ArgKind::Mode]),
    (
        "mmap",
        &[
            PTR,
            SIZE,
            ArgKind::LongWords(&PROTECTION),
            ArgKind::LongWords(&MAP),
            INT,
            NUM,
        ],
    ),
    ("modify_ldt", &[INT, PTR, SIZE]),
    ("mount", &[PTR, PTR, PTR, NUM, PTR]),
    ("mprotect", &[PTR, SIZE, ArgKind::LongWords(&PROTECTION)]),
    ("mq_open", &[PTR, ArgKind::Words(&OPEN)]),
    ("mremap", &[PTR, SIZE, SIZE, ArgKind::LongWords(&MOVE), PTR]),
    ("msgget", &[INT, ArgKind::Mode]),
    ("open", &[PTR, ArgKind::Words(&OPEN)]),
    ("open_by_handle_at", &[INT, PTR, ArgKind::Words(&OPEN)]),
    ("openat", &[DIR, PTR, ArgKind::Words(&OPEN)]),
    ("openat2", &[DIR, PTR, PTR, SIZE]),
    ("perf_event_open", &[PTR, INT, INT, INT, NUM]),
    ("personality", &[NUM]),
    ("pidfd_getfd", &[INT, INT, INT]),
    ("pidfd_open", &[INT, ArgKind::Words(&OPEN_FLAGS_ONLY)]),
    (
        "pidfd_send_signal",
        &[INT, ArgKind::Words(&SIGNAL), PTR, NUM],
    ),
    ("pipe", &[PTR]),
    ("pipe2", &[PTR, ArgKind::Words(&OPEN_FLAGS_ONLY)]),
    ("pivot_root", &[PTR, PTR]),
    ("prctl", &[ArgKind::Words(&PROCESS), NUM]),
    ("process_vm_readv", &[INT, PTR, SIZE, PTR, SIZE, NUM]),
    ("process_vm_writev", &[INT, PTR, SIZE, PTR, SIZE, NUM]),
    ("ptrace", &[ArgKind::LongWords(&TRACE), INT, PTR, NUM]),
    ("reboot", &[NUM, NUM, NUM, NUM]),
    (
        "recvfrom",
        &[INT, PTR, SIZE, ArgKind::Words(&MESSAGE), PTR, PTR],
    ),
    ("recvmmsg", &[INT, PTR, INT, ArgKind::Words(&MESSAGE), PTR]),
    ("recvmsg", &[INT, PTR, ArgKind::Words(&MESSAGE)]),
    ("rename", &[PTR, PTR]),
    ("rt_sigaction", &[ArgKind::Words(&SIGNAL), PTR, PTR, SIZE]),
    ("sched_setscheduler", &[INT, ArgKind::Words(&SCHEDULE), PTR]),
    ("seccomp", &[INT, NUM, PTR]),
    ("semget", &[INT, INT, ArgKind::Mode]),
    ("sendmmsg", &[INT, PTR, INT, ArgKind::Words(&MESSAGE)]),
    ("sendmsg", &[INT, PTR, ArgKind::Words(&MESSAGE)]),
    (
        "sendto",
        &[INT, PTR, SIZE, ArgKind::Words(&MESSAGE), PTR, INT],
    ),
    ("setns", &[INT, ArgKind::Words(&CLONE)]),
    (
        "setsockopt",
        &[INT, ArgKind::Words(&LEVEL), ArgKind::SocketOption, PTR, INT],
    ),
    ("setuid", &[INT]),
    ("shmat", &[INT, PTR, NUM]),
    ("shmget", &[INT, SIZE, ArgKind::Mode]),
    (
        "socket",
        &[ArgKind::Words(&FAMILY), ArgKind::Words(&SOCKET), INT],
    ),
    (
        "socketpair",
        &[ArgKind::Words(&FAMILY), ArgKind::Words(&SOCKET), INT, PTR],
    ),
    ("stat", &[PTR, PTR]),
    ("symlink", &[PTR, PTR]),
    ("tgkill", &[INT, INT, ArgKind::Words(&SIGNAL)]),
    ("timer_create", &[INT, PTR, PTR]),
    ("tkill", &[INT, ArgKind::Words(&SIGNAL)]),
    ("truncate", &[PTR, SIZE]),
    ("umount2", &[PTR, NUM]),
    ("uname", &[PTR]),
    ("unlink", &[PTR]),
    ("unshare", &[ArgKind::LongWords(&CLONE)]),
    ("userfaultfd", &[NUM]),
    ("vfork", &[]),
    ("write", &[INT, PTR, SIZE]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_choices_have_the_same_value() {
        for (name, kinds) in CALLS {
            for kind in *kinds {
                let (ArgKind::Words(words) | ArgKind::LongWords(words)) = kind else {
                    continue;
                };
                for (at, (_, value)) in words.choices.iter().enumerate() {
                    let first = words.choices.iter().position(|(_, other)| other == value);
                    assert_eq!(first, Some(at), "{name}: {}", words.choices[at].0);
                }
            }
        }
    }
}
