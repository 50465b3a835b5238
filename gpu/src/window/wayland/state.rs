//! The window's parts, and what the compositor's events mean to them together.
//!
//! Owns: all objects of the window. Never: reads the connection.

use super::cursor::{Cursors, Shape};
use super::frame::Place;
use super::hears::{BufferTag, Hears};
use super::keyboard::Keyboard;
use super::outputs::Outputs;
use super::pointer::{Over, Pointer};
use super::pool::Pool;
use super::shell::Shell;
use crate::compositor::Canvas;
use crate::rects::Rects;
use crate::screen::Screen;
use crate::window::event::RawEvent;
use protocol::geometry::Rect;
use protocol::input::Cursor;
use std::time::Instant;
use wayland_client::QueueHandle;
use wayland_client::protocol::wl_pointer::WlPointer;
use wayland_client::protocol::wl_seat::{Capability, WlSeat};
use wayland_client::protocol::wl_surface::WlSurface;

/// The buttons of a pointer by the kernel's numbers (input-event-codes.h).
const BUTTON_LEFT: u32 = 0x110;
const BUTTON_RIGHT: u32 = 0x111;
const BUTTON_MIDDLE: u32 = 0x112;

/// Everything that the compositor's events change.
pub struct State {
    /// What has happened and was not told yet.
    pub events: Vec<RawEvent>,
    /// The number of the last question that was answered.
    pub synchronized: u32,
    /// The toplevel.
    pub shell: Shell,
    /// The keyboard.
    pub keyboard: Keyboard,
    /// The pointer, if the seat has one.
    pub pointer: Option<Pointer>,
    /// The seat, if there is one, with the name of its global.
    pub seat: Option<(u32, WlSeat)>,
    /// The outputs.
    pub outputs: Outputs,
    pool: Pool,
    cursors: Option<Cursors>,
    cursor: Cursor,
}

impl State {
    /// A window without a seat.
    pub fn new(shell: Shell, pool: Pool, keyboard: Keyboard) -> State {
        State {
            events: Vec::new(),
            synchronized: 0,
            shell,
            keyboard,
            pointer: None,
            seat: None,
            outputs: Outputs::default(),
            pool,
            cursors: None,
            cursor: Cursor::Default,
        }
    }

    /// The shapes of the pointer are there.
    pub fn take_cursors<D: Hears>(&mut self, mut cursors: Cursors, queue: &QueueHandle<D>) {
        if let Some(pointer) = &self.pointer {
            cursors.take_pointer(&pointer.proxy, queue);
        }
        self.cursors = Some(cursors);
    }

    /// The outputs or the compositor may ask for another density.
    pub fn follow_density(&mut self) {
        let size = self.shell.set_density(self.outputs.density());
        self.events.extend(size.map(RawEvent::Configured));
    }

    /// Draws and shows what is dirty on the screen, if anything is, the compositor wants a picture,
    /// and there is a buffer for it.
    pub fn present<D: Hears>(&mut self, screen: &mut Screen, queue: &QueueHandle<D>) {
        let size = self.shell.size();
        if screen.size() != size || !self.shell.wants_picture() {
            return;
        }
        let Some(free) = self.pool.free(size, queue) else {
            return;
        };
        let dirty = screen.take_dirty();
        if dirty.is_empty() {
            return;
        }
        let mut old = free.stale;
        old.add_all(&dirty);
        let pixels = free.pixels;
        screen.compose(old.as_slice(), &mut Canvas { pixels, size });
        self.shell.show(&free.buffer, dirty.as_slice(), queue);
        let slot = free.slot;
        self.pool.shown(slot, &dirty);
    }

    /// The first picture: one colour.
    pub fn show_background<D: Hears>(&mut self, colour: u32, queue: &QueueHandle<D>) {
        let size = self.shell.size();
        if let Some(free) = self.pool.free(size, queue) {
            free.pixels.fill(colour);
            let mut whole = Rects::new();
            whole.add(Rect::from_size(size));
            self.shell.show(&free.buffer, whole.as_slice(), queue);
            let slot = free.slot;
            self.pool.shown(slot, &whole);
        }
    }

    /// The compositor has done with a buffer.
    pub fn released(&mut self, tag: BufferTag) {
        self.pool.released(tag);
    }

    /// The shape of the pointer over the content.
    pub fn set_cursor(&mut self, cursor: Cursor) {
        self.cursor = cursor;
        self.show_cursor();
    }

    /// A key that is held may repeat now.
    pub fn repeat_key(&mut self, now: Instant) {
        self.events
            .extend(self.keyboard.repeat(now).map(RawEvent::Key));
    }

    /// The seat has these devices.
    pub fn take_devices<D: Hears>(
        &mut self,
        seat: &WlSeat,
        capabilities: Capability,
        queue: &QueueHandle<D>,
    ) {
        let has_keyboard = capabilities.contains(Capability::Keyboard);
        if has_keyboard && self.keyboard.proxy.is_none() {
            self.keyboard.proxy = Some(seat.get_keyboard(queue, ()));
        } else if !has_keyboard {
            self.drop_keyboard();
        }
        let has_pointer = capabilities.contains(Capability::Pointer);
        if has_pointer && self.pointer.is_none() {
            let proxy: WlPointer = seat.get_pointer(queue, ());
            if let Some(cursors) = &mut self.cursors {
                cursors.take_pointer(&proxy, queue);
            }
            self.pointer = Some(Pointer::new(proxy));
        } else if !has_pointer {
            self.drop_pointer();
        }
    }

