//! The layout of a ring: a page whose first word is the position of the next record, then the
//! places for records, four words each.

use protocol::limits::{FLIGHT_BYTES, FLIGHT_HEADER_BYTES, FLIGHT_RECORD_BYTES, FLIGHT_RECORDS};
use std::sync::atomic::AtomicU64;

/// Words of a ring.
pub const WORDS: usize = FLIGHT_BYTES / WORD_BYTES;

const WORD_BYTES: usize = size_of::<u64>();
const HEADER_WORDS: usize = FLIGHT_HEADER_BYTES / WORD_BYTES;
const RECORD_WORDS: usize = 4;

const _: () = assert!(FLIGHT_RECORDS.is_power_of_two());
const _: () = assert!(FLIGHT_RECORD_BYTES == RECORD_WORDS * WORD_BYTES);
const _: () = assert!(HEADER_WORDS + FLIGHT_RECORDS * RECORD_WORDS == WORDS);

/// The word that says where the next record goes.
pub(crate) fn position(words: &[AtomicU64]) -> &AtomicU64 {
    &words[0]
}

/// The place of the record with that position, which may be any number.
pub(crate) fn place(words: &[AtomicU64], position: u64) -> &[AtomicU64; 4] {
    let index = position as usize & (FLIGHT_RECORDS - 1);
    let from = HEADER_WORDS + index * RECORD_WORDS;
    words[from..from + RECORD_WORDS]
        .first_chunk()
        .expect("a ring has all its words")
}

/// The stamp of the record with that position. A record that is being written has stamp 0.
pub(crate) fn stamp(position: u64) -> u32 {
    position.wrapping_add(1) as u32
}
