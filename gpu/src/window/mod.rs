//! The window: minifb's, with exact events where the display allows, and the best presenter
//! available.
//!
//! Owns: the window and everything on its connection. Trusts: the display server as any client
//! must. Never: polls, or opens anything after [`Window::open`].

mod error;
mod filter;
mod handles;
mod keys;
mod presenter;
mod sampled;
mod x11;

pub use error::WindowError;
pub use filter::go_through;
pub use presenter::PresentError;

use crate::screen::Screen;
use handles::{WaylandConnection, WindowHandles};
use keys::Translator;
use minifb::{CursorStyle, ScaleMode, UseGPU, WindowOptions};
use presenter::Presenter;
use protocol::appearance::Percent;
use protocol::geometry::{Rect, Size};
use protocol::input::{Cursor, InputEvent};
use raw_window_handle::{RawDisplayHandle, RawWindowHandle};
use sampled::{Sampled, WheelScale};
use std::os::fd::BorrowedFd;
use x11::{RawEvent, X11};

/// What has happened to the window.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowEvent {
    /// The close button.
    CloseRequested,
    /// Pixels were lost and must be shown again.
    Exposed(Rect),
    /// Pointer, wheel, key or focus.
    Input(InputEvent),
    /// Another size.
    Resized(Size),
}

/// The window. Fields are dropped in order: what hangs on the window goes before it.
pub struct Window {
    presenter: Presenter,
    link: Link,
    input: Input,
    size: Size,
    scale: Percent,
    /// Something was said to minifb that only its own update sends, or its queue may have grown.
    stirred: bool,
    closed: bool,
    scratch: Vec<InputEvent>,
    window: minifb::Window,
}

enum Link {
    X11(Box<X11>),
    Wayland(WaylandConnection),
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
        x11::set_locale();
        let unscaled = size;
        let size = scale.map_or(size, |scale| scale.of_size(size));
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
        let link = Link::new(&handles, display_lost)?;
        let mut size = size;
        let scale = scale.unwrap_or_else(|| link.scale());
        if let Link::X11(x11) = &link
            && size != scale.of_size(unscaled)
        {
            size = scale.of_size(unscaled);
            x11.resize(size);
        }
        let reserve = match &link {
            Link::X11(x11) => x11.has_shared_memory(),
            Link::Wayland(_) => true,
        };
        let presenter = Presenter::new(handles, size, reserve);
        let input = match (&link, &presenter) {
            (Link::X11(_), Presenter::Softbuffer(_)) => Input::Exact(Box::new(Translator::new())),
            (Link::X11(_), _) => Input::Sampled(Sampled::new(&mut window, WheelScale::X11)),
            _ => Input::Sampled(Sampled::new(&mut window, WheelScale::WAYLAND)),
        };
        let (stirred, closed, scratch) = (true, false, Vec::new());
        Ok(Window {
            presenter,
            link,
            input,
            size,
            scale,
            stirred,
            closed,
            scratch,
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
        match &self.link {
            Link::X11(x11) => x11.fd(),
            Link::Wayland(wayland) => wayland.fd(),
        }
    }

    /// Whether [`Window::pump`] has something to do that the descriptor does not tell of. Sends
    /// what is queued.
    pub fn has_events(&mut self) -> bool {
        match &mut self.link {
            Link::X11(x11) => x11.pending(),
            Link::Wayland(_) => self.stirred,
        }
    }

    /// Appends what has happened.
    pub fn pump(&mut self, events: &mut Vec<WindowEvent>) {
        let newest_size = match (&mut self.link, &mut self.input) {
            (Link::X11(x11), Input::Exact(translator)) => {
                pump_exact(x11, translator, &mut self.scratch, events)
            }
            (link, Input::Sampled(sampled)) => {
                if let Link::X11(x11) = link {
                    while let Some(rect) = x11.next_exposure() {
                        events.push(WindowEvent::Exposed(rect));
                    }
                    if !x11.pending() {
                        return;
                    }
                }
                self.stirred = false;
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
            (Link::Wayland(_), Input::Exact(_)) => None,
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
            self.stirred = true;
            if let Link::X11(x11) = &mut self.link {
                x11.mark_unflushed();
            }
        }
        Ok(())
    }

    /// Its title.
    pub fn set_title(&mut self, title: &str) {
        // A zero byte would end it on the way.
        self.window.set_title(&title.replace('\0', ""));
        self.stirred = true;
    }

    /// The pointer's shape.
    pub fn set_cursor(&mut self, cursor: Cursor) {
        self.window.set_cursor_style(match cursor {
            Cursor::Default => CursorStyle::Arrow,
            Cursor::Pointer => CursorStyle::OpenHand,
            Cursor::Text => CursorStyle::Ibeam,
        });
        self.stirred = true;
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

impl Link {
    fn new(
        handles: &WindowHandles,
        display_lost: impl Fn() + Send + Sync + 'static,
    ) -> Result<Link, WindowError> {
        if let (RawDisplayHandle::Xlib(display), RawWindowHandle::Xlib(window)) =
            (handles.display(), handles.window())
            && let Some(display) = display.display
        {
            let x11 = X11::new(display, window.window, display_lost)?;
            return Ok(Link::X11(Box::new(x11)));
        }
        let wayland = WaylandConnection::of(handles)
            .ok_or_else(|| WindowError::Display("neither X11 nor Wayland".to_owned()))?;
        Ok(Link::Wayland(wayland))
    }

    /// The scale that the display asks for.
    fn scale(&self) -> Percent {
        let found = match self {
            Link::X11(x11) => x11.scale(),
            Link::Wayland(_) => None,
        };
        found.unwrap_or(Percent::HUNDRED)
    }
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

#[cfg(test)]
mod tests;
