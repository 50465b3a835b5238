//! The newest part of a trace, kept for the page that shows it: the same events, as small numbers.
//!
//! Never: keeps more than its bounds.

use crate::rings::words::words_of;
use flight::{Name, Source};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// Events that are kept.
const KEPT_MAX: usize = 12_000;
/// Events that are told at once.
const TOLD_MAX: usize = 3_000;
/// Tracks; what further threads do is left out.
const TRACKS_MAX: usize = 256;
/// Deaths and starts that are kept.
const LIVES_MAX: usize = 64;

/// One event. Times in nanoseconds since the trace began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A message or frame was sent or received on that track.
    Message(u16, u64, Name),
    /// A step, from when to when.
    Span(u16, u64, u64, Name),
    /// From a track to another one.
    Arrow(u16, u64, u16, u64),
}

/// What is kept.
#[derive(Default)]
pub struct Shown {
    tracks: BTreeMap<(Source, u8), u16>,
    labels: Vec<(Source, u8)>,
    names: BTreeMap<Source, String>,
    /// Which trace it is.
    trace: u64,
    items: VecDeque<Item>,
    /// The number of the first one that is kept.
    first: u64,
    lives: VecDeque<(u64, String)>,
    now_ns: u64,
}

impl Shown {
    /// That of the next trace: its numbers follow.
    pub fn of_next(&self) -> Shown {
        Shown {
            first: self.end(),
            trace: self.trace + 1,
            ..Shown::default()
        }
    }

    /// What a process is.
    pub fn name(&mut self, source: Source, label: &str) {
        if self.names.len() < TRACKS_MAX || self.names.contains_key(&source) {
            self.names.insert(source, label.to_owned());
        }
    }

    /// The number of a track, if there is one to be had.
    pub fn track(&mut self, source: Source, thread: u8) -> Option<u16> {
        if let Some(track) = self.tracks.get(&(source, thread)) {
            return Some(*track);
        }
        let next = u16::try_from(self.labels.len()).ok()?;
        if usize::from(next) >= TRACKS_MAX {
            return None;
        }
        self.labels.push((source, thread));
        self.tracks.insert((source, thread), next);
        Some(next)
    }

    /// Adds an event; the oldest one goes where there are too many.
    pub fn add(&mut self, item: Item) {
        if self.items.len() >= KEPT_MAX {
            self.items.pop_front();
            self.first += 1;
        }
        let (Item::Message(_, time, _) | Item::Span(_, _, time, _) | Item::Arrow(_, _, _, time)) =
            item;
        self.now_ns = self.now_ns.max(time);
        self.items.push_back(item);
    }

    /// A death or start.
    pub fn live(&mut self, time_ns: u64, text: &str) {
        if self.lives.len() >= LIVES_MAX {
            self.lives.pop_front();
        }
        self.now_ns = self.now_ns.max(time_ns);
        self.lives.push_back((time_ns, text.to_owned()));
    }

    /// What a looker that has been told so many events does not know, and how many it knows then.
    pub fn news(&self, told: u64) -> Option<(String, u64)> {
        let from = told.max(self.first);
        let skipped = usize::try_from(from - self.first).unwrap_or(usize::MAX);
        let items = self.items.iter().skip(skipped).take(TOLD_MAX);
        let items: Vec<Value> = items.map(Item::as_json).collect();
        if items.is_empty() {
            return None;
        }
        let until = from + items.len() as u64;
        let tracks: Vec<Value> = self
            .labels
            .iter()
            .map(|(source, thread)| json!([self.names.get(source), thread]))
            .collect();
        let lives = self
            .lives
            .iter()
            .map(|(time, text)| json!([us(*time), text]));
        let value = json!({
            "trace": self.trace, "first": from, "count": items.len(), "tracks": tracks,
            "items": items,
            "lives": lives.collect::<Vec<_>>(), "now": us(self.now_ns),
        });
        Some((value.to_string(), until))
    }

    fn end(&self) -> u64 {
        self.first + self.items.len() as u64
    }
}

impl Item {
    fn as_json(&self) -> Value {
        match self {
            Item::Message(track, at, name) => json!([0, track, us(*at), words_of(*name)]),
            Item::Span(track, from, to, name) => {
                json!([1, track, us(*from), us(*to), words_of(*name)])
            }
            Item::Arrow(from, sent, to, received) => {
                json!([2, from, us(*sent), to, us(*received)])
            }
        }
    }
}

/// Microseconds, to a tenth.
fn us(ns: u64) -> f64 {
    (ns / 100) as f64 / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u64) -> Item {
        Item::Message(0, number, Name(0))
    }

    #[test]
    fn a_looker_is_told_all_of_it_in_pieces_and_how_much_it_has_missed() {
        let mut shown = Shown::default();
        assert_eq!(shown.track(Source(1), 0), Some(0));
        (0..TOLD_MAX as u64 + 10).for_each(|number| shown.add(message(number)));
        let news = |shown: &Shown, told| {
            let (text, until) = shown.news(told)?;
            let value: Value = serde_json::from_str(&text).expect("it is JSON");
            Some((value, until))
        };
        let (value, told) = news(&shown, 0).expect("there is some");
        assert_eq!((value["first"].as_u64(), told), (Some(0), TOLD_MAX as u64));
        let (value, told) = news(&shown, told).expect("there is more");
        assert_eq!(value["count"], 10);
        assert_eq!(news(&shown, told), None);
        (0..2 * KEPT_MAX as u64).for_each(|number| shown.add(message(number)));
        let (value, _) = news(&shown, told).expect("there is more");
        let first = value["first"].as_u64().expect("a number");
        assert!(first > told, "the page sees that {first} follows {told}");
        // Those of another trace have other numbers.
        let mut next = shown.of_next();
        assert_eq!(news(&next, told), None);
        next.add(message(1));
        let (value, _) = news(&next, told).expect("there is one");
        assert_eq!(
            (value["first"].as_u64(), value["trace"].as_u64()),
            (Some(shown.end()), Some(1))
        );
        assert!(shown.items.len() <= KEPT_MAX);
    }

    #[test]
    fn tracks_and_lives_are_bounded() {
        let mut shown = Shown::default();
        for number in 0..1_000 {
            shown.track(Source(number), 0);
            shown.live(1, "died");
        }
        assert_eq!(shown.labels.len(), TRACKS_MAX);
        assert_eq!(shown.track(Source(999), 0), None);
        assert_eq!(shown.lives.len(), LIVES_MAX);
    }
}
