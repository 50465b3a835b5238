//! The latch: a word that hands frames over. It holds the index of the slot that neither side owns,
//! and a bit that says whether that slot has a frame to take. Each side owns one further slot,
//! known only to itself.
//!
//! Owns: the protocol on that word. Trusts: nothing in the word; the peer may write anything at any
//! time. Never: waits, loops, or needs the peer to be alive.
//!
//! In each exchange, the acquire half ends the peer's use of the received slot before our use
//! begins. The release half ends our use of the given slot before the peer's begins. The loom test
//! weakens each half and must fail.

use protocol::limits::FRAME_SLOTS;
use std::sync::atomic::{AtomicU32, Ordering};

/// The bit that says that a frame waits in the latch's slot.
pub(crate) const FRESH: u32 = 1 << 2;
const INDEX_MASK: u32 = FRESH - 1;

/// The producer's slot before its first frame. The latch begins as zero: slot 0, nothing fresh.
pub(crate) const FIRST_BACK: u32 = 1;
/// The consumer's slot before it takes its first frame.
pub(crate) const FIRST_FRONT: u32 = 2;

const _: () = assert!(FRAME_SLOTS == 3, "one back, one front, one in the latch");

/// An atomic word, so that the same code runs on the real one and under loom.
pub(crate) trait Word {
    /// Exchanges the value; acquires and releases.
    fn exchange(&self, value: u32) -> u32;
    /// Looks at the value, ordering nothing.
    fn peek(&self) -> u32;
}

impl Word for AtomicU32 {
    fn exchange(&self, value: u32) -> u32 {
        self.swap(value, Ordering::AcqRel)
    }
    fn peek(&self) -> u32 {
        self.load(Ordering::Relaxed)
    }
}

/// What the producer got for the slot it published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    /// Its next back slot.
    pub back: u32,
    /// Whether the frame before had not been taken.
    pub skipped: bool,
}

/// Hands over the frame in `back`. Exactly one operation on the word.
pub(crate) fn publish<W: Word>(word: &W, back: u32) -> Published {
    let old = word.exchange(back | FRESH);
    let index = old & INDEX_MASK;
    let next = if old & !(INDEX_MASK | FRESH) == 0 && is_slot(index) && index != back {
        index
    } else {
        // Only a consumer that breaks the rules brings us here. Any slot but the one just given
        // will do: a frame that is spoilt by it is spoilt for that consumer alone.
        (back + 1) % FRAME_SLOTS as u32
    };
    Published {
        back: next,
        skipped: old & FRESH != 0,
    }
}

/// Whether there is a frame to take.
pub(crate) fn is_fresh<W: Word>(word: &W) -> bool {
    word.peek() & FRESH != 0
}

/// Takes the frame that [`is_fresh`] has seen and gives back `front`. `None` if the producer has
/// broken the rules: it took its frame back, or names a slot that is none or is the consumer's.
pub(crate) fn take<W: Word>(word: &W, front: u32) -> Option<u32> {
    let old = word.exchange(front);
    let index = old ^ FRESH;
    (is_slot(index) && index != front).then_some(index)
}

/// What an onlooker finds in the word: the slot that neither side owns, if it names one, and
/// whether the frame in it has not been taken.
pub(crate) fn read(word: u32) -> (Option<u32>, bool) {
    let index = word & INDEX_MASK;
    let is_sensible = word & !(INDEX_MASK | FRESH) == 0 && is_slot(index);
    (is_sensible.then_some(index), word & FRESH != 0)
}

fn is_slot(index: u32) -> bool {
    (index as usize) < FRAME_SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_consumer_writes_the_producer_gets_a_slot_other_than_the_one_it_gave() {
        for value in (0..64).chain([u32::MAX, 1 << 31, FRESH << 1]) {
            for back in 0..FRAME_SLOTS as u32 {
                let word = AtomicU32::new(value);
                let next = publish(&word, back).back;
                assert!(is_slot(next) && next != back);
            }
        }
    }

    #[test]
    fn a_word_that_no_honest_producer_writes_is_refused() {
        for front in 0..FRAME_SLOTS as u32 {
            for value in (0..64).chain([u32::MAX, 1 << 31]) {
                let word = AtomicU32::new(value);
                let honest = (FRESH..FRESH + 3).contains(&value) && value != (front | FRESH);
                assert_eq!(
                    take(&word, front).is_some(),
                    honest,
                    "front {front} value {value}"
                );
            }
        }
    }
}
