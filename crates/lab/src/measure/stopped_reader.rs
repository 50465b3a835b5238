//! A writer whose reader has stopped: it sleeps, goes on, or loses what it sends.
//!
//! Trusts: `/proc` for what the writer is doing. Never: reports what should happen, only what did.

use crate::link::{End, Parcel, ends};
use crate::mechanism::Mechanism;
use crate::memory::Shared;
use crate::process_state::{BETWEEN_LOOKS, ProcessState, until_asleep};
use crate::report::{Outcome, StoppedReader};
use crate::signalling;
use crate::supervisor::{Running, Supervisor, Trouble};
use nix::sys::signal::{Signal, kill, raise};
use nix::unistd::Pid;
use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Stops a reader by SIGSTOP, lets a writer write, and watches the writer.
pub fn look(supervisor: &Supervisor, mechanism: Mechanism) -> Result<StoppedReader, Trouble> {
    let (near, far) = ends(mechanism, supervisor)?;
    // Two counters of the writer: messages sent, and messages sent before the channel was full.
    let counts = Shared::new(COUNTS_BYTES)?;
    let mut far = supervisor.start(None, move || {
        raise(Signal::SIGSTOP)?;
        drain(far)
    })?;
    let peer = far.child.pid();
    supervisor.until_state(peer, 'T')?;
    let near = supervisor.start(None, || write_on(near, peer, &counts))?;
    let asleep = watch(supervisor, &near, &counts)?;
    let accepted = counts.long(ACCEPTED).load(Ordering::Relaxed);
    let full_after = counts.long(FULL_AFTER).load(Ordering::Relaxed);
    let mut arrived = None;
    if asleep.is_none() {
        kill(peer, Signal::SIGCONT).map_err(io::Error::from)?;
        arrived = Some(supervisor.result(&mut far)?);
    }
    Ok(StoppedReader {
        outcome: match arrived {
            None => Outcome::Sleeps,
            Some(count) if count == accepted => Outcome::GoesOn,
            Some(_) => Outcome::Loses,
        },
        accepted_messages: accepted,
        message_bytes: if mechanism == Mechanism::Signals {
            0
        } else {
            MESSAGE_BYTES
        },
        writer: asleep,
        arrived_messages: arrived,
        told_full_after: Some(full_after).filter(|count| *count > 0),
    })
}

/// Watches the writer until it sleeps, or has written everything.
fn watch(
    supervisor: &Supervisor,
    near: &Running<()>,
    counts: &Shared,
) -> Result<Option<ProcessState>, Trouble> {
    let mut trouble = None;
    let look = until_asleep(
        near.child.pid(),
        || counts.long(ACCEPTED).load(Ordering::Relaxed),
        || {
            let paused = supervisor.pause(BETWEEN_LOOKS);
            let done = paused.and_then(|()| supervisor.has_result(near));
            done.map_or_else(
                |error| {
                    trouble = Some(error);
                    false
                },
                |done| !done,
            )
        },
    );
    trouble.map_or(Ok(look), Err)
}

/// Writes all messages, or sleeps in the middle and never returns.
fn write_on(mut end: End, peer: Pid, counts: &Shared) -> io::Result<()> {
    let message = [b'.'; MESSAGE_BYTES];
    let accepted = counts.long(ACCEPTED);
    if let End::Channel(sender, _) = &end {
        let text = || Parcel::Text(".".repeat(MESSAGE_BYTES));
        while sender.try_send(text()).is_ok() {
            accepted.fetch_add(1, Ordering::Relaxed);
        }
        counts
            .long(FULL_AFTER)
            .store(accepted.load(Ordering::Relaxed), Ordering::Relaxed);
    }
    for _ in 0..MESSAGES_MAX {
        match &mut end {
            End::Signals(_) => kill(peer, Signal::SIGUSR1)?,
            end => end.send(&message)?,
        }
        accepted.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// How many messages a reader finds when it continues.
fn drain(mut end: End) -> io::Result<u64> {
    let mut message = [0; MESSAGE_BYTES];
    let mut count = 0;
    match &mut end {
        End::Signals(_) => {
            while signalling::next(&[libc::SIGUSR1], Some(Duration::ZERO))?.is_some() {
                count += 1;
            }
        }
        End::Memory(mailbox) => count = u64::from(mailbox.written() > 0),
        end => {
            end.do_not_wait()?;
            while end.receive(&mut message).is_ok_and(|bytes| bytes > 0) {
                count += 1;
            }
        }
    }
    Ok(count)
}

const MESSAGE_BYTES: usize = 1024;
/// More than any buffer takes.
const MESSAGES_MAX: u64 = 65_536;
const ACCEPTED: usize = 0;
const FULL_AFTER: usize = 64;
const COUNTS_BYTES: usize = 4096;
