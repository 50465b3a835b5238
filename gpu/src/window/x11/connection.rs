//! The X11 connection of minifb's window: waiting for events without polling, and reading them one
//! by one, so that no click is lost and the order of keys, clicks and moves is what it was.
//!
//! Owns: every call of Xlib that is not minifb's own. Trusts: the X server as any client must.
//! Never: opens another connection, or keeps a pointer beyond the window's life.
//!
//! Sources: XPending(3), XFilterEvent(3), Xutf8LookupString(3), XSetIOErrorHandler(3).
#![allow(unsafe_code, reason = "Xlib")]

use super::handles::Handles;
use crate::window::error::WindowError;
use crate::window::event::{RawEvent, RawKey};
use crate::window::keys::base_keysym;
use protocol::appearance::Percent;
use protocol::geometry::{Rect, Size};
use std::ffi::{CStr, c_char, c_int, c_long, c_ulong, c_void};
use std::os::fd::BorrowedFd;
use std::ptr::{NonNull, null, null_mut};
use std::sync::OnceLock;
use x11_dl::xlib;

/// The connection of a window that minifb has made.
pub struct X11 {
    lib: xlib::Xlib,
    display: NonNull<xlib::Display>,
    window: c_ulong,
    context: xlib::XIC,
    delete_window: xlib::Atom,
}

static DISPLAY_LOST: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();

/// Sets the locale in which dead keys and the Compose key work. Before the window is made: input
/// methods take it then.
pub fn set_locale() {
    // SAFETY: the process has one thread at this time, and the name is a constant.
    let found = unsafe { libc::setlocale(libc::LC_CTYPE, c"C.UTF-8".as_ptr()) };
    if found.is_null() {
        tracing::debug!("no C.UTF-8 locale: dead keys will not compose");
    }
}

/// Makes Xlib connect to the display of that name, and nowhere else.
pub fn set_display(name: &str) {
    // SAFETY: called before the window is opened, while this is the only thread of the process;
    // nobody else reads the environment.
    unsafe {
        std::env::set_var("DISPLAY", name);
    }
}

impl X11 {
    /// The connection behind minifb's window, all events of it asked for. `display_lost` is called
    /// if the server goes away in the middle of a call; the process then ends, as Xlib demands.
    ///
    /// # Errors
    /// Xlib is not there or refuses an input context.
    pub fn new(
        handles: Handles,
        display_lost: impl Fn() + Send + Sync + 'static,
    ) -> Result<X11, WindowError> {
        let refused = |what: &str| WindowError::Display(what.to_owned());
        let lib = xlib::Xlib::open().map_err(|error| refused(&error.to_string()))?;
        let display: NonNull<xlib::Display> = handles.display.cast();
        let window = handles.window;
        // A second window of one process (tests alone) keeps the first one's hook.
        let _ = DISPLAY_LOST.set(Box::new(display_lost));
        // SAFETY: minifb's display is open for as long as its window lives, which outlives `self`
        // (see `Window`); both handlers are functions, which outlive the display.
        let (context, delete_window) = unsafe {
            (lib.XSetIOErrorHandler)(Some(on_connection_lost));
            (lib.XSetErrorHandler)(Some(on_protocol_error));
            (lib.XSelectInput)(display.as_ptr(), window, EVENTS);
            let context = input_context(&lib, display, window);
            let name = c"WM_DELETE_WINDOW".as_ptr();
            (
                context,
                (lib.XInternAtom)(display.as_ptr(), name, xlib::False),
            )
        };
        if context.is_null() {
            return Err(refused("no X input context"));
        }
        let mut x11 = X11 {
            lib,
            display,
            window,
            context,
            delete_window,
        };
        x11.warm_up();
        Ok(x11)
    }

