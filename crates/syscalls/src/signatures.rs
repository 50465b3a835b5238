//! What the arguments of system calls mean: of those that a program under attack may try.
//!
//! Owns: the table. Trusts: section 2 of the manual, and libc's constants. Never: has a call that
//! `tables/x86_64.txt` does not have.

use crate::values;
use libc::*;

/// What an argument is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A descriptor of a directory, or the working directory.
    Folder,
    /// A signed number of 32 bits: descriptors, process ids, lengths.
    Int,
    /// Names for the low 32 bits.
    Words(&'static Words),
    /// Names for all 64 bits.
    LongWords(&'static Words),
    /// Permissions of a file.
    Mode,
    /// A number or a pointer, depending on the rest.
    Number,
    /// An address.
    Pointer,
    /// A number of bytes.
    Size,
    /// An option of a socket, at the level that the second argument names.
    SocketOption,
}

/// Names of values: one choice in the bits of `mask`, or for the whole; flags beside it.
pub struct Words {
    pub mask: u64,
    pub choices: &'static [(&'static str, u64)],
    pub flags: &'static [(&'static str, u64)],
}

/// The arguments of the call of that name.
pub fn of(name: &str) -> Option<&'static [Kind]> {
    let found = CALLS.iter().find(|(known, _)| *known == name);
    found.map(|(_, kinds)| *kinds)
}

/// The calls that are known.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    CALLS.iter().map(|(name, _)| *name)
}

const fn choices(choices: &'static [(&'static str, u64)]) -> Words {
    Words {
        mask: u64::MAX,
        choices,
        flags: &[],
    }
}

const fn flags(flags: &'static [(&'static str, u64)]) -> Words {
    Words {
        mask: 0,
        choices: &[],
        flags,
    }
}

const DIR: Kind = Kind::Folder;
const INT: Kind = Kind::Int;
const NUM: Kind = Kind::Number;
const PTR: Kind = Kind::Pointer;
const SIZE: Kind = Kind::Size;

