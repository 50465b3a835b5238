//! The dialogs that a page's scripts open: asked for by the page, shown by the shell, answered by
//! the user.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::ids::TabId;
use crate::limits::{DIALOG_TEXT_BYTES_MAX, TEXT_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};

/// What kind of dialog it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DialogKind {
    Alert,
    Confirm,
    /// Whether to leave a page that does not want to be left. The broker's own question.
    Leave,
    Prompt,
}

impl DialogKind {
    /// Its name in records.
    pub fn name(self) -> &'static str {
        match self {
            DialogKind::Alert => "alert",
            DialogKind::Confirm => "confirm",
            DialogKind::Leave => "leave",
            DialogKind::Prompt => "prompt",
        }
    }
}

/// What a script wants to be asked. It waits for the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogRequest {
    /// Tells it from the ones before.
    pub request: u32,
    pub kind: DialogKind,
    pub text: String,
    /// What stands in the field of a prompt at first.
    pub default_text: String,
}

/// What the user said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogAnswer {
    pub is_accepted: bool,
    /// What stands in the field of a prompt.
    pub text: String,
    /// The document may open no further dialog.
    pub mute: bool,
}

/// The open dialog of a tab. The shell paints it and tells what was pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogView {
    pub tab: TabId,
    /// Tells it from every other dialog.
    pub serial: u32,
    /// Who asks: the host of the page's address; empty where there is none.
    pub site: String,
    pub kind: DialogKind,
    pub text: String,
    pub default_text: String,
    /// Whether the user may mute the document.
    pub may_mute: bool,
}

impl DialogRequest {
    pub(crate) fn check(&self) -> Result<(), Misbehaviour> {
        if self.kind == DialogKind::Leave {
            return Err(Misbehaviour::ValueOutOfRange);
        }
        check_text(&self.text, DIALOG_TEXT_BYTES_MAX)?;
        check_text(&self.default_text, DIALOG_TEXT_BYTES_MAX)
    }
}

impl DialogAnswer {
    pub(crate) fn check(&self) -> Result<(), Misbehaviour> {
        check_text(&self.text, DIALOG_TEXT_BYTES_MAX)
    }
}

impl DialogView {
    pub(crate) fn check(&self) -> Result<(), Misbehaviour> {
        check_text(&self.site, TEXT_BYTES_MAX)?;
        check_text(&self.text, DIALOG_TEXT_BYTES_MAX)?;
        check_text(&self.default_text, DIALOG_TEXT_BYTES_MAX)
    }
}
