//! Where in the browser each mechanism does its job, and what the lab says of each by the code.
//!
//! Owns: those tables. Trusts: nobody; a test opens every file that is named here and looks for
//! what it is named for.

use crate::Mechanism;
use crate::report::{Calls, Copies, Job};

/// A place: a file, a piece of its text that uses the mechanism, and what it does there.
struct Place(&'static str, &'static str, &'static str);

/// The places of a mechanism in the browser.
pub fn jobs(mechanism: Mechanism) -> Vec<Job> {
    let job = |place: &Place| Job {
        file: place.0.to_owned(),
        uses: place.1.to_owned(),
        what: place.2.to_owned(),
    };
    places(mechanism).iter().map(job).collect()
}

fn places(mechanism: Mechanism) -> &'static [Place] {
    match mechanism {
        Mechanism::Pipe => &[
            Place(
                "broker/src/perform/mod.rs",
                "pipe2(",
                "bodies of pages from the network process to a renderer",
            ),
            Place(
                "broker/src/child/launcher.rs",
                "pipe2(",
                "what children write to standard error",
            ),
        ],
        Mechanism::Fifo => &[Place(
            "broker/src/automation/fifo.rs",
            "mkfifo(",
            "--control-fifo: commands from any shell",
        )],
        Mechanism::Stream => &[Place(
            "gpu/src/window/mod.rs",
            "minifb::Window::new(",
            "the library's connection to the display; Bulkhead itself wants packets",
        )],
        Mechanism::Seqpacket => &[Place(
            "crates/ipc/src/endpoint.rs",
            "SockType::SeqPacket",
            "every channel between the processes",
        )],
        Mechanism::Dgram => &[Place(
            "crates/ipc/src/endpoint.rs",
            "SockType::SeqPacket",
            "none: a reader of datagrams is not told that the writer has gone, so channels are \
             seqpacket",
        )],
        other => places_beyond_unix_sockets(other),
    }
}

fn places_beyond_unix_sockets(mechanism: Mechanism) -> &'static [Place] {
    match mechanism {
        Mechanism::Tcp => &[
            Place(
                "network/src/socket.rs",
                "SockType::Stream",
                "HTTP and HTTPS",
            ),
            Place("crates/demo/src/server.rs", "TcpListener", "the demo site"),
        ],
        Mechanism::Udp => &[Place("network/src/socket.rs", "SockType::Datagram", "DNS")],
        Mechanism::SharedMemory => &[
            Place(
                "crates/shm/src/region.rs",
                "memfd_create(",
                "the memory of frames",
            ),
            Place(
                "crates/shm/src/latch.rs",
                "swap(",
                "the latch that hands frames over",
            ),
        ],
        Mechanism::Signals => &[
            Place(
                "broker/src/state.rs",
                "SignalFd",
                "SIGINT and SIGTERM end it gracefully",
            ),
            Place(
                "broker/src/child/pidfd.rs",
                "pidfd_send_signal",
                "SIGKILL for a child",
            ),
            Place(
                "crates/sandbox/src/crash.rs",
                "sigaction",
                "crash records of SIGSEGV and others",
            ),
        ],
        Mechanism::Channel => &[
            Place(
                "crates/ipc/src/endpoint.rs",
                "SockType::SeqPacket",
                "the channels themselves",
            ),
            Place(
                "broker/src/child/launcher.rs",
                "Endpoint::pair",
                "one for every child",
            ),
        ],
        _ => &[],
    }
}

/// The copies of each byte of a message, by the code.
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

/// The calls of a message, by the code, for where no tracer is allowed.
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

/// The same as an example for a slide, where there is one.
pub fn example_file(mechanism: Mechanism) -> Option<&'static str> {
    match mechanism {
        Mechanism::Pipe => Some("crates/ipc/examples/pipe_greeting.rs"),
        Mechanism::Channel => Some("crates/ipc/examples/bounded_channel.rs"),
        _ => None,
    }
}

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
            assert!(!places(mechanism).is_empty(), "{mechanism:?}");
            for Place(file, uses, _) in places(mechanism) {
                assert!(read(file).contains(uses), "{file} has no {uses}");
            }
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
