//! The errors of shared memory, and which of them are a peer's misbehaviour.

use protocol::misbehaviour::Misbehaviour;
use std::io;
use thiserror::Error;

/// Why a region could not be used.
#[derive(Debug, Error)]
pub enum ShmError {
    /// The system refused.
    #[error("shared memory: {0}")]
    Io(#[from] io::Error),
    /// No surface may have this size.
    #[error("no surface may be {width}x{height}")]
    InvalidSize {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// The descriptor is no memory file, or lacks a required seal.
    #[error("the region lacks a required seal")]
    NotSealed,
    /// The region has the wrong size.
    #[error("the region has {found} bytes instead of {expected}")]
    WrongSize {
        /// What it must have.
        expected: u64,
        /// What it has.
        found: u64,
    },
}

impl ShmError {
    /// The violation by the one who sent the region, if it is one.
    pub fn misbehaviour(&self) -> Option<Misbehaviour> {
        match self {
            ShmError::Io(_) => None,
            ShmError::InvalidSize { .. } => Some(Misbehaviour::ValueOutOfRange),
            ShmError::NotSealed | ShmError::WrongSize { .. } => Some(Misbehaviour::RegionNotSealed),
        }
    }
}
