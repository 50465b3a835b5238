//! Shared memory: sealed regions, and the frames that cross in them without a copy.
//!
//! Two rules hold everywhere here. First, no reference is ever made to memory that another process
//! can write: it is read and written by raw copies that the compiler cannot look into. Second,
//! whatever stands in such memory is copied once and then checked; a violation is one
//! [`Misbehaviour`](protocol::misbehaviour::Misbehaviour) of whoever wrote it.
//!
//! Owns: the memory's layout, the latch that hands frames over, the conversion of pixels. Trusts:
//! the kernel's seals, and the broker that made each region and gave out its descriptors. Never:
//! maps what is not sealed, waits for the other side, allocates for a frame.

mod compare;
mod consumer;
mod damage;
mod error;
mod header;
mod latch;
pub mod layout;
mod map;
mod producer;
mod region;
mod swizzle;

#[cfg(test)]
mod loom_tests;
#[cfg(test)]
mod model_tests;

pub use consumer::{Consumer, FrameInfo};
pub use damage::Damage;
pub use error::ShmError;
pub use map::{Mapped, ReadOnlyMap, WritableMap, map_read_only};
pub use producer::Producer;
pub use region::{Region, SurfaceRegions};
