//! The raw handles of minifb's window, for softbuffer and for Xlib.
//!
//! Owns: copies of the handles. Trusts: `Window` to outlive each copy. Never: closes a handle.
#![allow(unsafe_code, reason = "raw window handles")]

use crate::window::error::WindowError;
use raw_window_handle::{
    DisplayHandle, HandleError, HasDisplayHandle, HasWindowHandle, RawDisplayHandle,
    RawWindowHandle, WindowHandle,
};

/// The display and window of a minifb window that outlives this.
#[derive(Clone, Copy, Debug)]
pub struct WindowHandles {
    display: RawDisplayHandle,
    window: RawWindowHandle,
}

impl WindowHandles {
    /// Copies of the window's handles.
    ///
    /// # Errors
    /// The window has none.
    pub fn of(window: &minifb::Window) -> Result<WindowHandles, WindowError> {
        let refused = |error: HandleError| WindowError::Display(error.to_string());
        Ok(WindowHandles {
            display: window.display_handle().map_err(refused)?.as_raw(),
            window: window.window_handle().map_err(refused)?.as_raw(),
        })
    }

    /// The display's raw handle.
    pub fn display(&self) -> RawDisplayHandle {
        self.display
    }

    /// The window's raw handle.
    pub fn window(&self) -> RawWindowHandle {
        self.window
    }
}

impl HasDisplayHandle for WindowHandles {
    fn display_handle(&self) -> Result<DisplayHandle<'_>, HandleError> {
        // SAFETY: `super::Window` drops whatever holds a copy before the window itself.
        Ok(unsafe { DisplayHandle::borrow_raw(self.display) })
    }
}

impl HasWindowHandle for WindowHandles {
    fn window_handle(&self) -> Result<WindowHandle<'_>, HandleError> {
        // SAFETY: as above.
        Ok(unsafe { WindowHandle::borrow_raw(self.window) })
    }
}
