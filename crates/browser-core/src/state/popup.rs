//! The open menu, or the list under the address bar: its rows, what each one does, and where it is.

use protocol::appearance::Percent;
use protocol::geometry::Rect;
use protocol::ids::{ProcessId, SurfaceId, TabId};
use protocol::limits::{POPUP_PADDING, POPUP_ROW_HEIGHT, POPUP_ROWS_MAX, POPUP_TEXT_BYTES_MAX};
use protocol::shell::{Popup as PopupView, PopupRow};

/// What the choice of a row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Back in the tab's history.
    Back(TabId),
    Close(TabId),
    /// Close all tabs but that one.
    CloseOthers(TabId),
    /// Open the console of the tab in a new tab.
    Console(TabId),
    /// Copy the selected text of a surface.
    Copy(SurfaceId),
    /// Copy an address.
    CopyAddress(String),
    Cut(SurfaceId),
    /// Open the tab's page in another tab, with its history.
    Duplicate(TabId),
    /// Forward in the tab's history.
    Forward(TabId),
    /// Go to an address in the tab, as if it had been typed.
    Go(TabId, String),
    NewTab,
    /// Open an address that the page of that process named, in a new tab.
    Open(TabId, ProcessId, String),
    /// Paste into the focused input of a surface.
    Paste(SurfaceId),
    Reload(TabId),
    /// Open the tab again that was closed last.
    Reopen,
    SelectAll(SurfaceId),
    /// End the scripts of the tab's page.
    StopScript(TabId),
    /// Turn the scripts of the tab's site off, or on again.
    ToggleScripts(TabId),
    /// Open the source of the tab's page in a new tab.
    ViewSource(TabId),
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PopupKind {
    /// The list under the address bar. The keyboard stays in the address bar.
    Addresses,
    /// A context menu. It has the keyboard.
    Menu,
}

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    view: PopupRow,
    choice: Choice,
}

impl Row {
    /// A row of a menu. `key` is what does the same by keyboard, or nothing.
    pub(crate) fn new(text: &str, key: &str, choice: Choice) -> Row {
        let shorten = |text| crate::text::shorten(text, POPUP_TEXT_BYTES_MAX);
        Row {
            view: PopupRow {
                text: shorten(text),
                detail: shorten(key),
                is_enabled: true,
                begins_group: false,
            },
            choice,
        }
    }

    /// It cannot be chosen unless `is_enabled`.
    pub(crate) fn enabled(mut self, is_enabled: bool) -> Row {
        self.view.is_enabled = is_enabled;
        self
    }

    /// A line parts it from the row above.
    pub(crate) fn begins_group(mut self) -> Row {
        self.view.begins_group = true;
        self
    }
}

/// The open menu or list.
#[derive(Debug)]
pub(crate) struct Popup {
    pub(crate) kind: PopupKind,
    /// The tab that was shown when it was opened.
    pub(crate) tab: Option<TabId>,
    rows: Vec<Row>,
    selected: Option<usize>,
    /// Where it is in the window.
    pub(crate) rect: Rect,
    /// The display's.
    scale: Percent,
    /// The row on which a button went down.
    pub(crate) pressed: Option<usize>,
}

impl Popup {
    /// With its first rows, as many as there may be.
    pub(crate) fn new(
        kind: PopupKind,
        tab: Option<TabId>,
        mut rows: Vec<Row>,
        scale: Percent,
    ) -> Popup {
        rows.truncate(POPUP_ROWS_MAX);
        Popup {
            kind,
            tab,
            rows,
            selected: None,
            rect: Rect::new(0, 0, 1, 1),
            scale,
            pressed: None,
        }
    }

    /// The height that all rows need.
    pub(crate) fn height(&self) -> u32 {
        self.scale
            .of(self.rows.len() as u32 * POPUP_ROW_HEIGHT + 2 * POPUP_PADDING)
    }

