//! What no sealed process may succeed with: every hostile action against the kernel, by name, with
//! what is to be said about it in the knock-out matrix. What each does is in `deeds.rs`.

use crate::deeds::{self, Convention};
use crate::scene::Scene;
use libc::c_long;
use sandbox::Role;

/// A hostile action.
#[derive(Clone, Copy)]
pub struct Attack {
    pub name: &'static str,
    /// Returns what `syscall` does: negative, with errno set, for a refusal.
    pub deed: fn(&Scene) -> c_long,
    /// Why fewer than two layers stop it, where that is so.
    pub exception: &'static str,
    /// Why it may fail even where nothing holds the process.
    pub futile: &'static str,
    /// Roles whose work it is.
    pub work_of: &'static [Role],
}

const fn attack(name: &'static str, deed: fn(&Scene) -> c_long) -> Attack {
    Attack {
        name,
        deed,
        exception: "",
        futile: "",
        work_of: &[],
    }
}

impl Attack {
    /// Fewer than two layers stop it, because …
    const fn few(mut self, exception: &'static str) -> Attack {
        self.exception = exception;
        self
    }

    /// It may fail even unprotected, because …
    const fn futile(mut self, reason: &'static str) -> Attack {
        self.futile = reason;
        self
    }

    const fn work_of(mut self, roles: &'static [Role]) -> Attack {
        self.work_of = roles;
        self
    }
}

const SELF_ONLY: &str = "Reaches nothing but the process itself, which is the attacker's already. \
     The filter takes kernel code away from the attacker, and is alone in that.";
const FAMILY: &str = "A socket of that family reaches kernel code, and only the filter tells \
     families apart; what there is to say over it needs further calls that are on no list.";
const ROOTS_WORK: &str = "An ordinary user has no capability for it.";
const NO_SUCH_NUMBER: &str = "This kernel has no such call.";
const NOTHING_TO_SEE: &str = "Says only that a process is there; what can be done with it \
     (`ptrace`, `pidfd_getfd`, `kill`) has layers of its own.";

