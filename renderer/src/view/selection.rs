//! What the user has selected in a page: by dragging, by double and triple click, with Shift, and
//! all of it.
//!
//! Blitz has a selection too. It is not used: it knows no words and no text without a box of its
//! own below the pointer, and takes long for a whole document.

use crate::view::text::{self, RootRef};
use blitz_dom::{BaseDocument, NodeId};
use std::ops::Range;
use std::time::{Duration, Instant};

/// The longest time between the clicks of a double click.
const CLICKS_APART: Duration = Duration::from_millis(500);
/// How far the pointer may move between them, in device pixels.
const CLICKS_REACH: f32 = 3.0;

/// A place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextPoint {
    pub(crate) root: RootRef,
    pub(crate) offset: usize,
}

/// What is selected, and how the next movement of the pointer changes it.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// Where it was begun and where it ends.
    pub(crate) range: Option<(TextPoint, TextPoint)>,
    /// What was pressed first, while the button is down.
    pub(crate) drag: Option<Drag>,
    last_press: Option<(Instant, f32, f32)>,
    /// Presses in a row.
    presses: u32,
}

/// What was pressed first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drag {
    pub(crate) unit: Unit,
    pub(crate) from: (TextPoint, TextPoint),
}

/// What a selection grows by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Character,
    Word,
    Line,
}

impl Selection {
    /// Selects that part of one inline root.
    pub(crate) fn set(&mut self, document: &BaseDocument, root: NodeId, range: &Range<usize>) {
        let root = RootRef::of(document, root);
        let point = |offset| TextPoint { root, offset };
        self.range = Some((point(range.start), point(range.end)));
        self.drag = None;
    }

    /// Nothing is selected.
    pub(crate) fn clear(&mut self) {
        self.range = None;
        self.drag = None;
    }

    /// Counts a press, which may be the second or third one of a click.
    pub(crate) fn count_press(&mut self, x: f32, y: f32) {
        let now = Instant::now();
        let is_again = self.last_press.is_some_and(|(at, last_x, last_y)| {
            let is_near = (x - last_x).abs() <= CLICKS_REACH && (y - last_y).abs() <= CLICKS_REACH;
            is_near && now.duration_since(at) < CLICKS_APART
        });
        self.last_press = Some((now, x, y));
        self.presses = if is_again {
            self.presses.saturating_add(1)
        } else {
            1
        };
    }

    /// How many presses there were in a row.
    pub(crate) fn presses(&self) -> u32 {
        self.presses
    }

    /// The selected parts, in the order of reading.
    pub(crate) fn parts(&self, document: &BaseDocument) -> Vec<(NodeId, Range<usize>)> {
        let Some((anchor, focus)) = self.range else {
            return Vec::new();
        };
        let (Some(one), Some(other)) =
            (anchor.root.resolve(document), focus.root.resolve(document))
        else {
            return Vec::new();
        };
        if one == other {
            let (start, end) = (
                anchor.offset.min(focus.offset),
                anchor.offset.max(focus.offset),
            );
            return part(document, one, start..end).into_iter().collect();
        }
        let roots = text::roots(document);
        let place = |id| roots.iter().position(|root| *root == id);
        let (Some(first), Some(last)) = (place(one), place(other)) else {
            return Vec::new();
        };
        let (first, last, start, end) = if first < last {
            (first, last, anchor.offset, focus.offset)
        } else {
            (last, first, focus.offset, anchor.offset)
        };
        let within = &roots[first..=last];
        let range_of = |index: usize| {
            let start = if index == 0 { start } else { 0 };
            let end = if index + 1 == within.len() {
                end
            } else {
                usize::MAX
            };
            start..end
        };
        let parts = within.iter().enumerate();
        parts
            .filter(|(_, root)| text::is_selectable(document, **root))
            .filter_map(|(index, root)| part(document, *root, range_of(index)))
            .collect()
    }
}

/// A part of an inline root's text, as far as there is text; `None` where there is none.
fn part(
    document: &BaseDocument,
    root: NodeId,
    range: Range<usize>,
) -> Option<(NodeId, Range<usize>)> {
    let text = &text::layout_of(document, root)?.text;
    // A script may have put another text there.
    let range = text.floor_char_boundary(range.start)..text.floor_char_boundary(range.end);
    (!range.is_empty()).then_some((root, range))
}
