//! Boundaries: two writes, then one read. Does the read return one write or both?

use crate::link::{End, ends};
use crate::mechanism::Mechanism;
use crate::report::Boundaries;
use crate::signalling;
use crate::supervisor::{Supervisor, Trouble};
use nix::sys::signal::{Signal, kill, raise};
use std::io;
use std::time::Duration;

/// Writes twice to a stopped process, continues it, and reports what it reads.
pub fn look(supervisor: &Supervisor, mechanism: Mechanism) -> Result<Boundaries, Trouble> {
    let (mut near, far) = ends(mechanism, supervisor)?;
    let mut far = supervisor.start(None, move || {
        raise(Signal::SIGSTOP)?;
        read_once(far)
    })?;
    let peer = far.child.pid();
    supervisor.until_state(peer, 'T')?;
    let mut near = supervisor.start(None, move || {
        if mechanism == Mechanism::Signals {
            kill(peer, Signal::SIGUSR1)?;
            return Ok(kill(peer, Signal::SIGUSR1)?);
        }
        near.send(FIRST)?;
        near.send(SECOND)
    })?;
    supervisor.result(&mut near)?;
    kill(peer, Signal::SIGCONT).map_err(io::Error::from)?;
    let read = supervisor.result(&mut far)?;
    Ok(Boundaries {
        kept: read.as_bytes() == FIRST,
        seen: match mechanism {
            Mechanism::Signals => format!("two SIGUSR1 sent, {read} came"),
            Mechanism::SharedMemory => format!("3 and 5 bytes written, {read:?} is there"),
            _ => format!("3 and 5 bytes written, one read gave {}", read.len()),
        },
    })
}

/// What one read returns; for signals, how many arrive.
fn read_once(mut end: End) -> io::Result<String> {
    let mut bytes = [0; 64];
    match &mut end {
        End::Signals(_) => {
            let mut came = 0;
            while signalling::next(&[libc::SIGUSR1], Some(Duration::ZERO))?.is_some() {
                came += 1;
            }
            Ok(came.to_string())
        }
        _ => {
            let count = end.receive(&mut bytes)?;
            Ok(text(&bytes[..count]))
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .trim_end_matches('\0')
        .to_owned()
}

const FIRST: &[u8] = b"one";
const SECOND: &[u8] = b"three";
