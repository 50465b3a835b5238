//! The mechanisms: what each is called, what it is like, and where in the browser it does its job.
//!
//! Owns: that table. Trusts: nobody; a test looks whether the named files exist and use what they
//! are named for.

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
}
