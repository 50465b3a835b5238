//! The pixels that changed in a frame: a bounded set of rectangles. A full set grows the rectangle
//! that grows least, so no added pixel is lost. Callers keep rectangles inside the frame.

use protocol::geometry::{Rect, Size};
use protocol::limits::DAMAGE_RECTS_MAX;

/// At most [`DAMAGE_RECTS_MAX`] rectangles, none of them empty. They may overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Damage {
    rects: [Rect; DAMAGE_RECTS_MAX],
    count: usize,
}

impl Damage {
    /// Nothing.
    pub const fn none() -> Damage {
        Damage {
            rects: [Rect::new(0, 0, 0, 0); DAMAGE_RECTS_MAX],
            count: 0,
        }
    }

    /// A whole frame.
    pub fn full(size: Size) -> Damage {
        let mut damage = Damage::none();
        damage.add(Rect::from_size(size));
        damage
    }

    /// Adds a rectangle's pixels, and beyond the bound some more.
    pub fn add(&mut self, rect: Rect) {
        if rect.is_empty() || self.as_slice().iter().any(|old| old.union(rect) == *old) {
            return;
        }
        if self.count < DAMAGE_RECTS_MAX {
            self.rects[self.count] = rect;
            self.count += 1;
            return;
        }
        let growth = |old: &Rect| area(old.union(rect)) - area(*old);
        if let Some(nearest) = self.rects.iter_mut().min_by_key(|old| growth(old)) {
            *nearest = nearest.union(rect);
        }
    }

    /// Adds all of another's pixels.
    pub fn merge(&mut self, other: &Damage) {
        for rect in other.as_slice() {
            self.add(*rect);
        }
    }

    /// The rectangles.
    pub fn as_slice(&self) -> &[Rect] {
        &self.rects[..self.count]
    }

    /// The rectangles, one by one.
    pub fn iter(&self) -> impl Iterator<Item = Rect> + '_ {
        self.as_slice().iter().copied()
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The smallest rectangle that holds all.
    pub fn bounds(&self) -> Rect {
        self.iter().fold(Rect::new(0, 0, 0, 0), Rect::union)
    }
}

fn area(rect: Rect) -> u64 {
    u64::from(rect.width) * u64::from(rect.height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_added_pixel_is_ever_lost(
            rects in prop::collection::vec((0u32..40, 0u32..40, 0u32..9, 0u32..9), 0..40),
        ) {
            let mut damage = Damage::none();
            for &(x, y, width, height) in &rects {
                damage.add(Rect::new(x, y, width, height));
            }
            prop_assert!(damage.as_slice().len() <= DAMAGE_RECTS_MAX);
            prop_assert!(damage.iter().all(|rect| !rect.is_empty()));
            for &(x, y, width, height) in &rects {
                for (px, py) in (0..width * height).map(|n| (x + n % width, y + n / width)) {
                    prop_assert!(damage.iter().any(|rect| rect.contains(px, py)));
                }
            }
        }
    }

    #[test]
    fn what_is_already_covered_takes_no_place() {
        let mut damage = Damage::full(Size::new(10, 10));
        damage.add(Rect::new(2, 2, 3, 3));
        assert_eq!(damage.as_slice().len(), 1);
        assert_eq!(damage.bounds(), Rect::new(0, 0, 10, 10));
    }
}
