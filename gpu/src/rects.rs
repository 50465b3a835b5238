//! Bounded sets of rectangles: the pixels that must be drawn again. A full set covers more pixels
//! than were added, never fewer, and never allocates.

use protocol::geometry::Rect;

/// Most rectangles of one set.
pub const RECTS_MAX: usize = 32;

/// A set of pixels, as at most [`RECTS_MAX`] rectangles that may overlap.
#[derive(Clone, Copy, Debug)]
pub struct Rects {
    rects: [Rect; RECTS_MAX],
    len: usize,
}

impl Rects {
    /// The empty set.
    pub const fn new() -> Rects {
        Rects {
            rects: [Rect::new(0, 0, 0, 0); RECTS_MAX],
            len: 0,
        }
    }

    /// Whether no pixel is in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its rectangles, none of them empty.
    pub fn as_slice(&self) -> &[Rect] {
        &self.rects[..self.len]
    }

    /// Makes it empty.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds the pixels of `rect`. Rectangles whose union is no larger than the two together become
    /// one; with no room left, those grow together that waste the fewest pixels.
    pub fn add(&mut self, rect: Rect) {
        let mut rect = rect;
        if rect.is_empty() {
            return;
        }
        while let Some(at) = self
            .as_slice()
            .iter()
            .position(|&other| waste(other, rect) <= 0)
        {
            rect = rect.union(self.take(at));
        }
        if self.len == RECTS_MAX {
            let nearest = (0..self.len)
                .min_by_key(|&at| waste(self.rects[at], rect))
                .expect("a full set has rectangles");
            let grown = self.take(nearest).union(rect);
            self.add(grown);
            return;
        }
        self.rects[self.len] = rect;
        self.len += 1;
    }

    /// Adds the pixels of another set.
    pub fn add_all(&mut self, other: &Rects) {
        for &rect in other.as_slice() {
            self.add(rect);
        }
    }

    fn take(&mut self, at: usize) -> Rect {
        let taken = self.rects[at];
        self.len -= 1;
        self.rects[at] = self.rects[self.len];
        taken
    }
}

impl Default for Rects {
    fn default() -> Rects {
        Rects::new()
    }
}

/// Pushes the pixels of `from` that are not in `hole`, as at most four rectangles.
pub fn subtract(from: Rect, hole: Rect, out: &mut Vec<Rect>) {
    let hole = from.intersect(hole);
    if hole.is_empty() {
        out.push(from);
        return;
    }
    let pieces = [
        Rect::new(from.x, from.y, from.width, hole.y - from.y),
        Rect::new(
            from.x,
            hole.bottom(),
            from.width,
            from.bottom() - hole.bottom(),
        ),
        Rect::new(from.x, hole.y, hole.x - from.x, hole.height),
        Rect::new(
            hole.right(),
            hole.y,
            from.right() - hole.right(),
            hole.height,
        ),
    ];
    out.extend(pieces.into_iter().filter(|piece| !piece.is_empty()));
}

/// Pixels that are in the union of both but in neither; negative where they overlap more than that.
fn waste(a: Rect, b: Rect) -> i64 {
    area(a.union(b)) - area(a) - area(b)
}

fn area(rect: Rect) -> i64 {
    i64::from(rect.width) * i64::from(rect.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pixel_is_lost_when_the_set_is_full() {
        let mut set = Rects::new();
        let added: Vec<Rect> = (0..200)
            .map(|n| Rect::new(n * 37 % 900, n * 53 % 700, 5, 4))
            .collect();
        for &rect in &added {
            set.add(rect);
        }
        assert!(set.as_slice().len() <= RECTS_MAX);
        for rect in added {
            for (x, y) in [(rect.x, rect.y), (rect.right() - 1, rect.bottom() - 1)] {
                assert!(
                    set.as_slice().iter().any(|r| r.contains(x, y)),
                    "{x},{y} is lost"
                );
            }
        }
    }

    #[test]
    fn neighbours_and_contained_rectangles_become_one() {
        let mut set = Rects::new();
        set.add(Rect::new(0, 0, 10, 10));
        set.add(Rect::new(0, 10, 10, 10));
        set.add(Rect::new(2, 2, 3, 3));
        assert_eq!(set.as_slice(), [Rect::new(0, 0, 10, 20)]);
    }

    #[test]
    fn subtraction_leaves_exactly_the_pixels_outside_the_hole() {
        let from = Rect::new(3, 4, 11, 9);
        for hole in [
            Rect::new(5, 6, 2, 2),
            Rect::new(0, 0, 100, 100),
            Rect::new(0, 0, 6, 100),
            Rect::new(12, 11, 9, 9),
            Rect::new(50, 50, 1, 1),
        ] {
            let mut pieces = Vec::new();
            subtract(from, hole, &mut pieces);
            for y in 0..20 {
                for x in 0..20 {
                    let wanted = from.contains(x, y) && !hole.contains(x, y);
                    let times = pieces.iter().filter(|p| p.contains(x, y)).count();
                    assert_eq!(times, usize::from(wanted), "{x},{y} with {hole:?}");
                }
            }
        }
    }
}
