//! Lies to the gpu process: on a surface's frames channel and in the memory of its frames.
//!
//! That a producer who publishes frame after frame and reads no credit is a `Flood` is tested in
//! the gpu crate: here it would take as many ticks as there is room for credits in a socket.

use super::packets::{receive, say, send, wait_for_the_end, wait_readable};
use super::{Liar, Lie, Who, dies, goes_on};
use crate::rig::Attacker;
use child::ReachedSurface;
use protocol::frames::FromProducer;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicU32, Ordering};

/// The latch's bit that says that a frame waits.
const FRESH: u32 = 1 << 2;
const SLOTS: usize = 3;
/// Where a slot's pixels begin.
const PIXELS_OFFSET: usize = 4096;
const RECTS_MAX: usize = 16;

/// The header of a slot as it stands in memory; see `crates/shm/src/header.rs`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Header {
    sequence: u64,
    base_sequence: u64,
    generation: u32,
    width: u32,
    height: u32,
    stride: u32,
    format: u32,
    damage_count: u32,
    damage: [[u32; 4]; RECTS_MAX],
    latest_count: u32,
    latest: [[u32; 4]; RECTS_MAX],
    zero: u32,
}

/// A frame with a header that says something else than the truth.
macro_rules! header {
    ($name:literal, $cause:literal, $change:expr) => {
        dies($name, $cause, Who::Documents, |liar| {
            publish_changed(liar, $change);
        })
        .shown()
    };
}

pub const LIES: &[Lie] = &[
    header!("frames-damage-outside", "DamageOutOfRange", |header| {
        set_damage(header, &[[header.width, 0, 1, 1]]);
    }),
    header!("frames-damage-negative", "DamageOutOfRange", |header| {
        set_damage(header, &[[-1_i32 as u32, -1_i32 as u32, 2, 2]]);
    }),
    header!("frames-damage-without-end", "DamageOutOfRange", |header| {
        header.damage_count = u32::MAX;
    }),
    header!("frames-base-ahead", "FrameBaseAhead", |header| {
        header.base_sequence = u64::MAX;
    }),
    header!("frames-unknown-format", "FrameFormat", |header| {
        header.format = 7;
    }),
    // Width times height times 4 is 0 in 32 bits and in 64.
    header!("frames-overflowing-size", "FrameGeometry", |header| {
        (header.width, header.height) = (1 << 31, 1 << 31);
    }),
    header!("frames-short-stride", "FrameGeometry", |header| {
        header.stride = 4;
    }),
    header!("frames-old-sequence", "FrameSequence", |header| {
        header.sequence = 0;
    }),
    header!("frames-old-generation", "StaleGeneration", |header| {
        header.generation -= 1;
    }),
    header!(
        "frames-generation-not-granted",
        "StaleGeneration",
        |header| {
            header.generation += 1;
        }
    ),
    dies(
        "frames-slot-of-nobody",
        "FrameSlot",
        Who::Documents,
        |liar| {
            let surface = Surface::with_credit(liar);
            surface.latch().store(FRESH | 3, Ordering::Release);
            surface.ring();
        },
    )
    .shown(),
    dies(
        "frames-slot-that-is-read",
        "FrameSlot",
        Who::Documents,
        |liar| {
            let surface = Surface::with_credit(liar);
            let between = surface.latch().load(Ordering::Acquire) & !FRESH;
            let front = SLOTS as u32 - surface.reached.memory.slot - between;
            surface.latch().store(FRESH | front, Ordering::Release);
            surface.ring();
        },
    )
    .shown(),
    dies(
        "frames-garbage-in-latch",
        "FrameSlot",
        Who::Documents,
        |liar| {
            let surface = Surface::with_credit(liar);
            surface.latch().store(u32::MAX, Ordering::Release);
            surface.ring();
        },
    )
    .shown(),
    dies(
        "frames-without-credit",
        "WrongState",
        Who::Documents,
        |liar| {
            let surface = Surface::of(liar);
            // Each rings for a frame, and there is one credit a tick.
            (0..200).for_each(|_| surface.ring());
        },
    )
    .shown(),
    dies(
        "frames-empty-packet",
        "BadEncoding",
        Who::Documents,
        |liar| {
            send(Surface::of(liar).channel, &[], 0);
        },
    ),
    dies(
        "frames-unknown-variant",
        "BadEncoding",
        Who::Documents,
        |liar| {
            send(Surface::of(liar).channel, &[250; 9], 0);
        },
    ),
    dies(
        "frames-trailing-bytes",
        "BadEncoding",
        Who::Documents,
        |liar| {
            send(Surface::of(liar).channel, &[0, 0], 0);
        },
    ),
    dies(
        "frames-oversized-packet",
        "OversizedPacket",
        Who::Documents,
        |liar| {
            send(Surface::of(liar).channel, &[0; 17], 0);
        },
    ),
    dies(
        "frames-surplus-descriptor",
        "SurplusHandle",
        Who::Documents,
        |liar| {
            send(Surface::of(liar).channel, &[0], 1);
        },
    ),
    dies(
        "frames-253-descriptors",
        "SurplusHandle",
        Who::Documents,
        |liar| {
            send(Surface::of(liar).channel, &[0], 253);
        },
    ),
    dies("frames-closed", "ClosedChannel", Who::Documents, |liar| {
        Surface::of(liar).close();
    }),
    dies(
        "frames-closed-in-mid-frame",
        "ClosedChannel",
        Who::Documents,
        |liar| {
            let surface = Surface::with_credit(liar);
            surface.publish(&surface.next_header());
            surface.close();
        },
    )
    .shown(),
    // Whatever is read while it is written is pixels, and they are the liar's own page; what a
    // header says was copied before it was checked.
    goes_on(
        "frames-written-while-read",
        Who::Only(Attacker::Renderer),
        |liar| {
            let mut surface = Surface::with_credit(liar);
            for turn in 0_u32.. {
                surface.slot = surface.publish(&surface.next_header());
                surface.ring();
                surface.spoil_all_slots(turn);
                if turn == 3 {
                    liar.lives();
                }
                surface.wait_for_credit();
            }
        },
    )
    .shown(),
    // Its page stands still, as any page does that has nothing new to show.
    goes_on(
        "frames-never-published",
        Who::Only(Attacker::Renderer),
        |liar| {
            liar.lives();
            wait_for_the_end();
        },
    )
    .shown(),
];

