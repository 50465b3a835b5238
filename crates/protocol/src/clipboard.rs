//! What the user does to text, and the channel between the broker and the clipboard process.
//!
//! Text travels in regions that the broker makes, never in messages. A renderer gets text only when
//! the user pastes in it, and gives text only when the user copies in it.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::limits::{CLIPBOARD_BYTES_MAX, TEXT_BYTES_MAX, URL_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};

/// Something that the user does to the text of a surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// Write the selected text into the region that comes along; answered with
    /// [`crate::renderer::FromRenderer::Copied`].
    Copy,
    /// Like `Copy`; the text then goes from where it stood.
    Cut,
    /// Put text in place of what is selected in the focused input. It comes in a region.
    Paste {
        /// How many bytes of the region.
        bytes: u32,
    },
    /// Select all of the focused input, or of the document.
    SelectAll,
}

impl Edit {
    /// The descriptors that travel beside it.
    pub fn handles(&self) -> Vec<HandleKind> {
        match self {
            Edit::Copy | Edit::Cut | Edit::Paste { .. } => vec![HandleKind::Region],
            Edit::SelectAll => Vec::new(),
        }
    }

    /// The range checks of [`Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Edit::Paste { bytes } => check_bytes(*bytes),
            Edit::Copy | Edit::Cut | Edit::SelectAll => Ok(()),
        }
    }
}

/// What lies under the pointer, or has the focus: what a context menu can be about. A claim of the
/// page's process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The link there.
    pub link: Option<String>,
    /// The address of the image there.
    pub image: Option<String>,
    /// Whether text is selected that could be copied.
    pub has_selection: bool,
    /// Whether it is an input that takes text.
    pub is_editable: bool,
    /// Where it is, in pixels of the surface.
    pub x: f32,
    /// See `x`.
    pub y: f32,
}

impl Target {
    /// The range checks of [`Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        for url in [&self.link, &self.image].into_iter().flatten() {
            check_text(url, URL_BYTES_MAX / 4)?;
        }
        check_place(self.x, self.y)
    }
}

/// `ValueOutOfRange` unless that is a place that a surface could have.
pub fn check_place(x: f32, y: f32) -> Result<(), Misbehaviour> {
    let in_range = |v: f32| v.is_finite() && v.abs() <= 1.0e6;
    if in_range(x) && in_range(y) {
        Ok(())
    } else {
        Err(Misbehaviour::ValueOutOfRange)
    }
}

/// `ValueOutOfRange` unless a clipboard may hold so much.
pub fn check_bytes(bytes: u32) -> Result<(), Misbehaviour> {
    if bytes as usize <= CLIPBOARD_BYTES_MAX {
        Ok(())
    } else {
        Err(Misbehaviour::ValueOutOfRange)
    }
}

/// Broker to clipboard process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToClipboard {
    /// Own the clipboard with the text of the region that comes along.
    Set {
        /// How many bytes of the region.
        bytes: u32,
    },
    /// Write what the clipboard holds into the region that comes along, which has
    /// [`CLIPBOARD_BYTES_MAX`] bytes; answered with `Text` or `Failed`.
    Get {
        /// Comes back in the answer.
        request: u32,
    },
}

/// Clipboard process to broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromClipboard {
    /// So many bytes of text stand in the region; none: the clipboard holds no text.
    Text {
        /// Which request.
        request: u32,
        bytes: u32,
    },
    /// The clipboard could not be read.
    Failed {
        /// Which request.
        request: u32,
        /// Why, in a user's words.
        reason: String,
    },
}

impl Message for ToClipboard {
    const MAX_HANDLES: usize = 1;
    fn handles(&self) -> Vec<HandleKind> {
        vec![HandleKind::Region]
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToClipboard::Set { bytes } => check_bytes(*bytes),
            ToClipboard::Get { .. } => Ok(()),
        }
    }
}

impl Message for FromClipboard {
    const MAX_BYTES: usize = TEXT_BYTES_MAX + 256;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromClipboard::Text { bytes, .. } => check_bytes(*bytes),
            FromClipboard::Failed { reason, .. } => check_text(reason, TEXT_BYTES_MAX),
        }
    }
}
