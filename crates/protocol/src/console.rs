//! What a page writes to its console.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::limits::{CONSOLE_GROUPS_MAX, CONSOLE_LINE_BYTES_MAX, CONSOLE_SOURCE_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsoleLevel {
    /// What stood before is forgotten.
    Clear,
    Debug,
    Error,
    Info,
    Log,
    Warn,
}

impl ConsoleLevel {
    /// Its name in records, in the log and on the page of the console.
    pub fn name(self) -> &'static str {
        match self {
            ConsoleLevel::Clear => "clear",
            ConsoleLevel::Debug => "debug",
            ConsoleLevel::Error => "error",
            ConsoleLevel::Info => "info",
            ConsoleLevel::Log => "log",
            ConsoleLevel::Warn => "warn",
        }
    }
}

/// One entry of a console: a call of one of its methods, or an error that nobody caught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleLine {
    pub level: ConsoleLevel,
    /// May have several lines.
    pub text: String,
    /// The script that it comes from: an address, or nothing.
    pub source: String,
    /// In that script, from 1; 0: not known.
    pub line: u32,
    /// Likewise.
    pub column: u32,
    /// How many groups it stands in.
    pub groups: u8,
    /// Entries before it that were left out, because there were too many.
    pub left_out: u32,
}

impl ConsoleLine {
    pub(crate) fn check(&self) -> Result<(), Misbehaviour> {
        check_text(&self.text, CONSOLE_LINE_BYTES_MAX)?;
        check_text(&self.source, CONSOLE_SOURCE_BYTES_MAX)?;
        match self.groups <= CONSOLE_GROUPS_MAX {
            true => Ok(()),
            false => Err(Misbehaviour::ValueOutOfRange),
        }
    }
}