const CALLS: &[(&str, &[Kind])] = &[
    ("accept", &[INT, PTR, PTR]),
    ("accept4", &[INT, PTR, PTR, Kind::Words(&SOCKET)]),
    ("add_key", &[PTR, PTR, PTR, SIZE, INT]),
    ("arch_prctl", &[NUM, NUM]),
    ("bind", &[INT, PTR, INT]),
    ("bpf", &[INT, PTR, INT]),
    ("chdir", &[PTR]),
    ("chmod", &[PTR, Kind::Mode]),
    ("chown", &[PTR, INT, INT]),
    ("chroot", &[PTR]),
    ("clone", &[Kind::LongWords(&CLONE), PTR, PTR, PTR, PTR]),
    ("clone3", &[PTR, SIZE]),
    ("connect", &[INT, PTR, INT]),
    ("creat", &[PTR, Kind::Mode]),
    ("dup", &[INT]),
    ("dup2", &[INT, INT]),
    ("dup3", &[INT, INT, Kind::Words(&OPEN_FLAGS_ONLY)]),
    ("epoll_create1", &[Kind::Words(&OPEN_FLAGS_ONLY)]),
    ("eventfd2", &[INT, Kind::Words(&OPEN_FLAGS_ONLY)]),
    ("execve", &[PTR, PTR, PTR]),
    ("execveat", &[DIR, PTR, PTR, PTR, NUM]),
    ("fcntl", &[INT, Kind::Words(&DESCRIPTOR_COMMAND), NUM]),
    ("finit_module", &[INT, PTR, INT]),
    ("fork", &[]),
    ("fstat", &[INT, PTR]),
    ("ftruncate", &[INT, SIZE]),
    ("futex", &[PTR, Kind::Words(&FUTEX), INT, PTR, PTR, INT]),
    ("getegid", &[]),
    ("geteuid", &[]),
    ("getgid", &[]),
    ("getpeername", &[INT, PTR, PTR]),
    ("getpid", &[]),
    ("getppid", &[]),
    ("getsockname", &[INT, PTR, PTR]),
    (
        "getsockopt",
        &[INT, Kind::Words(&LEVEL), Kind::SocketOption, PTR, PTR],
    ),
    ("gettid", &[]),
    ("getuid", &[]),
    ("init_module", &[PTR, SIZE, PTR]),
    ("inotify_init", &[]),
    ("inotify_init1", &[Kind::Words(&OPEN_FLAGS_ONLY)]),
    ("io_uring_setup", &[INT, PTR]),
    ("ioctl", &[INT, Kind::Words(&TERMINAL), NUM]),
    ("kexec_load", &[NUM, SIZE, PTR, NUM]),
    ("keyctl", &[INT, NUM, NUM, NUM, NUM]),
    ("kill", &[INT, Kind::Words(&SIGNAL)]),
    ("link", &[PTR, PTR]),
    ("listen", &[INT, INT]),
    ("lstat", &[PTR, PTR]),
    ("madvise", &[PTR, SIZE, Kind::Words(&ADVICE)]),
    ("memfd_create", &[PTR, Kind::Words(&MEMORY_FILE)]),
    ("memfd_secret", &[NUM]),
    ("mkdir", &[PTR, Kind::Mode]),
    ("mkdirat", &[DIR, PTR, Kind::Mode]),
    (
        "mmap",
        &[
            PTR,
            SIZE,
            Kind::LongWords(&PROTECTION),
            Kind::LongWords(&MAP),
            INT,
            NUM,
        ],
    ),
    ("modify_ldt", &[INT, PTR, SIZE]),
    ("mount", &[PTR, PTR, PTR, NUM, PTR]),
    ("mprotect", &[PTR, SIZE, Kind::LongWords(&PROTECTION)]),
    ("mq_open", &[PTR, Kind::Words(&OPEN)]),
    ("mremap", &[PTR, SIZE, SIZE, Kind::LongWords(&MOVE), PTR]),
    ("msgget", &[INT, Kind::Mode]),
    ("open", &[PTR, Kind::Words(&OPEN)]),
    ("open_by_handle_at", &[INT, PTR, Kind::Words(&OPEN)]),
    ("openat", &[DIR, PTR, Kind::Words(&OPEN)]),
    ("openat2", &[DIR, PTR, PTR, SIZE]),
    ("perf_event_open", &[PTR, INT, INT, INT, NUM]),
    ("personality", &[NUM]),
    ("pidfd_getfd", &[INT, INT, INT]),
    ("pidfd_open", &[INT, Kind::Words(&OPEN_FLAGS_ONLY)]),
    ("pidfd_send_signal", &[INT, Kind::Words(&SIGNAL), PTR, NUM]),
    ("pipe", &[PTR]),
    ("pipe2", &[PTR, Kind::Words(&OPEN_FLAGS_ONLY)]),
    ("pivot_root", &[PTR, PTR]),
    ("prctl", &[Kind::Words(&PROCESS), NUM]),
    ("process_vm_readv", &[INT, PTR, SIZE, PTR, SIZE, NUM]),
    ("process_vm_writev", &[INT, PTR, SIZE, PTR, SIZE, NUM]),
    ("ptrace", &[Kind::LongWords(&TRACE), INT, PTR, NUM]),
    ("reboot", &[NUM, NUM, NUM, NUM]),
    (
        "recvfrom",
        &[INT, PTR, SIZE, Kind::Words(&MESSAGE), PTR, PTR],
    ),
    ("recvmmsg", &[INT, PTR, INT, Kind::Words(&MESSAGE), PTR]),
    ("recvmsg", &[INT, PTR, Kind::Words(&MESSAGE)]),
    ("rename", &[PTR, PTR]),
    ("rt_sigaction", &[Kind::Words(&SIGNAL), PTR, PTR, SIZE]),
    ("sched_setscheduler", &[INT, Kind::Words(&SCHEDULE), PTR]),
    ("seccomp", &[INT, NUM, PTR]),
    ("semget", &[INT, INT, Kind::Mode]),
    ("sendmmsg", &[INT, PTR, INT, Kind::Words(&MESSAGE)]),
    ("sendmsg", &[INT, PTR, Kind::Words(&MESSAGE)]),
    ("sendto", &[INT, PTR, SIZE, Kind::Words(&MESSAGE), PTR, INT]),
    ("setns", &[INT, Kind::Words(&CLONE)]),
    (
        "setsockopt",
        &[INT, Kind::Words(&LEVEL), Kind::SocketOption, PTR, INT],
    ),
    ("setuid", &[INT]),
    ("shmat", &[INT, PTR, NUM]),
    ("shmget", &[INT, SIZE, Kind::Mode]),
    ("socket", &[Kind::Words(&FAMILY), Kind::Words(&SOCKET), INT]),
    (
        "socketpair",
        &[Kind::Words(&FAMILY), Kind::Words(&SOCKET), INT, PTR],
    ),
    ("stat", &[PTR, PTR]),
    ("symlink", &[PTR, PTR]),
    ("tgkill", &[INT, INT, Kind::Words(&SIGNAL)]),
    ("timer_create", &[INT, PTR, PTR]),
    ("tkill", &[INT, Kind::Words(&SIGNAL)]),
    ("truncate", &[PTR, SIZE]),
    ("umount2", &[PTR, NUM]),
    ("uname", &[PTR]),
    ("unlink", &[PTR]),
    ("unshare", &[Kind::LongWords(&CLONE)]),
    ("userfaultfd", &[NUM]),
    ("vfork", &[]),
    ("write", &[INT, PTR, SIZE]),
];

