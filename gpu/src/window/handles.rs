//! The raw handles of minifb's window, for softbuffer and for waiting.
//!
//! Owns: copies of the handles. Trusts: `Window` to outlive each copy. Never: closes a handle.
#![allow(unsafe_code, reason = "raw window handles")]

use super::error::WindowError;
use raw_window_handle::{
    DisplayHandle, HandleError, HasDisplayHandle, HasWindowHandle, RawDisplayHandle,
    RawWindowHandle, WindowHandle,
};
use std::os::fd::BorrowedFd;
use wayland_backend::client::Backend;

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

/// The Wayland connection of a minifb window.
pub struct WaylandConnection(Backend);

impl WaylandConnection {
    /// The connection behind the window; none if it is not a Wayland one.
    pub fn of(handles: &WindowHandles) -> Option<WaylandConnection> {
        let RawDisplayHandle::Wayland(wayland) = handles.display else {
            return None;
        };
        // SAFETY: the handle is a live wl_display, which outlives this (see above).
        let backend = unsafe { Backend::from_foreign_display(wayland.display.as_ptr().cast()) };
        Some(WaylandConnection(backend))
    }

    /// Its descriptor.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.0.poll_fd()
    }
}
