//! The mechanisms: what each is called and what it is like.

use serde::{Deserialize, Serialize};

/// A way for isolated processes to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// An anonymous pipe.
    Pipe,
    /// A pipe with a name in the file system.
    Fifo,
    /// A Unix stream socket pair.
    Stream,
    /// A Unix socket pair that keeps packets apart, in order.
    Seqpacket,
    /// A Unix datagram socket pair.
    Dgram,
    /// TCP on loopback.
    Tcp,
    /// UDP on loopback.
    Udp,
    /// The same physical pages in two processes.
    SharedMemory,
    /// Signals.
    Signals,
    /// Typed, bounded channels: `crates/ipc`.
    Channel,
}

impl Mechanism {
    /// All, in the order of the table.
    pub const ALL: [Mechanism; 10] = [
        Mechanism::Pipe,
        Mechanism::Fifo,
        Mechanism::Stream,
        Mechanism::Seqpacket,
        Mechanism::Dgram,
        Mechanism::Tcp,
        Mechanism::Udp,
        Mechanism::SharedMemory,
        Mechanism::Signals,
        Mechanism::Channel,
    ];

    /// As on the command line and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Mechanism::Pipe => "pipe",
            Mechanism::Fifo => "fifo",
            Mechanism::Stream => "stream",
            Mechanism::Seqpacket => "seqpacket",
            Mechanism::Dgram => "dgram",
            Mechanism::Tcp => "tcp",
            Mechanism::Udp => "udp",
            Mechanism::SharedMemory => "shared-memory",
            Mechanism::Signals => "signals",
            Mechanism::Channel => "channel",
        }
    }

    /// The mechanism of that name.
    pub fn from_name(name: &str) -> Option<Mechanism> {
        Mechanism::ALL.into_iter().find(|it| it.name() == name)
    }

    /// A title, and a description for people who meet the mechanism for the first time.
    pub fn about(self) -> (&'static str, &'static str) {
        match self {
            Mechanism::Pipe => (
                "Anonymous pipe",
                "A one-way byte stream with a small fixed buffer in the kernel. A full buffer \
                 puts the writer to sleep, an empty one the reader. Only related processes can \
                 share one.",
            ),
            Mechanism::Fifo => (
                "Named pipe",
                "A pipe with a name in the file system: any process with permission can open \
                 an end.",
            ),
            Mechanism::Stream => (
                "Unix socket, stream",
                "Two-way and local: a byte stream without message boundaries. It can carry \
                 descriptors.",
            ),
            Mechanism::Seqpacket => (
                "Unix socket, seqpacket",
                "Two-way, local and ordered: each packet is one message. It can carry \
                 descriptors, and each side notices when the other closes.",
            ),
            Mechanism::Dgram => (
                "Unix socket, datagram",
                "Each packet is one message, in order on Linux. Neither side notices when the \
                 other closes.",
            ),
            Mechanism::Tcp => (
                "TCP",
                "A byte stream between machines. Even on loopback, each message passes through \
                 the whole network stack.",
            ),
            Mechanism::Udp => (
                "UDP",
                "Separate packets between machines. Boundaries are kept, order is not promised, \
                 and a packet is dropped when there is no room.",
            ),
            Mechanism::SharedMemory => (
                "Shared memory",
                "The same physical pages in two processes. Nothing is faster, but without a \
                 guard a reader sees half of one value and half of the next.",
            ),
            Mechanism::Signals => (
                "Signals",
                "Tiny and asynchronous: a number that arrives at any moment. Equal signals that \
                 wait become one. KILL and STOP cannot be caught.",
            ),
            Mechanism::Channel => (
                "Typed channel",
                "Bounded, typed and synchronised, as in Go. The types say who may send what, and \
                 the kernel's buffer is the queue. A sender is told of a full queue, or waits.",
            ),
        }
    }
}
