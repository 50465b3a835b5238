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
mod unix_sockets;

use crate::Mechanism;
use crate::process::{self, Child, Look, watch_until_asleep};
use crate::supervisor::{Supervisor, Trouble};
use nix::sys::socket::SockType;
use nix::unistd::Pid;
use std::io::{self, Write};
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

/// A step, said by the process that does it.
fn step(who: &str, text: &str) {
    let line = format!("{:>8} {who:<9} {text}\n", std::process::id());
    // In one call, so that lines of two processes stay whole. Whether anybody reads is not known.
    let _ = io::stdout().write_all(line.as_bytes());
}

/// Waits until the other is asleep, and says in which state it is.
fn step_asleep(who: &str, other: &str, pid: Pid) {
    match watch_until_asleep(pid) {
        Some(look) => step_look(who, other, pid, &look),
        None => step(who, &format!("{other} {pid} is gone")),
    }
}

fn step_look(who: &str, other: &str, pid: Pid, look: &Look) {
    step(who, &format!("{other} {pid} is {look}"));
}

/// Forks a child that does a part of the program, and says so if it fails.
fn fork_part(who: &'static str, part: impl FnOnce() -> io::Result<()>) -> io::Result<Child> {
    Child::fork(move || match part() {
        Ok(()) => 0,
        Err(error) => {
            step(who, &format!("failed: {error}"));
            1
        }
    })
}

/// Waits for the child and says how it ended.
fn step_ended(who: &str, child: &mut Child) -> io::Result<()> {
    use nix::sys::wait::WaitStatus;
    let pid = child.pid();
    let how = match child.wait()? {
        WaitStatus::Exited(_, code) => format!("ended with {code}"),
        WaitStatus::Signaled(_, signal, _) => format!("was ended by {signal}"),
        _ => "changed".to_owned(),
    };
    step(who, &format!("waitpid: child {pid} {how}"));
    Ok(())
}
