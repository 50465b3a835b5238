//! Shared memory: sealed regions, and frames that reach another process without a copy.
//!
//! Two rules hold in this crate. First, no code makes a reference to memory that another process
//! can write: raw copies, opaque to the compiler, read and write it. Second, every value in such
//! memory is copied once and then checked; a violation is one
//! [`Misbehaviour`](protocol::misbehaviour::Misbehaviour) of its writer.
//!
//! Owns: the memory's layout, the latch that hands frames over, the conversion of pixels. Trusts:
//! the seals, and the broker that made each region and gave out its descriptors. Never: maps an
//! unsealed region, waits for the other side, allocates memory for a frame.
//!
//! The broker makes the regions of a surface. The producer paints and publishes; the consumer takes
//! the newest frame and copies what has changed:
//!
//! ```
//! use protocol::geometry::{Rect, Size};
//! use protocol::ids::Generation;
//! use shm::{Consumer, Producer, SurfaceRegions};
//!
//! let (size, generation) = (Size::new(64, 48), Generation(1));
//! let made = SurfaceRegions::create(size)?;
//! let mut producer =
//!     Producer::new(made.pixels.dup()?, made.latch.dup()?, size, generation)?;
//! // The consumer gets a descriptor through which nobody can write pixels.
//! let mut consumer =
//!     Consumer::new(made.pixels.read_only()?, made.latch.dup()?, size, generation)?;
//!
//! assert_eq!(consumer.take(), Ok(None), "no frame yet");
//! producer.back().fill(0x20);
//! producer.publish(producer.changes().as_slice());
//! assert!(consumer.take().expect("an honest producer").is_some());
//!
//! // The next frame differs in its second pixel alone. Frames are RGBA in memory.
//! producer.back().fill(0x20);
//! producer.back()[4..8].copy_from_slice(&[0xff, 0x80, 0x00, 0xff]);
//! producer.publish(producer.changes().as_slice());
//! let frame = consumer.take().expect("an honest producer").expect("a frame");
//! assert_eq!(frame.damage.as_slice(), [Rect::new(1, 0, 1, 1)]);
//! let mut row = [0; 2];
//! consumer.read_row_xrgb(0, 0, &mut row);
//! assert_eq!(row, [0x0020_2020, 0x00ff_8000]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Over two processes, with a doorbell:
//!
//! ```no_run
#![doc = include_str!("../examples/shared_frame.rs")]
//! ```
//!
//! To be published, if at all, as `bulkhead-shm`.

mod compare;
mod consumer;
mod damage;
mod error;
mod header;
mod latch;
pub mod layout;
mod map;
mod observer;
mod producer;
mod region;
mod swizzle;
mod words;

#[cfg(test)]
mod loom_tests;
#[cfg(test)]
mod model_tests;

pub use consumer::{Consumer, FrameInfo};
pub use damage::Damage;
pub use error::ShmError;
pub use map::{Mapped, ReadOnlyMap, WritableMap, map_read_only};
pub use observer::{Glance, SlotGlance, glance};
pub use producer::{Producer, Shift};
pub use region::{Region, SurfaceRegions, Unsealed};
pub use words::Words;
