//! The tabs that were closed, so that the user can open them again.

use crate::state::history::History;

/// Most closed tabs that are remembered.
const CLOSED_MAX: usize = 16;

/// One closed tab.
#[derive(Debug)]
pub(crate) struct ClosedTab {
    pub(crate) history: History,
    /// Its place in the strip.
    pub(crate) place: usize,
}

/// The closed tabs, the last one at the end.
#[derive(Debug, Default)]
pub(crate) struct ClosedTabs {
    in_order: Vec<ClosedTab>,
}

impl ClosedTabs {
    /// Remembers a tab, unless it never showed anything.
    pub(crate) fn add(&mut self, history: History, place: usize) {
        if history.current().is_none() {
            return;
        }
        if self.in_order.len() == CLOSED_MAX {
            self.in_order.remove(0);
        }
        self.in_order.push(ClosedTab { history, place });
    }

    /// The tab that was closed last.
    pub(crate) fn take_last(&mut self) -> Option<ClosedTab> {
        self.in_order.pop()
    }

    pub(crate) fn len(&self) -> usize {
        self.in_order.len()
    }
}

/// Bound of [`ClosedTabs::len`], for the invariants.
pub(crate) const REMEMBERED_MAX: usize = CLOSED_MAX;