    /// The row at a place of the window that can be chosen.
    pub(crate) fn row_at(&self, x: f32, y: f32) -> Option<usize> {
        if x < 0.0 || y < 0.0 || !self.rect.contains(x as u32, y as u32) {
            return None;
        }
        let below = f64::from(y as u32 - self.rect.y) / self.scale.factor();
        let below = (below as u32).checked_sub(POPUP_PADDING)?;
        let row = (below / POPUP_ROW_HEIGHT) as usize;
        let is_enabled = self.rows.get(row)?.view.is_enabled;
        is_enabled.then_some(row)
    }

    pub(crate) fn select(&mut self, row: Option<usize>) {
        self.selected = row;
    }

    /// Moves the selection up or down to the next row that can be chosen, round and round.
    pub(crate) fn step(&mut self, by: isize) {
        let count = self.rows.len() as isize;
        let from = match self.selected {
            Some(row) => row as isize,
            None if by > 0 => -1,
            None => count,
        };
        let places = (1..=count).map(|step| (from + by * step).rem_euclid(count) as usize);
        let next = places
            .into_iter()
            .find(|&row| self.rows[row].view.is_enabled);
        self.selected = next.or(self.selected);
    }

    /// The first or the last row that can be chosen.
    pub(crate) fn select_end(&mut self, is_last: bool) {
        self.selected = None;
        self.step(if is_last { -1 } else { 1 });
    }

    /// What the selected row does.
    pub(crate) fn chosen(&self) -> Option<Choice> {
        let row = self.rows.get(self.selected?)?;
        row.view.is_enabled.then(|| row.choice.clone())
    }

    /// What the shell paints.
    pub(crate) fn view(&self) -> PopupView {
        PopupView {
            rows: self.rows.iter().map(|row| row.view.clone()).collect(),
            selected: self.selected.and_then(|row| u8::try_from(row).ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu() -> Popup {
        menu_at(Percent::HUNDRED)
    }

    fn menu_at(scale: Percent) -> Popup {
        let tab = TabId(1);
        let rows = vec![
            Row::new("Back", "", Choice::Back(tab)).enabled(false),
            Row::new("Reload", "", Choice::Reload(tab)),
            Row::new("Close", "", Choice::Close(tab)),
        ];
        let mut popup = Popup::new(PopupKind::Menu, Some(tab), rows, scale);
        popup.rect = Rect::new(10, 20, 200, popup.height());
        popup
    }

    #[test]
    fn rows_grow_with_the_scale_of_the_display() {
        let popup = menu_at(Percent(200));
        let row = |y: u32| popup.row_at(15.0, (20 + y) as f32);
        let first = 2 * POPUP_PADDING;
        assert_eq!(row(first + 2 * POPUP_ROW_HEIGHT + 1), Some(1));
        assert_eq!(row(first + 4 * POPUP_ROW_HEIGHT + 1), Some(2));
        assert_eq!(popup.rect.height, 2 * menu().rect.height);
    }

    #[test]
    fn arrows_pass_over_what_cannot_be_chosen() {
        let mut popup = menu();
        popup.step(1);
        assert_eq!(popup.chosen(), Some(Choice::Reload(TabId(1))));
        popup.step(-1);
        assert_eq!(popup.chosen(), Some(Choice::Close(TabId(1))));
        popup.select_end(false);
        assert_eq!(popup.chosen(), Some(Choice::Reload(TabId(1))));
    }

    #[test]
    fn rows_are_where_the_shell_paints_them() {
        let popup = menu();
        let row = |y: u32| popup.row_at(15.0, (20 + POPUP_PADDING + y) as f32);
        assert_eq!(row(2), None, "it cannot be chosen");
        assert_eq!(row(POPUP_ROW_HEIGHT), Some(1));
        assert_eq!(row(3 * POPUP_ROW_HEIGHT - 1), Some(2));
        assert_eq!(row(3 * POPUP_ROW_HEIGHT + 1), None);
        assert_eq!(popup.row_at(9.0, 60.0), None);
        assert_eq!(popup.row_at(f32::NAN, 60.0), None);
    }
}
