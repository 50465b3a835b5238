//! Raw calls that no sealed process may succeed with.

use libc::{c_long, syscall};
use std::arch::asm;

/// A call: what it returns, as `syscall` does (-1 and errno for a refusal).
pub type Attack = (&'static str, fn() -> c_long);

/// Attacks that every role is held against.
pub const ATTACKS: &[Attack] = &[
    ("open", || {
        raw(libc::SYS_open, [c"/etc/passwd".as_ptr() as c_long, 0, 0])
    }),
    ("openat", || {
        raw(libc::SYS_openat, [at(), c"/".as_ptr() as c_long, 0])
    }),
    ("openat2", || raw(libc::SYS_openat2, [at(), 0, 0])),
    ("stat", || {
        raw(libc::SYS_newfstatat, [at(), c"/".as_ptr() as c_long, 0])
    }),
    ("mkdir", || {
        raw(libc::SYS_mkdir, [c"/x".as_ptr() as c_long, 0, 0])
    }),
    ("execve", || {
        raw(libc::SYS_execve, [c"/bin/sh".as_ptr() as c_long, 0, 0])
    }),
    ("fork", || {
        raw(libc::SYS_clone, [libc::SIGCHLD as c_long, 0, 0])
    }),
    ("vfork", || raw(libc::SYS_fork, [0; 3])),
    ("thread", || raw(libc::SYS_clone, [0x003d_0f00, 0, 0])),
    ("clone3", || raw(libc::SYS_clone3, [0; 3])),
    ("unshare", || {
        raw(libc::SYS_unshare, [libc::CLONE_NEWUSER as c_long, 0, 0])
    }),
    ("setns", || raw(libc::SYS_setns, [3, 0, 0])),
    ("mount", || raw(libc::SYS_mount, [0; 3])),
    ("chroot", || {
        raw(libc::SYS_chroot, [c"/".as_ptr() as c_long, 0, 0])
    }),
    ("ptrace", || {
        raw(libc::SYS_ptrace, [libc::PTRACE_TRACEME as c_long, 0, 0])
    }),
    ("process_vm_readv", || {
        raw(libc::SYS_process_vm_readv, [1, 0, 0])
    }),
    ("kill", || {
        raw(libc::SYS_kill, [-1, libc::SIGCONT as c_long, 0])
    }),
    ("tgkill-term", || {
        raw(libc::SYS_tgkill, [1, 1, libc::SIGTERM as c_long])
    }),
    ("pidfd_open", || raw(libc::SYS_pidfd_open, [1, 0, 0])),
    ("socket-unix", || raw(libc::SYS_socket, [1, 1, 0])),
    ("socket-netlink", || raw(libc::SYS_socket, [16, 3, 0])),
    ("socket-raw", || raw(libc::SYS_socket, [2, 3, 1])),
    ("socket-vsock", || raw(libc::SYS_socket, [40, 1, 0])),
    ("socketpair", || raw(libc::SYS_socketpair, [1, 1, 0])),
    ("pipe2", || raw(libc::SYS_pipe2, [0; 3])),
    ("dup", || raw(libc::SYS_dup, [3, 0, 0])),
    ("listen", || raw(libc::SYS_listen, [3, 1, 0])),
    ("io_uring", || raw(libc::SYS_io_uring_setup, [1, 0, 0])),
    ("bpf", || raw(libc::SYS_bpf, [0; 3])),
    ("userfaultfd", || raw(libc::SYS_userfaultfd, [0; 3])),
    ("perf_event_open", || raw(libc::SYS_perf_event_open, [0; 3])),
    ("keyctl", || raw(libc::SYS_keyctl, [0; 3])),
    ("memfd_secret", || raw(libc::SYS_memfd_secret, [0; 3])),
    ("shmget", || raw(libc::SYS_shmget, [0, 4096, 0o1600])),
    ("prctl-dumpable", || {
        raw(libc::SYS_prctl, [libc::PR_SET_DUMPABLE as c_long, 1, 0])
    }),
    ("seccomp", || raw(libc::SYS_seccomp, [0; 3])),
    ("tiocsti", || {
        raw(libc::SYS_ioctl, [0, libc::TIOCSTI as c_long, 0])
    }),
    ("ignore-sigsys", || {
        raw(libc::SYS_rt_sigaction, [libc::SIGSYS as c_long, 0, 0])
    }),
    ("oob-sendto", || send_or_receive(libc::SYS_sendto)),
    ("oob-recvfrom", || send_or_receive(libc::SYS_recvfrom)),
    ("oob-sendmsg", || {
        raw(libc::SYS_sendmsg, [3, 0, libc::MSG_OOB as c_long])
    }),
    ("oob-recvmsg", || {
        raw(libc::SYS_recvmsg, [3, 0, libc::MSG_OOB as c_long])
    }),
    ("personality", || raw(libc::SYS_personality, [0; 3])),
    ("unknown", || raw(599, [0; 3])),
    ("mmap-rwx", || {
        map(libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC)
    }),
    ("mmap-rx", || map(libc::PROT_READ | libc::PROT_EXEC)),
    ("mprotect-x", || {
        let page = map(libc::PROT_READ | libc::PROT_WRITE);
        raw(
            libc::SYS_mprotect,
            [page, 4096, (libc::PROT_READ | libc::PROT_EXEC) as c_long],
        )
    }),
];

/// Calls by other conventions: these kill, whatever the listener would say.
pub const FOREIGN: &[Attack] = &[
    ("x32-getpid", || raw(libc::SYS_getpid | 0x4000_0000, [0; 3])),
    ("x32-read", || raw(0x4000_0000, [0; 3])),
    ("number-minus-one", || raw(-1, [0; 3])),
    ("int80-getpid", || int80(20)),
    ("int80-exit", || int80(1)),
];

pub fn find(name: &str) -> Option<fn() -> c_long> {
    let all = ATTACKS.iter().chain(FOREIGN);
    all.into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, attack)| *attack)
}

fn raw(number: c_long, arguments: [c_long; 3]) -> c_long {
    let [a, b, c] = arguments;
    // SAFETY: the point is that the kernel refuses; what it would do otherwise harms this victim
    // only.
    unsafe { syscall(number, a, b, c, 0, 0, 0) }
}

/// Urgent data on the bootstrap channel.
fn send_or_receive(number: c_long) -> c_long {
    let flags = c_long::from(libc::MSG_OOB | libc::MSG_DONTWAIT);
    // SAFETY: no bytes, so no buffer is touched.
    unsafe { syscall(number, 3, 0, 0, flags, 0, 0) }
}

fn at() -> c_long {
    c_long::from(libc::AT_FDCWD)
}

fn map(protection: i32) -> c_long {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a fresh mapping at a place of the kernel's choice.
    unsafe { syscall(libc::SYS_mmap, 0, 4096, protection, flags, -1, 0) }
}

/// A call by the i386 convention.
fn int80(number: u32) -> c_long {
    let mut value = u64::from(number);
    // SAFETY: the kernel clobbers r8 to r11 at most. rbx, which is LLVM's own, is put back.
    unsafe {
        asm!(
            "xchg rbx, {zero}",
            "int 0x80",
            "xchg rbx, {zero}",
            zero = inout(reg) 0_u64 => _,
            inout("rax") value,
            in("rcx") 0, in("rdx") 0,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    value.cast_signed()
}
