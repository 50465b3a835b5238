//! Finding text in a page: the questions and the answers.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::limits::{FIND_MATCHES_MAX, FIND_TEXT_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};

/// Which match becomes the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FindStep {
    /// The present one if it still matches, else the first one after it.
    Stay,
    /// The one after it; the first one follows the last one.
    Next,
    /// The one before it.
    Previous,
}

/// What the renderer is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FindCommand {
    /// Mark every match of a text and scroll to the current one; answered with
    /// [`crate::renderer::FromRenderer::Found`].
    Search {
        /// Comes back in the answer. Rises by one with each search in this process, from 1.
        request: u32,
        /// At most `FIND_TEXT_BYTES_MAX` bytes; an empty one matches nothing.
        text: String,
        step: FindStep,
    },
    /// Take the marks away and select the current match.
    Close,
}

impl FindCommand {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FindCommand::Search { text, .. } => check_text(text, FIND_TEXT_BYTES_MAX),
            FindCommand::Close => Ok(()),
        }
    }
}

/// How many matches there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindMatches {
    /// The number of the current one, from 1; 0 where there is none.
    pub current: u32,
    /// At most `FIND_MATCHES_MAX`.
    pub count: u32,
    /// Whether the page has more than were counted.
    pub has_more: bool,
}

impl FindMatches {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        let is_current_one = (self.current == 0) == (self.count == 0);
        let is_full = self.count == FIND_MATCHES_MAX;
        let is_fine = self.count <= FIND_MATCHES_MAX
            && self.current <= self.count
            && is_current_one
            && (is_full || !self.has_more);
        if is_fine {
            Ok(())
        } else {
            Err(Misbehaviour::ValueOutOfRange)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_cannot_be_is_misbehaviour() {
        let matches = |current, count, has_more| {
            FindMatches {
                current,
                count,
                has_more,
            }
            .check()
        };
        for (current, count, has_more) in [
            (0, 0, false),
            (1, 1, false),
            (FIND_MATCHES_MAX, FIND_MATCHES_MAX, true),
        ] {
            assert_eq!(matches(current, count, has_more), Ok(()));
        }
        for (current, count, has_more) in [
            (1, 0, false),
            (0, 3, false),
            (4, 3, false),
            (1, 3, true),
            (1, FIND_MATCHES_MAX + 1, true),
            (u32::MAX, u32::MAX, false),
        ] {
            assert_eq!(
                matches(current, count, has_more),
                Err(Misbehaviour::ValueOutOfRange),
                "{current} of {count}"
            );
        }
    }
}
