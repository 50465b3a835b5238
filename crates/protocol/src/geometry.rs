//! Sizes and rectangles, in whole device pixels.

use crate::limits;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Width and height, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// A size, unchecked.
    pub const fn new(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    /// Whether a surface may have this size: neither side zero nor above its limit.
    pub const fn is_valid_surface(self) -> bool {
        self.width > 0
            && self.height > 0
            && self.width <= limits::SURFACE_WIDTH_MAX
            && self.height <= limits::SURFACE_HEIGHT_MAX
    }

    /// The nearest size that a surface may have.
    pub fn clamped_to_surface(self) -> Size {
        Size {
            width: self.width.clamp(1, limits::SURFACE_WIDTH_MAX),
            height: self.height.clamp(1, limits::SURFACE_HEIGHT_MAX),
        }
    }

    /// Bytes of one frame of this size with no padding between rows; `None` on overflow.
    pub fn frame_bytes(self) -> Option<usize> {
        (self.width as usize)
            .checked_mul(limits::PIXEL_BYTES)?
            .checked_mul(self.height as usize)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A rectangle with its top left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Rect {
    /// A rectangle from its corner and size.
    pub const fn new(x: u32, y: u32, width: u32, height: u32) -> Rect {
        Rect {
            x,
            y,
            width,
            height,
        }
    }

    /// The rectangle of that size at the origin.
    pub const fn from_size(size: Size) -> Rect {
        Rect::new(0, 0, size.width, size.height)
    }

    /// Its size.
    pub const fn size(self) -> Size {
        Size::new(self.width, self.height)
    }

    /// Whether it has no pixel.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// One past the right edge; saturates.
    pub const fn right(self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// One past the bottom edge; saturates.
    pub const fn bottom(self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// The pixels that both have.
    pub fn intersect(self, other: Rect) -> Rect {
        let x = self.x.max(other.x);
        let y = self.y.max(other.y);
        let right = self.right().min(other.right());
        let bottom = self.bottom().min(other.bottom());
        if right <= x || bottom <= y {
            return Rect::new(0, 0, 0, 0);
        }
        Rect::new(x, y, right - x, bottom - y)
    }

    /// The smallest rectangle that holds both.
    pub fn union(self, other: Rect) -> Rect {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        Rect::new(
            x,
            y,
            self.right().max(other.right()) - x,
            self.bottom().max(other.bottom()) - y,
        )
    }

    /// Whether the pixel at that place is in it.
    pub const fn contains(self, x: u32, y: u32) -> bool {
        x >= self.x && y >= self.y && x < self.right() && y < self.bottom()
    }
}
