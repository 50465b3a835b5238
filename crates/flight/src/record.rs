//! One record: four words of a ring. Never: holds text, or a number of which some value is taken
//! on trust.

use crate::name::Name;

/// What a record tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A message was sent.
    Sent = 1,
    /// A message was received.
    Received = 2,
    /// A step began on this thread.
    Begun = 3,
    /// The step ended.
    Ended = 4,
    /// Something happened.
    Mark = 5,
    /// A frame was handed over.
    Published = 6,
    /// A frame was taken over.
    Taken = 7,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 7] = [
        Kind::Sent,
        Kind::Received,
        Kind::Begun,
        Kind::Ended,
        Kind::Mark,
        Kind::Published,
        Kind::Taken,
    ];

    /// One word, for users.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Sent => "sent",
            Kind::Received => "received",
            Kind::Begun => "begun",
            Kind::Ended => "ended",
            Kind::Mark => "mark",
            Kind::Published => "published",
            Kind::Taken => "taken",
        }
    }

    fn of(number: u8) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| *kind as u8 == number)
    }
}

/// What a process says that it did. A claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// `CLOCK_MONOTONIC`, in nanoseconds. Of a message: before it was sent, after it was received.
    pub time_ns: u64,
    /// What it tells of.
    pub kind: Kind,
    /// The thread, by the order in which threads began to write.
    pub thread: u8,
    /// The message or step.
    pub name: Name,
    /// Of a message: the end of the channel on which it came or went, by the number of its inode.
    /// Of a frame: its surface.
    pub edge: u32,
    /// Of a message: how many came or went before it on that end. Of a frame: its sequence.
    pub ordinal: u32,
    /// Of a message: its size. Of a frame: what changed, in pixels.
    pub bytes: u32,
    /// Descriptors beside the message; more than 15 are written as 15.
    pub handles: u8,
    /// Of a frame: its generation. Of a step or mark: what the step is about.
    pub argument: u32,
}

impl Record {
    /// A record of that kind in which all else is zero.
    pub fn new(kind: Kind) -> Record {
        Record {
            time_ns: 0,
            kind,
            thread: 0,
            name: Name(0),
            edge: 0,
            ordinal: 0,
            bytes: 0,
            handles: 0,
            argument: 0,
        }
    }

    /// Its words. The low half of the last one is the stamp.
    pub(crate) fn pack(&self, stamp: u32) -> [u64; 4] {
        let kind = self.kind as u8 | self.handles.min(0xf) << 4;
        let [low, high] = self.name.0.to_le_bytes();
        let head = u32::from_le_bytes([kind, self.thread, low, high]);
        [
            self.time_ns,
            pair(self.edge, head),
            pair(self.bytes, self.ordinal),
            pair(self.argument, stamp),
        ]
    }

    /// The record that these words are, if its kind exists.
    pub(crate) fn unpack(words: [u64; 4]) -> Option<Record> {
        let [time_ns, head, size, tail] = words;
        let (edge, head) = halves(head);
        let [kind, thread, low, high] = head.to_le_bytes();
        let (bytes, ordinal) = halves(size);
        Some(Record {
            time_ns,
            kind: Kind::of(kind & 0xf)?,
            thread,
            name: Name(u16::from_le_bytes([low, high])),
            edge,
            ordinal,
            bytes,
            handles: kind >> 4,
            argument: halves(tail).0,
        })
    }
}

/// The stamp in the last word of a record.
pub(crate) fn stamp_in(word: u64) -> u32 {
    halves(word).1
}

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The high half and the low one.
fn halves(word: u64) -> (u32, u32) {
    ((word >> 32) as u32, word as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(
            time_ns: u64, kind in 0_usize..7, thread: u8, name: u16, edge: u32, ordinal: u32,
            bytes: u32, handles in 0_u8..16, argument: u32, stamp: u32,
        ) {
            let record = Record {
                time_ns, kind: Kind::ALL[kind], thread, name: Name(name), edge, ordinal, bytes,
                handles, argument,
            };
            let words = record.pack(stamp);
            prop_assert_eq!(Record::unpack(words), Some(record));
            prop_assert_eq!(stamp_in(words[3]), stamp);
        }

        #[test]
        fn any_words_are_a_record_or_none(words: [u64; 4]) {
            let is_a_kind = (1..=7).contains(&(words[1] & 0xf));
            prop_assert_eq!(Record::unpack(words).is_some(), is_a_kind);
        }
    }
}
