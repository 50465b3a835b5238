//! The reading end of a ring. Trusts: nothing in it; positions may run backwards and records may
//! be anything. Never: looks at more records than a ring has, however fast its writer goes on.

use crate::record::{Record, stamp_in};
use crate::ring::{self, WORDS};
use protocol::limits::FLIGHT_RECORDS;
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// How far before the end a record may be that is still being written.
const UNFINISHED_MAX: u64 = 64;

/// The reading end.
#[derive(Debug)]
pub struct Reader<W> {
    words: W,
    /// The position up to which [`Reader::news`] has read.
    seen: u64,
    /// The record at which the last reading ended, as it was not whole yet.
    awaited: Option<u64>,
}

/// What was found in a ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The records, in the order in which their places were taken. Their times may run backwards.
    pub records: Vec<Record>,
    /// Records that were overwritten, or were being written.
    pub lost: u64,
    /// Records that no honest process writes.
    pub senseless: u64,
    /// The position ran backwards, so nothing of this ring makes sense.
    pub is_backwards: bool,
}

impl Read {
    /// Whether what was found may have been written by an honest process.
    pub fn makes_sense(&self) -> bool {
        !self.is_backwards && self.senseless == 0
    }

    fn add(&mut self, found: Found) {
        match found {
            Found::Record(record) => self.records.push(record),
            Found::Lost => self.lost = self.lost.saturating_add(1),
            Found::Senseless => self.senseless += 1,
        }
    }
}

impl<W: AsRef<[AtomicU64]>> Reader<W> {
    /// Reads that memory; nothing unless it has [`WORDS`] words.
    pub fn new(words: W) -> Option<Reader<W>> {
        let is_a_ring = words.as_ref().len() == WORDS;
        is_a_ring.then_some(Reader {
            words,
            seen: 0,
            awaited: None,
        })
    }

    /// The last `count` records.
    pub fn last(&self, count: usize) -> Read {
        let end = self.position();
        let count = count.min(FLIGHT_RECORDS) as u64;
        let mut read = Read::default();
        self.collect(end.saturating_sub(count), end, &mut read);
        read
    }

    /// The records since the last call, or since the ring was made.
    pub fn news(&mut self) -> Read {
        self.news_at_most(FLIGHT_RECORDS)
    }

    /// The oldest records since the last call, at most so many; the others come with the next call.
    /// A record that is still being written comes with the next call, or is lost then.
    pub fn news_at_most(&mut self, max: usize) -> Read {
        let end = self.position();
        let mut read = Read {
            is_backwards: end < self.seen,
            ..Read::default()
        };
        let oldest = end.saturating_sub(FLIGHT_RECORDS as u64);
        let from = if read.is_backwards { end } else { self.seen };
        read.lost = oldest.saturating_sub(from);
        let from = from.max(oldest);
        let until = end.min(from.saturating_add(max as u64));
        self.seen = until;
        for position in from..until {
            let found = self.record(position);
            let is_recent = end - position <= UNFINISHED_MAX;
            if matches!(found, Found::Lost) && is_recent && self.awaited != Some(position) {
                self.awaited = Some(position);
                self.seen = position;
                break;
            }
            read.add(found);
        }
        read
    }

    /// Leaves out what has been written so far.
    pub fn skip(&mut self) {
        self.seen = self.position();
    }

    // The memory may be mapped for reading only, so every load is relaxed; the fences order them.
    fn position(&self) -> u64 {
        let position = ring::position(self.words.as_ref()).load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        position
    }

    fn collect(&self, from: u64, end: u64, read: &mut Read) {
        for position in from..end {
            read.add(self.record(position));
        }
    }

    fn record(&self, position: u64) -> Found {
        let place = ring::place(self.words.as_ref(), position);
        let stamp = ring::stamp(position);
        let tail = place[3].load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let [time, head, size] = [0, 1, 2].map(|word: usize| place[word].load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let after = place[3].load(Ordering::Relaxed);
        if tail != after || stamp_in(tail) != stamp || stamp == 0 {
            return Found::Lost;
        }
        Record::unpack([time, head, size, tail]).map_or(Found::Senseless, Found::Record)
    }
}

enum Found {
    Record(Record),
    Lost,
    Senseless,
}
