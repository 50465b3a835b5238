//! Which tabs of a long strip are on show: as many as there is room for at a width that still can
//! be read and hit. The wheel and two buttons roll the strip; the active tab rolls into view when
//! it becomes the active one.

use protocol::ids::TabId;
use protocol::shell::ShellState;
use std::ops::Range;

/// Pixels beside the tabs: padding and the button for a new one.
const BESIDE_TABS: f32 = 46.0;
/// Where the first tab begins.
const TABS_X: f32 = 6.0;
const TAB_WIDTH_MAX: f32 = 221.0;
/// Narrower than this, tabs are not shrunk but rolled.
const TAB_WIDTH_MIN: f32 = 64.0;
/// Pixels of a button that rolls the strip.
const BUTTON_WIDTH: f32 = 52.0;
/// Pixels that the wheel turns for one tab.
const WHEEL_STEP: f32 = 30.0;

/// How far the strip is rolled.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    first: usize,
    /// The active tab that was rolled into view last.
    active: Option<TabId>,
    turned: f32,
}

/// The tabs on show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Their places among all tabs.
    pub(crate) places: Range<usize>,
    /// The width of each, with what parts it from the next.
    pub(crate) width: f32,
    /// How many tabs there are before and after those on show; `None`: all are.
    pub(crate) hidden: Option<(usize, usize)>,
}

impl Row {
    /// The place in the strip under that point, in pixels from the left.
    pub(crate) fn place_at(&self, x: f32) -> usize {
        let left = TABS_X + self.hidden.map_or(0.0, |_| BUTTON_WIDTH);
        let steps = ((x - left) / self.width).max(0.0) as usize;
        let last = self.places.end.saturating_sub(1);
        (self.places.start + steps).min(last)
    }
}

impl Roll {
    /// The tabs on show in a strip of that width.
    pub(crate) fn row(&mut self, state: &ShellState, width: f32) -> Row {
        let count = state.tabs.len();
        let room = width - BESIDE_TABS;
        let equal = room / count.max(1) as f32;
        if equal >= TAB_WIDTH_MIN || count < 2 {
            *self = Roll::default();
            return Row {
                places: 0..count,
                width: equal.clamp(1.0, TAB_WIDTH_MAX),
                hidden: None,
            };
        }
        let room = room - 2.0 * BUTTON_WIDTH;
        let shown = ((room / TAB_WIDTH_MIN).max(1.0) as usize).min(count);
        if self.active != state.active {
            self.active = state.active;
            let place = state
                .tabs
                .iter()
                .position(|tab| Some(tab.tab) == state.active);
            self.reveal(place.unwrap_or(0), shown);
        }
        self.first = self.first.min(count - shown);
        let places = self.first..self.first + shown;
        Row {
            width: (room / shown as f32).clamp(1.0, TAB_WIDTH_MAX),
            hidden: Some((places.start, count - places.end)),
            places,
        }
    }

    fn reveal(&mut self, place: usize, shown: usize) {
        let earliest = (place + 1).saturating_sub(shown);
        self.first = self.first.clamp(earliest, place.max(earliest));
    }

    /// The button to the left or to the right was pressed: a strip's width further.
    pub(crate) fn page(&mut self, row: &Row, is_later: bool) {
        let by = row.places.len().saturating_sub(1).max(1);
        self.first = if is_later {
            self.first.saturating_add(by)
        } else {
            self.first.saturating_sub(by)
        };
    }

    /// The wheel was turned over the tabs.
    pub(crate) fn wheel(&mut self, delta: f32) {
        self.turned += delta;
        let steps = (self.turned / WHEEL_STEP).trunc();
        self.turned -= steps * WHEEL_STEP;
        let by = steps.abs() as usize;
        self.first = if steps > 0.0 {
            self.first.saturating_add(by)
        } else {
            self.first.saturating_sub(by)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::shell::{TabMark, TabView};

    fn state(count: u32, active: u32) -> ShellState {
        let tab = |id| TabView {
            tab: TabId(id),
            title: String::new(),
            mark: TabMark::Ready,
        };
        ShellState {
            tabs: (1..=count).map(tab).collect(),
            active: Some(TabId(active)),
            ..crate::tests::shell_state()
        }
    }

    #[test]
    fn few_tabs_share_the_strip_and_many_roll_in_it() {
        let mut roll = Roll::default();
        assert_eq!(roll.row(&state(3, 1), 1280.0).width, TAB_WIDTH_MAX);
        let row = roll.row(&state(19, 19), 1280.0);
        assert_eq!((row.places, row.hidden), (0..19, None));
        let row = roll.row(&state(300, 1), 1280.0);
        assert_eq!((row.places.clone(), row.hidden), (0..17, Some((0, 283))));
        assert!(row.width >= TAB_WIDTH_MIN);
    }

    #[test]
    fn the_active_tab_rolls_into_view_once_and_the_user_may_roll_on() {
        let mut roll = Roll::default();
        assert_eq!(roll.row(&state(300, 300), 1280.0).places, 283..300);
        roll.wheel(-2.0 * WHEEL_STEP);
        let row = roll.row(&state(300, 300), 1280.0);
        assert_eq!(row.places, 281..298);
        roll.page(&row, false);
        assert_eq!(roll.row(&state(300, 300), 1280.0).places, 265..282);
        assert_eq!(roll.row(&state(300, 299), 1280.0).places, 282..299);
        roll.wheel(1e9);
        assert_eq!(roll.row(&state(300, 299), 1280.0).places, 283..300);
    }

    #[test]
    fn a_point_names_a_place_among_all_tabs() {
        let mut roll = Roll::default();
        let row = roll.row(&state(3, 1), 1280.0);
        assert_eq!([0.0, 300.0, 1200.0].map(|x| row.place_at(x)), [0, 1, 2]);
        let row = roll.row(&state(300, 300), 1280.0);
        assert_eq!([0.0, 1279.0].map(|x| row.place_at(x)), [283, 299]);
        assert_eq!(row.place_at(TABS_X + BUTTON_WIDTH + row.width * 1.5), 284);
    }
}
