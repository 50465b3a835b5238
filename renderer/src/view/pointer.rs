//! The pointer of one view.

use blitz_traits::events::MouseEventButtons;

/// Where the pointer is, and which of its buttons are down.
#[derive(Debug)]
pub(crate) struct Pointer {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) buttons: MouseEventButtons,
    /// Whether it is over this view at all.
    pub(crate) is_inside: bool,
    /// Holds the scroll bar's thumb, so many pixels below the thumb's top.
    pub(crate) holds_thumb: Option<f64>,
    /// Whether the page wanted nothing of a press, so that it selects nothing.
    pub(crate) is_refused: bool,
}

impl Pointer {
    /// Where it is, in the view's pixels, if it is over the view.
    pub(crate) fn position(&self) -> Option<(f32, f32)> {
        self.is_inside.then_some((self.x, self.y))
    }
}

impl Default for Pointer {
    fn default() -> Pointer {
        Pointer {
            x: 0.0,
            y: 0.0,
            buttons: MouseEventButtons::None,
            is_inside: false,
            holds_thumb: None,
            is_refused: false,
        }
    }
}
