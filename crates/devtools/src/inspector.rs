//! The channel to one document's process: texts in pieces, and what may be said there.
//!
//! Trusts: nothing that comes. Never: keeps more of an unfinished text than its bound, or hands on
//! an event of a domain that is none of a document's business.

use protocol::ids::NavigationId;
use protocol::inspector::{FromInspector, Piece, ToInspector};
use protocol::limits::{INSPECTOR_PIECE_BYTES_MAX, INSPECTOR_TEXT_BYTES_MAX};
use serde_json::Value;

/// The domains whose events a document tells of.
const DOMAINS: [&str; 11] = [
    "Accessibility",
    "Animation",
    "CSS",
    "Console",
    "DOM",
    "DOMDebugger",
    "Debugger",
    "Log",
    "Overlay",
    "Page",
    "Runtime",
];

/// What is known of the channel.
#[derive(Debug, Default)]
pub struct Inspector {
    calls: u32,
    unfinished: Option<(Subject, String)>,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Answer {
        call: u32,
    },
    Event {
        session: u32,
        navigation: NavigationId,
    },
}

/// The process has broken the rules of the channel.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken;

impl Inspector {
    /// The messages of a command, and its number.
    pub fn command(&mut self, session: u32, text: &str) -> (u32, Vec<ToInspector>) {
        self.calls = self.calls.wrapping_add(1);
        let call = self.calls;
        let messages = pieces(text).map(|piece| ToInspector::Command {
            call,
            session,
            piece,
        });
        (call, messages.collect())
    }

    /// A text, once it is whole.
    pub fn take(&mut self, message: FromInspector) -> Result<Option<(Subject, Value)>, Broken> {
        let (subject, piece) = match message {
            FromInspector::Answer { call, piece } => (Subject::Answer { call }, piece),
            FromInspector::Event {
                session,
                navigation,
                piece,
            } => (
                Subject::Event {
                    session,
                    navigation,
                },
                piece,
            ),
        };
        let mut text = match self.unfinished.take() {
            Some((before, text)) if before == subject => text,
            Some(_) => return Err(Broken),
            None => String::new(),
        };
        if text.len() + piece.text.len() > INSPECTOR_TEXT_BYTES_MAX {
            return Err(Broken);
        }
        text.push_str(&piece.text);
        if !piece.is_last {
            self.unfinished = Some((subject, text));
            return Ok(None);
        }
        let value = serde_json::from_str(&text).map_err(|_| Broken)?;
        Ok(Some((subject, value)))
    }
}

/// A text in pieces that fit in messages.
fn pieces(text: &str) -> impl Iterator<Item = Piece> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.floor_char_boundary(INSPECTOR_PIECE_BYTES_MAX);
        let (piece, after) = text.split_at(end);
        let is_last = after.is_empty();
        rest = (!is_last).then_some(after);
        Some(Piece {
            text: piece.to_owned(),
            is_last,
        })
    })
}

/// Whether a document may tell of that event.
pub fn is_of_a_document(method: &str) -> bool {
    let domain = method.split_once('.').map(|(domain, _)| domain);
    domain.is_some_and(|domain| DOMAINS.contains(&domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(call: u32, text: &str, is_last: bool) -> FromInspector {
        let text = text.to_owned();
        FromInspector::Answer {
            call,
            piece: Piece { text, is_last },
        }
    }

    #[test]
    fn a_long_command_goes_in_pieces_that_fit() {
        let text = "ü".repeat(INSPECTOR_PIECE_BYTES_MAX);
        let (call, messages) = Inspector::default().command(4, &text);
        let mut whole = String::new();
        for (at, message) in messages.iter().enumerate() {
            let ToInspector::Command {
                call: its,
                session: 4,
                piece,
            } = message
            else {
                panic!("{message:?}");
            };
            assert_eq!(*its, call);
            assert!(piece.text.len() <= INSPECTOR_PIECE_BYTES_MAX);
            assert_eq!(piece.is_last, at + 1 == messages.len());
            whole += &piece.text;
        }
        assert_eq!(whole, text);
        assert!(messages.len() >= 2);
    }

    #[test]
    fn pieces_become_one_text_and_nothing_may_stand_between_them() {
        let mut inspector = Inspector::default();
        assert_eq!(inspector.take(answer(1, "{\"a\"", false)), Ok(None));
        let whole = inspector.take(answer(1, ":1}", true));
        let value = serde_json::json!({"a": 1});
        assert_eq!(whole, Ok(Some((Subject::Answer { call: 1 }, value))));
        assert_eq!(inspector.take(answer(1, "{", false)), Ok(None));
        assert_eq!(inspector.take(answer(2, "}", true)), Err(Broken));
        assert_eq!(inspector.take(answer(3, "no JSON", true)), Err(Broken));
    }

    #[test]
    fn an_endless_text_is_cut_off() {
        let mut inspector = Inspector::default();
        let piece = "x".repeat(INSPECTOR_PIECE_BYTES_MAX);
        let broken = (0..10_000).find(|_| inspector.take(answer(1, &piece, false)) == Err(Broken));
        assert_eq!(
            broken,
            Some(INSPECTOR_TEXT_BYTES_MAX / INSPECTOR_PIECE_BYTES_MAX)
        );
    }

    #[test]
    fn a_document_speaks_of_itself_alone() {
        assert!(is_of_a_document("Runtime.consoleAPICalled"));
        assert!(!is_of_a_document("Target.targetCreated"));
        assert!(!is_of_a_document("Inspector.targetCrashed"));
        assert!(!is_of_a_document("Runtime"));
    }
}
