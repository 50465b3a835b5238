//! Feeds bytes to the reader of a flight recorder's ring, as its words: reading ends, and finds no
//! more than a ring holds. What is read then goes to the joiner.
#![no_main]

use flight::{Ends, Joiner, Peer, Reader, Source, WORDS};
use std::sync::atomic::{AtomicU64, Ordering};

struct Table;

impl Ends for Table {
    fn peer(&self, source: Source, edge: u32) -> Option<Peer> {
        let peer = Peer {
            source: Source(1 - source.0.min(1)),
            edge: edge ^ 1,
        };
        (edge < 64).then_some(peer)
    }

    fn surface(&self, surface: u32) -> Option<(Source, Source)> {
        (surface < 8).then_some((Source(0), Source(1)))
    }
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let words: Vec<AtomicU64> = (0..WORDS).map(|_| AtomicU64::new(0)).collect();
    let Some(mut reader) = Reader::new(&words) else {
        return;
    };
    let mut joiner = Joiner::default();
    // The first eight bytes are the position, what follows the records.
    for half in input.chunks(input.len().div_ceil(2).max(8)) {
        for (at, bytes) in half.chunks(8).enumerate() {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            let at = if at == 0 { 0 } else { 511 + at };
            words[at % WORDS].store(u64::from_le_bytes(word), Ordering::Relaxed);
        }
        for read in [reader.news(), reader.last(64)] {
            assert!(read.records.len() <= WORDS / 4);
            for (at, record) in read.records.into_iter().enumerate() {
                joiner.add(&Table, Source(at as u32 % 3), record);
            }
        }
    }
    joiner.finish();
});
