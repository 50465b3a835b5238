//! The dialog of a tab, and how many its document has opened.

use crate::event::Time;
use crate::state::navigation::NavigationKind;
use protocol::dialog::DialogKind;
use protocol::geometry::Size;
use protocol::ids::ProcessId;

/// Dialogs that a document may ask for while nobody can see them; then it is muted.
pub(crate) const UNSEEN_DIALOGS_MAX: u32 = 20;
/// Width at scale 1, where the page has room for it.
const WIDTH: u32 = 480;
/// Characters of a line, and its height at scale 1.
const LINE_CHARS: usize = 60;
const LINE_HEIGHT: u32 = 21;
/// Most lines that are shown without scrolling.
const LINES_MAX: usize = 10;
/// Heights at scale 1: heading, buttons and margins; the field; the line that mutes.
const FRAME_HEIGHT: u32 = 122;
const FIELD_HEIGHT: u32 = 44;
const MUTE_HEIGHT: u32 = 34;

/// The open dialog of a tab.
#[derive(Debug)]
pub(crate) struct Dialog {
    /// Tells it from every other dialog.
    pub(crate) serial: u32,
    pub(crate) kind: DialogKind,
    pub(crate) text: String,
    pub(crate) default_text: String,
    /// Whether the user may mute the document.
    pub(crate) may_mute: bool,
    /// The process that waits for the answer, and the number of its question.
    pub(crate) waiting: Option<(ProcessId, u32)>,
    /// What is to be done if the user accepts.
    pub(crate) leave: Option<Leave>,
}

impl Dialog {
    /// Its size at scale 1.
    pub(crate) fn size(&self) -> Size {
        let lines = self.text.lines();
        let lines: usize = lines
            .map(|line| line.chars().count() / LINE_CHARS + 1)
            .sum();
        let mut height = FRAME_HEIGHT + lines.clamp(1, LINES_MAX) as u32 * LINE_HEIGHT;
        if self.kind == DialogKind::Prompt {
            height += FIELD_HEIGHT;
        }
        if self.may_mute {
            height += MUTE_HEIGHT;
        }
        Size::new(WIDTH, height)
    }
}

/// The dialogs of a tab's document.
#[derive(Debug, Default)]
pub(crate) struct Dialogs {
    pub(crate) open: Option<Dialog>,
    /// Those that the user has seen.
    pub(crate) seen: u32,
    /// Those that nobody could see.
    pub(crate) unseen: u32,
}

/// What would take the tab's page away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    Close,
    /// To the entry of the history so many places away.
    Entry(usize),
    /// To an address as typed.
    Go(String),
    /// To an address that the page named.
    Link(String, NavigationKind),
    Reload,
}

/// The page was asked whether it wants to be left.
#[derive(Debug)]
pub(crate) struct Leaving {
    pub(crate) leave: Leave,
    pub(crate) process: ProcessId,
    pub(crate) sequence: u32,
    pub(crate) asked: Time,
}