fn publish_changed(liar: &Liar<'_>, change: fn(&mut Header)) {
    let surface = Surface::with_credit(liar);
    let mut header = surface.next_header();
    change(&mut header);
    surface.publish(&header);
    surface.ring();
}

fn set_damage(header: &mut Header, rects: &[[u32; 4]]) {
    header.damage_count = u32::try_from(rects.len()).expect("few");
    header.damage[..rects.len()].copy_from_slice(rects);
}

/// The liar's end of its surface.
struct Surface<'a> {
    reached: &'a ReachedSurface<'a>,
    channel: RawFd,
    /// The slot that is its own.
    slot: u32,
}

impl<'a> Surface<'a> {
    fn of(liar: &Liar<'a>) -> Surface<'a> {
        let reached = &liar.reach.surfaces[0];
        let channel = reached.channel.expect("the gpu process is there");
        Surface {
            reached,
            channel: channel.as_raw_fd(),
            slot: reached.memory.slot,
        }
    }

    /// Once it may publish a frame: otherwise its doorbell is the lie.
    fn with_credit(liar: &Liar<'a>) -> Surface<'a> {
        let surface = Surface::of(liar);
        if !surface.reached.has_credit {
            surface.wait_for_credit();
        }
        surface
    }

    fn wait_for_credit(&self) {
        while receive(self.channel).is_none() {
            wait_readable(self.channel);
        }
    }

    fn ring(&self) {
        say(self.channel, &FromProducer::FrameReady);
    }

    fn close(&self) {
        // SAFETY: nothing uses the descriptor again: the liar only waits for its end.
        unsafe { libc::close(self.channel) };
    }

    fn latch(&self) -> &AtomicU32 {
        // SAFETY: mapped as long as the surface is there, and used by atomic operations alone.
        unsafe { AtomicU32::from_ptr(self.reached.memory.latch) }
    }

    fn header_at(&self, slot: u32) -> *mut Header {
        let slot_bytes = self.reached.memory.pixels_bytes / SLOTS;
        let offset = slot as usize % SLOTS * slot_bytes;
        // SAFETY: the start of one of the slots of the region.
        unsafe { self.reached.memory.pixels.add(offset).cast() }
    }

    /// What an honest producer would write for its next frame.
    fn next_header(&self) -> Header {
        let newest = (0..SLOTS as u32)
            // SAFETY: a header is plain integers and lies in each slot, aligned to a page.
            .map(|slot| unsafe { self.header_at(slot).read_volatile() })
            .max_by_key(|header| header.sequence)
            .expect("there are slots");
        let size = self.reached.memory.size;
        Header {
            sequence: newest.sequence + 1,
            generation: self.reached.memory.generation.0,
            width: size.width,
            height: size.height,
            stride: size.width * 4,
            format: u32::from_le_bytes(*b"RGBA"),
            ..newest
        }
    }

    /// Puts the header into its slot and hands that over; gives the slot that it got for it.
    fn publish(&self, header: &Header) -> u32 {
        // SAFETY: as above; a producer may write its pixels.
        unsafe { self.header_at(self.slot).write_volatile(*header) };
        self.latch().swap(self.slot | FRESH, Ordering::AcqRel) & !FRESH
    }

    /// Paints over everything, also what the gpu process is reading.
    fn spoil_all_slots(&self, value: u32) {
        let slot_bytes = self.reached.memory.pixels_bytes / SLOTS;
        for slot in 0..SLOTS {
            let start = slot * slot_bytes + PIXELS_OFFSET;
            for offset in (start..(slot + 1) * slot_bytes).step_by(4) {
                // SAFETY: inside the slot's pixels, aligned, and writable for their producer.
                unsafe {
                    let pixel = self.reached.memory.pixels.add(offset);
                    pixel
                        .cast::<u32>()
                        .write_volatile(value.wrapping_mul(0x0101_0101));
                }
            }
        }
    }
}
