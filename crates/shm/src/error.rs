//! The errors of shared memory. Owns: which of them are the peer's fault. Trusts: nobody. Never:
//! calls a failed system call misbehaviour.

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
    /// It is no memory file, or lacks a seal that it must have.
    #[error("the region is not sealed as it must be")]
    NotSealed,
    /// It is smaller or larger than it must be.
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
