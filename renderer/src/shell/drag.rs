//! A tab that the pointer drags along the strip.

use super::roll::Row;
use protocol::ids::TabId;
use protocol::shell::{FromShell, ShellState};

/// Pixels that the pointer must move before a click becomes a drag.
const THRESHOLD: f32 = 8.0;

/// The tab on which the button went down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drag {
    tab: TabId,
    from_x: f32,
    is_moved: bool,
    /// The place that was asked for last.
    asked: Option<usize>,
}

impl Drag {
    pub(crate) fn new(tab: TabId, x: f32) -> Drag {
        Drag {
            tab,
            from_x: x,
            is_moved: false,
            asked: None,
        }
    }

    /// The pointer is there: asks for the place under it if the tab has another.
    pub(crate) fn pull(&mut self, x: f32, state: &ShellState, row: &Row) -> Option<FromShell> {
        self.is_moved |= (x - self.from_x).abs() > THRESHOLD;
        let place = row.place_at(x);
        let present = state.tabs.iter().position(|tab| tab.tab == self.tab);
        if !self.is_moved || present == Some(place) || self.asked == Some(place) {
            return None;
        }
        self.asked = Some(place);
        Some(FromShell::Move(self.tab, u16::try_from(place).ok()?))
    }

    /// The button goes up: what was dragged is shown, and what was not was clicked.
    pub(crate) fn end(self) -> Option<FromShell> {
        self.is_moved.then_some(FromShell::Activate(self.tab))
    }
}
