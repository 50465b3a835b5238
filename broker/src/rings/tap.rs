//! Reads all rings again and again while somebody looks, and joins what they say.
//!
//! Owns: how far each ring has been read, and the halves of messages that wait for the other one.
//! Trusts: no record: times are made to rise, and each ring has a share of a round. Never: reads
//! more in a round than its bound, however much is written.

use super::ends::{BROKER, process_of, source_of};
use super::kept::Tap;
use super::{Ring, Rings};
use flight::{Arrow, Read, Record, Source, Unmatched};
use protocol::ids::{ProcessId, Role};
use protocol::limits::FLIGHT_RECORDS;
use std::collections::BTreeMap;

/// Records that are read in one round. What is left is read in the next one, or lost by then.
pub const ROUND_RECORDS_MAX: usize = 16_384;
/// Rounds for which half of a message waits for the other one.
const WAITING_ROUNDS_MAX: u32 = 100;
/// Records of the dead that wait for the next round.
const DEAD_RECORDS_MAX: usize = 16_384;
/// Dead processes whose role and process id are still known.
const KNOWN_DEAD_MAX: usize = 256;

/// What one round has found.
#[derive(Debug, Default)]
pub struct Batch {
    /// By their times, which rise on each thread.
    pub records: Vec<(Source, Record)>,
    /// Messages and frames of which both halves are known.
    pub arrows: Vec<Arrow>,
    /// Halves without another one, as far as they are kept.
    pub unmatched: Vec<Unmatched>,
    /// More of these.
    pub unmatched_more: u64,
    /// Records that were overwritten before they were read.
    pub lost: u64,
    /// Records that no honest process writes, and rings that ran backwards.
    pub senseless: u64,
}

impl Rings {
    /// From now on all that is written is read, by [`Rings::tap`].
    pub fn start_tap(&mut self) {
        self.living.values_mut().for_each(|it| it.reader.skip());
        self.own.iter_mut().for_each(|own| own.skip());
        self.tap = Some(Tap::default());
    }

    /// Nobody looks any more.
    pub fn stop_tap(&mut self) {
        self.tap = None;
    }

    /// Whether somebody looks.
    pub fn is_tapped(&self) -> bool {
        self.tap.is_some()
    }

    /// One round: what has been written since the last one. `is_last`: nothing waits for another.
    pub fn tap(&mut self, is_last: bool) -> Batch {
        let Some(mut tap) = self.tap.take() else {
            return Batch::default();
        };
        tap.read_dead(&mut self.dead);
        let until = if is_last { u64::MAX } else { flight::now_ns() };
        let mut batch = Batch::default();
        let mut found = std::mem::take(&mut tap.held);
        for (source, read) in std::mem::take(&mut tap.of_dead) {
            batch.take_in(&mut found, source, read);
        }
        let mut left = ROUND_RECORDS_MAX;
        let mut rings = self.living.len() + 1;
        let mut share = |read: usize| {
            left -= read.min(left);
            rings = rings.saturating_sub(1);
            left.div_ceil(rings.max(1))
        };
        let mut most = share(0).min(FLIGHT_RECORDS);
        if let Some(own) = &mut self.own {
            let read = own.news_at_most(most);
            most = share(read.records.len());
            batch.take_in(&mut found, BROKER, read);
        }
        for (process, ring) in &mut self.living {
            tap.know(*process, ring);
            let read = ring.reader.news_at_most(most);
            most = share(read.records.len());
            batch.take_in(&mut found, source_of(*process), read);
        }
        tap.make_times_rise(&mut found);
        // Another ring, read before this one, may say what came before.
        (batch.records, tap.held) = found.into_iter().partition(|(_, it)| it.time_ns <= until);
        batch.lost += std::mem::take(&mut tap.lost);
        for (source, record) in &batch.records {
            let arrow = tap.joiner.add(&self.table, *source, *record);
            batch.arrows.extend(arrow);
        }
        tap.joiner.end_round(WAITING_ROUNDS_MAX);
        (batch.unmatched, batch.unmatched_more) = tap.joiner.take_unmatched();
        tap.forget(|source| process_of(source).is_some_and(|it| self.living.contains_key(&it)));
        self.tap = Some(tap);
        batch
    }