    /// The seat is gone.
    pub fn drop_seat(&mut self) {
        self.drop_keyboard();
        self.drop_pointer();
        if let Some((_, seat)) = self.seat.take()
            && wayland_client::Proxy::version(&seat) >= 5
        {
            seat.release();
        }
    }

    /// The window has the keyboard or not.
    pub fn focus(&mut self, gained: bool) {
        self.keyboard.forget();
        self.events.push(RawEvent::Focus(gained));
    }

    /// The pointer is over a surface now.
    pub fn pointer_enters(&mut self, surface: WlSurface, at: (f64, f64), serial: u32) {
        let Some(place) = self.shell.place(&surface, at.0, at.1) else {
            return;
        };
        if let Some(pointer) = &mut self.pointer {
            pointer.over = Some(Over {
                surface,
                place,
                at,
                serial,
            });
        }
        self.pointer_is_at(at);
    }

    /// The pointer has moved on the surface that it is over.
    pub fn pointer_is_at(&mut self, at: (f64, f64)) {
        let Some(over) = self.pointer.as_mut().and_then(|it| it.over.as_mut()) else {
            return;
        };
        over.at = at;
        if let Some(place) = self.shell.place(&over.surface, at.0, at.1) {
            over.place = place;
        }
        if over.place == Place::Content {
            self.events.push(RawEvent::Motion {
                at: self.pixel(at),
                state: self.keyboard.state(),
            });
        }
        self.show_cursor();
    }

    /// The pointer has left the surface that it was over.
    pub fn pointer_leaves(&mut self) {
        let over = self.pointer.as_mut().and_then(|it| it.over.take());
        if over.is_some_and(|over| over.place == Place::Content) {
            self.events.push(RawEvent::Leave);
        }
    }

    /// A button of the pointer went down or up.
    pub fn button(&mut self, down: bool, button: u32, serial: u32, time_ms: u32) {
        let Some(over) = self.pointer.as_ref().and_then(|it| it.over.clone()) else {
            return;
        };
        if over.place != Place::Content {
            return self.frame_button(down, button, serial, time_ms, &over);
        }
        let number = match button {
            BUTTON_LEFT => 1,
            BUTTON_MIDDLE => 2,
            BUTTON_RIGHT => 3,
            _ => return,
        };
        self.events.push(RawEvent::Button {
            down,
            button: number,
            at: self.pixel(over.at),
            state: self.keyboard.state(),
        });
    }

    /// The wheel's event is complete.
    pub fn scroll(&mut self) {
        let Some(pointer) = &mut self.pointer else {
            return;
        };
        let Some(delta) = pointer.scroll.take() else {
            return;
        };
        if let Some(over) = pointer.over.clone()
            && over.place == Place::Content
        {
            self.events.push(RawEvent::Scroll {
                at: self.pixel(over.at),
                delta,
                state: self.keyboard.state(),
            });
        }
    }

    fn frame_button(&mut self, down: bool, button: u32, serial: u32, time_ms: u32, over: &Over) {
        let (Some((_, seat)), Some(pointer)) = (&self.seat, &mut self.pointer) else {
            return;
        };
        if !down {
            if pointer.pressed.take() != Some(over.place) {
                return;
            }
            match over.place {
                Place::Close => self.events.push(RawEvent::CloseRequested),
                Place::Maximize => self.shell.toggle_maximized(),
                Place::Minimize => self.shell.minimize(),
                Place::Bar | Place::Content | Place::Edge(_) => {}
            }
            return;
        }
        match (over.place, button) {
            (Place::Bar, BUTTON_LEFT) if pointer.is_double_click(time_ms) => {
                self.shell.toggle_maximized();
            }
            (Place::Bar, BUTTON_LEFT) => self.shell.move_by(seat, serial),
            (Place::Edge(edge), BUTTON_LEFT) => self.shell.resize_by(seat, serial, edge),
            (place, BUTTON_LEFT) => pointer.pressed = Some(place),
            (Place::Bar, BUTTON_RIGHT) => self.shell.show_menu(seat, serial, over.at),
            _ => {}
        }
    }

    /// The pixel of the content at a place in units.
    fn pixel(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let factor = self.shell.density().factor();
        ((x * factor).floor() as i32, (y * factor).floor() as i32)
    }

    fn show_cursor(&mut self) {
        let Some(pointer) = &mut self.pointer else {
            return;
        };
        let Some(over) = pointer.over.clone() else {
            return;
        };
        let shape = match over.place {
            Place::Content => Shape::Content(self.cursor),
            Place::Edge(edge) => Shape::Edge(edge),
            Place::Bar | Place::Close | Place::Maximize | Place::Minimize => {
                Shape::Content(Cursor::Default)
            }
        };
        if let Some(cursors) = &self.cursors
            && pointer.changes_to(over.serial, shape)
        {
            cursors.show(&pointer.proxy, over.serial, shape);
        }
    }

    fn drop_keyboard(&mut self) {
        if let Some(keyboard) = self.keyboard.proxy.take() {
            if wayland_client::Proxy::version(&keyboard) >= 3 {
                keyboard.release();
            }
            self.focus(false);
        }
    }

    fn drop_pointer(&mut self) {
        self.pointer_leaves();
        if let Some(pointer) = self.pointer.take()
            && wayland_client::Proxy::version(&pointer.proxy) >= 3
        {
            pointer.proxy.release();
        }
    }
}
