//! The scroll bar of a document: where its thumb is, and what dragging it does. Blitz draws bars
//! for scrolling boxes but none for the view.
//!
//! Owns: its geometry. Trusts: Blitz for the document's height. Never: takes room from the
//! document; it lies over its right edge.

use blitz_dom::BaseDocument;
use kurbo::RoundedRect;
use protocol::appearance::Appearance;
use protocol::geometry::Size;

const WIDTH: f64 = 7.0;
const GAP: f64 = 2.0;
const LENGTH_MIN: f64 = 28.0;
/// Width of the strip in which the pointer takes the thumb.
const REACH: f64 = 12.0;

/// The scroll bar of a document that is higher than its view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ScrollBar {
    right: f64,
    /// Top of the thumb.
    top: f64,
    length: f64,
    /// Pixels of the layout for one pixel of thumb.
    ratio: f64,
}

impl ScrollBar {
    /// `None` where there is nothing to scroll. The bar is in pixels at scale 1, and as large on a
    /// page that is enlarged.
    pub(crate) fn of(
        document: &BaseDocument,
        view: Size,
        appearance: &Appearance,
    ) -> Option<ScrollBar> {
        let (scale, zoom) = (appearance.scale.factor(), appearance.zoom.factor());
        let bar = ScrollBar::at(
            f64::from(view.height) / scale,
            height_of(document) * zoom,
            document.viewport_scroll().y * zoom,
            f64::from(view.width) / scale,
        )?;
        let ratio = bar.ratio / zoom;
        Some(ScrollBar { ratio, ..bar })
    }

    fn at(shown: f64, whole: f64, scrolled: f64, width: f64) -> Option<ScrollBar> {
        if whole <= shown + 1.0 || shown <= LENGTH_MIN + 2.0 * GAP {
            return None;
        }
        let track = shown - 2.0 * GAP;
        let length = (track * shown / whole).max(LENGTH_MIN);
        let ratio = (whole - shown) / (track - length);
        let top = GAP + (scrolled / ratio).clamp(0.0, track - length);
        Some(ScrollBar {
            right: width - GAP,
            top,
            length,
            ratio,
        })
    }

    pub(crate) fn thumb(&self) -> RoundedRect {
        let left = self.right - WIDTH;
        RoundedRect::new(
            left,
            self.top,
            self.right,
            self.top + self.length,
            WIDTH / 2.0,
        )
    }

    /// Whether the pointer takes the thumb there, and how far below its top.
    pub(crate) fn grab(&self, x: f32, y: f32) -> Option<f64> {
        let below = f64::from(y) - self.top;
        let is_over = f64::from(x) >= self.right + GAP - REACH;
        (is_over && (0.0..=self.length).contains(&below)).then_some(below)
    }

    /// How far the document is scrolled when the thumb, grabbed `below` its top, is at `y`.
    pub(crate) fn scroll_for(&self, y: f32, below: f64) -> f64 {
        ((f64::from(y) - below - GAP) * self.ratio).max(0.0)
    }
}

/// Height of the whole document, in pixels.
fn height_of(document: &BaseDocument) -> f64 {
    let Some(root) = document.try_root_element() else {
        return 0.0;
    };
    let layout = root.final_layout();
    f64::from(
        layout
            .size
            .height
            .max(layout.scrollable_overflow_rect.bottom),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_fits_has_no_bar() {
        assert_eq!(ScrollBar::at(300.0, 300.0, 0.0, 400.0), None);
    }

    #[test]
    fn dragging_the_thumb_to_the_end_shows_the_end() {
        let bar = ScrollBar::at(300.0, 3000.0, 0.0, 400.0).expect("scrolls");
        let below = bar.grab(395.0, 10.0).expect("on the thumb");
        assert_eq!(bar.scroll_for(10.0, below), 0.0);
        let end = 300.0 - GAP - bar.length + below;
        assert!((bar.scroll_for(end as f32, below) - 2700.0).abs() < 1.0);
        assert_eq!(bar.grab(380.0, 10.0), None);
    }
}
