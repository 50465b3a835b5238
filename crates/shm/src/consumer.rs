//! The consumer of a surface: it takes frames and reads their pixels.
//!
//! Owns: which slot it may read, and the last sequence number. Trusts: nothing that the producer
//! wrote; each header is copied once and then checked. Never: waits, makes a reference to pixels,
//! or writes anything but the latch.

use crate::damage::Damage;
use crate::error::ShmError;
use crate::header::RawHeader;
use crate::latch::{self, Word};
use crate::layout::{LATCH_BYTES, Layout};
use crate::map::{Mapped, SharedMap, SharedView};
use crate::producer::latch_word;
use crate::swizzle;
use protocol::geometry::Size;
use protocol::ids::Generation;
use protocol::limits::{FRAME_SLOTS, PIXEL_BYTES};
use protocol::misbehaviour::Misbehaviour;
use std::os::fd::OwnedFd;

/// A frame that has just been taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    /// Rises with each frame.
    pub sequence: u64,
    /// What has changed since the frame that was taken before, at least; all of the first one.
    pub damage: Damage,
    /// Whether there were frames between the one taken before and this one.
    pub skipped: bool,
}

/// The composing side of one surface at one size.
#[derive(Debug)]
pub struct Consumer {
    pixels: SharedView,
    latch: SharedMap,
    layout: Layout,
    generation: Generation,
    turn: ConsumerTurn,
    broken: Option<Misbehaviour>,
}

impl Consumer {
    /// Maps a surface's regions: the pixels for reading only, the latch also for writing.
    pub fn new(
        pixels: OwnedFd,
        latch: OwnedFd,
        size: Size,
        generation: Generation,
    ) -> Result<Consumer, ShmError> {
        let layout = Layout::of(size)?;
        Ok(Consumer {
            pixels: SharedView::readable(pixels, layout.region_bytes())?,
            latch: SharedMap::writable(latch, LATCH_BYTES)?,
            layout,
            generation,
            turn: ConsumerTurn::new(),
            broken: None,
        })
    }

    /// Takes the newest frame, if there is one that has not been taken yet. After misbehaviour
    /// every further call returns it again; the last good frame's slot may then be the producer's.
    pub fn take(&mut self) -> Result<Option<FrameInfo>, Misbehaviour> {
        if let Some(misbehaviour) = self.broken {
            return Err(misbehaviour);
        }
        let word = latch_word(&self.latch);
        if !latch::is_fresh(word) {
            return Ok(None);
        }
        let shown = self.turn.front;
        let taken = self.turn.exchange(word).and_then(|slot| {
            let header: RawHeader = self.pixels.read(self.layout.header_offset(slot));
            self.turn.accept(&header, self.layout, self.generation)
        });
        if let Err(misbehaviour) = taken {
            // What is shown stays the last good frame, not the one that was refused.
            self.turn.front = shown;
            self.broken = Some(misbehaviour);
        }
        taken.map(Some)
    }

    /// Shows the newest frame in the regions of a producer that is gone, although another consumer
    /// has taken it already. Returns whether there is one. While a producer lives this would only
    /// spoil what is shown; it cannot harm us.
    pub fn adopt_last(&mut self) -> bool {
        for slot in 0..FRAME_SLOTS as u32 {
            let header: RawHeader = self.pixels.read(self.layout.header_offset(slot));
            let before = header.sequence.saturating_sub(1);
            if header.sequence > self.turn.last
                && header.check(self.layout, self.generation, before).is_ok()
            {
                self.turn = ConsumerTurn {
                    front: slot,
                    last: header.sequence,
                };
            }
        }
        self.has_frame()
    }

    /// Whether a frame has been taken, so that there is something to show.
    pub fn has_frame(&self) -> bool {
        self.turn.last > 0
    }

    /// The number of the frame that was taken last; 0 before the first one.
    pub fn sequence(&self) -> u64 {
        self.turn.last
    }

    /// Its addresses in memory, for attack tests.
    pub fn mapped(&self) -> Mapped {
        let (pixels, pixels_bytes) = self.pixels.whole();
        Mapped {
            pixels: pixels.cast_mut(),
            pixels_bytes,
            latch: self.latch.at(0, size_of::<u32>()).cast(),
            slot: self.turn.front,
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

    /// Copies pixels of the frame taken last, as many as `out` has, from column `x` of row `y` on,
    /// each as `0x00RRGGBB`.
    ///
    /// # Panics
    /// When they are not all in the frame, as slices do.
    pub fn read_row_xrgb(&self, y: u32, x: u32, out: &mut [u32]) {
        let row = self
            .layout
            .row_offset(y, x, out.len())
            .expect("the row is inside the frame");
        let offset = self.layout.pixels_offset(self.turn.front) + row;
        let source = self.pixels.at(offset, out.len() * PIXEL_BYTES);
        // SAFETY: `source` is readable for as many pixels as `out` has (asserted by `at`).
        unsafe { swizzle::rgba_to_xrgb(source, out) }
    }
}

/// The consumer's private state; pure, so that tests can drive it through every interleaving.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConsumerTurn {
    /// The slot that is ours.
    pub front: u32,
    /// The last frame taken; 0: none.
    pub last: u64,
}

impl ConsumerTurn {
    pub fn new() -> ConsumerTurn {
        ConsumerTurn {
            front: latch::FIRST_FRONT,
            last: 0,
        }
    }

    /// Takes the fresh slot and gives ours; the header in it is to be accepted next.
    pub fn exchange<W: Word>(&mut self, word: &W) -> Result<u32, Misbehaviour> {
        self.front = latch::take(word, self.front).ok_or(Misbehaviour::FrameSlot)?;
        Ok(self.front)
    }

    /// Checks the header of the slot just taken.
    pub fn accept(
        &mut self,
        header: &RawHeader,
        layout: Layout,
        generation: Generation,
    ) -> Result<FrameInfo, Misbehaviour> {
        let damage = header.check(layout, generation, self.last)?;
        let skipped = header.sequence - self.last > 1;
        self.last = header.sequence;
        Ok(FrameInfo {
            sequence: header.sequence,
            damage,
            skipped,
        })
    }
}
