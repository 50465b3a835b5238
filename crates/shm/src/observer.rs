//! A look at a surface by a process that is neither its producer nor its consumer.
//!
//! Trusts: nothing that is found there; both ends may be at work, and either may lie. Never:
//! writes, waits, or reads a pixel.

use crate::damage::Damage;
use crate::error::ShmError;
use crate::header::RawHeader;
use crate::latch;
use crate::layout::{LATCH_BYTES, Layout};
use crate::map::SharedView;
use protocol::geometry::{Rect, Size};
use protocol::limits::FRAME_SLOTS;
use std::os::fd::OwnedFd;

/// What a surface holds at one moment, as its ends claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The slot that neither side owns, unless the latch names none.
    pub between: Option<u32>,
    /// Whether the frame in it has not been taken.
    pub is_fresh: bool,
    /// The frames in the slots.
    pub slots: [SlotGlance; FRAME_SLOTS],
}

/// The frame in one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotGlance {
    /// Its number; 0: none yet.
    pub sequence: u64,
    /// The generation of its region.
    pub generation: u32,
    /// What has changed since the frame before; nothing, if what the header says makes no sense.
    pub damage: Damage,
}

/// Looks into the regions of a surface, both of which may be mapped for reading only.
pub fn glance(pixels: OwnedFd, latch: OwnedFd, size: Size) -> Result<Glance, ShmError> {
    let layout = Layout::of(size)?;
    let pixels = SharedView::readable(pixels, layout.region_bytes())?;
    let latch = SharedView::readable(latch, LATCH_BYTES)?;
    let (between, is_fresh) = latch::read(latch.read(0));
    let slot = |slot: usize| {
        let header: RawHeader = pixels.read(layout.header_offset(slot as u32));
        SlotGlance {
            sequence: header.sequence,
            generation: header.generation,
            damage: header
                .latest
                .check(Rect::from_size(size))
                .unwrap_or(Damage::none()),
        }
    };
    Ok(Glance {
        between,
        is_fresh,
        slots: std::array::from_fn(slot),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Consumer, Producer, SurfaceRegions};
    use protocol::ids::Generation;

    #[test]
    fn a_look_sees_each_slot_change_hands_and_changes_nothing() {
        let (size, generation) = (Size::new(64, 48), Generation(1));
        let made = SurfaceRegions::create(size).expect("regions");
        let fds = || {
            (
                made.pixels.dup().expect("fd"),
                made.latch.dup().expect("fd"),
            )
        };
        let look = || {
            let pixels = made.pixels.read_only().expect("fd");
            let latch = made.latch.read_only().expect("fd");
            glance(pixels, latch, size).expect("it can be mapped")
        };
        let (pixels, latch) = fds();
        let mut producer = Producer::new(pixels, latch, size, generation).expect("mapped");
        let (pixels, latch) = fds();
        let mut consumer = Consumer::new(pixels, latch, size, generation).expect("mapped");
        assert!(!look().is_fresh);
        producer.back().fill(1);
        producer.publish(producer.changes().as_slice());
        let published = look();
        assert!(published.is_fresh);
        let slot = published.between.expect("a slot") as usize;
        assert_eq!(published.slots[slot].sequence, 1);
        assert_eq!(look(), published, "looking changes nothing");
        consumer.take().expect("honest").expect("a frame");
        let taken = look();
        assert!(!taken.is_fresh);
        assert_ne!(taken.between, published.between);
        let other = Size::new(64, 49);
        let pixels = made.pixels.read_only().expect("fd");
        let latch = made.latch.read_only().expect("fd");
        assert!(glance(pixels, latch, other).is_err(), "of another size");
    }
}
