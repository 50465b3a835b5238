//! The producer of a surface: it paints frames and publishes them.
//!
//! Owns: which slot it may paint, and what has changed since the last frame that the consumer is
//! known to have. Trusts: the broker, which gives the right to write pixels to this process alone;
//! the consumer not at all. Never: waits for the consumer.

use crate::compare;
use crate::damage::Damage;
use crate::error::ShmError;
use crate::header::RawHeader;
use crate::latch::{self, Word};
use crate::layout::{LATCH_BYTES, Layout};
use crate::map::{Mapped, SharedMap};
use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use protocol::limits::{FRAME_SLOTS, PIXEL_BYTES};
use std::os::fd::OwnedFd;
use std::slice;
use std::sync::atomic::AtomicU32;

/// The painting side of one surface at one size.
#[derive(Debug)]
pub struct Producer {
    pixels: SharedMap,
    latch: SharedMap,
    layout: Layout,
    generation: Generation,
    turn: ProducerTurn,
    /// The slot of the frame published last. Only slots that are handed out again are painted on,
    /// so that frame still stands there until the next one is published.
    published: Option<u32>,
    /// Where each slot differs, or may differ, from the frame published last.
    stale: [Damage; FRAME_SLOTS],
}

/// Pixels that move within a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// What leaves this area is lost; what is uncovered in it keeps some older pixels.
    pub area: Rect,
    /// Pixels to the right and down.
    pub by: (i32, i32),
}

impl Producer {
    /// Maps a surface's regions, both of which it must be allowed to write.
    pub fn new(
        pixels: OwnedFd,
        latch: OwnedFd,
        size: Size,
        generation: Generation,
    ) -> Result<Producer, ShmError> {
        let layout = Layout::of(size)?;
        let never_painted = Damage::full(size);
        Ok(Producer {
            pixels: SharedMap::writable(pixels, layout.region_bytes())?,
            latch: SharedMap::writable(latch, LATCH_BYTES)?,
            layout,
            generation,
            turn: ProducerTurn::new(),
            published: None,
            stale: [never_painted; FRAME_SLOTS],
        })
    }

    /// The pixels of the next frame: RGBA, premultiplied, rows of `width * 4` bytes without
    /// padding. What stands in it is some earlier frame or zero, so all of it must be painted.
    pub fn back(&mut self) -> &mut [u8] {
        self.stale[self.turn.back as usize] = Damage::full(self.layout.size());
        let bytes = self.layout.frame_bytes();
        let start = self
            .pixels
            .at(self.layout.pixels_offset(self.turn.back), bytes);
        // SAFETY: in bounds (asserted by `at`) and mapped writable. The broker gives the right to
        // write a pixel region to one producer, and the consumer's descriptor is read-only, so
        // while this borrow of `self` lasts nobody else writes; nor does anyone else in this
        // process read.
        unsafe { slice::from_raw_parts_mut(start, bytes) }
    }

    /// Makes the frame in [`Producer::back`] the one published last, with some of its pixels moved.
    /// Returns false, and does nothing, if none was published.
    pub fn restore(&mut self, shift: Option<Shift>) -> bool {
        let Some(published) = self.published else {
            return false;
        };
        let frame = Rect::from_size(self.layout.size());
        let shift = shift.map(|shift| Shift {
            area: shift.area.intersect(frame),
            ..shift
        });
        let stale = self.stale[self.turn.back as usize];
        let overwritten = shift.map(|shift| shift.area);
        let copies = stale
            .iter()
            .filter(|rect| overwritten.is_none_or(|area| area.union(*rect) != area))
            .map(|rect| (rect, rect.x, rect.y));
        let moves = shift.and_then(moved).into_iter();
        for (from, x, y) in copies.chain(moves) {
            self.copy(published, from, x, y);
        }
        true
    }

    /// Copies pixels of another slot to a place in the back slot; both lie in the frame.
    fn copy(&mut self, slot: u32, from: Rect, x: u32, y: u32) {
        let layout = self.layout;
        let pixels = from.width as usize;
        let offset = |y: u32, x: u32| layout.row_offset(y, x, pixels).expect("inside the frame");
        for row in 0..from.height {
            let source = offset(from.y + row, from.x);
            let target = offset(y + row, x);
            let bytes = pixels * PIXEL_BYTES;
            let source = self.pixels.at(layout.pixels_offset(slot) + source, bytes);
            let back = layout.pixels_offset(self.turn.back);
            let target = self.pixels.at(back + target, bytes);
            // SAFETY: both are in bounds (asserted by `at`) and in two slots, so they do not
            // overlap: the published slot is never the one handed out next (see `latch::publish`).
            // No other process can write pixels, and no slice of them lives while `self` is
            // borrowed.
            unsafe { std::ptr::copy_nonoverlapping(source, target, bytes) };
        }
    }

