//! The toplevel: its size as the compositor wants it, its states, and its frame.
//!
//! Trusts: nothing about sizes; they are kept within what a surface may be. Never: acknowledges a
//! size before a picture of that size is there.

use super::density::Density;
use super::frame::{Frame, FrameMaker, Insets, Place};
use super::globals::Globals;
use super::hears::{Answer, Hears};
use super::scaler::{Scaler, Scaling};
use decoration::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1;
use decoration::zxdg_toplevel_decoration_v1::{Mode, ZxdgToplevelDecorationV1};
use fractional_scale::wp_fractional_scale_v1::WpFractionalScaleV1;
use protocol::geometry::{Rect, Size};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Proxy, QueueHandle, WEnum};
use wayland_protocols::wp::fractional_scale::v1::client as fractional_scale;
use wayland_protocols::xdg::decoration::zv1::client as decoration;
use wayland_protocols::xdg::shell::client::xdg_surface::XdgSurface;
use wayland_protocols::xdg::shell::client::xdg_toplevel::{
    ResizeEdge, State as ToplevelState, XdgToplevel,
};
use wayland_protocols::xdg::shell::client::xdg_wm_base::XdgWmBase;

/// A compositor that shows a window asks for its next picture much sooner.
const UNSEEN_MIN: Duration = Duration::from_secs(1);

/// The window of the compositor.
pub struct Shell {
    surface: WlSurface,
    scaler: Scaler,
    /// Tells the density that the compositor prefers.
    watch: Option<WpFractionalScaleV1>,
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
    /// With the frame, in units; what is not positive is left to us.
    suggestion: (i32, i32),
    states: BTreeSet<u32>,
    density: Density,
    /// Of the content, without the frame.
    units: Size,
    /// What it is when the compositor leaves it to us.
    own_units: Size,
    /// The pixels that the user wants, until the window stands.
    own_pixels: Option<Size>,
    /// To be acknowledged with the next picture.
    unanswered: Option<u32>,
    is_configured: bool,
    /// The frame is that of another size, state or density.
    is_frame_old: bool,
    /// The units of the last picture.
    shown: Option<Size>,
    /// When the last picture was shown, while the compositor has not asked for the next one.
    waits_since: Option<Instant>,
}

#[derive(Default)]
struct Pending {
    size: (i32, i32),
    states: BTreeSet<u32>,
}

/// The size of a window that the compositor does not decide on, without its frame.
#[derive(Clone, Copy, Debug)]
pub enum OwnSize {
    /// In units of the compositor, whatever their density is.
    Units(Size),
    /// In pixels of the output.
    Pixels(Size),
}

impl Shell {
    /// Asks for a window; the compositor answers with its size.
    pub fn new<D: Hears>(
        globals: &Globals,
        surface: WlSurface,
        base: XdgWmBase,
        (frames, scaling): (Option<FrameMaker>, &Scaling),
        size: OwnSize,
        queue: &QueueHandle<D>,
    ) -> Shell {
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
        let (units, own_pixels) = match size {
            OwnSize::Units(units) => (units, None),
            OwnSize::Pixels(pixels) => (pixels, Some(pixels)),
        };
        Shell {
            scaler: scaling.scaler(&surface, queue),
            watch: scaling.watch(&surface, queue),
            surface,
            xdg_surface,
            toplevel,
            _base: base,
            decoration,
            is_framed_by_compositor: false,
            frames,
            frame: None,
            pending: Pending::default(),
            suggestion: (0, 0),
            states: BTreeSet::new(),
            density: Density::ONE,
            units,
            own_units: units,
            own_pixels,
            unanswered: None,
            is_configured: false,
            is_frame_old: true,
            shown: None,
            waits_since: None,
        }
    }

    /// The size of the content, in pixels.
    pub fn size(&self) -> Size {
        self.density.size(self.units)
    }

    /// Pixels for a unit.
    pub fn density(&self) -> Density {
        self.density
    }

    /// Whether that is the surface of the content.
    pub fn is_content(&self, surface: &WlSurface) -> bool {
        *surface == self.surface
    }

