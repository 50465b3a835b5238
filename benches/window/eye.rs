//! One client of the display that moves the pointer, turns the wheel, and sees what was drawn and
//! when. It is the same for every browser: input goes in by XTEST, and a change counts when the
//! display's own pixels have changed.
//!
//! Owns: its connection. Never: asks for pixels unless the server has said that some were drawn.

use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use protocol::geometry::{Rect, Size};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};
use x11rb::connection::{Connection, RequestConnection};
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, ImageFormat, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

const PIXEL_BYTES: usize = 4;

/// The observer's connection.
pub struct Eye {
    connection: RustConnection,
    root: u32,
    size: Size,
}

/// Something was drawn.
#[derive(Clone, Copy)]
pub struct Drawn {
    pub at: Instant,
    pub area: Rect,
}

impl Eye {
    /// Connects and asks to be told of everything that is drawn; none where the server lacks an
    /// extension.
    pub fn open(display: &str) -> Option<Eye> {
        let (connection, number) = x11rb::connect(Some(display)).expect("the display answers");
        for name in ["DAMAGE", "XTEST"] {
            let found = connection.extension_information(name).expect("an answer");
            if found.is_none() {
                println!("SKIP: the display has no extension {name}");
                return None;
            }
        }
        let screen = &connection.setup().roots[number];
        let root = screen.root;
        let size = Size::new(
            screen.width_in_pixels.into(),
            screen.height_in_pixels.into(),
        );
        connection
            .damage_query_version(1, 1)
            .expect("a request")
            .reply()
            .expect("an answer");
        let damage = connection.generate_id().expect("an id");
        connection
            .damage_create(damage, root, ReportLevel::RAW_RECTANGLES)
            .expect("a request");
        connection.flush().expect("the display is there");
        Some(Eye {
            connection,
            root,
            size,
        })
    }

    /// The display's size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Moves the pointer.
    pub fn point(&self, x: u32, y: u32) {
        self.fake(MOTION_NOTIFY_EVENT, 0, x as i16, y as i16);
    }

    /// Presses and releases a button; 5 turns the wheel by one notch.
    pub fn click(&self, button: u8) {
        self.fake(BUTTON_PRESS_EVENT, button, 0, 0);
        self.fake(BUTTON_RELEASE_EVENT, button, 0, 0);
    }

    fn fake(&self, kind: u8, detail: u8, x: i16, y: i16) {
        self.connection
            .xtest_fake_input(kind, detail, 0, self.root, x, y, 0)
            .expect("a request");
        self.connection.flush().expect("the display is there");
    }

    /// The pixels of the display in that area.
    pub fn look(&self, area: Rect) -> Vec<u8> {
        self.connection
            .get_image(
                ImageFormat::Z_PIXMAP,
                self.root,
                area.x as i16,
                area.y as i16,
                area.width as u16,
                area.height as u16,
                u32::MAX,
            )
            .expect("a request")
            .reply()
            .expect("pixels")
            .data
    }

    /// One pixel, 0RGB.
    pub fn pixel(&self, x: u32, y: u32) -> u32 {
        pixel_of(&self.look(Rect::new(x, y, 1, 1)))
    }

    /// The smallest rectangle around all pixels of that colour, if there are any.
    pub fn find(&self, colour: u32) -> Option<Rect> {
        let picture = self.look(Rect::from_size(self.size));
        let mut found: Option<(u32, u32, u32, u32)> = None;
        for (at, pixel) in picture.chunks_exact(PIXEL_BYTES).enumerate() {
            if pixel_of(pixel) == colour {
                let (x, y) = (at as u32 % self.size.width, at as u32 / self.size.width);
                let (left, top, right, bottom) = found.unwrap_or((x, y, x, y));
                found = Some((left.min(x), top.min(y), right.max(x), bottom.max(y)));
            }
        }
        found.map(|(left, top, right, bottom)| {
            Rect::new(left, top, right - left + 1, bottom - top + 1)
        })
    }

    /// The next drawing before `until`.
    pub fn next_drawn(&self, until: Instant) -> Option<Drawn> {
        loop {
            while let Some(event) = self
                .connection
                .poll_for_event()
                .expect("the display is there")
            {
                if let Event::DamageNotify(drawn) = event {
                    let area = drawn.area;
                    return Some(Drawn {
                        at: Instant::now(),
                        area: Rect::new(
                            area.x.max(0) as u32,
                            area.y.max(0) as u32,
                            area.width.into(),
                            area.height.into(),
                        ),
                    });
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let mut slots = [PollFd::new(
                self.connection.stream().as_fd(),
                PollFlags::POLLIN,
            )];
            let _ = ppoll(&mut slots, Some(TimeSpec::from(left)), None);
        }
    }

    /// When the pixels of `area` first differ from `before`; none if they never do.
    pub fn next_change(&self, area: Rect, before: &[u8], until: Instant) -> Option<Instant> {
        self.wait_for(area, until, |pixels| pixels != before)
    }

    /// When the pixels of `area` are first as `is_it` wants them; none if they never are.
    pub fn wait_for(
        &self,
        area: Rect,
        until: Instant,
        is_it: impl Fn(&[u8]) -> bool,
    ) -> Option<Instant> {
        while let Some(drawn) = self.next_drawn(until) {
            if !drawn.area.intersect(area).is_empty() && is_it(&self.look(area)) {
                return Some(drawn.at);
            }
        }
        None
    }

    /// Lets that time go by.
    pub fn rest(&self, time: Duration) {
        let until = Instant::now() + time;
        while self.next_drawn(until).is_some() {}
    }

    /// Waits until nothing has been drawn for `calm`; says whether that came before `until`.
    pub fn settle(&self, calm: Duration, until: Instant) -> bool {
        while Instant::now() < until {
            if self.next_drawn(Instant::now() + calm).is_none() {
                return true;
            }
        }
        false
    }
}

/// A pixel as the server sends it, as 0RGB.
pub fn pixel_of(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0])
}