/// Attacks that every role is held against.
pub const ATTACKS: &[Attack] = &[
    // Files
    attack("open", deeds::open),
    attack("openat", deeds::openat),
    attack("openat-root", deeds::open_root),
    attack("openat2", deeds::openat2),
    attack("stat", deeds::stat),
    attack("mkdir", deeds::mkdir),
    attack("proc-self-mem", deeds::proc_self_mem),
    attack("execve", deeds::execve),
    attack("mount", deeds::mount).futile(ROOTS_WORK),
    attack("chroot", deeds::chroot).futile(ROOTS_WORK),
    // Processes
    attack("fork", deeds::fork),
    attack("fork-by-number", deeds::fork_by_number),
    attack("clone3-newuser", deeds::clone3_newuser),
    attack("unshare", deeds::unshare),
    attack("setns", deeds::setns).futile(ROOTS_WORK),
    attack("ptrace", deeds::ptrace),
    attack("ptrace-sibling", deeds::ptrace_sibling),
    attack("process_vm_readv", deeds::process_vm_readv),
    attack("pidfd_open", deeds::pidfd_open).few(NOTHING_TO_SEE),
    attack("pidfd_getfd", deeds::pidfd_getfd),
    attack("kill-all", deeds::kill_all),
    attack("kill-launcher", deeds::kill_launcher),
    attack("tgkill", deeds::tgkill),
    attack("perf_event_open", deeds::perf_event_open),
    attack("thread", deeds::thread),
    attack("thread-bomb", deeds::thread_bomb),
    // Sockets
    attack("tcp", deeds::tcp).work_of(&[Role::Network]),
    attack("udp", deeds::udp).work_of(&[Role::Network]),
    attack("listen", deeds::listen),
    attack("socket-raw", deeds::socket_raw).futile(ROOTS_WORK),
    attack("socket-unix", deeds::socket_unix).few(FAMILY),
    attack("connect-x11", deeds::connect_x11),
    attack("socket-netlink", deeds::socket_netlink).few(FAMILY),
    attack("socket-vsock", deeds::socket_vsock).few(FAMILY),
    attack("socket-alg", deeds::socket_alg)
        .few(FAMILY)
        .futile("This kernel has no AF_ALG."),
    attack("socketpair", deeds::socketpair).few(SELF_ONLY),
    attack("oob-sendmsg", deeds::oob_sendmsg).few(SELF_ONLY),
    attack("oob-recvmsg", deeds::oob_recvmsg).few(SELF_ONLY),
    attack("oob-sendto", deeds::oob_sendto).few(SELF_ONLY),
    attack("oob-recvfrom", deeds::oob_recvfrom).few(SELF_ONLY),
    attack("setsockopt", deeds::setsockopt).few(SELF_ONLY),
    // Queues, keys, terminals
    attack("shmget", deeds::shmget),
    attack("msgget", deeds::msgget),
    attack("mq_open", deeds::mq_open),
    attack("mq_open-create", deeds::mq_create),
    attack("keyctl", deeds::keyctl),
    attack("tiocsti", deeds::tiocsti).few(
        "The test hands a terminal over for it. The launcher never does, a child has none of its \
         own, and the empty root has none to open.",
    ),
    // Memory
    attack("mmap-rwx", deeds::mmap_rwx),
    attack("mmap-rx", deeds::mmap_rx).few(
        "Fresh memory holds zeroes, and memory that was written is never made executable: two \
         layers stop `mmap-rwx` and `mprotect-x`.",
    ),
    attack("mmap-rx-memfd", deeds::mmap_rx_memfd).few(
        "In the gpu process, which has to make and size files in memory for its buffers, only the \
         filter keeps a written file from being mapped as code.",
    ),
    attack("mprotect-x", deeds::mprotect_x),
    attack("memfd_create", deeds::memfd_create)
        .few(
            "The gpu process makes its Wayland buffers so. Without executable memory a buffer \
             is a buffer.",
        )
        .work_of(&[Role::Gpu]),
    attack("memfd_secret", deeds::memfd_secret),
    attack("userfaultfd", deeds::userfaultfd).few(SELF_ONLY),
    attack("memory-bomb", deeds::memory_bomb).few(
        "An ordinary user who may not make control groups has the resource limit alone; the filter \
         allows memory.",
    ),
    attack("stack-overflow", deeds::stack_overflow)
        .futile("The guard page below the stack ends the process, whatever holds it."),
    // Kernel code that nobody needs
    attack("pipe2", deeds::pipe2).few(SELF_ONLY),
    attack("dup", deeds::dup).few(SELF_ONLY),
    attack("dup-flood", deeds::dup_flood),
    attack("io_uring", deeds::io_uring).few(SELF_ONLY),
    attack("bpf", deeds::bpf).futile(ROOTS_WORK),
    attack("seccomp", deeds::seccomp).few(SELF_ONLY),
    attack("prctl-dumpable", deeds::prctl_dumpable).few(
        "Opens the process to attachers of the same user; those that are children are kept from \
         it by layers of their own (`ptrace-sibling`), and others hold more than a child has.",
    ),
    attack("prctl-ptracer", deeds::prctl_ptracer)
        .few("As `prctl-dumpable`.")
        .futile("This kernel has no Yama module."),
    attack("ignore-sigsys", deeds::ignore_sigsys).few(
        "Does not help: the kernel kills without asking the handler, and with a listener no \
         signal is sent at all.",
    ),
    attack("personality", deeds::personality).few(SELF_ONLY),
    attack("modify_ldt", deeds::modify_ldt).few(SELF_ONLY),
    attack("sched_setscheduler", deeds::sched_setscheduler).futile(ROOTS_WORK),
    attack("unknown-number", deeds::unknown_number).futile(NO_SUCH_NUMBER),
    attack("endless-loop", deeds::endless_loop)
        .few(
            "Computing is what the sandbox promises to allow. The broker notices that a process \
             answers no more; the person may end a tab that does not.",
        )
        .work_of(&Role::ALL),
];

/// Calls by other conventions: these kill, whatever the listener would say.
pub const FOREIGN: &[Attack] = &[
    attack("x32-getpid", |_| deeds::foreign(Convention::X32Getpid)).futile(NO_SUCH_NUMBER),
    attack("x32-read", |_| deeds::foreign(Convention::X32Read)).futile(NO_SUCH_NUMBER),
    attack("number-minus-one", |_| deeds::foreign(Convention::MinusOne)).futile(NO_SUCH_NUMBER),
    attack("int80-getpid", |_| deeds::foreign(Convention::I386Getpid)).few(SELF_ONLY),
    attack("int80-exit", |_| deeds::foreign(Convention::I386Exit)).few(SELF_ONLY),
];

pub fn all() -> impl Iterator<Item = &'static Attack> {
    ATTACKS.iter().chain(FOREIGN)
}

pub fn find(name: &str) -> Option<&'static Attack> {
    all().find(|attack| attack.name == name)
}