    /// Role and process id of a source that wrote while somebody looked; for the broker, nothing.
    pub fn writer(&self, source: Source) -> Option<(Role, i32)> {
        let known = self.tap.as_ref().and_then(|tap| tap.who.get(&source));
        known.copied().or_else(|| self.who(source))
    }
}

impl Tap {
    /// Reads what is left of the rings that are about to be freed.
    pub(super) fn read_dead(&mut self, dead: &mut BTreeMap<ProcessId, Ring>) {
        for (process, ring) in dead {
            self.know(*process, ring);
            // The second reading gives up a record in which its writer died.
            for _ in 0..2 {
                let mut read = ring.reader.news();
                let kept: usize = self.of_dead.iter().map(|(_, it)| it.records.len()).sum();
                if kept + read.records.len() > DEAD_RECORDS_MAX {
                    self.lost += read.records.len() as u64;
                    read.records.clear();
                }
                if read != Read::default() {
                    self.of_dead.push((source_of(*process), read));
                }
            }
        }
    }

    fn know(&mut self, process: ProcessId, ring: &Ring) {
        self.who.insert(source_of(process), (ring.role, ring.pid));
    }

    /// A time that runs backwards on its thread, or is yet to come, is replaced.
    fn make_times_rise(&mut self, found: &mut [(Source, Record)]) {
        let now = flight::now_ns();
        for (source, record) in found.iter_mut() {
            let last = self.threads.entry((*source, record.thread)).or_default();
            record.time_ns = record.time_ns.min(now).max(*last);
            *last = record.time_ns;
        }
        found.sort_by_key(|(_, record)| record.time_ns);
    }

    fn forget(&mut self, is_living: impl Fn(Source) -> bool) {
        let dead = self.who.keys().filter(|source| !is_living(**source));
        let dead: Vec<Source> = dead.copied().collect();
        for source in &dead[..dead.len().saturating_sub(KNOWN_DEAD_MAX)] {
            self.who.remove(source);
            self.threads.retain(|(of, _), _| of != source);
        }
    }
}

