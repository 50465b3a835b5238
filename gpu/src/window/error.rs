//! Why a window cannot be opened.

use thiserror::Error;

/// Why there is no window.
#[derive(Debug, Error)]
pub enum WindowError {
    /// The display was reached but does not give what is needed.
    #[error("the display cannot be used: {0}")]
    Display(String),
    /// There is no display, or it refuses a window.
    #[error("no window could be opened: {0}")]
    Open(#[from] minifb::Error),
}
