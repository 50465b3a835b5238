//! The connection of minifb's window as libxcb has it, beneath Xlib: the requests that draw, and
//! whether the server has done them.
//!
//! Owns: the graphics context and the segments of the window. Trusts: the X server as any client
//! must. Never: waits for the server once the window is open, or takes an event out of the queue,
//! which is Xlib's.
//!
//! Sources: the X Window System Protocol, version 11; MIT-SHM 1.2; XGetXCBConnection(3),
//! xcb_poll_for_reply(3).
#![allow(unsafe_code, reason = "libxcb")]

use super::format::Format;
use super::handles::Handles;
use crate::window::error::{PresentError, WindowError};
use protocol::geometry::{Rect, Size};
use std::ffi::{c_int, c_void};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::os::fd::OwnedFd;
use std::ptr::null_mut;
use x11_dl::xlib_xcb::Xlib_xcb;
use x11rb::connection::{Connection, RequestConnection, SequenceNumber};
use x11rb::cookie::VoidCookie;
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::shm::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{ConnectionExt as _, CreateGCAux, Gcontext, ImageFormat, Window};
use x11rb::xcb_ffi::{XCBConnection, load_libxcb};

/// The window's connection. It must not outlive the window.
pub struct Link {
    connection: XCBConnection,
    poll_for_reply: PollForReply,
    window: Window,
    context: Gcontext,
    depth: u8,
    request_bytes_max: usize,
}

/// A question that the server answers once it has done the pictures before it.
pub struct Fence {
    question: SequenceNumber,
    pictures: Option<RangeInclusive<SequenceNumber>>,
}

/// Memory that the server reads pictures from.
#[derive(Clone, Copy)]
pub struct Segment(shm::Seg);

/// `xcb_poll_for_reply64`, which x11rb keeps to itself.
type PollForReply =
    unsafe extern "C" fn(*mut c_void, u64, *mut *mut c_void, *mut *mut c_void) -> c_int;

impl Link {
    /// The connection of that window, and the format of its pixels.
    ///
    /// # Errors
    /// libxcb is not there, or the window's pixels are not of 32 bits.
    pub fn new(handles: Handles) -> Result<(Link, Format), WindowError> {
        load_libxcb().map_err(refused)?;
        let library = Xlib_xcb::open().map_err(refused)?;
        let no_function = || refused("libxcb has no xcb_poll_for_reply64");
        let poll_for_reply = find_poll_for_reply().ok_or_else(no_function)?;
        // SAFETY: the display is open, and stays so for as long as the window lives, which outlives
        // `self` (see `super::Window`). Dropping the wrapper leaves it open.
        let connection = unsafe {
            let raw = (library.XGetXCBConnection)(handles.display.as_ptr().cast());
            if raw.is_null() {
                return Err(refused("Xlib has no connection"));
            }
            XCBConnection::from_raw_xcb_connection(raw, false).map_err(refused)?
        };
        let window = Window::try_from(handles.window).map_err(refused)?;
        let (link, format) = open(connection, poll_for_reply, window).map_err(refused)?;
        let format = format.ok_or_else(|| {
            WindowError::Display(format!("no colours of 32 bits at depth {}", link.depth))
        })?;
        Ok((link, format))
    }

    /// Most bytes of one request.
    pub fn request_bytes_max(&self) -> usize {
        self.request_bytes_max
    }

    /// Gives the server memory to read from. Waits for its answer.
    ///
    /// # Errors
    /// It has no MIT-SHM, or is not on this machine.
    pub fn attach(&self, memory: OwnedFd) -> Result<Segment, ReplyOrIdError> {
        let segment = self.connection.generate_id()?;
        let attached = self.connection.shm_attach_fd(segment, memory, true)?;
        attached.check()?;
        Ok(Segment(segment))
    }

