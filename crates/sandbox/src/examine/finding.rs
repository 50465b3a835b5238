//! What was found out about one layer of a process.

use crate::seal::attacks;
use serde::{Deserialize, Serialize};
use std::fmt;

/// State of a layer, and what was found.
pub(crate) type Finding = (State, String);

/// How it stands with a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds the process.
    Enforced,
    /// This machine does not have it: the probe failed with this errno.
    Unavailable(i32),
    /// Left off on purpose for this process: the launcher decided so.
    NotAttempted,
    /// It should be there and is not.
    Missing,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Enforced => f.write_str("enforced"),
            State::Unavailable(errno) => {
                write!(f, "unavailable ({})", attacks::answer_name(*errno))
            }
            State::NotAttempted => f.write_str("not attempted"),
            State::Missing => f.write_str("MISSING"),
        }
    }
}
