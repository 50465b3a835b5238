//! Why there are no names.

use std::io;
use thiserror::Error;

/// Why there are no names.
#[derive(Debug, Error)]
pub enum SymbolsError {
    /// Our own side failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The process could not be started.
    #[error("the process for symbols: {0}")]
    Launch(#[from] sandbox::LaunchError),
    /// It could not be sealed.
    #[error("the process for symbols: {0}")]
    Seal(#[from] sandbox::SealError),
    /// Seen from outside, it is not confined.
    #[error("the process for symbols lacks {0}")]
    NotConfined(String),
    /// It broke the rules of the channel, or ended.
    #[error("the process for symbols: {0}")]
    Channel(String),
    /// It did not answer in time.
    #[error("the process for symbols does not answer")]
    Silent,
    /// The executable has no tables that can be read.
    #[error("the executable's tables cannot be read: {0}")]
    Tables(String),
}
