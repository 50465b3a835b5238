//! The toplevel: its size as the compositor wants it, its states, and its frame.
//!
//! Trusts: nothing about sizes; they are kept within what a surface may be. Never: acknowledges a
//! size before a picture of that size is there.

use super::frame::{Frame, FrameMaker, Insets, Place};
use super::globals::Globals;
use super::hears::{Answer, Hears};
use decoration::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1;
use decoration::zxdg_toplevel_decoration_v1::{Mode, ZxdgToplevelDecorationV1};
use protocol::geometry::{Rect, Size};
use std::collections::BTreeSet;
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Proxy, QueueHandle, WEnum};
use wayland_protocols::xdg::decoration::zv1::client as decoration;
use wayland_protocols::xdg::shell::client::xdg_surface::XdgSurface;
use wayland_protocols::xdg::shell::client::xdg_toplevel::{
    ResizeEdge, State as ToplevelState, XdgToplevel,
};
use wayland_protocols::xdg::shell::client::xdg_wm_base::XdgWmBase;

/// The window of the compositor.
pub struct Shell {
    surface: WlSurface,
    xdg_surface: XdgSurface,
    toplevel: XdgToplevel,
    _base: XdgWmBase,
    /// Whether the compositor draws the frame; asked for where it can be.
    decoration: Option<ZxdgToplevelDecorationV1>,
    is_framed_by_compositor: bool,
    frames: Option<FrameMaker>,
    frame: Option<Frame>,
    /// What the events before the next `xdg_surface.configure` say.
    pending: Pending,
    states: BTreeSet<u32>,
    /// Of the content, without the frame.
    size: Size,
    /// What it is when the compositor leaves it to us.
    own_size: Size,
    /// To be acknowledged with the next picture.
    unanswered: Option<u32>,
    is_configured: bool,
    has_picture: bool,
    /// The compositor has not yet asked for the next picture.
    is_frame_due: bool,
}

#[derive(Default)]
struct Pending {
    size: (i32, i32),
    states: BTreeSet<u32>,
}

impl Shell {
    /// Asks for a window; the compositor answers with its size.
    pub fn new<D: Hears>(
        globals: &Globals,
        compositor: &WlCompositor,
        base: XdgWmBase,
        frames: Option<FrameMaker>,
        size: Size,
        queue: &QueueHandle<D>,
    ) -> Shell {
        let surface = compositor.create_surface(queue, ());
        let xdg_surface = base.get_xdg_surface(&surface, queue, ());
        let toplevel = xdg_surface.get_toplevel(queue, ());
        toplevel.set_title("Bulkhead".to_owned());
        toplevel.set_app_id("bulkhead".to_owned());
        let manager: Option<ZxdgDecorationManagerV1> = globals.bind(queue, 1..=1, ());
        let decoration = manager.map(|it| it.get_toplevel_decoration(&toplevel, queue, ()));
        if let Some(decoration) = &decoration {
            decoration.set_mode(Mode::ServerSide);
        }
        surface.commit();
        Shell {
            surface,
            xdg_surface,
            toplevel,
            _base: base,
            decoration,
            is_framed_by_compositor: false,
            frames,
            frame: None,
            pending: Pending::default(),
            states: BTreeSet::new(),
            size,
            own_size: size,
            unanswered: None,
            is_configured: false,
            has_picture: false,
            is_frame_due: false,
        }
    }

    /// The size of the content.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Whether the compositor has said how large the window is.
    pub fn is_configured(&self) -> bool {
        self.is_configured
    }

    /// Its title.
    pub fn set_title(&self, title: &str) {
        self.toplevel.set_title(title.replace('\0', ""));
    }

    /// The compositor says who draws the frame.
    pub fn framed_by(&mut self, mode: WEnum<Mode>) {
        self.is_framed_by_compositor = mode == WEnum::Value(Mode::ServerSide);
    }

    /// The size with its frame (0: as the window likes) and the states of the next configuration.
    pub fn suggested(&mut self, size: (i32, i32), states: &[u8]) {
        let number = |bytes: &[u8]| bytes.try_into().map(u32::from_ne_bytes).ok();
        self.pending = Pending {
            size,
            states: states.chunks_exact(4).filter_map(number).collect(),
        };
    }

    /// The configuration is complete. The new size, if it is another one.
    pub fn configured<D: Hears>(&mut self, serial: u32, queue: &QueueHandle<D>) -> Option<Size> {
        self.states = std::mem::take(&mut self.pending.states);
        self.unanswered = Some(serial);
        self.is_configured = true;
        self.choose_frame(queue);
        let insets = self.insets();
        let (width, height) = self.pending.size;
        let inner = |outer: i32, frame: i32| outer.saturating_sub(frame).max(1).unsigned_abs();
        let across = insets.left + insets.right;
        let along = insets.top + insets.bottom;
        let size = Size::new(
            if width > 0 {
                inner(width, across)
            } else {
                self.own_size.width
            },
            if height > 0 {
                inner(height, along)
            } else {
                self.own_size.height
            },
        )
        .clamped_to_surface();
        if !self.is_held() {
            self.own_size = size;
        }
        if size != self.size {
            self.size = size;
            return Some(size);
        }
        if self.has_picture {
            self.answer(queue);
            self.surface.commit();
        }
        None
    }

