//! The layout of a surface's pixel region: three slots, each a header page and then the pixels,
//! padded to whole pages. The arithmetic is checked and cannot overflow for any size.

use crate::error::ShmError;
use protocol::geometry::Size;
use protocol::limits::{FRAME_SLOTS, PIXEL_BYTES};

/// Granularity of everything, in bytes: a page of x86-64.
pub const PAGE_BYTES: usize = 4096;

/// Bytes of the latch region.
pub const LATCH_BYTES: usize = PAGE_BYTES;

/// The layout of one surface's pixel region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    size: Size,
    frame_bytes: usize,
    slot_bytes: usize,
}

impl Layout {
    /// The layout for frames of that size; an error if no surface may have it.
    pub fn of(size: Size) -> Result<Layout, ShmError> {
        let invalid = ShmError::InvalidSize {
            width: size.width,
            height: size.height,
        };
        let Some(frame_bytes) = size.frame_bytes().filter(|_| size.is_valid_surface()) else {
            return Err(invalid);
        };
        let Some(slot_bytes) = frame_bytes
            .checked_next_multiple_of(PAGE_BYTES)
            .and_then(|pixels| pixels.checked_add(PAGE_BYTES))
            .filter(|slot| slot.checked_mul(FRAME_SLOTS).is_some())
        else {
            return Err(invalid);
        };
        Ok(Layout {
            size,
            frame_bytes,
            slot_bytes,
        })
    }

    /// The frames' size.
    pub fn size(self) -> Size {
        self.size
    }

    /// Bytes from one row to the next.
    pub fn stride(self) -> u32 {
        self.size.width * PIXEL_BYTES as u32
    }

    /// Bytes of one frame's pixels.
    pub fn frame_bytes(self) -> usize {
        self.frame_bytes
    }

    /// Bytes of the whole region.
    pub fn region_bytes(self) -> usize {
        self.slot_bytes * FRAME_SLOTS
    }

    /// Where a slot's header begins.
    pub fn header_offset(self, slot: u32) -> usize {
        assert!(
            (slot as usize) < FRAME_SLOTS,
            "a slot index is checked before it is used"
        );
        self.slot_bytes * slot as usize
    }

    /// Where a slot's pixels begin.
    pub fn pixels_offset(self, slot: u32) -> usize {
        self.header_offset(slot) + PAGE_BYTES
    }

    /// Where, counted from a slot's first pixel, `pixels` pixels from column `x` of row `y` begin;
    /// `None` if they are not all in the frame.
    pub fn row_offset(self, y: u32, x: u32, pixels: usize) -> Option<usize> {
        let right = (x as usize).checked_add(pixels)?;
        if y >= self.size.height || right > self.size.width as usize {
            return None;
        }
        Some(y as usize * self.stride() as usize + x as usize * PIXEL_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_that_no_surface_may_have_have_no_layout() {
        for (width, height) in [(0, 1), (1, 0), (u32::MAX, u32::MAX), (7681, 1), (1, 4321)] {
            let error = Layout::of(Size::new(width, height)).expect_err("refused");
            assert!(error.misbehaviour().is_some());
        }
    }

    proptest! {
        #[test]
        fn slots_do_not_overlap_and_end_inside_the_region(
            width in 1u32..=7680,
            height in 1u32..=4320,
        ) {
            let layout = Layout::of(Size::new(width, height)).expect("valid");
            for slot in 0..FRAME_SLOTS as u32 {
                let end = layout.pixels_offset(slot) + layout.frame_bytes();
                let next = if slot + 1 < FRAME_SLOTS as u32 {
                    layout.header_offset(slot + 1)
                } else {
                    layout.region_bytes()
                };
                prop_assert!(end <= next);
                prop_assert_eq!(layout.pixels_offset(slot) % PAGE_BYTES, 0);
            }
        }

        #[test]
        fn a_row_is_inside_the_frame_or_refused(
            width in 1u32..=100, height in 1u32..=100, y: u32, x: u32, pixels: usize,
            near in any::<bool>(),
        ) {
            let [y, x] = [y, x].map(|n| if near { n % 110 } else { n });
            let pixels = if near { pixels % 110 } else { pixels };
            let layout = Layout::of(Size::new(width, height)).expect("valid");
            if let Some(offset) = layout.row_offset(y, x, pixels) {
                prop_assert!(offset + pixels * PIXEL_BYTES <= layout.frame_bytes());
                prop_assert!(x as usize + pixels <= width as usize);
            }
        }
    }
}