impl Batch {
    fn take_in(&mut self, found: &mut Vec<(Source, Record)>, source: Source, read: Read) {
        self.lost = self.lost.saturating_add(read.lost);
        self.senseless += read.senseless + u64::from(read.is_backwards);
        found.extend(read.records.into_iter().map(|record| (source, record)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::ends::Purpose;
    use super::*;
    use flight::{Kind, Name, Reader, WORDS, Why, Writer};
    use std::sync::atomic::Ordering;

    const A: ProcessId = ProcessId(1);
    const B: ProcessId = ProcessId(2);
    const SENDER: u32 = 10;
    const RECEIVER: u32 = 20;

    /// Two processes with a channel between them, tapped.
    fn two() -> (Rings, [shm::Words; 2]) {
        let mut rings = Rings::default();
        let mut words = Vec::new();
        for process in [A, B] {
            let (ours, fd) = super::super::make().expect("memory");
            let ring = Ring {
                role: Role::Renderer,
                pid: 70 + i32::try_from(process.0).expect("small"),
                reader: Reader::new(ours).expect("a ring"),
                crash: Vec::new(),
            };
            rings.living.insert(process, ring);
            words.push(shm::Words::map(fd, WORDS).expect("the same"));
        }
        let ends = [(source_of(A), SENDER), (source_of(B), RECEIVER)];
        rings.table.add(Purpose::Frames, ends);
        rings.start_tap();
        (rings, words.try_into().expect("two"))
    }

    fn message(kind: Kind, edge: u32, ordinal: u32) -> Record {
        Record {
            time_ns: flight::now_ns(),
            edge,
            ordinal,
            name: Name(0),
            ..Record::new(kind)
        }
    }

    fn write(words: &shm::Words, record: &Record) {
        Writer::new(words).expect("a ring").write(record);
    }

    /// Rounds until one finds an arrow; what is written is read in the next round at the latest.
    fn arrow(rings: &mut Rings) -> Option<Arrow> {
        (0..3).find_map(|_| rings.tap(false).arrows.pop())
    }

    #[test]
    fn a_message_is_joined_across_rounds_and_rings() {
        let (mut rings, [a, b]) = two();
        write(&a, &message(Kind::Sent, SENDER, 0));
        assert_eq!(arrow(&mut rings), None);
        write(&b, &message(Kind::Received, RECEIVER, 0));
        let arrow = arrow(&mut rings).expect("both are known");
        assert_eq!((arrow.from, arrow.to), (source_of(A), source_of(B)));
        assert!(arrow.way_ns().is_some());
    }

    #[test]
    fn what_was_written_before_anybody_looked_is_not_read() {
        let (mut rings, [a, _]) = two();
        rings.stop_tap();
        write(&a, &message(Kind::Sent, SENDER, 0));
        rings.start_tap();
        write(&a, &message(Kind::Sent, SENDER, 1));
        let records = rings.tap(true).records;
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].1.ordinal, 1);
    }

    #[test]
    fn a_process_that_dies_between_record_and_join_is_still_joined_and_known() {
        let (mut rings, [a, b]) = two();
        write(&a, &message(Kind::Sent, SENDER, 0));
        rings.died(A, Vec::new());
        rings.bury();
        write(&b, &message(Kind::Received, RECEIVER, 0));
        let arrow = arrow(&mut rings).expect("both are known");
        assert_eq!(rings.writer(arrow.from), Some((Role::Renderer, 71)));
    }

    #[test]
    fn a_message_that_nobody_receives_is_told_of_in_the_end() {
        let (mut rings, [a, _]) = two();
        write(&a, &message(Kind::Sent, SENDER, 0));
        let unmatched = (0..WAITING_ROUNDS_MAX + 3).find_map(|_| rings.tap(false).unmatched.pop());
        assert_eq!(unmatched.map(|it| it.why), Some(Why::Alone));
    }

    #[test]
    fn a_ring_that_is_written_without_end_leaves_the_others_their_share() {
        let (mut rings, [a, b]) = two();
        for ordinal in 0..2 * FLIGHT_RECORDS as u32 {
            write(&a, &message(Kind::Sent, SENDER, ordinal));
        }
        write(&b, &message(Kind::Received, RECEIVER, 9));
        let batch = rings.tap(true);
        assert!(batch.records.len() <= ROUND_RECORDS_MAX);
        assert!(batch.lost >= FLIGHT_RECORDS as u64);
        assert!(batch.records.iter().any(|(it, _)| *it == source_of(B)));
    }

    #[test]
    fn garbage_backwards_positions_and_times_to_come_harm_nobody() {
        let (mut rings, [a, b]) = two();
        let mut state = 88_172_645_463_325_252_u64;
        for round in 0..20_u64 {
            let words: &[std::sync::atomic::AtomicU64] = a.as_ref();
            for word in words {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                word.store(state, Ordering::Relaxed);
            }
            let position = if round % 2 == 0 { 1_u64 << 40 } else { round };
            words[0].store(position, Ordering::Relaxed);
            for ordinal in 0..50 {
                let wrong = message(Kind::Sent, SENDER, ordinal);
                let time_ns = if ordinal % 2 == 0 { u64::MAX } else { 0 };
                write(&b, &Record { time_ns, ..wrong });
            }
            let batch = rings.tap(false);
            let now = flight::now_ns();
            let times = batch.records.iter().map(|(_, record)| record.time_ns);
            assert!(times.clone().is_sorted() && times.clone().all(|it| it <= now));
            assert_eq!(batch.arrows, []);
            if round == 1 {
                assert!(batch.senseless > 0, "it ran backwards");
            }
        }
    }

    #[test]
    fn what_is_known_of_the_dead_is_bounded() {
        let (mut rings, _) = two();
        for number in 0..2_000 {
            let (ours, _) = super::super::make().expect("memory");
            let ring = Ring {
                role: Role::Renderer,
                pid: 1,
                reader: Reader::new(ours).expect("a ring"),
                crash: Vec::new(),
            };
            let process = ProcessId(10 + number);
            rings.living.insert(process, ring);
            rings.died(process, Vec::new());
            rings.bury();
            if number % 100 == 0 {
                rings.tap(false);
            }
        }
        rings.tap(false);
        let known = rings.tap.as_ref().expect("it is tapped").who.len();
        assert!(known <= KNOWN_DEAD_MAX + 2, "{known}");
    }
}