const ADVICE: Words = choices(values![
    MADV_DONTDUMP,
    MADV_DONTFORK,
    MADV_DONTNEED,
    MADV_FREE,
    MADV_HUGEPAGE,
    MADV_NORMAL,
    MADV_RANDOM,
    MADV_REMOVE,
    MADV_SEQUENTIAL,
    MADV_WILLNEED,
]);

const CLONE_FLAGS: &[(&str, u64)] = values![
    CLONE_CHILD_CLEARTID,
    CLONE_CHILD_SETTID,
    CLONE_FILES,
    CLONE_FS,
    CLONE_NEWCGROUP,
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    CLONE_PARENT,
    CLONE_PARENT_SETTID,
    CLONE_PTRACE,
    CLONE_SETTLS,
    CLONE_SIGHAND,
    CLONE_SYSVSEM,
    CLONE_THREAD,
    CLONE_UNTRACED,
    CLONE_VFORK,
    CLONE_VM,
];

/// The lowest byte is the signal at the end of the new process.
const CLONE: Words = Words {
    mask: 0xff,
    choices: SIGNALS,
    flags: CLONE_FLAGS,
};

const DESCRIPTOR_COMMAND: Words = choices(values![
    F_ADD_SEALS,
    F_DUPFD,
    F_DUPFD_CLOEXEC,
    F_GETFD,
    F_GETFL,
    F_GETLK,
    F_GETOWN,
    F_GETPIPE_SZ,
    F_GET_SEALS,
    F_NOTIFY,
    F_SETFD,
    F_SETFL,
    F_SETLEASE,
    F_SETLK,
    F_SETLKW,
    F_SETOWN,
    F_SETPIPE_SZ,
]);

const FAMILY: Words = choices(values![
    AF_ALG,
    AF_BLUETOOTH,
    AF_CAN,
    AF_INET,
    AF_INET6,
    AF_NETLINK,
    AF_PACKET,
    AF_UNIX,
    AF_UNSPEC,
    AF_VSOCK,
    AF_XDP,
]);

const FUTEX: Words = Words {
    mask: 0x7f,
    choices: values![
        FUTEX_CMP_REQUEUE,
        FUTEX_CMP_REQUEUE_PI,
        FUTEX_FD,
        FUTEX_LOCK_PI,
        FUTEX_REQUEUE,
        FUTEX_TRYLOCK_PI,
        FUTEX_UNLOCK_PI,
        FUTEX_WAIT,
        FUTEX_WAIT_BITSET,
        FUTEX_WAIT_REQUEUE_PI,
        FUTEX_WAKE,
        FUTEX_WAKE_BITSET,
        FUTEX_WAKE_OP,
    ],
    flags: values![FUTEX_CLOCK_REALTIME, FUTEX_PRIVATE_FLAG],
};

const LEVEL: Words = choices(values![
    IPPROTO_IP,
    IPPROTO_IPV6,
    IPPROTO_TCP,
    IPPROTO_UDP,
    SOL_ALG,
    SOL_NETLINK,
    SOL_PACKET,
    SOL_SOCKET,
]);

const MAP: Words = Words {
    mask: 0xf,
    choices: values![MAP_PRIVATE, MAP_SHARED, MAP_SHARED_VALIDATE],
    flags: values![
        MAP_ANONYMOUS,
        MAP_FIXED,
        MAP_FIXED_NOREPLACE,
        MAP_GROWSDOWN,
        MAP_HUGETLB,
        MAP_LOCKED,
        MAP_NONBLOCK,
        MAP_NORESERVE,
        MAP_POPULATE,
        MAP_STACK,
        MAP_SYNC,
    ],
};

const MEMORY_FILE: Words = flags(values![
    MFD_ALLOW_SEALING,
    MFD_CLOEXEC,
    MFD_EXEC,
    MFD_HUGETLB,
    MFD_NOEXEC_SEAL,
]);

const MESSAGE: Words = flags(values![
    MSG_CMSG_CLOEXEC,
    MSG_CONFIRM,
    MSG_CTRUNC,
    MSG_DONTROUTE,
    MSG_DONTWAIT,
    MSG_EOR,
    MSG_ERRQUEUE,
    MSG_FASTOPEN,
    MSG_MORE,
    MSG_NOSIGNAL,
    MSG_OOB,
    MSG_PEEK,
    MSG_TRUNC,
    MSG_WAITALL,
    MSG_WAITFORONE,
]);

const MOVE: Words = flags(values![MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE]);

const OPEN: Words = Words {
    mask: 3,
    choices: values![O_RDONLY, O_RDWR, O_WRONLY],
    flags: OPEN_FLAGS,
};

/// Where there is nothing to read or write about it.
const OPEN_FLAGS_ONLY: Words = flags(OPEN_FLAGS);

