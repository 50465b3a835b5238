//! The window on X11: minifb's, with exact events where the display allows, and the best presenter
//! available.
//!
//! Owns: the window and everything on its connection. Trusts: the X server as any client
//! must. Never: polls, or opens anything after [`Window::open`].

mod connection;
mod filter;
mod handles;
mod presenter;
mod sampled;

pub use filter::go_through;

use crate::screen::Screen;
use crate::window::error::{PresentError, WindowError};
use crate::window::event::{RawEvent, WindowEvent};
use crate::window::keys::Translator;
use connection::X11;
use handles::WindowHandles;
use minifb::{CursorStyle, ScaleMode, UseGPU, WindowOptions};
use presenter::Presenter;
use protocol::appearance::Percent;
use protocol::geometry::Size;
use protocol::input::{Cursor, InputEvent};
use raw_window_handle::{RawDisplayHandle, RawWindowHandle};
use sampled::Sampled;
use std::os::fd::BorrowedFd;

/// The window. Fields are dropped in order: what hangs on the window goes before it.
pub struct Window {
    presenter: Presenter,
    x11: Box<X11>,
    input: Input,
    size: Size,
    scale: Percent,
    closed: bool,
    scratch: Vec<InputEvent>,
    window: minifb::Window,
}

enum Input {
    Exact(Box<Translator>),
    Sampled(Sampled),
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
        let handles = WindowHandles::of(&window)?;
        let x11 = Box::new(connect(&handles, display_lost)?);
        let scale = scale.or_else(|| x11.scale()).unwrap_or(Percent::HUNDRED);
        if size != scale.of_size(unscaled) {
            size = scale.of_size(unscaled);
            x11.resize(size);
        }
        let presenter = Presenter::new(handles, size, x11.has_shared_memory());
        let input = match &presenter {
            Presenter::Softbuffer(_) => Input::Exact(Box::new(Translator::new())),
            Presenter::Minifb(_) => Input::Sampled(Sampled::new(&mut window)),
        };
        Ok(Window {
            presenter,
            x11,
            input,
            size,
            scale,
            closed: false,
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
        self.x11.pending()
    }

    /// Appends what has happened.
    pub fn pump(&mut self, events: &mut Vec<WindowEvent>) {
        let newest_size = match &mut self.input {
            Input::Exact(translator) => {
                pump_exact(&mut self.x11, translator, &mut self.scratch, events)
            }
            Input::Sampled(sampled) => {
                while let Some(rect) = self.x11.next_exposure() {
                    events.push(WindowEvent::Exposed(rect));
                }
                if !self.x11.pending() {
                    return;
                }
                self.window.update();
                sampled.sample(&mut self.window, &mut self.scratch);
                events.extend(self.scratch.drain(..).map(WindowEvent::Input));
                if !self.window.is_open() && !self.closed {
                    self.closed = true;
                    events.push(WindowEvent::CloseRequested);
                }
                let (width, height) = self.window.get_size();
                Some(Size::new(width as u32, height as u32))
            }
        };
        if let Some(size) = newest_size {
            self.resize(size.clamped_to_surface(), events);
        }
    }

    /// Draws and shows what is dirty on the screen, if anything is.
    ///
    /// # Errors
    /// The display refused; the dirty pixels stay dirty.
    pub fn present(&mut self, screen: &mut Screen) -> Result<(), PresentError> {
        if self.presenter.present(&mut self.window, screen)? {
            self.x11.mark_unflushed();
        }
        Ok(())
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
        if let Err(error) = self.presenter.resize(size) {
            tracing::error!(%size, "the presenter cannot follow the window: {error}");
            return;
        }
        self.size = size;
        events.push(WindowEvent::Resized(size));
    }
}

fn connect(
    handles: &WindowHandles,
    display_lost: impl Fn() + Send + Sync + 'static,
) -> Result<X11, WindowError> {
    if let (RawDisplayHandle::Xlib(display), RawWindowHandle::Xlib(window)) =
        (handles.display(), handles.window())
        && let Some(display) = display.display
    {
        return X11::new(display, window.window, display_lost);
    }
    Err(WindowError::Display("not an X server".to_owned()))
}

/// Appends all events that are there, in their order; answers the last size among them.
fn pump_exact(
    x11: &mut X11,
    translator: &mut Translator,
    scratch: &mut Vec<InputEvent>,
    events: &mut Vec<WindowEvent>,
) -> Option<Size> {
    let mut newest_size = None;
    while let Some(raw) = x11.next_event() {
        match raw {
            RawEvent::Configured(size) => newest_size = Some(size),
            RawEvent::Exposed(rect) => events.push(WindowEvent::Exposed(rect)),
            RawEvent::CloseRequested => events.push(WindowEvent::CloseRequested),
            input => translator.translate(&input, scratch),
        }
        events.extend(scratch.drain(..).map(WindowEvent::Input));
    }
    translator.finish(scratch);
    events.extend(scratch.drain(..).map(WindowEvent::Input));
    newest_size
}
