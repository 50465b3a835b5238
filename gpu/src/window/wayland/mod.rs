//! The window on Wayland: a toplevel of our own, with buffers in one sealed memory file.
//!
//! Owns: the connection and everything on it. Trusts: the compositor as any client must; its sizes,
//! its keymap and the order of its events are checked. Never: waits for it once the window stands,
//! or opens a file then.
//!
//! Source: the Wayland protocol and xdg-shell, <https://wayland.app/protocols/>.

mod cursor;
mod density;
mod dispatch;
mod frame;
mod globals;
mod hears;
mod keyboard;
mod keymap;
mod outputs;
mod pointer;
mod pool;
mod scaler;
mod setup;
mod shell;
mod state;

use crate::screen::Screen;
use crate::window::error::WindowError;
use crate::window::event::{RawEvent, WindowEvent};
use crate::window::keys::Translator;
use ipc::poll::Interest;
use protocol::appearance::Percent;
use protocol::geometry::Size;
use protocol::input::{Cursor, InputEvent};
use state::State;
use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;
use wayland_client::backend::WaylandError;
use wayland_client::{Connection, EventQueue};

/// What a compositor must offer for a window: the kind of the global, and the least version.
pub const NEEDED_GLOBALS: [(&str, u32); 3] = [
    ("wl_compositor", setup::COMPOSITOR_MIN),
    ("wl_shm", setup::SHM_MIN),
    ("xdg_wm_base", setup::BASE_MIN),
];

/// Reads of the connection in one turn; what is left is read in the next.
const READS_PER_TURN_MAX: usize = 64;

/// The window.
pub struct Window {
    state: State,
    queue: EventQueue<State>,
    connection: Connection,
    translator: Translator,
    scratch: Vec<InputEvent>,
    /// What the user wants instead of the scale of the output.
    wanted: Option<Percent>,
    /// Not everything that was said has left yet: the compositor does not read.
    is_unsent: bool,
    /// The connection is broken.
    is_lost: bool,
}

impl Window {
    /// Opens it, with everything that it will need: of `size` at that scale, or at that of its
    /// output.
    ///
    /// # Errors
    /// There is no compositor, it does not answer, or it lacks something that the window needs.
    pub fn open(size: Size, scale: Option<Percent>) -> Result<Window, WindowError> {
        Window::on(setup::connect()?, size, scale)
    }

    fn on(
        connection: Connection,
        size: Size,
        wanted: Option<Percent>,
    ) -> Result<Window, WindowError> {
        let (connection, queue, state) = setup::open(connection, size, wanted)?;
        Ok(Window {
            state,
            queue,
            connection,
            translator: Translator::new(),
            scratch: Vec::new(),
            wanted,
            is_unsent: false,
            is_lost: false,
        })
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.state.shell.size()
    }

    /// The scale of its pages: what the user wants, or that of the output that it is on.
    pub fn scale(&self) -> Percent {
        let output = || self.state.shell.density().percent();
        self.wanted.unwrap_or_else(output)
    }

    /// The connection's descriptor, and what to wait for on it.
    pub fn fd(&self) -> (BorrowedFd<'_>, Interest) {
        let interest = if self.is_unsent {
            Interest::ReadWrite
        } else {
            Interest::Read
        };
        (self.queue.as_fd(), interest)
    }

    /// When a key that is held repeats.
    pub fn deadline(&self) -> Option<Instant> {
        self.state.keyboard.repeats_at()
    }

    /// Whether the compositor shows nothing of it: it asks for no picture.
    pub fn is_unseen(&self) -> bool {
        self.state.shell.is_unseen(Instant::now())
    }

    /// Sends what is queued. Everything that was read is dispatched already.
    pub fn has_events(&mut self) -> bool {
        self.flush();
        false
    }

    /// Appends what has happened.
    pub fn pump(&mut self, events: &mut Vec<WindowEvent>) {
        let was_lost = self.is_lost;
        if !was_lost {
            self.read();
        }
        self.state.repeat_key(Instant::now());
        let mut newest_size = None;
        for raw in self.state.events.drain(..) {
            match raw {
                RawEvent::Configured(size) => newest_size = Some(size),
                RawEvent::Exposed(rect) => events.push(WindowEvent::Exposed(rect)),
                RawEvent::CloseRequested => events.push(WindowEvent::CloseRequested),
                input => self.translator.translate(&input, &mut self.scratch),
            }
            events.extend(self.scratch.drain(..).map(WindowEvent::Input));
        }
        self.translator.finish(&mut self.scratch);
        events.extend(self.scratch.drain(..).map(WindowEvent::Input));
        events.extend(newest_size.map(WindowEvent::Resized));
        if self.is_lost && !was_lost {
            events.push(WindowEvent::CloseRequested);
        }
    }

    /// Draws and shows what is dirty on the screen, if anything is and the compositor wants more.
    pub fn present(&mut self, screen: &mut Screen) {
        if !self.is_lost {
            self.state.present(screen, &self.queue.handle());
        }
    }

    /// Its title.
    pub fn set_title(&mut self, title: &str) {
        self.state.shell.set_title(title);
    }

    /// The pointer's shape over the content.
    pub fn set_cursor(&mut self, cursor: Cursor) {
        self.state.set_cursor(cursor);
    }

    fn read(&mut self) {
        for _ in 0..READS_PER_TURN_MAX {
            if let Err(error) = self.queue.dispatch_pending(&mut self.state) {
                return self.lose(&error.to_string());
            }
            let Some(guard) = self.queue.prepare_read() else {
                continue;
            };
            match guard.read() {
                Ok(_) => {}
                Err(WaylandError::Io(error)) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => return self.lose(&error.to_string()),
            }
        }
        if let Err(error) = self.queue.dispatch_pending(&mut self.state) {
            self.lose(&error.to_string());
        }
    }

    fn flush(&mut self) {
        if self.is_lost {
            return;
        }
        match self.connection.flush() {
            Ok(()) => self.is_unsent = false,
            Err(WaylandError::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                self.is_unsent = true;
            }
            // What the compositor said last is still to be read, and reading finds the end too.
            Err(error) => {
                tracing::debug!("the compositor takes nothing more: {error}");
                self.is_unsent = false;
            }
        }
    }

    fn lose(&mut self, why: &str) {
        self.is_lost = true;
        self.is_unsent = false;
        match self.connection.protocol_error() {
            Some(error) => tracing::error!("the compositor ended the connection: {error}"),
            None => tracing::warn!("the compositor is gone: {why}"),
        }
    }
}

#[cfg(test)]
mod tests;