const OPEN_FLAGS: &[(&str, u64)] = values![
    O_APPEND,
    O_CLOEXEC,
    O_CREAT,
    O_DIRECT,
    O_DIRECTORY,
    O_DSYNC,
    O_EXCL,
    O_NOATIME,
    O_NOCTTY,
    O_NOFOLLOW,
    O_NONBLOCK,
    O_PATH,
    O_TRUNC,
];

const PROCESS: Words = choices(values![
    PR_CAPBSET_DROP,
    PR_CAP_AMBIENT,
    PR_GET_DUMPABLE,
    PR_GET_NO_NEW_PRIVS,
    PR_GET_SECCOMP,
    PR_SCHED_CORE,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_KEEPCAPS,
    PR_SET_MDWE,
    PR_SET_MM,
    PR_SET_NAME,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    PR_SET_PTRACER,
    PR_SET_SECCOMP,
    PR_SET_SECUREBITS,
    PR_SET_SPECULATION_CTRL,
    PR_SET_TIMERSLACK,
    PR_SET_TSC,
    PR_SET_VMA,
]);

const PROTECTION: Words = Words {
    mask: 0,
    choices: values![PROT_NONE],
    flags: values![PROT_READ, PROT_WRITE, PROT_EXEC, PROT_GROWSDOWN],
};

const SCHEDULE: Words = choices(values![
    SCHED_BATCH,
    SCHED_DEADLINE,
    SCHED_FIFO,
    SCHED_IDLE,
    SCHED_OTHER,
    SCHED_RR,
]);

const SIGNAL: Words = choices(SIGNALS);

const SIGNALS: &[(&str, u64)] = values![
    SIGABRT, SIGALRM, SIGBUS, SIGCHLD, SIGCONT, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGIO, SIGKILL,
    SIGPIPE, SIGPROF, SIGPWR, SIGQUIT, SIGSEGV, SIGSTKFLT, SIGSTOP, SIGSYS, SIGTERM, SIGTRAP,
    SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
];

const SOCKET: Words = Words {
    mask: 0xf,
    choices: values![SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_STREAM],
    flags: values![SOCK_CLOEXEC, SOCK_NONBLOCK],
};

/// At the level `SOL_SOCKET`.
pub const SOCKET_OPTION: Words = choices(values![
    SO_ACCEPTCONN,
    SO_ATTACH_BPF,
    SO_ATTACH_FILTER,
    SO_BINDTODEVICE,
    SO_BROADCAST,
    SO_DEBUG,
    SO_DETACH_FILTER,
    SO_DOMAIN,
    SO_ERROR,
    SO_KEEPALIVE,
    SO_LINGER,
    SO_MARK,
    SO_OOBINLINE,
    SO_PASSCRED,
    SO_PEEK_OFF,
    SO_PEERCRED,
    SO_PRIORITY,
    SO_PROTOCOL,
    SO_RCVBUF,
    SO_RCVBUFFORCE,
    SO_RCVTIMEO,
    SO_REUSEADDR,
    SO_REUSEPORT,
    SO_SNDBUF,
    SO_SNDBUFFORCE,
    SO_SNDTIMEO,
    SO_TIMESTAMP,
    SO_TYPE,
    SO_ZEROCOPY,
]);

const TERMINAL: Words = choices(values![
    FIOCLEX, FIONBIO, FIONCLEX, FIONREAD, TCGETS, TCSETS, TIOCGPGRP, TIOCGWINSZ, TIOCLINUX,
    TIOCNOTTY, TIOCSCTTY, TIOCSPGRP, TIOCSTI, TIOCSWINSZ,
]);

const TRACE: Words = choices(values![
    PTRACE_ATTACH,
    PTRACE_CONT,
    PTRACE_DETACH,
    PTRACE_GETREGS,
    PTRACE_INTERRUPT,
    PTRACE_KILL,
    PTRACE_PEEKDATA,
    PTRACE_PEEKTEXT,
    PTRACE_PEEKUSER,
    PTRACE_POKEDATA,
    PTRACE_POKETEXT,
    PTRACE_POKEUSER,
    PTRACE_SEIZE,
    PTRACE_SETOPTIONS,
    PTRACE_SETREGS,
    PTRACE_SYSCALL,
    PTRACE_TRACEME,
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_of_the_table_exists_once() {
        for (at, name) in names().enumerate() {
            assert!(crate::number_of(name).is_some(), "{name}");
            assert_eq!(names().position(|known| known == name), Some(at), "{name}");
        }
    }

    #[test]
    fn no_two_choices_have_the_same_value() {
        for (name, kinds) in CALLS {
            for kind in *kinds {
                let (Kind::Words(words) | Kind::LongWords(words)) = kind else {
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
