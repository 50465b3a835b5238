//! The window on X11: minifb's, with exact events, and a presenter of our own.
//!
//! Owns: the window and everything on its connection. Trusts: the X server as any client
//! must. Never: polls, or opens anything after [`Window::open`].

mod connection;
mod filter;
mod format;
mod handles;
mod link;
mod presenter;
mod strips;

pub use filter::go_through;

use crate::screen::Screen;
use crate::window::error::{PresentError, WindowError};
use crate::window::event::{RawEvent, WindowEvent};
use crate::window::keys::Translator;
use connection::X11;
use handles::Handles;
use link::Link;
use minifb::{CursorStyle, ScaleMode, UseGPU, WindowOptions};
use presenter::Presenter;
use protocol::appearance::Percent;
use protocol::geometry::Size;
use protocol::input::{Cursor, InputEvent};
use std::os::fd::BorrowedFd;

/// The window. Fields are dropped in order: what hangs on the window goes before it.
pub struct Window {
    presenter: Presenter,
    x11: Box<X11>,
    translator: Translator,
    size: Size,
    scale: Percent,
    scratch: Vec<InputEvent>,
    window: minifb::Window,
}

impl Window {
    /// Opens it, with everything that it will need: nothing is opened later. Its size is `size` at
    /// `scale`, or at the display's own scale. `display_lost` is called if the X server goes away
    /// in the middle of a call.
    ///
    /// # Errors
    /// There is no display that can be used.
    pub fn open(
        size: Size,
        scale: Option<Percent>,
        display_lost: impl Fn() + Send + Sync + 'static,
    ) -> Result<Window, WindowError> {
        connection::set_locale();
        let unscaled = size;
        let mut size = scale.map_or(size, |scale| scale.of_size(size));
        let options = WindowOptions {
            resize: true,
            scale_mode: ScaleMode::UpperLeft,
            use_gpu: UseGPU::Disabled,
            ..WindowOptions::default()
        };
        let (width, height) = (size.width as usize, size.height as usize);
        let mut window = minifb::Window::new("Bulkhead", width, height, options)?;
        // Sleeping is the loop's business.
        window.set_target_fps(0);
        let handles = Handles::of(&window)?;
        let x11 = Box::new(X11::new(handles, display_lost)?);
        let scale = scale.or_else(|| x11.scale()).unwrap_or(Percent::HUNDRED);
        if size != scale.of_size(unscaled) {
            size = scale.of_size(unscaled);
            x11.resize(size);
        }
        let (link, format) = Link::new(handles)?;
        let refused = |error: PresentError| WindowError::Display(error.to_string());
        let presenter = Presenter::new(link, format, size).map_err(refused)?;
        Ok(Window {
            presenter,
            x11,
            translator: Translator::new(),
            size,
            scale,
            scratch: Vec::new(),
            window,
        })
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The scale of its display.
    pub fn scale(&self) -> Percent {
        self.scale
    }

    /// The presenter's name.
    pub fn presenter(&self) -> &'static str {
        self.presenter.name()
    }

    /// The connection's descriptor.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.x11.fd()
    }

    /// Whether [`Window::pump`] has something to do that the descriptor does not tell of. Sends
    /// what is queued.
    pub fn has_events(&mut self) -> bool {
        // What comes of the server, events or not, has been read after the first question.
        self.x11.pending() || self.presenter.is_due()
    }

    /// Appends what has happened.
    pub fn pump(&mut self, events: &mut Vec<WindowEvent>) {
        let newest_size = self.read_events(events);
        if let Some(size) = newest_size {
            self.resize(size.clamped_to_surface(), events);
        }
    }

    /// Draws and shows what is dirty on the screen, if anything is.
    ///
    /// # Errors
    /// The display refused; the dirty pixels stay dirty.
    pub fn present(&mut self, screen: &mut Screen) -> Result<(), PresentError> {
        self.presenter.present(screen)
    }

    /// Its title.
    pub fn set_title(&mut self, title: &str) {
        // A zero byte would end it on the way.
        self.window.set_title(&title.replace('\0', ""));
    }

    /// The pointer's shape.
    pub fn set_cursor(&mut self, cursor: Cursor) {
        self.window.set_cursor_style(match cursor {
            Cursor::Default => CursorStyle::Arrow,
            Cursor::Pointer => CursorStyle::OpenHand,
            Cursor::Text => CursorStyle::Ibeam,
        });
    }

    fn resize(&mut self, size: Size, events: &mut Vec<WindowEvent>) {
        if size == self.size {
            return;
        }
        self.presenter.resize(size);
        self.size = size;
        events.push(WindowEvent::Resized(size));
    }

    /// Appends all events that are there, in their order; answers the last size among them.
    fn read_events(&mut self, events: &mut Vec<WindowEvent>) -> Option<Size> {
        let mut newest_size = None;
        while let Some(raw) = self.x11.next_event() {
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
        newest_size
    }
}
