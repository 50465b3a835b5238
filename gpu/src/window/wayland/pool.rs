//! The buffers of the content: slots of one sealed memory file, each as large as the largest
//! window, made before the process is sealed. Pages that no window needs stay untouched.
//!
//! Owns: the memory, which buffers the compositor has, and the stale pixels of each. Trusts: the
//! compositor to read only, and to say when it has done so. Never: draws in a buffer that it has.
#![allow(unsafe_code, reason = "maps the memory file")]

use super::hears::{BufferTag, Hears};
use crate::rects::Rects;
use memmap2::{MmapMut, MmapOptions};
use protocol::geometry::{Rect, Size};
use protocol::limits::{PIXEL_BYTES, SURFACE_BYTES_MAX};
use shm::Region;
use std::io;
use std::os::fd::AsRawFd;
use wayland_client::QueueHandle;
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_shm::{Format, WlShm};
use wayland_client::protocol::wl_shm_pool::WlShmPool;

/// Buffers that the compositor may have at once.
const SLOTS: usize = 3;

/// A memory file that the compositor reads.
pub struct Memory {
    bytes: MmapMut,
    pool: WlShmPool,
}

impl Memory {
    /// That many bytes, all zero, which will never be more or fewer.
    ///
    /// # Errors
    /// The system refuses the memory.
    pub fn new<D: Hears>(
        name: &str,
        bytes: usize,
        shm: &WlShm,
        queue: &QueueHandle<D>,
    ) -> io::Result<Memory> {
        let region = Region::create(name, bytes)?;
        let size = i32::try_from(bytes).map_err(|_| io::ErrorKind::InvalidInput)?;
        let pool = shm.create_pool(region.fd(), size, queue, ());
        let mut options = MmapOptions::new();
        // SAFETY: the file has this very size, and its seals keep it. Only the compositor can map
        // it too, and a compositor reads its clients' buffers.
        let bytes = unsafe { options.len(bytes).map_mut(region.fd().as_raw_fd())? };
        Ok(Memory { bytes, pool })
    }

    /// The pixels of a picture from `offset` on, which is a multiple of four.
    pub fn pixels(&mut self, offset: usize, size: Size) -> &mut [u32] {
        let bytes = size.frame_bytes().unwrap_or(0);
        bytemuck::cast_slice_mut(&mut self.bytes[offset..offset + bytes])
    }

    /// A buffer of those pixels.
    pub fn buffer<D: Hears>(
        &self,
        offset: usize,
        size: Size,
        tag: BufferTag,
        queue: &QueueHandle<D>,
    ) -> WlBuffer {
        let [offset, width, height] =
            [offset, size.width as usize, size.height as usize].map(|value| {
                i32::try_from(value).expect("the memory has fewer bytes than an i32 can count")
            });
        let stride = width * PIXEL_BYTES as i32;
        let format = Format::Xrgb8888;
        self.pool
            .create_buffer(offset, width, height, stride, format, queue, tag)
    }
}

/// The buffers of the content.
pub struct Pool {
    memory: Memory,
    slots: [Slot; SLOTS],
}

struct Slot {
    buffer: Option<WlBuffer>,
    size: Size,
    number: u32,
    is_shown: bool,
    /// The pixels that were drawn in other slots since this one was shown.
    stale: Rects,
}

/// A buffer that can be drawn in.
pub struct Free<'a> {
    /// Which one.
    pub slot: usize,
    /// For the compositor.
    pub buffer: WlBuffer,
    /// Its pixels.
    pub pixels: &'a mut [u32],
    /// Those of them that are older than the last picture.
    pub stale: Rects,
}

impl Pool {
    /// The memory for all buffers that there will be.
    ///
    /// # Errors
    /// The system refuses the memory.
    pub fn new<D: Hears>(shm: &WlShm, queue: &QueueHandle<D>) -> io::Result<Pool> {
        let memory = Memory::new("bulkhead-window", SLOTS * SURFACE_BYTES_MAX, shm, queue)?;
        let slots = std::array::from_fn(|_| Slot {
            buffer: None,
            size: Size::new(0, 0),
            number: 0,
            is_shown: false,
            stale: Rects::new(),
        });
        Ok(Pool { memory, slots })
    }

    /// A buffer of that size, unless the compositor has them all.
    pub fn free<D: Hears>(&mut self, size: Size, queue: &QueueHandle<D>) -> Option<Free<'_>> {
        let free = |slot: &Slot| !slot.is_shown;
        let is_ready = |slot: &Slot| free(slot) && slot.size == size && slot.buffer.is_some();
        let ready = self.slots.iter().position(is_ready);
        let index = ready.or_else(|| self.slots.iter().position(free))?;
        let slot = &mut self.slots[index];
        let offset = index * SURFACE_BYTES_MAX;
        if ready.is_none() {
            if let Some(old) = slot.buffer.take() {
                old.destroy();
            }
            slot.number = slot.number.wrapping_add(1);
            slot.size = size;
            slot.stale.clear();
            slot.stale.add(Rect::from_size(size));
        }
        let number = slot.number;
        let tag = BufferTag::Content {
            slot: index,
            number,
        };
        let memory = &self.memory;
        let buffer = slot
            .buffer
            .get_or_insert_with(|| memory.buffer(offset, size, tag, queue))
            .clone();
        Some(Free {
            slot: index,
            buffer,
            stale: slot.stale,
            pixels: self.memory.pixels(offset, size),
        })
    }

    /// The slot was given to the compositor; these pixels of it are new.
    pub fn shown(&mut self, index: usize, new: &Rects) {
        for (other, slot) in self.slots.iter_mut().enumerate() {
            if other == index {
                slot.is_shown = true;
                slot.stale.clear();
            } else {
                slot.stale.add_all(new);
            }
        }
    }

    /// The compositor has done with a buffer.
    pub fn released(&mut self, tag: BufferTag) {
        if let BufferTag::Content { slot, number } = tag
            && let Some(slot) = self.slots.get_mut(slot)
            && slot.number == number
        {
            slot.is_shown = false;
        }
    }
}
