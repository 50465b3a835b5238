//! Lies in the ring of the flight recorder, which the broker reads after a death: garbage in every
//! field, positions that run backwards, a writer that does not stop.

use super::packets::send;
use super::{Lie, Who, dies, goes_on};
use crate::rig::Attacker;
use flight::{Kind, Record, WORDS, Writer};
use std::sync::atomic::{AtomicU64, Ordering};

pub const LIES: &[Lie] = &[
    dies("lie-ring-of-garbage", "BadEncoding", Who::Anybody, |liar| {
        vandalise(ring(), 1);
        send(liar.control(), &[250; 9], 0);
    }),
    dies(
        "lie-ring-runs-backwards",
        "BadEncoding",
        Who::Anybody,
        |liar| {
            for position in [u64::MAX, 0, 1 << 40, 5] {
                ring()[0].store(position, Ordering::Relaxed);
            }
            send(liar.control(), &[250; 9], 0);
        },
    ),
    dies(
        "lie-ring-of-others-messages",
        "BadEncoding",
        Who::Anybody,
        |liar| {
            // Of every channel that there may be.
            let writer = Writer::new(ring()).expect("it is a ring");
            for edge in 0..100_000 {
                writer.write(&Record {
                    edge,
                    time_ns: u64::MAX,
                    handles: 15,
                    bytes: u32::MAX,
                    ..Record::new(Kind::Received)
                });
            }
            send(liar.control(), &[250; 9], 0);
        },
    ),
    // It is ended from outside, and read while it dies.
    goes_on(
        "lie-ring-never-rests",
        Who::Only(Attacker::Network),
        |liar| {
            liar.lives();
            for seed in 1.. {
                vandalise(ring(), seed);
            }
        },
    ),
];

fn ring() -> &'static [AtomicU64] {
    flight::installed().expect("each child has a ring")
}

/// Numbers without sense in every word, and a position that makes the reader look at all of them.
fn vandalise(ring: &[AtomicU64], seed: u64) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed | 1);
    for (at, word) in ring.iter().enumerate() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // The stamps are right, so that what is around them is looked at.
        let is_tail = at > 512 && at % 4 == 3;
        let stamp = (at as u64).wrapping_sub(512) / 4 + 1;
        let value = if is_tail { state << 32 | stamp } else { state };
        word.store(value, Ordering::Relaxed);
    }
    ring[0].store((WORDS as u64 - 512) / 4, Ordering::Relaxed);
}