    /// The connection's descriptor.
    pub fn fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the connection, and with it the descriptor, is open while `self` lives.
        unsafe {
            let number = (self.lib.XConnectionNumber)(self.display.as_ptr());
            BorrowedFd::borrow_raw(number)
        }
    }

    /// The scale that the display's resources ask for by `Xft.dpi`, which desktops set. Xlib has
    /// read them when it connected.
    pub fn scale(&self) -> Option<Percent> {
        // SAFETY: the display is open; the string, if there is one, is the display's and ends with
        // a zero byte.
        let resources = unsafe {
            let text = (self.lib.XResourceManagerString)(self.display.as_ptr());
            NonNull::new(text).map(|text| CStr::from_ptr(text.as_ptr()))
        };
        scale_of(&resources?.to_string_lossy())
    }

    /// Asks for another size of the window.
    pub fn resize(&self, size: Size) {
        // SAFETY: the display is open and the window is its own.
        unsafe {
            let display = self.display.as_ptr();
            (self.lib.XResizeWindow)(display, self.window, size.width, size.height);
        }
    }

    /// Sends what is queued, reads what is there, and says whether an event is.
    pub fn pending(&mut self) -> bool {
        // SAFETY: the display is open.
        unsafe { (self.lib.XPending)(self.display.as_ptr()) > 0 }
    }

    /// The next event that concerns us, if one is there.
    pub fn next_event(&mut self) -> Option<RawEvent> {
        while self.pending() {
            // SAFETY: all zeros are a valid event, and XNextEvent fills it; it does not block, for
            // one is pending.
            let mut event: xlib::XEvent = unsafe { std::mem::zeroed() };
            // SAFETY: the display is open and the event is a live local. The filter sees every
            // event once, as input methods need (Compose, dead keys).
            let swallowed = unsafe {
                (self.lib.XNextEvent)(self.display.as_ptr(), &raw mut event);
                (self.lib.XFilterEvent)(&raw mut event, 0) != xlib::False
            };
            if swallowed {
                continue;
            }
            if let Some(raw) = self.decode(&mut event) {
                return Some(raw);
            }
        }
        None
    }

    fn decode(&mut self, event: &mut xlib::XEvent) -> Option<RawEvent> {
        let kind = event.get_type();
        // SAFETY: every arm reads the union's member that the type of the event stands for; each
        // member begins with the same header.
        unsafe {
            if kind == xlib::MappingNotify {
                (self.lib.XRefreshKeyboardMapping)(&raw mut event.mapping);
                return None;
            }
            if event.any.window != self.window {
                return None;
            }
            match kind {
                xlib::KeyPress => Some(RawEvent::Key(self.key(&mut event.key, true))),
                xlib::KeyRelease => Some(RawEvent::Key(self.key(&mut event.key, false))),
                xlib::ButtonPress | xlib::ButtonRelease => Some(RawEvent::Button {
                    down: kind == xlib::ButtonPress,
                    button: event.button.button,
                    at: (event.button.x, event.button.y),
                    state: event.button.state,
                }),
                xlib::MotionNotify => Some(RawEvent::Motion {
                    at: (event.motion.x, event.motion.y),
                    state: event.motion.state,
                }),
                // A grab by the window manager is not the pointer going away.
                xlib::LeaveNotify if event.crossing.mode == xlib::NotifyNormal => {
                    Some(RawEvent::Leave)
                }
                xlib::FocusIn | xlib::FocusOut => self.focus(&event.focus_change),
                xlib::ConfigureNotify => Some(RawEvent::Configured(Size::new(
                    event.configure.width.unsigned_abs(),
                    event.configure.height.unsigned_abs(),
                ))),
                xlib::Expose => Some(RawEvent::Exposed(exposed(&event.expose))),
                xlib::ClientMessage
                    if event.client_message.format == 32
                        && event.client_message.data.get_long(0).cast_unsigned()
                            == self.delete_window =>
                {
                    Some(RawEvent::CloseRequested)
                }
                _ => None,
            }
        }
    }

    fn focus(&self, event: &xlib::XFocusChangeEvent) -> Option<RawEvent> {
        if matches!(event.mode, xlib::NotifyGrab | xlib::NotifyUngrab) {
            return None;
        }
        let gained = event.type_ == xlib::FocusIn;
        // SAFETY: the context lives as long as `self`.
        unsafe {
            if gained {
                (self.lib.XSetICFocus)(self.context);
            } else {
                (self.lib.XUnsetICFocus)(self.context);
            }
        }
        Some(RawEvent::Focus(gained))
    }

    fn key(&self, event: &mut xlib::XKeyEvent, down: bool) -> RawKey {
        let (keysym, text) = if down {
            self.look_up(event)
        } else {
            (0, String::new())
        };
        let keycode = u8::try_from(event.keycode).unwrap_or(0);
        let base = self.base_keysym(keycode, event.state);
        RawKey {
            down,
            keycode,
            keysym,
            base,
            text,
            state: event.state,
        }
    }

    /// What a key press means and types.
    fn look_up(&self, event: &mut xlib::XKeyEvent) -> (u32, String) {
        let mut bytes = [0_u8; 64];
        let mut keysym: xlib::KeySym = 0;
        let mut status: c_int = 0;
        // SAFETY: the context lives as long as `self`; the buffer's true length goes along.
        let length = unsafe {
            (self.lib.Xutf8LookupString)(
                self.context,
                event,
                bytes.as_mut_ptr().cast::<c_char>(),
                bytes.len() as c_int,
                &raw mut keysym,
                &raw mut status,
            )
        };
        // Text that does not fit is not written at all, and the length is then what it would need.
        let typed = bytes
            .get(..usize::try_from(length).unwrap_or(0))
            .unwrap_or(&[]);
        let has_keysym = status == xlib::XLookupKeySym || status == xlib::XLookupBoth;
        let keysym = if has_keysym {
            u32::try_from(keysym).unwrap_or(0)
        } else {
            0
        };
        (keysym, String::from_utf8_lossy(typed).into_owned())
    }

    fn base_keysym(&self, keycode: u8, state: u32) -> u32 {
        // The layout in use is in bits 13 and 14 (the X Keyboard Extension's protocol, 2.2.1).
        let active = (state >> 13) & 3;
        base_keysym(active, |group| {
            self.keysym_in_group(keycode, group.cast_signed())
        })
    }

    fn keysym_in_group(&self, keycode: u8, group: c_int) -> u32 {
        // SAFETY: the display is open; any keycode and group may be asked for.
        let keysym =
            unsafe { (self.lib.XkbKeycodeToKeysym)(self.display.as_ptr(), keycode, group, 0) };
        u32::try_from(keysym).unwrap_or(0)
    }

    /// Makes Xlib load now what it would load at the first key: the keyboard's map and its
    /// converters, some of them from files.
    fn warm_up(&mut self) {
        // SAFETY: all zeros are a valid key event; what matters is filled in.
        let mut event: xlib::XKeyEvent = unsafe { std::mem::zeroed() };
        event.type_ = xlib::KeyPress;
        event.display = self.display.as_ptr();
        event.window = self.window;
        for keycode in 8..=255 {
            event.keycode = keycode;
            for state in [0, xlib::ShiftMask] {
                event.state = state;
                self.key(&mut event, true);
            }
        }
        // SAFETY: the display is open.
        unsafe { (self.lib.XSync)(self.display.as_ptr(), xlib::False) };
    }
}

