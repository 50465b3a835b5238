//! The attacks of `bulkhead://attack`: what each does, and how it is made.
//!
//! Those of machine code are faults that any renderer injects into itself on request: what an
//! attacker could do who runs code of his own there. Those of scripts are pages of the demo site.

use crate::attack::matrix::{self, Layers};
use protocol::fault::Fault;
use std::sync::LazyLock;

/// One attack.
pub struct Attack {
    pub name: &'static str,
    pub tries: &'static str,
    pub means: Means,
}

/// How an attack is made.
pub enum Means {
    /// The renderer of a tab is told to do it.
    Code {
        fault: Fault,
        /// What the knock-out matrix knows of it.
        layers: Option<Layers>,
    },
    /// A page of the demo site does it.
    Script {
        /// What users should see.
        seen: &'static str,
    },
}

impl Attack {
    /// Whether its page does it, and not its process.
    pub fn is_script(&self) -> bool {
        matches!(self.means, Means::Script { .. })
    }
}

/// All attacks; the place of each is its number.
pub fn all() -> &'static [Attack] {
    &ALL
}

static ALL: LazyLock<Vec<Attack>> = LazyLock::new(|| {
    let calls = CALLS.iter().map(|(row, call, tries)| Attack {
        name: call,
        tries,
        means: Means::Code {
            fault: Fault::Syscall {
                number: syscalls::number_of(call).unwrap_or(NO_CALL),
            },
            layers: matrix::layers_of(row),
        },
    });
    let others = OTHERS.iter().map(|(row, name, tries, fault)| Attack {
        name,
        tries,
        means: Means::Code {
            fault: fault.clone(),
            layers: matrix::layers_of(row),
        },
    });
    let pages = demo::ATTACKS.iter().map(|page| Attack {
        name: page.name,
        tries: page.tries,
        means: Means::Script { seen: page.seen },
    });
    calls.chain(others).chain(pages).collect()
});

/// A number that is no system call.
const NO_CALL: u32 = 999;

/// The row of the matrix, the system call, and what it is good for.
const CALLS: &[(&str, &str, &str)] = &[
    ("openat2", "openat2", "opens a file of yours"),
    ("openat", "openat", "opens a file the usual way"),
    ("mkdir", "mkdir", "makes a folder"),
    ("execve", "execve", "runs another program"),
    ("mount", "mount", "mounts a file system"),
    ("chroot", "chroot", "changes its root folder"),
    ("fork-by-number", "fork", "makes a second process"),
    (
        "clone3-newuser",
        "clone3",
        "makes a process with namespaces of its own",
    ),
    ("unshare", "unshare", "takes namespaces of its own"),
    ("setns", "setns", "enters the namespaces of another process"),
    ("ptrace", "ptrace", "takes over another process"),
    (
        "process_vm_readv",
        "process_vm_readv",
        "reads the memory of another process",
    ),
    ("pidfd_open", "pidfd_open", "gets hold of another process"),
    (
        "pidfd_getfd",
        "pidfd_getfd",
        "takes a descriptor out of another process",
    ),
    ("kill-all", "kill", "ends other processes"),
    (
        "perf_event_open",
        "perf_event_open",
        "watches what the processor does",
    ),
    ("tcp", "socket", "connects to the network"),
    ("socketpair", "socketpair", "makes sockets"),
    ("setsockopt", "setsockopt", "changes a socket that it holds"),
    ("shmget", "shmget", "shares memory with anybody"),
    ("msgget", "msgget", "opens a message queue"),
    ("mq_open", "mq_open", "opens a named message queue"),
    ("keyctl", "keyctl", "reads your keys"),
    ("tiocsti", "ioctl", "types into a terminal"),
    ("memfd_create", "memfd_create", "makes memory to share"),
    (
        "memfd_secret",
        "memfd_secret",
        "makes memory that the kernel cannot read",
    ),
    (
        "userfaultfd",
        "userfaultfd",
        "stops the kernel while it reads memory",
    ),
    ("pipe2", "pipe2", "makes a pipe"),
    ("dup", "dup", "copies a descriptor"),
    (
        "io_uring",
        "io_uring_setup",
        "has the kernel work past the filter",
    ),
    ("bpf", "bpf", "loads code into the kernel"),
    ("seccomp", "seccomp", "changes its own filter"),
    (
        "personality",
        "personality",
        "turns protections of its memory off",
    ),
    ("modify_ldt", "modify_ldt", "changes its segments"),
    (
        "sched_setscheduler",
        "sched_setscheduler",
        "takes the processor for itself",
    ),
];

/// The row of the matrix if there is one, a name, what it is, and the fault.
const OTHERS: &[(&str, &str, &str, Fault)] = &[
    (
        "unknown-number",
        "call 999",
        "makes a system call that does not exist",
        Fault::Syscall { number: NO_CALL },
    ),
    (
        "memory-bomb",
        "memory",
        "takes memory until there is none",
        Fault::Memory,
    ),
    (
        "endless-loop",
        "endless loop",
        "computes for ever",
        Fault::Hang,
    ),
    (
        "",
        "bad message",
        "sends the broker bytes that are no message",
        Fault::BadMessage,
    ),
    ("", "bad pointer", "writes where no memory is", Fault::Crash),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_exists_and_has_a_row_in_the_matrix() {
        for (row, call, _) in CALLS {
            assert!(syscalls::number_of(call).is_some(), "{call}");
            assert!(matrix::layers_of(row).is_some(), "{row}");
        }
        for (row, name, ..) in OTHERS.iter().filter(|(row, ..)| !row.is_empty()) {
            assert!(matrix::layers_of(row).is_some(), "{name}");
        }
        assert!(syscalls::name_of(NO_CALL).is_none());
    }

    #[test]
    fn every_page_of_the_demo_site_that_does_its_worst_is_there() {
        let scripts = all().iter().filter(|attack| attack.is_script()).count();
        assert_eq!(scripts, demo::attacks().count());
    }
}
