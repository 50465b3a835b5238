//! Joins a send in one process with its receipt in another: a channel loses and reorders nothing,
//! so the n-th message sent at one end is the n-th received at the other. Frames likewise, by
//! surface, generation and sequence.
//!
//! Trusts: the table of ends, which the broker keeps; no record. Never: guesses. What cannot be
//! matched is told, and a process that names an end it does not hold is told of as a liar.

use crate::record::{Kind, Record};
use protocol::limits::JOIN_WAITING_MAX;
use std::collections::{BTreeMap, VecDeque};

/// A process, by the broker's number for it; 0 is the broker itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source(pub u32);

/// The other end of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who holds it.
    pub source: Source,
    /// Its number.
    pub edge: u32,
}

/// Who holds which end of which channel and surface.
pub trait Ends {
    /// The other end, if `source` holds the end with that number.
    fn peer(&self, source: Source, edge: u32) -> Option<Peer>;

    /// Producer and consumer of a surface, if there is one with that number.
    fn surface(&self, surface: u32) -> Option<(Source, Source)>;
}

/// A message or frame on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Who sent it.
    pub from: Source,
    /// Who received it.
    pub to: Source,
    /// As its sender tells of it.
    pub sent: Record,
    /// As its receiver tells of it.
    pub received: Record,
}

impl Arrow {
    /// How long it was on the way, if both tell the same and nothing came before it was sent.
    pub fn way_ns(&self) -> Option<u64> {
        let agree = self.sent.name == self.received.name && self.sent.bytes == self.received.bytes;
        self.received
            .time_ns
            .checked_sub(self.sent.time_ns)
            .filter(|_| agree)
    }
}

/// A record that no other one matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// Who wrote it.
    pub source: Source,
    /// The record.
    pub record: Record,
    /// Why.
    pub why: Why,
}

/// Why a record has no match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its other half has not come: overwritten, still on its way, or a lie.
    Alone,
    /// Its process does not hold that end or surface, or never did.
    Foreign,
    /// Its process has told of that message already.
    Repeated,
}

/// Puts the records of all processes together. Its memory is bounded.
#[derive(Debug, Default)]
pub struct Joiner {
    waiting: BTreeMap<Key, Half>,
    /// The keys in the order in which they came, each with its round; some wait no longer.
    order: VecDeque<(Key, u32)>,
    round: u32,
    unmatched: Vec<Unmatched>,
    /// Of those that had no place in `unmatched`.
    uncounted: u64,
}

/// The number of a message's sending end, or of its surface and generation; its number there.
type Key = (bool, u32, u32, u32);

#[derive(Clone, Copy, Debug)]
struct Half {
    source: Source,
    record: Record,
    is_sender: bool,
    round: u32,
}

impl Joiner {
    /// Takes in a record of a process. Returns the arrow that it completes. Records that are
    /// neither sent nor received are nothing to join.
    pub fn add(&mut self, ends: &impl Ends, source: Source, record: Record) -> Option<Arrow> {
        let is_sender = match record.kind {
            Kind::Sent | Kind::Published => true,
            Kind::Received | Kind::Taken => false,
            Kind::Begun | Kind::Ended | Kind::Mark => return None,
        };
        let half = Half {
            source,
            record,
            is_sender,
            round: self.round,
        };
        let Some(key) = key_of(ends, half) else {
            self.give_up(half, Why::Foreign);
            return None;
        };
        match self.waiting.remove(&key) {
            Some(other) if other.is_sender == is_sender => {
                self.waiting.insert(key, other);
                self.give_up(half, Why::Repeated);
                None
            }
            Some(other) => {
                let (sender, receiver) = if is_sender {
                    (half, other)
                } else {
                    (other, half)
                };
                Some(Arrow {
                    from: sender.source,
                    to: receiver.source,
                    sent: sender.record,
                    received: receiver.record,
                })
            }
            None => {
                self.wait(key, half);
                None
            }
        }
    }

    fn wait(&mut self, key: Key, half: Half) {
        while self.order.len() >= JOIN_WAITING_MAX {
            self.give_up_oldest();
        }
        self.order.push_back((key, half.round));
        self.waiting.insert(key, half);
    }

    fn give_up_oldest(&mut self) {
        let Some((key, round)) = self.order.pop_front() else {
            return;
        };
        // The same key may have come again, later.
        if self.waiting.get(&key).is_some_and(|it| it.round == round)
            && let Some(half) = self.waiting.remove(&key)
        {
            self.give_up(half, Why::Alone);
        }
    }

    /// All rings have been read once more: what has waited for that many rounds is alone.
    pub fn end_round(&mut self, rounds_max: u32) {
        self.round = self.round.wrapping_add(1);
        let is_old = |round: u32| self.round.wrapping_sub(round) > rounds_max;
        let old = self.order.iter().take_while(|(_, round)| is_old(*round));
        for _ in 0..old.count() {
            self.give_up_oldest();
        }
    }

    fn give_up(&mut self, half: Half, why: Why) {
        if self.unmatched.len() >= JOIN_WAITING_MAX {
            self.uncounted = self.uncounted.saturating_add(1);
            return;
        }
        self.unmatched.push(Unmatched {
            source: half.source,
            record: half.record,
            why,
        });
    }

    /// What had no match since the last call, and how many more of these there were than are kept.
    pub fn take_unmatched(&mut self) -> (Vec<Unmatched>, u64) {
        let uncounted = std::mem::take(&mut self.uncounted);
        (std::mem::take(&mut self.unmatched), uncounted)
    }

    /// Ends the joining: what still waits is alone.
    pub fn finish(mut self) -> (Vec<Unmatched>, u64) {
        for half in std::mem::take(&mut self.waiting).into_values() {
            self.give_up(half, Why::Alone);
        }
        self.take_unmatched()
    }
}

fn key_of(ends: &impl Ends, half: Half) -> Option<Key> {
    let Half {
        source,
        record,
        is_sender,
        round: _,
    } = half;
    match record.kind {
        Kind::Published | Kind::Taken => {
            let (producer, consumer) = ends.surface(record.edge)?;
            let owner = if is_sender { producer } else { consumer };
            (owner == source).then_some((true, record.edge, record.argument, record.ordinal))
        }
        _ => {
            let peer = ends.peer(source, record.edge)?;
            let sender = if is_sender { record.edge } else { peer.edge };
            Some((false, sender, 0, record.ordinal))
        }
    }
}