    /// Takes it back, after the pictures that were drawn from it.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn detach(&self, Segment(segment): Segment) -> Result<(), ConnectionError> {
        self.connection.shm_detach(segment)?.ignore_error();
        Ok(())
    }

    /// Draws `rect` of a picture of `size` pixels that lies in shared memory.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn put_shared(
        &self,
        Segment(segment): Segment,
        size: Size,
        rect: Rect,
    ) -> Result<SequenceNumber, PresentError> {
        let [x, y, width, height] = sides(rect)?;
        let [_, _, total_width, total_height] = sides(Rect::from_size(size))?;
        let cookie = self.connection.shm_put_image(
            self.window,
            self.context,
            total_width,
            total_height,
            x,
            y,
            width,
            height,
            x.cast_signed(),
            y.cast_signed(),
            self.depth,
            ImageFormat::Z_PIXMAP.into(),
            false,
            segment,
            0,
        )?;
        Ok(kept(cookie))
    }

    /// Draws `rect` with these pixels, which travel along.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn put(&self, rect: Rect, pixels: &[u32]) -> Result<SequenceNumber, PresentError> {
        let [x, y, width, height] = sides(rect)?;
        let cookie = self.connection.put_image(
            ImageFormat::Z_PIXMAP,
            self.window,
            self.context,
            width,
            height,
            x.cast_signed(),
            y.cast_signed(),
            0,
            self.depth,
            bytemuck::cast_slice(pixels),
        )?;
        Ok(kept(cookie))
    }

    /// Sends what was drawn, and asks whether it is done.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn fence(
        &self,
        pictures: Option<RangeInclusive<SequenceNumber>>,
    ) -> Result<Fence, ConnectionError> {
        let question = self.connection.get_input_focus()?.sequence_number();
        self.connection.flush()?;
        Ok(Fence { question, pictures })
    }

    /// Whether the server has answered, as far as its bytes have been read: whoever looks for
    /// events reads them.
    pub fn is_answered(&self, fence: &Fence) -> bool {
        let (mut reply, mut error) = (null_mut(), null_mut());
        // SAFETY: the connection is open, and both results are live locals. What it returns was
        // made by malloc, and is ours; free(3) takes a null pointer too.
        unsafe {
            let connection = self.connection.get_raw_xcb_connection();
            let poll = self.poll_for_reply;
            let is_there = poll(connection, fence.question, &raw mut reply, &raw mut error);
            libc::free(reply);
            libc::free(error);
            is_there != 0
        }
    }

    /// Whether it has done all that was before the fence, which it has answered.
    ///
    /// # Errors
    /// It refused a picture, or the connection is broken.
    pub fn outcome(&self, fence: Fence) -> Result<(), ReplyError> {
        let mut outcome = Ok(());
        // Each is asked for: what nobody asks for is kept.
        for picture in fence.pictures.into_iter().flatten() {
            let checked = self.connection.check_for_error(picture);
            outcome = outcome.and(checked);
        }
        outcome
    }
}

/// Asks for what is needed of the window.
fn open(
    connection: XCBConnection,
    poll_for_reply: PollForReply,
    window: Window,
) -> Result<(Link, Option<Format>), ReplyOrIdError> {
    let geometry = connection.get_geometry(window)?;
    let attributes = connection.get_window_attributes(window)?;
    let depth = geometry.reply()?.depth;
    let visual = attributes.reply()?.visual;
    let format = Format::of(connection.setup(), visual, depth);
    let context = connection.generate_id()?;
    let values = CreateGCAux::new().graphics_exposures(0);
    connection.create_gc(context, window, &values)?.check()?;
    let link = Link {
        poll_for_reply,
        window,
        context,
        depth,
        request_bytes_max: connection.maximum_request_bytes(),
        connection,
    };
    Ok((link, format))
}

fn find_poll_for_reply() -> Option<PollForReply> {
    // SAFETY: both names end with a zero byte. The library is loaded already and stays: nobody
    // closes this handle. The function has that type since libxcb 1.12.
    unsafe {
        let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD;
        let library = libc::dlopen(c"libxcb.so.1".as_ptr(), flags);
        if library.is_null() {
            return None;
        }
        let found = libc::dlsym(library, c"xcb_poll_for_reply64".as_ptr());
        (!found.is_null()).then(|| std::mem::transmute::<*mut c_void, PollForReply>(found))
    }
}

/// The number of a request whose outcome will be asked for.
fn kept(cookie: VoidCookie<'_, XCBConnection>) -> SequenceNumber {
    let number = cookie.sequence_number();
    // Dropped, it would be noted down for a queue of errors that nobody reads.
    std::mem::forget(cookie);
    number
}

/// Place and size in the numbers of the protocol, which the largest surface fits in.
fn sides(rect: Rect) -> Result<[u16; 4], PresentError> {
    let fits = |pixels: u32| u16::try_from(pixels).map_err(|_| PresentError::BufferSize);
    Ok([
        fits(rect.x)?,
        fits(rect.y)?,
        fits(rect.width)?,
        fits(rect.height)?,
    ])
}

fn refused(why: impl Display) -> WindowError {
    WindowError::Display(why.to_string())
}
