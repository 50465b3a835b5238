//! Finds what differs between two frames, as rectangles.

use crate::damage::Damage;
use protocol::geometry::{Rect, Size};
use protocol::limits::PIXEL_BYTES;

/// Changed rows with at most this many equal rows between them share a rectangle.
const GAP_ROWS_MAX: u32 = 8;

/// Bytes compared at a time while the first and the last difference of a row are looked for.
const BLOCK_BYTES: usize = 64 * PIXEL_BYTES;

/// Adds the pixels of `area` that differ between two frames of that size, and some others: all
/// differences in neighbouring rows share one rectangle, the smallest that holds them.
pub(crate) fn differences(old: &[u8], new: &[u8], size: Size, area: Rect, damage: &mut Damage) {
    let stride = size.width as usize * PIXEL_BYTES;
    let columns = area.x as usize * PIXEL_BYTES..area.right() as usize * PIXEL_BYTES;
    let mut band: Option<Rect> = None;
    let rows = old.chunks_exact(stride).zip(new.chunks_exact(stride));
    let rows = (0..size.height).zip(rows);
    for (y, (old, new)) in rows.skip(area.y as usize).take(area.height as usize) {
        let Some((first, last)) = differing_columns(&old[columns.clone()], &new[columns.clone()])
        else {
            continue;
        };
        let row = Rect::new(area.x + first, y, last - first + 1, 1);
        band = match band {
            Some(above) if y - above.bottom() <= GAP_ROWS_MAX => Some(above.union(row)),
            finished => {
                finished.into_iter().for_each(|rect| damage.add(rect));
                Some(row)
            }
        };
    }
    band.into_iter().for_each(|rect| damage.add(rect));
}

/// The first and the last column in which two rows differ.
fn differing_columns(old: &[u8], new: &[u8]) -> Option<(u32, u32)> {
    // Most rows are equal, and this comparison is as fast as memory.
    if old == new {
        return None;
    }
    let blocks = || old.chunks(BLOCK_BYTES).zip(new.chunks(BLOCK_BYTES));
    let first_block = blocks().position(|(old, new)| old != new)?;
    let last_block = blocks().rposition(|(old, new)| old != new)?;
    let in_block = |block: usize| block * BLOCK_BYTES..old.len().min((block + 1) * BLOCK_BYTES);
    let pixels = |block: usize| {
        let range = in_block(block);
        let old = old[range.clone()].chunks_exact(PIXEL_BYTES);
        old.zip(new[range].chunks_exact(PIXEL_BYTES))
    };
    let column = |block: usize, pixel: usize| (block * BLOCK_BYTES / PIXEL_BYTES + pixel) as u32;
    let first = pixels(first_block).position(|(old, new)| old != new)?;
    let last = pixels(last_block).rposition(|(old, new)| old != new)?;
    Some((column(first_block, first), column(last_block, last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use protocol::limits::DAMAGE_RECTS_MAX;

    fn differences(old: &[u8], new: &[u8], size: Size) -> Damage {
        let mut damage = Damage::none();
        super::differences(old, new, size, Rect::from_size(size), &mut damage);
        damage
    }

    fn frame(size: Size) -> Vec<u8> {
        (0..size.frame_bytes().expect("a small frame"))
            .map(|at| (at * 7 % 251) as u8)
            .collect()
    }

    /// A frame like `frame`, with one byte of each of these pixels changed.
    fn changed(size: Size, pixels: &[(u32, u32, usize)]) -> Vec<u8> {
        let mut frame = frame(size);
        for &(x, y, byte) in pixels {
            let at = (y * size.width + x) as usize * PIXEL_BYTES + byte;
            frame[at] = !(at * 7 % 251) as u8;
        }
        frame
    }

    #[test]
    fn equal_frames_have_no_damage() {
        let size = Size::new(130, 9);
        assert!(differences(&frame(size), &frame(size), size).is_empty());
    }

    #[test]
    fn each_single_pixel_is_found_exactly_wherever_it_is() {
        // Wider than two blocks, with a rest.
        let size = Size::new(131, 3);
        let old = frame(size);
        for y in 0..size.height {
            for x in 0..size.width {
                for byte in 0..PIXEL_BYTES {
                    let new = changed(size, &[(x, y, byte)]);
                    let damage = differences(&old, &new, size);
                    assert_eq!(damage.as_slice(), [Rect::new(x, y, 1, 1)], "byte {byte}");
                }
            }
        }
    }

    #[test]
    fn a_wide_gap_of_equal_rows_parts_two_changes_and_a_narrow_one_does_not() {
        let size = Size::new(40, 40);
        let second = 3 + GAP_ROWS_MAX + 1;
        for (second, expected) in [
            (second, vec![Rect::new(5, 3, 26, second - 3 + 1)]),
            (
                second + 1,
                vec![Rect::new(5, 3, 1, 1), Rect::new(30, second + 1, 1, 1)],
            ),
        ] {
            let new = changed(size, &[(5, 3, 0), (30, second, 2)]);
            let damage = differences(&frame(size), &new, size);
            assert_eq!(damage.as_slice(), expected);
        }
    }

    proptest! {
        #[test]
        fn no_changed_pixel_is_missed_and_no_rectangle_is_larger_than_it_must_be(
            (width, height) in (1u32..300, 1u32..300),
            places in prop::collection::vec((any::<u32>(), any::<u32>(), 0usize..4), 0..60),
        ) {
            let size = Size::new(width, height);
            let places: Vec<_> = places
                .into_iter()
                .map(|(x, y, byte)| (x % width, y % height, byte))
                .collect();
            let damage = differences(&frame(size), &changed(size, &places), size);
            prop_assert_eq!(damage.is_empty(), places.is_empty());
            for &(x, y, _) in &places {
                prop_assert!(damage.iter().any(|rect| rect.contains(x, y)), "{x},{y} is missed");
            }
            if damage.as_slice().len() == DAMAGE_RECTS_MAX {
                // Some may have been united.
                return Ok(());
            }
            for rect in damage.iter() {
                let inside = places.iter().filter(|&&(x, y, _)| rect.contains(x, y));
                let tight = inside
                    .map(|&(x, y, _)| Rect::new(x, y, 1, 1))
                    .reduce(Rect::union);
                prop_assert_eq!(tight, Some(rect));
            }
        }
    }
}
