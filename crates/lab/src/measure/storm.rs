//! A storm: many signals to one process, and how many of them it handles.

use crate::memory::Shared;
use crate::process_state::BETWEEN_LOOKS;
use crate::report::Storm;
use crate::signalling;
use crate::supervisor::{Supervisor, Trouble};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io;
use std::sync::atomic::Ordering;

/// Three storms: of a plain signal, of one that is blocked meanwhile, and of one that queues.
pub fn run(supervisor: &Supervisor) -> Result<Vec<Storm>, Trouble> {
    let plain = |peer: Pid| kill(peer, Signal::SIGUSR1).map_err(io::Error::from);
    let queued = |peer: Pid| signalling::send_value(peer, signalling::real_time(), 1);
    Ok(vec![
        storm(supervisor, "SIGUSR1 by kill", libc::SIGUSR1, false, plain)?,
        storm(supervisor, "SIGUSR1 by kill", libc::SIGUSR1, true, plain)?,
        storm(
            supervisor,
            "SIGRTMIN by sigqueue",
            signalling::real_time(),
            true,
            queued,
        )?,
    ])
}

fn storm(
    supervisor: &Supervisor,
    name: &str,
    signal: i32,
    blocked: bool,
    send: impl Fn(Pid) -> io::Result<()>,
) -> Result<Storm, Trouble> {
    // Two words: the receiver is ready, the storm is over.
    let words = Shared::new(WORDS_BYTES)?;
    let mut far = supervisor.start(None, || {
        signalling::catch(signal)?;
        if !blocked {
            signalling::unblock(&[signal]);
        }
        words.word(READY).store(1, Ordering::Release);
        while words.word(OVER).load(Ordering::Acquire) == 0 {
            std::thread::sleep(BETWEEN_LOOKS);
        }
        signalling::unblock(&[signal]);
        Ok(u64::from(signalling::caught_count()))
    })?;
    while words.word(READY).load(Ordering::Acquire) == 0 {
        supervisor.pause(BETWEEN_LOOKS)?;
    }
    // Stops early if the kernel's queue for this user is full; the count shows it.
    let peer = far.child.pid();
    let sent = (0..SIGNALS).take_while(|_| send(peer).is_ok()).count() as u64;
    words.word(OVER).store(1, Ordering::Release);
    Ok(Storm {
        signal: name.to_owned(),
        blocked,
        sent,
        handled: supervisor.result(&mut far)?,
    })
}

const SIGNALS: u64 = 10_000;
const READY: usize = 0;
const OVER: usize = 64;
const WORDS_BYTES: usize = 4096;
