//! The channel between the devtools process and a renderer: commands about a document, their
//! answers, and what happens there.
//!
//! The broker makes it and gives one end to each; it never reads what goes through. Both ends have
//! only claims to give: the devtools process knows from the broker which document a tab shows.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::ids::NavigationId;
use crate::limits::{FRAME_NAME_BYTES_MAX, INSPECTOR_PIECE_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};

/// A piece of a text that is too long for one message. Pieces of a text follow one another, with no
/// other message between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// At most `INSPECTOR_PIECE_BYTES_MAX` bytes.
    pub text: String,
    /// Whether the text ends with it.
    pub is_last: bool,
}

impl Piece {
    fn check(&self) -> Result<(), Misbehaviour> {
        match self.text.len() <= INSPECTOR_PIECE_BYTES_MAX {
            true => Ok(()),
            false => Err(Misbehaviour::ValueOutOfRange),
        }
    }
}

/// Devtools process to renderer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToInspector {
    /// First message: the name of the tab's frame in the protocol of devtools.
    Begin { frame: String },
    /// A command: JSON with `method` and `params`. Answered with [`FromInspector::Answer`].
    Command {
        /// Comes back in the answer.
        call: u32,
        /// Whose objects, scripts and events it is about.
        session: u32,
        piece: Piece,
    },
    /// The session has ended: its objects are released, its events are told no more.
    End { session: u32 },
}

/// Renderer to devtools process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromInspector {
    /// The answer to a command: JSON with `result`, or with `error` (`code`, `message`).
    Answer {
        /// To which one.
        call: u32,
        piece: Piece,
    },
    /// Something has happened: JSON with `method` and `params`.
    Event {
        /// For whom.
        session: u32,
        /// In which document.
        navigation: NavigationId,
        piece: Piece,
    },
}

impl Message for ToInspector {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToInspector::Begin { frame } => check_text(frame, FRAME_NAME_BYTES_MAX),
            ToInspector::Command { piece, .. } => piece.check(),
            ToInspector::End { .. } => Ok(()),
        }
    }
}

impl Message for FromInspector {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromInspector::Answer { piece, .. } | FromInspector::Event { piece, .. } => {
                piece.check()
            }
        }
    }
}