    /// What differs between the frame in [`Producer::back`] and the one published last; everything
    /// if none was.
    pub fn changes(&self) -> Damage {
        self.changes_in(&[Rect::from_size(self.layout.size())])
    }

    /// Likewise, where the two differ in those rectangles at most.
    pub fn changes_in(&self, rects: &[Rect]) -> Damage {
        let size = self.layout.size();
        let Some(published) = self.published else {
            return Damage::full(size);
        };
        let (old, new) = (self.slot(published), self.slot(self.turn.back));
        let mut damage = Damage::none();
        for rect in rects {
            let rect = rect.intersect(Rect::from_size(size));
            compare::differences(old, new, size, rect, &mut damage);
        }
        damage
    }

    fn slot(&self, slot: u32) -> &[u8] {
        let bytes = self.layout.frame_bytes();
        let start = self.pixels.at(self.layout.pixels_offset(slot), bytes);
        // SAFETY: in bounds (asserted by `at`). No other process can write pixels (see `back`), and
        // this one writes only through a mutable borrow of `self`.
        unsafe { slice::from_raw_parts(start, bytes) }
    }

    /// Hands the frame in [`Producer::back`] over and returns its sequence number. `damage` is what
    /// differs from the frame published before; what sticks out of the frame is cut off.
    pub fn publish(&mut self, damage: &[Rect]) -> u64 {
        let mut clipped = Damage::none();
        for rect in damage {
            clipped.add(rect.intersect(Rect::from_size(self.layout.size())));
        }
        let header = self.turn.prepare(self.layout, self.generation, &clipped);
        self.pixels
            .write(self.layout.header_offset(self.turn.back), header);
        self.published = Some(self.turn.back);
        for stale in &mut self.stale {
            stale.merge(&clipped);
        }
        self.stale[self.turn.back as usize] = Damage::none();
        self.turn.commit(latch_word(&self.latch), &clipped);
        header.sequence
    }

    /// Its addresses in memory, for attack tests.
    pub fn mapped(&self) -> Mapped {
        let (pixels, pixels_bytes) = self.pixels.whole();
        Mapped {
            pixels,
            pixels_bytes,
            latch: self.latch.at(0, size_of::<u32>()).cast(),
            slot: self.turn.back,
            size: self.layout.size(),
            generation: self.generation,
        }
    }

    /// The frames' size.
    pub fn size(&self) -> Size {
        self.layout.size()
    }

    /// The regions' generation.
    pub fn generation(&self) -> Generation {
        self.generation
    }
}

/// What of a shift's pixels stays in its area, and the upper left corner of where it comes to.
fn moved(shift: Shift) -> Option<(Rect, u32, u32)> {
    let Shift { area, by } = shift;
    let (right, down) = (by.0.max(0).unsigned_abs(), by.1.max(0).unsigned_abs());
    let (left, up) = (by.0.min(0).unsigned_abs(), by.1.min(0).unsigned_abs());
    let width = area.width.checked_sub(by.0.unsigned_abs())?;
    let height = area.height.checked_sub(by.1.unsigned_abs())?;
    let from = Rect::new(area.x + left, area.y + up, width, height);
    (!from.is_empty()).then_some((from, area.x + right, area.y + down))
}

/// The word in a mapped latch region.
pub(crate) fn latch_word(map: &SharedMap) -> &AtomicU32 {
    // SAFETY: in bounds, aligned (the start of a page), mapped writable for as long as `map` lives,
    // and used by both sides through atomic operations only. A peer that does otherwise changes
    // what the operations return, and that is checked.
    unsafe { AtomicU32::from_ptr(map.at(0, size_of::<AtomicU32>()).cast()) }
}

/// The producer's private state; pure, so that tests can drive it through every interleaving.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ProducerTurn {
    /// The slot that is ours.
    pub back: u32,
    /// The last frame published.
    pub sequence: u64,
    /// The newest frame that the consumer is known to have taken.
    pub base: u64,
    /// What has changed since `base`.
    pub pending: Damage,
}

impl ProducerTurn {
    pub fn new() -> ProducerTurn {
        ProducerTurn {
            back: latch::FIRST_BACK,
            sequence: 0,
            base: 0,
            pending: Damage::none(),
        }
    }

    /// The header of the next frame, to be written before [`ProducerTurn::commit`].
    pub fn prepare(
        &mut self,
        layout: Layout,
        generation: Generation,
        damage: &Damage,
    ) -> RawHeader {
        self.pending.merge(damage);
        RawHeader::new(
            layout,
            generation,
            self.sequence + 1,
            self.base,
            &self.pending,
            damage,
        )
    }

    /// Publishes the frame that was prepared with the same `damage`.
    pub fn commit<W: Word>(&mut self, word: &W, damage: &Damage) {
        let published = latch::publish(word, self.back);
        self.back = published.back;
        self.sequence += 1;
        if !published.skipped {
            // The frame before this one has been taken; this one may or may not be.
            self.base = self.sequence - 1;
            self.pending = *damage;
        }
    }
}
