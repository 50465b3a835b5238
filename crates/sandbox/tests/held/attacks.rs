//! Every hostile action against the kernel, by name, with the remarks of the knock-out matrix. No
//! sealed process may succeed with one. `attack_calls.rs` has the calls.

use crate::attack_calls::{self, Convention};
use crate::target::Target;
use libc::c_long;
use sandbox::Role;

/// A hostile action.
#[derive(Clone, Copy)]
pub struct Attack {
    pub name: &'static str,
    /// Returns what `syscall` does: negative, with errno set, for a refusal.
    pub call: fn(&Target) -> c_long,
    /// Why fewer than two layers stop it, where that is so.
    pub exception: &'static str,
    /// Why it may fail even where nothing holds the process.
    pub futile: &'static str,
    /// Roles whose work it is.
    pub work_of: &'static [Role],
}

const fn attack(name: &'static str, call: fn(&Target) -> c_long) -> Attack {
    Attack {
        name,
        call,
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
    attack("open", attack_calls::open),
    attack("openat", attack_calls::openat),
    attack("openat-root", attack_calls::open_root),
    attack("openat2", attack_calls::openat2),
    attack("stat", attack_calls::stat),
    attack("mkdir", attack_calls::mkdir),
    attack("proc-self-mem", attack_calls::proc_self_mem),
    attack("execve", attack_calls::execve),
    attack("mount", attack_calls::mount).futile(ROOTS_WORK),
    attack("chroot", attack_calls::chroot).futile(ROOTS_WORK),
    // Processes
    attack("fork", attack_calls::fork),
    attack("fork-by-number", attack_calls::fork_by_number),
    attack("clone3-newuser", attack_calls::clone3_newuser),
    attack("unshare", attack_calls::unshare),
    attack("setns", attack_calls::setns).futile(ROOTS_WORK),
    attack("ptrace", attack_calls::ptrace),
    attack("ptrace-sibling", attack_calls::ptrace_sibling),
    attack("process_vm_readv", attack_calls::process_vm_readv),
    attack("pidfd_open", attack_calls::pidfd_open).few(NOTHING_TO_SEE),
    attack("pidfd_getfd", attack_calls::pidfd_getfd),
    attack("kill-all", attack_calls::kill_all),
    attack("kill-launcher", attack_calls::kill_launcher),
    attack("tgkill", attack_calls::tgkill),
    attack("perf_event_open", attack_calls::perf_event_open),
    attack("thread", attack_calls::thread),
    attack("thread-bomb", attack_calls::thread_bomb),
    // Sockets
    attack("tcp", attack_calls::tcp).work_of(&[Role::Network]),
    attack("udp", attack_calls::udp).work_of(&[Role::Network]),
    attack("listen", attack_calls::listen),
    attack("socket-raw", attack_calls::socket_raw).futile(ROOTS_WORK),
    attack("socket-unix", attack_calls::socket_unix).few(FAMILY),
    attack("connect-x11", attack_calls::connect_x11),
    attack("socket-netlink", attack_calls::socket_netlink).few(FAMILY),
    attack("socket-vsock", attack_calls::socket_vsock).few(FAMILY),
    attack("socket-alg", attack_calls::socket_alg)
        .few(FAMILY)
        .futile("This kernel has no AF_ALG."),
    attack("socketpair", attack_calls::socketpair).few(SELF_ONLY),
    attack("oob-sendmsg", attack_calls::oob_sendmsg).few(SELF_ONLY),
    attack("oob-recvmsg", attack_calls::oob_recvmsg).few(SELF_ONLY),
    attack("oob-sendto", attack_calls::oob_sendto).few(SELF_ONLY),
    attack("oob-recvfrom", attack_calls::oob_recvfrom).few(SELF_ONLY),
    attack("setsockopt", attack_calls::setsockopt).few(SELF_ONLY),
    // Queues, keys, terminals
    attack("shmget", attack_calls::shmget),
    attack("msgget", attack_calls::msgget),
    attack("mq_open", attack_calls::mq_open),
    attack("mq_open-create", attack_calls::mq_create),
    attack("keyctl", attack_calls::keyctl),
    attack("tiocsti", attack_calls::tiocsti).few(
        "The test hands a terminal over for it. The launcher never does, a child has none of its \
         own, and the empty root has none to open.",
    ),
    // Memory
    attack("mmap-rwx", attack_calls::mmap_rwx),
    attack("mmap-rx", attack_calls::mmap_rx).few(
        "Fresh memory holds zeroes, and memory that was written is never made executable: two \
         layers stop `mmap-rwx` and `mprotect-x`.",
    ),
    attack("mmap-rx-memfd", attack_calls::mmap_rx_memfd).few(
        "In the gpu process, which has to make and size files in memory for its buffers, only the \
         filter keeps a written file from being mapped as code.",
    ),
    attack("mprotect-x", attack_calls::mprotect_x),
    attack("memfd_create", attack_calls::memfd_create)
        .few(
            "The gpu process makes its Wayland buffers so. Without executable memory a buffer \
             is a buffer.",
        )
        .work_of(&[Role::Gpu]),
    attack("memfd_secret", attack_calls::memfd_secret),
    attack("userfaultfd", attack_calls::userfaultfd).few(SELF_ONLY),
    attack("memory-bomb", attack_calls::memory_bomb).few(
        "An ordinary user who may not make control groups has the resource limit alone; the filter \
         allows memory.",
    ),
    attack("stack-overflow", attack_calls::stack_overflow)
        .futile("The guard page below the stack ends the process, whatever holds it."),
    // Kernel code that nobody needs
    attack("pipe2", attack_calls::pipe2).few(SELF_ONLY),
    attack("dup", attack_calls::dup).few(SELF_ONLY),
    attack("dup-flood", attack_calls::dup_flood),
    attack("io_uring", attack_calls::io_uring).few(SELF_ONLY),
    attack("bpf", attack_calls::bpf).futile(ROOTS_WORK),
    attack("seccomp", attack_calls::seccomp).few(SELF_ONLY),
    attack("prctl-dumpable", attack_calls::prctl_dumpable).few(
        "Opens the process to attachers of the same user; those that are children are kept from \
         it by layers of their own (`ptrace-sibling`), and others hold more than a child has.",
    ),
    attack("prctl-ptracer", attack_calls::prctl_ptracer)
        .few("As `prctl-dumpable`.")
        .futile("This kernel has no Yama module."),
    attack("ignore-sigsys", attack_calls::ignore_sigsys).few(
        "Does not help: the kernel kills without asking the handler, and with a listener no \
         signal is sent at all.",
    ),
    attack("personality", attack_calls::personality).few(SELF_ONLY),
    attack("modify_ldt", attack_calls::modify_ldt).few(SELF_ONLY),
    attack("sched_setscheduler", attack_calls::sched_setscheduler).futile(ROOTS_WORK),
    attack("unknown-number", attack_calls::unknown_number).futile(NO_SUCH_NUMBER),
    attack("endless-loop", attack_calls::endless_loop)
        .few(
            "Computing is what the sandbox promises to allow. The broker notices that a process \
             no longer responds; the user may close a tab that does not respond.",
        )
        .work_of(&Role::ALL),
];

/// Calls by other conventions: these kill, whatever the listener would say.
pub const FOREIGN: &[Attack] = &[
    attack("x32-getpid", |_| {
        attack_calls::foreign(Convention::X32Getpid)
    })
    .futile(NO_SUCH_NUMBER),
    attack("x32-read", |_| attack_calls::foreign(Convention::X32Read)).futile(NO_SUCH_NUMBER),
    attack("number-minus-one", |_| {
        attack_calls::foreign(Convention::MinusOne)
    })
    .futile(NO_SUCH_NUMBER),
    attack("int80-getpid", |_| {
        attack_calls::foreign(Convention::I386Getpid)
    })
    .few(SELF_ONLY),
    attack("int80-exit", |_| {
        attack_calls::foreign(Convention::I386Exit)
    })
    .few(SELF_ONLY),
];

pub fn all() -> impl Iterator<Item = &'static Attack> {
    ATTACKS.iter().chain(FOREIGN)
}

pub fn find(name: &str) -> Option<&'static Attack> {
    all().find(|attack| attack.name == name)
}
