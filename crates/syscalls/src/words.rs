//! The words for the values of arguments: a data table, from section 2 of the manual and libc.

use crate::kinds::Words;
use libc::*;

/// A table of libc's `int` constants, none of which is negative.
macro_rules! values {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), $name as u64)),*] };
}

pub const ADVICE: Words = Words::choices(values![
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
pub const CLONE: Words = Words {
    mask: 0xff,
    choices: SIGNALS,
    flags: CLONE_FLAGS,
};

pub const DESCRIPTOR_COMMAND: Words = Words::choices(values![
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

pub const FAMILY: Words = Words::choices(values![
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

pub const FUTEX: Words = Words {
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

pub const LEVEL: Words = Words::choices(values![
    IPPROTO_IP,
    IPPROTO_IPV6,
    IPPROTO_TCP,
    IPPROTO_UDP,
    SOL_ALG,
    SOL_NETLINK,
    SOL_PACKET,
    SOL_SOCKET,
]);

pub const MAP: Words = Words {
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

pub const MEMORY_FILE: Words = Words::flags(values![
    MFD_ALLOW_SEALING,
    MFD_CLOEXEC,
    MFD_EXEC,
    MFD_HUGETLB,
    MFD_NOEXEC_SEAL,
]);

pub const MESSAGE: Words = Words::flags(values![
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

pub const MOVE: Words = Words::flags(values![MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE]);

pub const OPEN: Words = Words {
    mask: 3,
    choices: values![O_RDONLY, O_RDWR, O_WRONLY],
    flags: OPEN_FLAGS,
};

/// The flags of calls that open nothing for reading or writing.
pub const OPEN_FLAGS_ONLY: Words = Words::flags(OPEN_FLAGS);

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

pub const PROCESS: Words = Words::choices(values![
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

pub const PROTECTION: Words = Words {
    mask: 0,
    choices: values![PROT_NONE],
    flags: values![PROT_READ, PROT_WRITE, PROT_EXEC, PROT_GROWSDOWN],
};

pub const SCHEDULE: Words = Words::choices(values![
    SCHED_BATCH,
    SCHED_DEADLINE,
    SCHED_FIFO,
    SCHED_IDLE,
    SCHED_OTHER,
    SCHED_RR,
]);

pub const SIGNAL: Words = Words::choices(SIGNALS);

pub const SIGNALS: &[(&str, u64)] = values![
    SIGABRT, SIGALRM, SIGBUS, SIGCHLD, SIGCONT, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGIO, SIGKILL,
    SIGPIPE, SIGPROF, SIGPWR, SIGQUIT, SIGSEGV, SIGSTKFLT, SIGSTOP, SIGSYS, SIGTERM, SIGTRAP,
    SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
];

pub const SOCKET: Words = Words {
    mask: 0xf,
    choices: values![SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_STREAM],
    flags: values![SOCK_CLOEXEC, SOCK_NONBLOCK],
};

/// At the level `SOL_SOCKET`.
pub const SOCKET_OPTION: Words = Words::choices(values![
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

pub const TERMINAL: Words = Words::choices(values![
    FIOCLEX, FIONBIO, FIONCLEX, FIONREAD, TCGETS, TCSETS, TIOCGPGRP, TIOCGWINSZ, TIOCLINUX,
    TIOCNOTTY, TIOCSCTTY, TIOCSPGRP, TIOCSTI, TIOCSWINSZ,
]);

pub const TRACE: Words = Words::choices(values![
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