/// An input context of our own on minifb's window: minifb keeps its own to itself.
///
/// # Safety
/// The display must be open and the window its own.
unsafe fn input_context(
    lib: &xlib::Xlib,
    display: NonNull<xlib::Display>,
    window: c_ulong,
) -> xlib::XIC {
    let style: c_long = (xlib::XIMPreeditNothing | xlib::XIMStatusNothing).into();
    // SAFETY: the display is open by this function's contract; the names are constants that end
    // with a zero byte, and the list of arguments ends with a null pointer.
    unsafe {
        (lib.XSetLocaleModifiers)(c"".as_ptr());
        let method = (lib.XOpenIM)(display.as_ptr(), null_mut(), null_mut(), null_mut());
        if method.is_null() {
            return null_mut();
        }
        let context = (lib.XCreateIC)(
            method,
            xlib::XNInputStyle_0.as_ptr().cast::<c_char>(),
            style,
            xlib::XNClientWindow_0.as_ptr().cast::<c_char>(),
            window,
            xlib::XNFocusWindow_0.as_ptr().cast::<c_char>(),
            window,
            null::<c_void>(),
        );
        if !context.is_null() {
            (lib.XSetICFocus)(context);
        }
        context
    }
}

/// Xlib calls this when the connection breaks, and ends the process when it returns.
unsafe extern "C" fn on_connection_lost(_: *mut xlib::Display) -> c_int {
    if let Some(told) = DISPLAY_LOST.get() {
        told();
    }
    tracing::warn!("the X server is gone");
    // SAFETY: ends the process without running destructors that would call Xlib again.
    unsafe { libc::_exit(0) }
}

/// A request that the server refused is logged; Xlib's own handler would end the process.
unsafe extern "C" fn on_protocol_error(
    _: *mut xlib::Display,
    error: *mut xlib::XErrorEvent,
) -> c_int {
    // SAFETY: Xlib hands over a valid event for the time of this call.
    let error = unsafe { &*error };
    tracing::warn!(
        code = error.error_code,
        request = error.request_code,
        minor = error.minor_code,
        "the X server refused a request"
    );
    0
}

fn exposed(event: &xlib::XExposeEvent) -> Rect {
    Rect::new(
        u32::try_from(event.x).unwrap_or(0),
        u32::try_from(event.y).unwrap_or(0),
        event.width.unsigned_abs(),
        event.height.unsigned_abs(),
    )
}

const EVENTS: c_long = xlib::StructureNotifyMask
    | xlib::ExposureMask
    | xlib::FocusChangeMask
    | xlib::KeyPressMask
    | xlib::KeyReleaseMask
    | xlib::ButtonPressMask
    | xlib::ButtonReleaseMask
    | xlib::PointerMotionMask
    | xlib::LeaveWindowMask;

/// The scale that the X resources ask for: 96 dots an inch are the scale 1.
fn scale_of(resources: &str) -> Option<Percent> {
    const PLAIN_DPI: f64 = 96.0;
    let mut values = resources
        .lines()
        .filter_map(|line| line.strip_prefix("Xft.dpi:"));
    let dpi: f64 = values.next_back()?.trim().parse().ok()?;
    Percent::nearest_scale(dpi / PLAIN_DPI)
}

#[cfg(test)]
mod scale_tests {
    use super::*;

    #[test]
    fn the_scale_is_that_of_the_last_word_on_xft_dpi() {
        let resources = "Xcursor.size:\t24\nXft.dpi:\t96\nXft.dpi: 144\nXft.hinting:\t1\n";
        assert_eq!(scale_of(resources), Some(Percent(150)));
        for odd in [
            "",
            "Xft.dpi:",
            "Xft.dpi: big",
            "Xft.dpi: -96",
            "Xft.dpi: NaN",
        ] {
            assert_eq!(scale_of(odd), None, "{odd}");
        }
        assert_eq!(scale_of("Xft.dpi: 9999999"), Some(Percent(400)));
    }
}