    /// Pixels for a unit from now on. The new size in pixels, if the density is another one.
    pub fn set_density(&mut self, density: Density) -> Option<Size> {
        if density == self.density {
            return None;
        }
        self.density = density;
        if let Some(pixels) = self.own_pixels {
            self.own_units = density.units(pixels);
        }
        self.is_frame_old = true;
        self.fit();
        Some(self.size())
    }

    /// The window stands: its units stay what they are on any output.
    pub fn opened(&mut self) {
        self.own_pixels = None;
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

    /// The configuration is complete. The new size in pixels, if it is another one.
    pub fn configured<D: Hears>(&mut self, serial: u32, queue: &QueueHandle<D>) -> Option<Size> {
        self.states = std::mem::take(&mut self.pending.states);
        self.suggestion = self.pending.size;
        self.unanswered = Some(serial);
        self.is_configured = true;
        self.is_frame_old = true;
        self.choose_frame(queue);
        let before = self.size();
        self.fit();
        if !self.is_held() {
            self.own_units = self.units;
        }
        if self.size() != before {
            return Some(self.size());
        }
        // A new picture is to come if the last one has other units.
        if self.shown == Some(self.units) {
            self.answer(queue);
            self.surface.commit();
        }
        None
    }

    /// Whether a picture is wanted now.
    pub fn wants_picture(&self) -> bool {
        self.is_configured && (self.waits_since.is_none() || self.unanswered.is_some())
    }

    /// Whether the compositor has not asked for a picture for so long that it shows none.
    pub fn is_unseen(&self, now: Instant) -> bool {
        let waits = |since| now.saturating_duration_since(since) >= UNSEEN_MIN;
        self.waits_since.is_some_and(waits)
    }

    /// The compositor asks for the next picture.
    pub fn frame_done(&mut self) {
        self.waits_since = None;
    }

    /// Shows a buffer of the window's size, in which these pixels are new.
    pub fn show<D: Hears>(&mut self, buffer: &WlBuffer, new: &[Rect], queue: &QueueHandle<D>) {
        self.answer(queue);
        self.scaler.scale(&self.surface, self.density, self.units);
        self.surface.attach(Some(buffer), 0, 0);
        for rect in new {
            let [x, y, width, height] =
                [rect.x, rect.y, rect.width, rect.height].map(|side| side.cast_signed());
            self.surface.damage_buffer(x, y, width, height);
        }
        if self.waits_since.is_none() {
            self.surface.frame(queue, Answer::FrameWanted);
            self.waits_since = Some(Instant::now());
        }
        self.surface.commit();
        self.shown = Some(self.units);
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

    /// What the compositor suggests, without the frame, as far as a surface can be that large.
    fn fit(&mut self) {
        let insets = self.insets();
        let (width, height) = self.suggestion;
        let inner = |outer: i32, frame: i32| outer.saturating_sub(frame).max(1).unsigned_abs();
        let own = self.own_units;
        let units = Size::new(
            if width > 0 {
                inner(width, insets.left + insets.right)
            } else {
                own.width
            },
            if height > 0 {
                inner(height, insets.top + insets.bottom)
            } else {
                own.height
            },
        );
        self.units = self.density.clamped(units);
    }

    /// Acknowledges the configuration, with the extent of the window as it is now.
    fn answer<D: Hears>(&mut self, queue: &QueueHandle<D>) {
        let insets = self.insets();
        let is_active = self.has_state(ToplevelState::Activated);
        if std::mem::take(&mut self.is_frame_old)
            && let Some(frame) = &mut self.frame
        {
            frame.lay_out(self.units, self.density, insets, is_active, queue);
        }
        if let Some(serial) = self.unanswered.take() {
            let side = |units: u32| i32::try_from(units).unwrap_or(i32::MAX);
            self.xdg_surface.ack_configure(serial);
            self.xdg_surface.set_window_geometry(
                -insets.left,
                -insets.top,
                side(self.units.width) + insets.left + insets.right,
                side(self.units.height) + insets.top + insets.bottom,
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
        if let Some(watch) = &self.watch {
            watch.destroy();
        }
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
