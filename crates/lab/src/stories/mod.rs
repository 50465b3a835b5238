//! The smallest real program of each mechanism. Each process prints its own steps, and `/proc`
//! shows what the other one is doing meanwhile.

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

/// Runs the program of that mechanism in new processes.
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
