//! Finds text in a view: which match is current, and how it comes into view.

use crate::view::find::{Match, first_in_view, folded, place_of, scroll_boxes};
use crate::view::text;
use crate::view::view::{View, scroll_to};
use protocol::find::{FindMatches, FindStep};

/// Pixels at the top of the view, at zoom 1, where the bar for finding text may lie over a match.
const BAR_PIXELS: f64 = 60.0;

impl View {
    /// Marks every match of `text` and scrolls to the one that is current from now on.
    pub(crate) fn find(&mut self, request: u32, text: &str, step: FindStep) -> FindMatches {
        let Some(document) = &self.document else {
            return FindMatches::default();
        };
        let mut find = self.find.take().unwrap_or_default();
        find.request = request;
        let last = find
            .current
            .and_then(|index| find.matches.get(index))
            .cloned();
        find.needle = folded(text).map(|(character, _)| character).collect();
        find.search(document);
        let count = find.matches.len();
        let same = last.and_then(|last| {
            let begins = |it: &Match| it.root == last.root && it.range.start == last.range.start;
            find.matches.iter().position(begins)
        });
        let from_here = || first_in_view(document, &find.matches);
        find.current = match (same, step) {
            _ if count == 0 => None,
            (Some(index), FindStep::Stay) => Some(index),
            (Some(index), FindStep::Next) => Some((index + 1) % count),
            (Some(index), FindStep::Previous) => Some((index + count - 1) % count),
            (None, _) => Some(from_here()),
        };
        let counts = find.counts();
        self.find = Some(find);
        self.show_match();
        self.request_paint();
        counts
    }

    /// Takes the marks away; the current match is selected.
    pub(crate) fn close_find(&mut self) {
        let Some(find) = self.find.take() else { return };
        let current = find.current.and_then(|index| find.matches.get(index));
        if let (Some(document), Some(current)) = (&self.document, current) {
            self.selection.set(document, current.root, &current.range);
        }
        self.request_paint();
    }

    /// Searches again if the text was laid out anew. Returns what is found now.
    pub(crate) fn refresh_find(&mut self) -> Option<(u32, FindMatches)> {
        let document = self.document.as_ref()?;
        let find = self.find.as_mut().filter(|find| find.is_stale)?;
        find.search(document);
        let count = find.matches.len();
        find.current = match find.current {
            _ if count == 0 => None,
            Some(index) => Some(index.min(count - 1)),
            None => Some(first_in_view(document, &find.matches)),
        };
        let answer = (find.request, find.counts());
        self.request_paint();
        Some(answer)
    }

    /// The text is laid out anew: what was found in it is no longer where it was.
    pub(crate) fn outdate_find(&mut self) {
        if let Some(find) = &mut self.find {
            find.is_stale = true;
        }
    }

    /// Scrolls to the current match, if it is not in view.
    fn show_match(&mut self) {
        let Some(find) = &self.find else { return };
        let current = find
            .current
            .and_then(|index| find.matches.get(index))
            .cloned();
        let (Some(document), Some(current)) = (&mut self.document, current) else {
            return;
        };
        scroll_boxes(document, &current);
        let Some(rect) = place_of(document, &current) else {
            return;
        };
        let (width, height) = self.view_size();
        let bar = BAR_PIXELS / self.appearance.zoom.factor();
        let Some(document) = &mut self.document else {
            return;
        };
        if text::is_fixed(document, current.root) {
            return;
        }
        let scroll = document.viewport_scroll();
        if rect.y0 < scroll.y + bar || rect.y1 > scroll.y + height {
            scroll_to(document, rect.center().y - height / 2.0);
        }
        if rect.x0 < scroll.x || rect.x1 > scroll.x + width {
            document.scroll_viewport_by(scroll.x - (rect.center().x - width / 2.0), 0.0);
        }
        self.set_anchor(None);
    }
}
