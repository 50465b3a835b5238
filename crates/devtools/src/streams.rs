//! Texts that clients read in pieces.
//!
//! Owns: them, until they are closed or their session ends. Never: keeps more than its bound.

use crate::session::SessionKey;
use std::collections::BTreeMap;

/// Streams at once. What makes one is refused where there are so many.
const STREAMS_MAX: usize = 8;

/// All streams, by the numbers that clients name them by.
#[derive(Default)]
pub struct Streams {
    all: BTreeMap<u32, Stream>,
    /// Streams so far.
    opened: u32,
}

struct Stream {
    session: SessionKey,
    text: String,
    /// How many bytes have been read.
    at: usize,
}

/// A piece of a stream.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// Whether nothing follows.
    pub is_last: bool,
}

impl Streams {
    pub fn is_full(&self) -> bool {
        self.all.len() >= STREAMS_MAX
    }

    /// Opens a stream of that session; returns its name.
    pub fn open(&mut self, session: SessionKey, text: String) -> String {
        self.opened = self.opened.wrapping_add(1);
        let at = 0;
        self.all.insert(self.opened, Stream { session, text, at });
        self.opened.to_string()
    }

    /// Whose stream that is.
    pub fn session_of(&self, name: &str) -> Option<SessionKey> {
        self.all.get(&name.parse().ok()?).map(|it| it.session)
    }

    /// At most so many bytes from there, or from where the last piece ended. A character is not
    /// cut: the first one comes whole, where any are wanted.
    pub fn read(&mut self, name: &str, from: Option<usize>, bytes: usize) -> Option<Piece> {
        let stream = self.all.get_mut(&name.parse().ok()?)?;
        let text = &stream.text;
        let from = text.floor_char_boundary(from.unwrap_or(stream.at));
        let mut to = text.floor_char_boundary(from.saturating_add(bytes));
        if to == from && bytes > 0 {
            to = text.ceil_char_boundary(text.len().min(from + 1));
        }
        stream.at = to;
        Some(Piece {
            text: text[from..to].to_owned(),
            is_last: to == text.len(),
        })
    }

    /// Returns whether there was such a stream.
    pub fn close(&mut self, name: &str) -> bool {
        let number = name.parse::<u32>().ok();
        number.is_some_and(|it| self.all.remove(&it).is_some())
    }

    /// A session has ended.
    pub fn close_all_of(&mut self, session: SessionKey) {
        self.all.retain(|_, stream| stream.session != session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: SessionKey = SessionKey(1);

    #[test]
    fn a_text_is_read_in_pieces_of_whole_characters() {
        let mut streams = Streams::default();
        let name = streams.open(SESSION, "aé€z".to_owned());
        let mut text = String::new();
        loop {
            let piece = streams.read(&name, None, 2).expect("it is there");
            assert!(!piece.text.is_empty());
            text += &piece.text;
            if piece.is_last {
                break;
            }
        }
        assert_eq!(text, "aé€z");
        let mut read = |from, bytes| streams.read(&name, from, bytes).expect("it is there");
        assert_eq!(read(Some(1), 2).text, "é");
        assert_eq!(read(None, 0).text, "");
        assert_eq!(read(Some(usize::MAX), 9).text, "");
        assert!(read(Some(usize::MAX), 9).is_last);
    }

    #[test]
    fn streams_end_with_their_session() {
        let mut streams = Streams::default();
        let names: Vec<String> = (0..STREAMS_MAX)
            .map(|_| streams.open(SESSION, String::new()))
            .collect();
        assert!(streams.is_full());
        assert!(streams.close(&names[0]) && !streams.close(&names[0]));
        assert!(!streams.close("-1") && !streams.close("") && !streams.is_full());
        streams.close_all_of(SESSION);
        assert_eq!(streams.session_of(&names[1]), None);
        assert_eq!(streams.read(&names[1], None, 1), None);
    }
}
