//! A chaos run: when the next fault is due, and what the seed says about it.
//!
//! Each line of the list draws from a generator of its own, so that another line changes nothing
//! for it. Every decision draws the same number of values, whatever comes of it.

use crate::chaos::{ChaosKind, ChaosLine, ChaosSpec};
use crate::event::Time;
use protocol::ids::{ProcessId, Role};
use std::collections::BTreeSet;

const PAUSE_MS_MIN: u64 = 500;
const PAUSE_MS_MAX: u64 = 5_000;

/// A chaos run.
#[derive(Debug)]
pub(crate) struct Chaos {
    began: Time,
    lines: Vec<Line>,
    decisions: u32,
    /// The processes that it has stopped.
    pub(crate) stopped: Vec<Stopped>,
    /// The processes that it has told to hang.
    pub(crate) hung: BTreeSet<ProcessId>,
}

#[derive(Debug)]
struct Line {
    line: ChaosLine,
    generator: Generator,
    /// When it is due, in milliseconds since the run began.
    due_ms: u64,
}

/// A process that was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stopped {
    pub(crate) process: ProcessId,
    pub(crate) role: Role,
    /// The number of the decision.
    pub(crate) number: u32,
    until: Time,
}

/// That something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) kind: ChaosKind,
    pub(crate) role: Role,
    /// When it was due, in milliseconds since the run began.
    pub(crate) due_ms: u64,
    /// Chooses among those that could be meant.
    draw: u64,
    pause_ms: u64,
}

impl Decision {
    /// Which one of so many.
    pub(crate) fn choice(&self, of: usize) -> Option<usize> {
        let at = self.draw.checked_rem(u64::try_from(of).ok()?)?;
        usize::try_from(at).ok()
    }
}

impl Chaos {
    pub(crate) fn new(spec: &ChaosSpec, seed: u64, now: Time) -> Chaos {
        let line = |line: &ChaosLine| {
            let mut generator = Generator::of(seed, line);
            let due_ms = generator.interval(line.mean_ms);
            Line {
                line: *line,
                generator,
                due_ms,
            }
        };
        Chaos {
            began: now,
            lines: spec.lines.iter().map(line).collect(),
            decisions: 0,
            stopped: Vec::new(),
            hung: BTreeSet::new(),
        }
    }

    /// When there is something to do.
    pub(crate) fn deadline(&self) -> Option<Time> {
        let faults = self.lines.iter().map(|it| Time(self.began.0 + it.due_ms));
        let rests = self.stopped.iter().map(|it| it.until);
        faults.chain(rests).min()
    }

    /// The next decision that is due.
    pub(crate) fn decide(&mut self, now: Time) -> Option<Decision> {
        let next = self.lines.iter_mut().min_by_key(|it| it.due_ms)?;
        let due_ms = next.due_ms;
        if self.began.0 + due_ms > now.0 {
            return None;
        }
        self.decisions = self.decisions.saturating_add(1);
        let ChaosLine {
            kind,
            role,
            mean_ms,
        } = next.line;
        next.due_ms += next.generator.interval(mean_ms);
        Some(Decision {
            number: self.decisions,
            kind,
            role,
            due_ms,
            draw: next.generator.next(),
            pause_ms: PAUSE_MS_MIN + next.generator.next() % (PAUSE_MS_MAX - PAUSE_MS_MIN),
        })
    }

    /// That process has been stopped.
    pub(crate) fn stop(&mut self, process: ProcessId, decision: &Decision, now: Time) {
        self.stopped.push(Stopped {
            process,
            role: decision.role,
            number: decision.number,
            until: Time(now.0 + decision.pause_ms),
        });
    }

    /// Those that have been stopped for long enough.
    pub(crate) fn take_rested(&mut self, now: Time) -> Vec<Stopped> {
        self.stopped.extract_if(.., |it| it.until <= now).collect()
    }

    /// How many decisions there were.
    pub(crate) fn decisions(&self) -> u32 {
        self.decisions
    }

    /// Milliseconds since the run began.
    pub(crate) fn age_ms(&self, now: Time) -> u64 {
        now.0.saturating_sub(self.began.0)
    }
}

/// `SplitMix64`: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
#[derive(Debug)]
struct Generator(u64);

impl Generator {
    fn of(seed: u64, line: &ChaosLine) -> Generator {
        let word = format!("{}-{}", line.kind.name(), line.role);
        // FNV-1a.
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut generator = Generator(seed);
        Generator(generator.next() ^ hash)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between half the mean and one and a half of it, in milliseconds.
    fn interval(&mut self, mean_ms: u64) -> u64 {
        mean_ms / 2 + self.next() % (mean_ms + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decisions(spec: &str, seed: u64, until_ms: u64) -> Vec<Decision> {
        let spec = spec.parse().expect("a list");
        let mut chaos = Chaos::new(&spec, seed, Time(7));
        let now = Time(7 + until_ms);
        std::iter::from_fn(|| chaos.decide(now)).collect()
    }

    #[test]
    fn the_generator_is_splitmix64() {
        let mut generator = Generator(1_234_567);
        assert_eq!(generator.next(), 6_457_827_717_110_365_317);
        assert_eq!(generator.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_seed_decides_and_another_one_decides_otherwise() {
        let spec = "kill=1s,stop-gpu=3s";
        let first = decisions(spec, 42, 60_000);
        assert_eq!(first, decisions(spec, 42, 60_000));
        assert_ne!(first, decisions(spec, 43, 60_000));
        let of = |kind| first.iter().filter(|it| it.kind == kind).count();
        // On the average, 60 and 20.
        assert!((40..80).contains(&of(ChaosKind::Kill)), "{first:?}");
        assert!((13..27).contains(&of(ChaosKind::Stop)), "{first:?}");
    }

    #[test]
    fn another_line_changes_nothing_for_a_line() {
        let of = |spec| {
            let all = decisions(spec, 42, 60_000).into_iter();
            let kills = all.filter(|it| it.kind == ChaosKind::Kill);
            kills.map(|it| (it.due_ms, it.draw)).collect::<Vec<_>>()
        };
        assert_eq!(of("kill=1s"), of("hang=200ms,kill=1s"));
    }

    #[test]
    fn decisions_come_in_the_order_of_time() {
        let all = decisions("kill=1s,hang=700ms,crash=100ms", 5, 20_000);
        assert!(all.is_sorted_by_key(|it| it.due_ms));
        assert!(all.iter().zip(1..).all(|(it, number)| it.number == number));
    }
}
