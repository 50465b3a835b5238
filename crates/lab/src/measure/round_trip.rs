//! Round trips: a message there and the same message back, each trip timed. The first trips, which
//! warm up both processes, do not count.

use super::figures::{median, time_max};
use crate::link::{End, ends};
use crate::mechanism::Mechanism;
use crate::report::{Placement, RoundTrip};
use crate::supervisor::{Pins, Supervisor, Trouble};
use std::io;
use std::time::Instant;

/// Measures round trips of one size.
pub fn measure(
    supervisor: &Supervisor,
    mechanism: Mechanism,
    bytes: usize,
    rounds: u32,
    (placement, pins): (Placement, Pins),
) -> Result<RoundTrip, Trouble> {
    let (mut near, far) = ends(mechanism, supervisor)?;
    let (p50s, p99s) = supervisor.pair(
        pins,
        move || echo(far, bytes),
        move |peer| {
            near.set_peer(peer);
            ping(&mut near, bytes, rounds)
        },
    )?;
    Ok(RoundTrip {
        bytes,
        placement,
        p50_ns: median(p50s),
        p99_ns: median(p99s),
    })
}

/// The sizes that a mechanism can send as one message.
pub fn sizes(mechanism: Mechanism) -> &'static [usize] {
    match mechanism {
        Mechanism::Signals => &[SIGNAL_BYTES],
        _ => &[64, 1024],
    }
}

/// Sends every message back.
pub fn echo(mut end: End, bytes: usize) -> io::Result<()> {
    let mut message = vec![0; bytes];
    loop {
        end.receive_all(&mut message)?;
        end.send(&message)?;
    }
}

/// The median and the 99th percentile of each round.
fn ping(end: &mut End, bytes: usize, rounds: u32) -> io::Result<(Vec<u64>, Vec<u64>)> {
    let mut message = vec![b'.'; bytes];
    let mut trip = || {
        let start = Instant::now();
        end.send(&message)?;
        end.receive_all(&mut message)?;
        io::Result::Ok(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX))
    };
    for _ in 0..TRIPS / 10 {
        trip()?;
    }
    let (mut p50s, mut p99s) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    for round in 0..rounds {
        if round > 0 && begun.elapsed() > time_max(rounds) {
            break;
        }
        let mut times = (0..TRIPS).map(|_| trip()).collect::<io::Result<Vec<_>>>()?;
        times.sort_unstable();
        p50s.push(times[times.len() / 2]);
        p99s.push(times[times.len() * 99 / 100]);
    }
    Ok((p50s, p99s))
}

/// Round trips in a round.
pub const TRIPS: u32 = 1000;
/// Bytes that a signal carries.
pub const SIGNAL_BYTES: usize = 4;