    /// Whether a picture is wanted now.
    pub fn wants_picture(&self) -> bool {
        self.is_configured && (!self.is_frame_due || self.unanswered.is_some())
    }

    /// The compositor asks for the next picture.
    pub fn frame_done(&mut self) {
        self.is_frame_due = false;
    }

    /// Shows a buffer of the window's size, in which these pixels are new.
    pub fn show<D: Hears>(&mut self, buffer: &WlBuffer, new: &[Rect], queue: &QueueHandle<D>) {
        self.answer(queue);
        self.surface.attach(Some(buffer), 0, 0);
        for rect in new {
            let [x, y, width, height] =
                [rect.x, rect.y, rect.width, rect.height].map(|side| side.cast_signed());
            self.surface.damage_buffer(x, y, width, height);
        }
        if !self.is_frame_due {
            self.surface.frame(queue, Answer::FrameWanted);
            self.is_frame_due = true;
        }
        self.surface.commit();
        self.has_picture = true;
    }

    /// What is at a place of a surface of the window.
    pub fn place(&self, surface: &WlSurface, x: f64, y: f64) -> Option<Place> {
        if *surface == self.surface {
            return Some(Place::Content);
        }
        self.frame.as_ref()?.place(surface, x, y)
    }

    /// The pointer's button moves the window.
    pub fn move_by(&self, seat: &WlSeat, serial: u32) {
        self.toplevel._move(seat, serial);
    }

    /// The pointer's button moves an edge of the window.
    pub fn resize_by(&self, seat: &WlSeat, serial: u32, edge: ResizeEdge) {
        self.toplevel.resize(seat, serial, edge);
    }

    /// The compositor's menu of the window.
    pub fn show_menu(&self, seat: &WlSeat, serial: u32, (x, y): (f64, f64)) {
        let insets = self.insets();
        let at = |value: f64, inset: i32| value as i32 - inset;
        let (x, y) = (at(x, insets.left), at(y, insets.top));
        self.toplevel.show_window_menu(seat, serial, x, y);
    }

    /// As large as the screen, or its own size again.
    pub fn toggle_maximized(&self) {
        if self.has_state(ToplevelState::Maximized) {
            self.toplevel.unset_maximized();
        } else {
            self.toplevel.set_maximized();
        }
    }

    /// Out of sight.
    pub fn minimize(&self) {
        self.toplevel.set_minimized();
    }

    /// Acknowledges the configuration, with the extent of the window as it is now.
    fn answer<D: Hears>(&mut self, queue: &QueueHandle<D>) {
        if let Some(serial) = self.unanswered.take() {
            let insets = self.insets();
            let is_active = self.has_state(ToplevelState::Activated);
            if let Some(frame) = &mut self.frame {
                frame.lay_out(self.size, insets, is_active, queue);
            }
            let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
            self.xdg_surface.ack_configure(serial);
            self.xdg_surface.set_window_geometry(
                -insets.left,
                -insets.top,
                side(self.size.width) + insets.left + insets.right,
                side(self.size.height) + insets.top + insets.bottom,
            );
        }
    }

    fn choose_frame<D: Hears>(&mut self, queue: &QueueHandle<D>) {
        let is_wanted = self.decoration.is_none() || !self.is_framed_by_compositor;
        if !is_wanted || self.has_state(ToplevelState::Fullscreen) {
            self.frame = None;
        } else if self.frame.is_none() {
            let frames = self.frames.as_ref();
            self.frame = frames.map(|frames| frames.frame(&self.surface, queue));
        }
    }

    fn insets(&self) -> Insets {
        match &self.frame {
            Some(_) if self.is_held() => Insets::WITHOUT_BORDERS,
            Some(_) => Insets::WITH_BORDERS,
            None => Insets::NONE,
        }
    }

    /// Whether the compositor, not the user, decides on the size.
    fn is_held(&self) -> bool {
        [
            ToplevelState::Maximized,
            ToplevelState::Fullscreen,
            ToplevelState::TiledLeft,
            ToplevelState::TiledRight,
            ToplevelState::TiledTop,
            ToplevelState::TiledBottom,
        ]
        .into_iter()
        .any(|state| self.has_state(state))
    }

    fn has_state(&self, state: ToplevelState) -> bool {
        self.states.contains(&u32::from(state))
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.frame = None;
        if let Some(decoration) = &self.decoration {
            decoration.destroy();
        }
        self.toplevel.destroy();
        self.xdg_surface.destroy();
        if self.surface.is_alive() {
            self.surface.destroy();
        }
    }
}
