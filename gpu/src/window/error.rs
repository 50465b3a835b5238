//! Why a window cannot be opened, or a picture not be shown.

use thiserror::Error;
use x11rb::errors::ConnectionError;

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
    /// The connection to the X server broke.
    #[error("the connection to the X server: {0}")]
    Connection(#[from] ConnectionError),
    /// The X server refused the last picture.
    #[error("the X server refused a picture: {0}")]
    Refused(String),
    /// The window has another size than the screen.
    #[error("the window has another size than what is drawn in it")]
    BufferSize,
}
