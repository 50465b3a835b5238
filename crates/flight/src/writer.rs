//! The writing end of a ring. Several threads may write at once. Never: waits, or makes a system
//! call.
//!
//! A thread that is stopped in mid-record for a whole lap of the ring spoils one record of those
//! that overtook it.

use crate::record::Record;
use crate::ring::{self, WORDS};
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// The writing end.
#[derive(Debug)]
pub struct Writer<W> {
    words: W,
}

impl<W: Copy> Writer<W> {
    /// The memory.
    pub(crate) fn words(&self) -> W {
        self.words
    }
}

impl<W: AsRef<[AtomicU64]>> Writer<W> {
    /// Writes into that memory; nothing unless it has [`WORDS`] words.
    pub fn new(words: W) -> Option<Writer<W>> {
        (words.as_ref().len() == WORDS).then_some(Writer { words })
    }

    /// Writes a record over the oldest one.
    pub fn write(&self, record: &Record) {
        let words = self.words.as_ref();
        let position = ring::position(words).fetch_add(1, Ordering::Relaxed);
        let [time, head, size, tail] = ring::place(words, position);
        // Whoever reads one of the new words sees that the old stamp is gone.
        tail.store(0, Ordering::Relaxed);
        fence(Ordering::Release);
        let packed = record.pack(ring::stamp(position));
        time.store(packed[0], Ordering::Relaxed);
        head.store(packed[1], Ordering::Relaxed);
        size.store(packed[2], Ordering::Relaxed);
        tail.store(packed[3], Ordering::Release);
    }
}
