//! Where minifb's window is: Xlib's names for its display and itself.

use crate::window::error::WindowError;
use raw_window_handle::{
    HandleError, HasDisplayHandle, HasWindowHandle, RawDisplayHandle, RawWindowHandle,
};
use std::ffi::{c_ulong, c_void};
use std::ptr::NonNull;

/// The display and window of a minifb window, which must outlive their users.
#[derive(Clone, Copy, Debug)]
pub struct Handles {
    /// Xlib's connection.
    pub display: NonNull<c_void>,
    /// The window's number.
    pub window: c_ulong,
}

impl Handles {
    /// Those of that window.
    ///
    /// # Errors
    /// It is not one of Xlib's.
    pub fn of(window: &minifb::Window) -> Result<Handles, WindowError> {
        let refused = |error: HandleError| WindowError::Display(error.to_string());
        let display = window.display_handle().map_err(refused)?.as_raw();
        let window = window.window_handle().map_err(refused)?.as_raw();
        if let (RawDisplayHandle::Xlib(display), RawWindowHandle::Xlib(window)) = (display, window)
            && let Some(display) = display.display
        {
            let window = window.window;
            return Ok(Handles { display, window });
        }
        Err(WindowError::Display("not an X server".to_owned()))
    }
}
