//! The window, on Wayland or X11.
//!
//! Owns: the window and everything on its connection. Trusts: the display server as any client
//! must. Never: polls, or opens anything after [`Window::open`].

mod error;
mod event;
mod keys;
mod wayland;
mod x11;

pub use error::{PresentError, WindowError};
pub use event::WindowEvent;
pub use wayland::NEEDED_GLOBALS;
pub use x11::go_through;

use crate::screen::Screen;
use ipc::poll::Interest;
use protocol::appearance::Percent;
use protocol::geometry::Size;
use protocol::input::Cursor;
use std::os::fd::BorrowedFd;
use std::time::Instant;

/// The window.
pub enum Window {
    /// A toplevel of a compositor.
    Wayland(Box<wayland::Window>),
    /// A window of an X server.
    X11(Box<x11::Window>),
}

impl Window {
    /// Opens it, with everything that it will need: nothing is opened later. Its size is `size` at
    /// `scale`, or at the display's own scale. The environment names the one display server that
    /// the broker has chosen: a compositor, or else an X server. `display_lost` is called if the X
    /// server goes away in the middle of a call.
    ///
    /// # Errors
    /// There is no display that can be used.
    pub fn open(
        size: Size,
        scale: Option<Percent>,
        display_lost: impl Fn() + Send + Sync + 'static,
    ) -> Result<Window, WindowError> {
        if std::env::var_os("WAYLAND_DISPLAY").is_some() {
            let window = wayland::Window::open(size, scale)?;
            return Ok(Window::Wayland(Box::new(window)));
        }
        let window = x11::Window::open(size, scale, display_lost)?;
        Ok(Window::X11(Box::new(window)))
    }

    /// Its size.
    pub fn size(&self) -> Size {
        match self {
            Window::Wayland(window) => window.size(),
            Window::X11(window) => window.size(),
        }
    }

    /// The scale of its display.
    pub fn scale(&self) -> Percent {
        match self {
            Window::Wayland(window) => window.scale(),
            Window::X11(window) => window.scale(),
        }
    }

    /// The presenter's name.
    pub fn presenter(&self) -> &'static str {
        match self {
            Window::Wayland(_) => "wayland",
            Window::X11(window) => window.presenter(),
        }
    }

    /// The connection's descriptor, and what to wait for on it.
    pub fn fd(&self) -> (BorrowedFd<'_>, Interest) {
        match self {
            Window::Wayland(window) => window.fd(),
            Window::X11(window) => (window.fd(), Interest::Read),
        }
    }

    /// Whether the display shows nothing of it, where that is known.
    pub fn is_unseen(&self) -> bool {
        match self {
            Window::Wayland(window) => window.is_unseen(),
            Window::X11(_) => false,
        }
    }

    /// When [`Window::pump`] has something to do although nothing comes from the display: a key
    /// that is held repeats.
    pub fn deadline(&self) -> Option<Instant> {
        match self {
            Window::Wayland(window) => window.deadline(),
            Window::X11(_) => None,
        }
    }

    /// Whether [`Window::pump`] has something to do that the descriptor does not tell of. Sends
    /// what is queued.
    pub fn has_events(&mut self) -> bool {
        match self {
            Window::Wayland(window) => window.has_events(),
            Window::X11(window) => window.has_events(),
        }
    }

    /// Appends what has happened.
    pub fn pump(&mut self, events: &mut Vec<WindowEvent>) {
        match self {
            Window::Wayland(window) => window.pump(events),
            Window::X11(window) => window.pump(events),
        }
    }

    /// Draws and shows what is dirty on the screen, if anything is.
    ///
    /// # Errors
    /// The display refused; the dirty pixels stay dirty.
    pub fn present(&mut self, screen: &mut Screen) -> Result<(), PresentError> {
        match self {
            Window::Wayland(window) => {
                window.present(screen);
                Ok(())
            }
            Window::X11(window) => window.present(screen),
        }
    }

    /// Its title.
    pub fn set_title(&mut self, title: &str) {
        match self {
            Window::Wayland(window) => window.set_title(title),
            Window::X11(window) => window.set_title(title),
        }
    }

    /// The pointer's shape.
    pub fn set_cursor(&mut self, cursor: Cursor) {
        match self {
            Window::Wayland(window) => window.set_cursor(cursor),
            Window::X11(window) => window.set_cursor(cursor),
        }
    }
}

#[cfg(test)]
mod tests;
