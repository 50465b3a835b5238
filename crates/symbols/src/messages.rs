//! What the asker and the process say to each other.

use ipc::{HandleKind, Message, Misbehaviour};
use serde::{Deserialize, Serialize};

/// Addresses in one question.
pub const ADDRESSES_MAX: usize = 128;
/// Bytes of one name.
pub const NAME_BYTES_MAX: usize = 256;
/// Layers of the sandbox that may have been tried.
const CANARIES_MAX: usize = 64;

/// Which names are these? Addresses in the file, as the crash handler notes them.
#[derive(Serialize, Deserialize)]
pub(crate) struct Question(pub Vec<u64>);

/// What the process says.
#[derive(Serialize, Deserialize)]
pub(crate) enum Answer {
    /// It is sealed, and this is what it tried on its own walls: layer and errno.
    Sealed(Vec<(u8, i32)>),
    /// A name for each address of the question, where there is one.
    Names(Vec<Option<String>>),
}

impl Message for Question {
    const MAX_HANDLES: usize = 0;

    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }

    fn check(&self) -> Result<(), Misbehaviour> {
        check_count(self.0.len(), ADDRESSES_MAX)
    }
}

impl Message for Answer {
    const MAX_HANDLES: usize = 0;

    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }

    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Answer::Sealed(canaries) => check_count(canaries.len(), CANARIES_MAX),
            Answer::Names(names) => {
                check_count(names.len(), ADDRESSES_MAX)?;
                let mut known = names.iter().flatten();
                if known.any(|name| !is_plain(name)) {
                    return Err(Misbehaviour::Oversized);
                }
                Ok(())
            }
        }
    }
}

fn check_count(count: usize, most: usize) -> Result<(), Misbehaviour> {
    if count > most {
        return Err(Misbehaviour::Oversized);
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    name.len() <= NAME_BYTES_MAX && !name.chars().any(char::is_control)
}

/// A text as a name: without control characters, and cut to its bound.
pub(crate) fn plain(text: &str) -> String {
    let mut name = text.replace(char::is_control, "\u{fffd}");
    name.truncate(name.floor_char_boundary(NAME_BYTES_MAX));
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_long_or_moves_a_terminal_is_refused() {
        for name in ["x".repeat(NAME_BYTES_MAX + 1), "a\u{1b}[2J".to_owned()] {
            let cleaned = plain(&name);
            assert!(Answer::Names(vec![None, Some(name)]).check().is_err());
            assert!(Answer::Names(vec![Some(cleaned)]).check().is_ok());
        }
    }

    #[test]
    fn more_than_was_agreed_on_is_refused() {
        assert!(Question(vec![0; ADDRESSES_MAX + 1]).check().is_err());
        assert!(
            Answer::Names(vec![None; ADDRESSES_MAX + 1])
                .check()
                .is_err()
        );
        assert!(
            Answer::Sealed(vec![(0, 0); CANARIES_MAX + 1])
                .check()
                .is_err()
        );
        assert!(Question(vec![0; ADDRESSES_MAX]).check().is_ok());
    }
}
