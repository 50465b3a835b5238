//! Why a window cannot be opened, or a picture not be shown.

use softbuffer::SoftBufferError;
use thiserror::Error;

/// Why there is no window.
#[derive(Debug, Error)]
pub enum WindowError {
    /// The display was reached but does not give what is needed.
    #[error("the display cannot be used: {0}")]
    Display(String),
    /// There is no X server, or it refuses a window.
    #[error("no window could be opened: {0}")]
    Open(#[from] minifb::Error),
    /// The compositor does not give what is needed.
    #[error("the compositor cannot be used: {0}")]
    Compositor(String),
}

/// Why presenting failed.
#[derive(Debug, Error)]
pub enum PresentError {
    /// softbuffer says why.
    #[error("{0}")]
    Softbuffer(#[from] SoftBufferError),
    /// minifb says why.
    #[error("{0}")]
    Minifb(#[from] minifb::Error),
    /// The buffer has another size than was asked for.
    #[error("the display gave a buffer of another size")]
    BufferSize,
}
