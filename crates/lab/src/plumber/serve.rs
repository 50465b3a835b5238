//! The Plumber for the browser: requests in and snapshots out, as lines of JSON, so that the broker
//! neither holds the pipe nor waits for it.
//!
//! Trusts: the broker. Never: outlives its standard input.

use super::engine::{Plumbing, SETTLE};
use super::lines::{Got, Lines};
use super::snapshot::Snapshot;
use super::step::Step;
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Least time between two unrequested answers.
const TELL_EVERY: Duration = Duration::from_millis(900);
const LOOK_EVERY_MS: u16 = 100;

/// A request of the broker.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// Returned in the answer.
    pub id: u64,
    /// The step to take, in words; `None` to only look.
    pub step: Option<String>,
}

/// The answer to a request, or news.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The id of the request; `None` for news.
    pub id: Option<u64>,
    /// The state.
    pub snapshot: Snapshot,
}

/// Runs until the input ends.
pub(super) fn run(mut plumbing: Plumbing) -> io::Result<()> {
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    let mut lines = Lines::new();
    let mut told = plumbing.settle(SETTLE);
    let mut told_at = Instant::now();
    loop {
        match lines.next(LOOK_EVERY_MS) {
            Got::End => return Ok(()),
            Got::Line(line) => {
                let request: Request = serde_json::from_str(&line)?;
                let mut refused = None;
                match request.step.as_deref().map(Step::parse) {
                    Some(Ok(step)) => plumbing.take(step),
                    Some(Err(reason)) => refused = Some(reason),
                    None => {}
                }
                let mut snapshot = plumbing.settle(SETTLE);
                if let Some(reason) = refused {
                    snapshot.remark = reason;
                }
                tell(Some(request.id), &snapshot)?;
                (told, told_at) = (snapshot, Instant::now());
            }
            Got::Nothing => {
                let snapshot = plumbing.snapshot();
                if snapshot != told && told_at.elapsed() >= TELL_EVERY {
                    tell(None, &snapshot)?;
                    (told, told_at) = (snapshot, Instant::now());
                }
            }
        }
    }
}

fn tell(id: Option<u64>, snapshot: &Snapshot) -> io::Result<()> {
    let answer = Answer {
        id,
        snapshot: snapshot.clone(),
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(&answer)?)?;
    out.flush()
}
