//! The streams of built-in pages that look at the browser: each an anonymous pipe, into which
//! events are written as `text/event-stream`.
//!
//! Owns: the write ends. Trusts: no reader to read. Never: blocks, or builds an event that nobody
//! looks at.

mod stream;
pub mod usage;

use crate::poller::{Poller, Source};
use browser_core::RecordKind;
use protocol::ids::ProcessId;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};
use stream::Stream;

/// How often a page hears of what changes all the time.
const INTERVAL: Duration = Duration::from_secs(1);
/// How soon after an event it hears of what has just happened.
const INTERVAL_MIN: Duration = Duration::from_millis(100);
/// A round is followed by a rest of so many times its length: however many processes there are,
/// and however much happens, most of the broker's time is its own.
const RESTS: u32 = 9;
/// Most streams of one process; an honest page needs one.
const STREAMS_PER_PROCESS_MAX: usize = 4;
/// Most streams of all.
const STREAMS_MAX: usize = 64;

/// Who looks, and when they are told more.
pub struct Glass {
    streams: Vec<Stream>,
    /// The number of the last stream.
    last: u32,
    /// When all were told last; none since a stream was opened.
    told: Option<Instant>,
    opened: Instant,
    /// How long it took to tell them.
    cost: Duration,
    /// Whether something has happened since.
    has_news: bool,
    /// Whether the user wants frames in slow motion, as long as that page is open.
    pub is_slow: bool,
    /// The network process that has been told that somebody looks.
    pub watched_network: Option<ProcessId>,
    /// The gpu process that has been told to be slow.
    pub slowed_gpu: Option<ProcessId>,
}

impl Default for Glass {
    fn default() -> Glass {
        Glass {
            streams: Vec::new(),
            last: 0,
            told: None,
            opened: Instant::now(),
            cost: Duration::ZERO,
            has_news: false,
            is_slow: false,
            watched_network: None,
            slowed_gpu: None,
        }
    }
}

impl Glass {
    /// Opens a stream for that page; returns the end to read from. None: there are too many, or the
    /// system refuses a pipe.
    pub fn open(
        &mut self,
        poller: &Poller,
        process: ProcessId,
        page: &'static str,
    ) -> Option<OwnedFd> {
        let own = self.streams.iter().filter(|it| it.process == process);
        if own.count() >= STREAMS_PER_PROCESS_MAX || self.streams.len() >= STREAMS_MAX {
            return None;
        }
        self.last = self.last.wrapping_add(1);
        let opened = Stream::open(self.last, process, page).and_then(|(stream, reader)| {
            poller.add(&stream.pipe, Source::Stream(stream.number))?;
            Ok((stream, reader))
        });
        match opened {
            Ok((stream, reader)) => {
                self.streams.push(stream);
                (self.told, self.opened) = (None, Instant::now());
                Some(reader)
            }
            Err(error) => {
                tracing::warn!("no stream for bulkhead://{page}: {error}");
                None
            }
        }
    }

    /// A stream has room again, or nobody reads it any more.
    pub fn ready(&mut self, poller: &Poller, number: u32, is_writable: bool) {
        let found = self.streams.iter_mut().find(|it| it.number == number);
        let Some(stream) = found else { return };
        if !is_writable || !stream.flush(poller) {
            self.drop_stream(poller, number);
        }
    }

    /// Whether those who look are to be told more now; then it counts as done.
    pub fn begin_round(&mut self, now: Instant) -> bool {
        let is_due = self.deadline().is_some_and(|at| at <= now);
        if is_due {
            (self.told, self.has_news) = (Some(now), false);
        }
        is_due
    }

    /// The round that has begun then is over.
    pub fn end_round(&mut self, began: Instant) {
        self.cost = began.elapsed();
    }

    fn drop_stream(&mut self, poller: &Poller, number: u32) {
        let gone = self.streams.extract_if(.., |it| it.number == number);
        gone.for_each(|stream| poller.remove(&stream.pipe));
    }

    /// Takes note of what the core has recorded.
    pub fn note(&mut self, kind: &RecordKind) {
        let is_noise = matches!(kind, RecordKind::Console { .. });
        self.has_news |= !self.streams.is_empty() && !is_noise;
    }

    /// Something has happened that a page shows, if anybody looks at it.
    pub fn has_changed(&mut self, page: &str) {
        self.has_news |= self.is_watched(page);
    }

    /// When those who look are to be told more.
    pub fn deadline(&self) -> Option<Instant> {
        if self.streams.is_empty() {
            return None;
        }
        let rest = if self.has_news {
            INTERVAL_MIN
        } else {
            INTERVAL
        };
        Some(
            self.told
                .map_or(self.opened, |told| told + rest.max(self.cost * RESTS)),
        )
    }

    /// Whether anybody looks at that page.
    pub fn is_watched(&self, page: &str) -> bool {
        self.streams.iter().any(|stream| stream.page == page)
    }

    /// Writes an event to all who look at that page.
    pub fn tell(&mut self, poller: &Poller, page: &str, data: &str) {
        let mut gone = Vec::new();
        for stream in self.streams.iter_mut().filter(|it| it.page == page) {
            if !stream.tell(poller, data) {
                gone.push(stream.number);
            }
        }
        for number in gone {
            self.drop_stream(poller, number);
        }
    }
}
