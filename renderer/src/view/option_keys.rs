//! The keys that choose among options, of a select or of its open list.

use crate::document::forms;
use blitz_dom::{BaseDocument, NodeId};
use protocol::input::Key;

/// Which of `options` a key chooses, from the one at `at`.
pub(crate) fn next_option(
    document: &BaseDocument,
    options: &[NodeId],
    at: Option<usize>,
    key: Key,
) -> Option<usize> {
    const PAGE: usize = 10;
    let last = options.len().checked_sub(1)?;
    let next = match key {
        Key::ArrowDown | Key::ArrowRight => at.map_or(0, |at| at + 1),
        Key::ArrowUp | Key::ArrowLeft => at.map_or(last, |at| at.saturating_sub(1)),
        Key::PageDown => at.map_or(0, |at| at + PAGE),
        Key::PageUp => at.map_or(0, |at| at.saturating_sub(PAGE)),
        Key::Home => 0,
        Key::End => last,
        Key::Character(typed) if typed != ' ' => {
            let starts = |at: &usize| {
                let label = forms::label(document, options[*at]);
                let first = label.chars().next();
                first.is_some_and(|first| first.to_lowercase().eq(typed.to_lowercase()))
            };
            let from = at.map_or(0, |at| at + 1);
            (from..=last).chain(0..from.min(last + 1)).find(starts)?
        }
        _ => return None,
    };
    Some(next.min(last))
}
