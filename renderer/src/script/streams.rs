//! The streams that a built-in page has open: which, and what has come on them.
//!
//! Owns: the read ends of their pipes. Trusts: the broker to send events, not how many: no more is
//! read than a script has taken.

use crate::document::body::read_ready;
use std::collections::{HashSet, VecDeque};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Most streams that a page may have open.
const STREAMS_MAX: usize = 4;
/// Most bytes that a script is told of at once.
const BYTES_MAX: usize = 64 * 1024;

/// The streams that scripts want, as the natives see them.
#[derive(Debug, Default)]
pub(crate) struct WantedStreams {
    open: HashSet<u32>,
}

impl WantedStreams {
    /// A script wants one more.
    pub(crate) fn begin(&mut self, stream: u32) -> bool {
        self.open.len() < STREAMS_MAX && self.open.insert(stream)
    }

    /// It wants it no more.
    pub(crate) fn close(&mut self, stream: u32) {
        self.open.remove(&stream);
    }
}

/// What a script is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// A stream is there.
    Open(u32),
    /// Bytes have come on it.
    Bytes(u32, Vec<u8>),
    /// It has ended, or there is none.
    End(u32),
    /// An act was done, or refused for that reason.
    Acted(u32, Option<String>),
}

/// The pipes.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    open: Vec<(u32, OwnedFd)>,
    words: VecDeque<Word>,
}

impl Streams {
    /// The broker has answered.
    pub(crate) fn add(&mut self, stream: u32, pipe: Option<OwnedFd>) {
        self.words.push_back(match pipe {
            Some(pipe) => {
                self.open.push((stream, pipe));
                Word::Open(stream)
            }
            None => Word::End(stream),
        });
    }

    /// Something else for the scripts.
    pub(crate) fn say(&mut self, word: Word) {
        self.words.push_back(word);
    }

    /// Drops those that no script wants any more.
    pub(crate) fn keep(&mut self, wanted: &WantedStreams) {
        self.open.retain(|(stream, _)| wanted.open.contains(stream));
    }

    /// The pipes to wait for: none while scripts have not heard of what has come.
    pub(crate) fn sources(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let open = self.open.iter().filter(|_| self.words.is_empty());
        open.map(|(_, pipe)| pipe.as_fd())
    }

    /// Reads what has come.
    pub(crate) fn receive(&mut self) {
        if !self.words.is_empty() {
            return;
        }
        let words = &mut self.words;
        self.open.retain(|(stream, pipe)| {
            let mut buffer = vec![0; BYTES_MAX];
            match read_ready(pipe.as_fd(), &mut buffer) {
                Ok(None) => true,
                Ok(Some(count)) if count > 0 => {
                    buffer.truncate(count);
                    words.push_back(Word::Bytes(*stream, buffer));
                    true
                }
                Ok(Some(_)) | Err(_) => {
                    words.push_back(Word::End(*stream));
                    false
                }
            }
        });
    }

    /// The next word.
    pub(crate) fn take(&mut self) -> Option<Word> {
        self.words.pop_front()
    }

    /// Whether there is one.
    pub(crate) fn has_words(&self) -> bool {
        !self.words.is_empty()
    }
}
