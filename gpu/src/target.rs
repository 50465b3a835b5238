//! What the gpu process composes for: a window, or captures alone. A headless target is composed
//! only when captured.

use crate::screen::Screen;
use crate::window::{PresentError, Window, WindowError, WindowEvent};
use ipc::poll::Interest;
use protocol::appearance::Percent;
use protocol::bootstrap::GpuTarget;
use protocol::geometry::Size;
use protocol::input::Cursor;
use std::os::fd::BorrowedFd;
use std::time::Instant;

/// A window or a headless target.
pub enum Target {
    /// No display.
    Headless {
        /// Its size.
        size: Size,
        /// Its scale.
        scale: Percent,
    },
    /// A window.
    Window(Box<Window>),
}

impl Target {
    /// Opens it: of `size` at scale 1, at the scale that the user wants or that of the display.
    /// `display_lost` is called if the display server goes away at a moment when the
    /// process cannot go on.
    ///
    /// # Errors
    /// No window can be opened.
    pub fn open(
        target: GpuTarget,
        size: Size,
        scale: Option<Percent>,
        display_lost: impl Fn() + Send + Sync + 'static,
    ) -> Result<Target, WindowError> {
        match target {
            GpuTarget::Headless => {
                let scale = scale.unwrap_or(Percent::HUNDRED);
                let size = scale.of_size(size);
                Ok(Target::Headless { size, scale })
            }
            GpuTarget::Window => {
                let window = Window::open(size, scale, display_lost)?;
                Ok(Target::Window(Box::new(window)))
            }
        }
    }

    /// Its size.
    pub fn size(&self) -> Size {
        match self {
            Target::Headless { size, .. } => *size,
            Target::Window(window) => window.size(),
        }
    }

    /// The scale of its display.
    pub fn scale(&self) -> Percent {
        match self {
            Target::Headless { scale, .. } => *scale,
            Target::Window(window) => window.scale(),
        }
    }

    /// The name of its presenter.
    pub fn presenter(&self) -> &'static str {
        match self {
            Target::Headless { .. } => "headless",
            Target::Window(window) => window.presenter(),
        }
    }

    /// The display's descriptor, and what to wait for on it.
    pub fn fd(&self) -> Option<(BorrowedFd<'_>, Interest)> {
        match self {
            Target::Headless { .. } => None,
            Target::Window(window) => Some(window.fd()),
        }
    }

    /// Whether nobody sees it: frames wait until somebody does.
    pub fn is_unseen(&self) -> bool {
        match self {
            // Whoever drives it takes pictures.
            Target::Headless { .. } => false,
            Target::Window(window) => window.is_unseen(),
        }
    }

    /// When [`Target::pump`] has something to do although nothing comes from the display.
    pub fn deadline(&self) -> Option<Instant> {
        match self {
            Target::Headless { .. } => None,
            Target::Window(window) => window.deadline(),
        }
    }

    /// Whether [`Target::pump`] has something to do that no descriptor tells of. To be asked right
    /// before sleeping: what was queued for the display server is on its way after it.
    pub fn has_events(&mut self) -> bool {
        match self {
            Target::Headless { .. } => false,
            Target::Window(window) => window.has_events(),
        }
    }

    /// Appends what has happened to the window.
    pub fn pump(&mut self, events: &mut Vec<WindowEvent>) {
        if let Target::Window(window) = self {
            window.pump(events);
        }
    }

    /// Shows what has changed, if anything has.
    ///
    /// # Errors
    /// The display refused. The pixels are shown with the next change at the latest.
    pub fn present(&mut self, screen: &mut Screen) -> Result<(), PresentError> {
        match self {
            Target::Headless { .. } => {
                screen.take_dirty();
                Ok(())
            }
            Target::Window(window) => window.present(screen),
        }
    }

    /// The window's title.
    pub fn set_title(&mut self, title: &str) {
        if let Target::Window(window) = self {
            window.set_title(title);
        }
    }

    /// The pointer's shape over the window.
    pub fn set_cursor(&mut self, cursor: Cursor) {
        if let Target::Window(window) = self {
            window.set_cursor(cursor);
        }
    }
}
