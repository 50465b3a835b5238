//! Where in the browser each mechanism does its job, and what the source code alone tells of each.
//!
//! A test opens every file named here and searches it for what it is named for.

use crate::mechanism::Mechanism;
use crate::report::{Calls, Copies, Job};

/// The places in the browser where `mechanism` does its job.
pub fn jobs(mechanism: Mechanism) -> Vec<Job> {
    let here = JOBS.iter().filter(|(does, ..)| *does == mechanism);
    here.map(|(_, file, uses, what)| Job {
        file: (*file).to_owned(),
        uses: (*uses).to_owned(),
        what: (*what).to_owned(),
    })
    .collect()
}

/// The copies of each byte of a message, according to the code.
pub fn copies(mechanism: Mechanism) -> Copies {
    let (count, which) = match mechanism {
        Mechanism::SharedMemory => (2, "into the memory, out of it; none if used in place"),
        Mechanism::Signals => (0, "the number travels in the signal"),
        Mechanism::Channel => (4, "encoded, into the kernel, out of it, decoded"),
        _ => (2, "into the kernel, out of it"),
    };
    Copies {
        count,
        which: which.to_owned(),
    }
}

/// The system calls of a message according to the code, for machines that forbid a tracer.
pub fn calls_by_the_code(mechanism: Mechanism) -> Calls {
    let names: &[(&str, f64)] = match mechanism {
        Mechanism::SharedMemory => &[("futex", 2.0)],
        Mechanism::Signals => &[("rt_sigqueueinfo", 1.0), ("rt_sigtimedwait", 1.0)],
        Mechanism::Channel => &[("sendmsg", 1.0), ("recvmsg", 2.0), ("ppoll", 1.0)],
        _ => &[("write", 1.0), ("read", 1.0)],
    };
    Calls {
        count: names.iter().map(|(_, count)| count).sum(),
        by_name: names
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect(),
        how: "by the code".to_owned(),
    }
}

/// The file of the smallest program, from the root of the repository.
pub fn story_file(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Pipe => "crates/lab/src/stories/pipe.rs",
        Mechanism::Fifo => "crates/lab/src/stories/fifo.rs",
        Mechanism::Stream | Mechanism::Seqpacket | Mechanism::Dgram => {
            "crates/lab/src/stories/unix_sockets.rs"
        }
        Mechanism::Tcp | Mechanism::Udp => "crates/lab/src/stories/internet_sockets.rs",
        Mechanism::SharedMemory => "crates/lab/src/stories/shared_memory.rs",
        Mechanism::Signals => "crates/lab/src/stories/signals.rs",
        Mechanism::Channel => "crates/lab/src/stories/channel.rs",
    }
}

/// The same program as an example for a slide, where there is one.
pub fn example_file(mechanism: Mechanism) -> Option<&'static str> {
    match mechanism {
        Mechanism::Pipe => Some("crates/ipc/examples/pipe_greeting.rs"),
        Mechanism::Channel => Some("crates/ipc/examples/bounded_channel.rs"),
        _ => None,
    }
}

/// A mechanism, a file of the browser, a piece of its text that uses the mechanism, and what for.
type Row = (Mechanism, &'static str, &'static str, &'static str);

const JOBS: &[Row] = &[
    (
        Mechanism::Pipe,
        "broker/src/perform/documents.rs",
        "pipe2(",
        "bodies of pages from the network process to a renderer",
    ),
    (
        Mechanism::Pipe,
        "broker/src/child/launcher.rs",
        "pipe2(",
        "what children write to standard error",
    ),
    (
        Mechanism::Fifo,
        "broker/src/automation/fifo.rs",
        "mkfifo(",
        "--control-fifo: commands from any shell",
    ),
    (
        Mechanism::Stream,
        "gpu/src/window/x11/mod.rs",
        "minifb::Window::new(",
        "the library's connection to the display; Bulkhead itself wants packets",
    ),
    (
        Mechanism::Seqpacket,
        "crates/ipc/src/endpoint.rs",
        "SockType::SeqPacket",
        "every channel between the processes",
    ),
    (
        Mechanism::Dgram,
        "crates/ipc/src/endpoint.rs",
        "SockType::SeqPacket",
        "none: a reader of datagrams does not notice that the writer has gone, so channels are \
         seqpacket",
    ),
    (
        Mechanism::Tcp,
        "network/src/socket.rs",
        "SockType::Stream",
        "HTTP and HTTPS",
    ),
    (
        Mechanism::Tcp,
        "crates/httpd/src/server.rs",
        "TcpListener",
        "the demo site",
    ),
    (
        Mechanism::Udp,
        "network/src/socket.rs",
        "SockType::Datagram",
        "DNS",
    ),
    (
        Mechanism::SharedMemory,
        "crates/shm/src/region.rs",
        "memfd_create(",
        "the memory of frames",
    ),
    (
        Mechanism::SharedMemory,
        "crates/shm/src/latch.rs",
        "swap(",
        "the latch that hands frames over",
    ),
    (
        Mechanism::Signals,
        "broker/src/state.rs",
        "SignalFd",
        "SIGINT and SIGTERM end the browser gracefully",
    ),
    (
        Mechanism::Signals,
        "broker/src/child/life.rs",
        "signal::kill(",
        "SIGKILL for a child, and SIGCHLD for its death",
    ),
    (
        Mechanism::Signals,
        "crates/sandbox/src/crash.rs",
        "sigaction",
        "crash records of SIGSEGV and others",
    ),
    (
        Mechanism::Channel,
        "crates/ipc/src/endpoint.rs",
        "SockType::SeqPacket",
        "the channels themselves",
    ),
    (
        Mechanism::Channel,
        "broker/src/child/launcher.rs",
        "Endpoint::pair",
        "one for every child",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn read(file: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    #[test]
    fn every_place_in_the_browser_is_there_and_uses_the_mechanism() {
        for mechanism in Mechanism::ALL {
            assert!(!jobs(mechanism).is_empty(), "{mechanism:?}");
        }
        for (_, file, uses, _) in JOBS {
            assert!(read(file).contains(uses), "{file} has no {uses}");
        }
    }

    #[test]
    fn every_program_that_is_named_is_there_and_a_slide_s_is_short() {
        for mechanism in Mechanism::ALL {
            assert!(read(story_file(mechanism)).contains("fn "));
            if let Some(file) = example_file(mechanism) {
                let lines = read(file).lines().count();
                assert!(lines < 40, "{file} has {lines} lines");
            }
        }
    }
}
