//! A load that waits for a word of the devtools process.

use crate::wait::{Stop, lock};
use protocol::limits::RESOURCE_BYTES_MAX;
use protocol::traffic::{Change, Head};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What is to become of it.
#[derive(Debug)]
pub enum Word {
    Go(Box<Change>),
    Answer(Head),
    Fail,
    TakeBody,
}

/// Where the word comes.
#[derive(Debug)]
pub struct Paused {
    stop: Arc<Stop>,
    said: Mutex<Said>,
}

#[derive(Debug, Default)]
struct Said {
    words: VecDeque<Word>,
    body: Vec<u8>,
}

impl Paused {
    /// Nothing has been said to the load that `stop` ends.
    pub fn new(stop: Arc<Stop>) -> Paused {
        Paused {
            stop,
            said: Mutex::default(),
        }
    }

    /// Wakes and ends the load.
    pub fn stop(&self) -> &Arc<Stop> {
        &self.stop
    }

    /// Who says it must wake the load. A second word to the same pause is not heard.
    pub fn say(&self, word: Word) {
        let mut said = lock(&self.said);
        if said.words.is_empty() {
            said.words.push_back(word);
        }
    }

    /// Bytes for the word that comes; those past the bound of a resource are left out.
    pub fn add(&self, bytes: &[u8]) {
        let body = &mut lock(&self.said).body;
        let room = RESOURCE_BYTES_MAX.saturating_sub(body.len());
        body.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The word, if one has come, with the body that came before.
    pub fn take(&self) -> Option<(Word, Vec<u8>)> {
        let mut said = lock(&self.said);
        let word = said.words.pop_front()?;
        Some((word, std::mem::take(&mut said.body)))
    }
}
