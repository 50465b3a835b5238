//! The smallest honest program of each mechanism, run for real: each step is printed by the process
//! that does it, and what the other is doing meanwhile is read from `/proc`.
//!
//! Owns: the choice among the programs, and how a step is printed. Trusts: nobody to be reading
//! what is printed. Never: prints a step that was not done.

mod channel;
mod fifo;
mod internet_sockets;
mod pipe;
mod shared_memory;
mod signals;
mod step;
mod unix_sockets;

use crate::mechanism::Mechanism;
use crate::process;
use crate::supervisor::{Supervisor, Trouble};
use nix::sys::socket::SockType;
use std::path::PathBuf;

/// Runs the program of that mechanism in processes of its own.
pub fn run(supervisor: &Supervisor, mechanism: Mechanism) -> Result<(), Trouble> {
    let path = match mechanism {
        Mechanism::Fifo => supervisor.scratch("greetings")?,
        _ => PathBuf::new(),
    };
    let mut program = supervisor.start(None, || match mechanism {
        Mechanism::Pipe => pipe::run(),
        Mechanism::Fifo => fifo::run(&path),
        Mechanism::Stream => unix_sockets::run(SockType::Stream),
        Mechanism::Seqpacket => unix_sockets::run(SockType::SeqPacket),
        Mechanism::Dgram => unix_sockets::run(SockType::Datagram),
        Mechanism::Tcp => internet_sockets::tcp(),
        Mechanism::Udp => internet_sockets::udp(),
        Mechanism::SharedMemory => shared_memory::run(),
        Mechanism::Signals => signals::run(),
        Mechanism::Channel => channel::run(),
    })?;
    let outcome = supervisor.result(&mut program);
    drop(program);
    process::reap_orphans();
    outcome
}
