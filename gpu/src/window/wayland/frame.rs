//! The frame of a window whose compositor draws none: a bar to move it by, with buttons to hide it,
//! enlarge it and close it, and borders to resize it by. Without a title: the tabs have it.
//!
//! Owns: the pixels and surfaces of the frame. Never: is drawn where the compositor draws one.

use super::density::{Density, WHOLE_MAX};
use super::globals::Globals;
use super::hears::{BufferTag, Hears};
use super::pool::Memory;
use super::scaler::{Scaler, Scaling};
use protocol::geometry::Size;
use protocol::limits::{PIXEL_BYTES, SURFACE_HEIGHT_MAX, SURFACE_WIDTH_MAX};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use wayland_client::QueueHandle;
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_shm::WlShm;
use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_client::protocol::wl_subsurface::WlSubsurface;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::xdg::shell::client::xdg_toplevel::ResizeEdge;

/// The height of the bar, in units.
const BAR: i32 = 30;
/// The width of a border.
const BORDER: i32 = 5;
/// The width of a button in the bar.
const BUTTON: i32 = 40;
/// How near to a corner both its edges move.
const CORNER: f64 = 16.0;

const ACTIVE: u32 = 0x0039_4049;
const INACTIVE: u32 = 0x0060_666f;
const SIGN: u32 = 0x00f2_f4f7;

/// The length of the largest bar and the border below the content: with a border at either end,
/// and the pixels that rounding may add.
const LENGTH_MAX: usize =
    SURFACE_WIDTH_MAX as usize + 2 * BORDER as usize * WHOLE_MAX as usize + WHOLE_MAX as usize;
/// The largest bar.
const BAR_BYTES_MAX: usize = LENGTH_MAX * (BAR as usize * WHOLE_MAX as usize) * PIXEL_BYTES;
/// The largest border: that below the content, or one at its side.
const BORDER_BYTES_MAX: usize = LENGTH_MAX * (BORDER as usize * WHOLE_MAX as usize) * PIXEL_BYTES;
const _: () = assert!(SURFACE_WIDTH_MAX >= SURFACE_HEIGHT_MAX);

/// How far the frame reaches beyond the content, in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insets {
    /// Above the content.
    pub top: i32,
    /// On its left.
    pub left: i32,
    /// On its right.
    pub right: i32,
    /// Below it.
    pub bottom: i32,
}

impl Insets {
    /// No frame.
    pub const NONE: Insets = Insets::new(0, 0);
    /// A bar alone: the compositor holds the window in its place.
    pub const WITHOUT_BORDERS: Insets = Insets::new(BAR, 0);
    /// A bar and borders.
    pub const WITH_BORDERS: Insets = Insets::new(BAR, BORDER);

    const fn new(top: i32, border: i32) -> Insets {
        Insets {
            top,
            left: border,
            right: border,
            bottom: border,
        }
    }
}

/// What is at a place of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The content.
    Content,
    /// The bar: it moves the window.
    Bar,
    /// The button that closes the window.
    Close,
    /// The button that enlarges it.
    Maximize,
    /// The button that hides it.
    Minimize,
    /// A border.
    Edge(ResizeEdge),
}

/// Makes frames in memory that is made before the process is sealed.
pub struct FrameMaker {
    compositor: WlCompositor,
    subcompositor: WlSubcompositor,
    scaling: Scaling,
    memory: Rc<RefCell<Memory>>,
}

impl FrameMaker {
    /// Makes frames, if the compositor can put surfaces together.
    ///
    /// # Errors
    /// The system refuses the memory.
    pub fn new<D: Hears>(
        globals: &Globals,
        compositor: &WlCompositor,
        shm: &WlShm,
        scaling: &Scaling,
        queue: &QueueHandle<D>,
    ) -> io::Result<Option<FrameMaker>> {
        let Some(subcompositor) = globals.bind(queue, 1..=1, ()) else {
            return Ok(None);
        };
        // Two bars, of which one is on show while the other is drawn, and two colours of borders.
        let bytes = 2 * (BAR_BYTES_MAX + BORDER_BYTES_MAX);
        let memory = Memory::new("bulkhead-frame", bytes, shm, queue)?;
        Ok(Some(FrameMaker {
            compositor: compositor.clone(),
            subcompositor,
            scaling: scaling.clone(),
            memory: Rc::new(RefCell::new(memory)),
        }))
    }

    /// A frame around that surface.
    pub fn frame<D: Hears>(&self, parent: &WlSurface, queue: &QueueHandle<D>) -> Frame {
        let part = || {
            let surface = self.compositor.create_surface(queue, ());
            let place = self
                .subcompositor
                .get_subsurface(&surface, parent, queue, ());
            Part {
                scaler: self.scaling.scaler(&surface, queue),
                surface,
                place,
                buffer: None,
            }
        };
        Frame {
            memory: Rc::clone(&self.memory),
            bar: part(),
            left: part(),
            right: part(),
            bottom: part(),
            units: Size::new(0, 0),
            insets: Insets::NONE,
            is_odd: false,
        }
    }
}

/// The frame of a window.
pub struct Frame {
    memory: Rc<RefCell<Memory>>,
    bar: Part,
    left: Part,
    right: Part,
    bottom: Part,
    /// Of the content.
    units: Size,
    insets: Insets,
    /// Which of the two bars is on show.
    is_odd: bool,
}

/// A surface beside the content.
struct Part {
    surface: WlSurface,
    scaler: Scaler,
    place: WlSubsurface,
    buffer: Option<WlBuffer>,
}

impl Frame {
    /// Draws the frame for a content of that size; it is seen with the content's next picture.
    pub fn lay_out<D: Hears>(
        &mut self,
        units: Size,
        density: Density,
        insets: Insets,
        is_active: bool,
        queue: &QueueHandle<D>,
    ) {
        self.units = units;
        self.insets = insets;
        self.is_odd = !self.is_odd;
        let border = insets.left.unsigned_abs();
        let memory = &mut *self.memory.borrow_mut();
        let bar = Size::new(units.width + 2 * border, BAR.unsigned_abs());
        let pixels = density.size(bar);
        let offset = if self.is_odd { BAR_BYTES_MAX } else { 0 };
        draw_bar(memory.pixels(offset, pixels), pixels, density, is_active);
        let buffer = memory.buffer(offset, pixels, BufferTag::Frame, queue);
        self.bar
            .show((-insets.left, -insets.top), Some(buffer), bar, density);
        let (width, height) = (units.width.cast_signed(), units.height.cast_signed());
        let side = Size::new(border, units.height);
        let below = Size::new(units.width + 2 * border, border);
        for (part, at, extent) in [
            (&mut self.left, (-insets.left, 0), side),
            (&mut self.right, (width, 0), side),
            (&mut self.bottom, (-insets.left, height), below),
        ] {
            let buffer = (border > 0).then(|| {
                let (offset, pixels) = (border_offset(is_active), density.size(extent));
                memory.pixels(offset, pixels).fill(colour(is_active));
                memory.buffer(offset, pixels, BufferTag::Frame, queue)
            });
            part.show(at, buffer, extent, density);
        }
    }

    /// What is at a place of one of its surfaces.
    pub fn place(&self, surface: &WlSurface, x: f64, y: f64) -> Option<Place> {
        let border = f64::from(self.insets.left);
        let (width, height) = (f64::from(self.units.width), f64::from(self.units.height));
        // As seen from the content's top left corner.
        let (x, y) = if *surface == self.bar.surface {
            (x - border, y - f64::from(self.insets.top))
        } else if *surface == self.left.surface {
            (x - border, y)
        } else if *surface == self.right.surface {
            (x + width, y)
        } else if *surface == self.bottom.surface {
            (x - border, y + height)
        } else {
            return None;
        };
        if border > 0.0 {
            let top = f64::from(BORDER - BAR);
            if let Some(edge) = edge((x, y), (width, height), top) {
                return Some(Place::Edge(edge));
            }
        }
        let from_right = width - x;
        let button = f64::from(BUTTON);
        Some(if from_right <= button {
            Place::Close
        } else if from_right <= 2.0 * button {
            Place::Maximize
        } else if from_right <= 3.0 * button {
            Place::Minimize
        } else {
            Place::Bar
        })
    }
}

impl Part {
    /// Shows a buffer with the pixels of that many units.
    fn show(
        &mut self,
        (x, y): (i32, i32),
        buffer: Option<WlBuffer>,
        units: Size,
        density: Density,
    ) {
        self.place.set_position(x, y);
        if buffer.is_some() {
            self.scaler.scale(&self.surface, density, units);
        }
        self.surface.attach(buffer.as_ref(), 0, 0);
        let pixels = density.size(units);
        let (width, height) = (pixels.width.cast_signed(), pixels.height.cast_signed());
        self.surface.damage_buffer(0, 0, width, height);
        self.surface.commit();
        if let Some(old) = std::mem::replace(&mut self.buffer, buffer) {
            old.destroy();
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            buffer.destroy();
        }
        self.place.destroy();
        self.surface.destroy();
    }
}

/// The edge or corner at a place, which counts from the content's top left corner; `top`: where the
/// upper edge ends.
fn edge((x, y): (f64, f64), (width, height): (f64, f64), top: f64) -> Option<ResizeEdge> {
    let is_on_edge = x < 0.0 || x >= width || y >= height || y < top;
    if !is_on_edge {
        return None;
    }
    let (left, right) = (x < CORNER, x >= width - CORNER);
    let (above, below) = (y < top + CORNER, y >= height - CORNER);
    Some(match (above, below, left, right) {
        (true, _, true, _) => ResizeEdge::TopLeft,
        (true, _, _, true) => ResizeEdge::TopRight,
        (_, true, true, _) => ResizeEdge::BottomLeft,
        (_, true, _, true) => ResizeEdge::BottomRight,
        (true, _, _, _) if y < top => ResizeEdge::Top,
        (_, true, _, _) if y >= height => ResizeEdge::Bottom,
        (_, _, true, _) => ResizeEdge::Left,
        _ => ResizeEdge::Right,
    })
}

fn border_offset(is_active: bool) -> usize {
    2 * BAR_BYTES_MAX + usize::from(is_active) * BORDER_BYTES_MAX
}

fn colour(is_active: bool) -> u32 {
    if is_active { ACTIVE } else { INACTIVE }
}

/// Draws the bar with its buttons; `size` in pixels.
fn draw_bar(pixels: &mut [u32], size: Size, density: Density, is_active: bool) {
    pixels.fill(colour(is_active));
    let (width, height) = (size.width.cast_signed(), size.height.cast_signed());
    let mut set = |x: i32, y: i32| {
        if (0..width).contains(&x) && (0..height).contains(&y) {
            pixels[(y * width + x).unsigned_abs() as usize] = SIGN;
        }
    };
    let of = |units: i32| density.pixels(units.unsigned_abs()).cast_signed();
    let middle = |number: i32| (width - of(number * BUTTON) + of(BUTTON) / 2, height / 2);
    let (half, line) = (of(5), of(1));
    let (x, y) = middle(1);
    for step in -half..=half {
        for thick in 0..2 * line {
            set(x + step + thick, y + step);
            set(x + step + thick, y - step);
        }
    }
    let (x, y) = middle(2);
    for step in -half..=half {
        for thick in 0..line {
            set(x + step, y - half + thick);
            set(x + step, y + half - thick);
            set(x - half + thick, y + step);
            set(x + half - thick, y + step);
        }
    }
    let (x, y) = middle(3);
    for step in -half..=half {
        for thick in 0..line {
            set(x + step, y + half - thick);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: (f64, f64) = (400.0, 300.0);

    fn at(x: f64, y: f64) -> Option<ResizeEdge> {
        edge((x, y), CONTENT, -25.0)
    }

    #[test]
    fn a_border_moves_its_edge_and_near_a_corner_both() {
        assert_eq!(at(-3.0, 150.0), Some(ResizeEdge::Left));
        assert_eq!(at(402.0, 150.0), Some(ResizeEdge::Right));
        assert_eq!(at(200.0, 303.0), Some(ResizeEdge::Bottom));
        assert_eq!(at(200.0, -28.0), Some(ResizeEdge::Top));
        assert_eq!(at(-3.0, -28.0), Some(ResizeEdge::TopLeft));
        assert_eq!(at(402.0, -12.0), Some(ResizeEdge::TopRight));
        assert_eq!(at(5.0, 303.0), Some(ResizeEdge::BottomLeft));
        assert_eq!(at(402.0, 295.0), Some(ResizeEdge::BottomRight));
    }

    #[test]
    fn the_bar_between_its_edges_is_no_edge() {
        assert_eq!(at(200.0, -10.0), None);
        assert_eq!(at(5.0, -10.0), None);
    }

    #[test]
    fn a_bar_that_is_too_narrow_for_its_buttons_is_drawn_all_the_same() {
        for density in [Density::parts(60), Density::ONE, Density::parts(190)] {
            for width in [1, 30, 100, 500] {
                let size = density.size(Size::new(width, BAR.unsigned_abs()));
                let mut pixels = vec![0; size.width as usize * size.height as usize];
                draw_bar(&mut pixels, size, density, true);
                assert!(pixels.iter().all(|&pixel| pixel == ACTIVE || pixel == SIGN));
            }
        }
    }

    #[test]
    fn the_largest_frame_has_room_in_its_memory() {
        for density in [60, 61, 119, 120, 121, 180, 359, 479, 480].map(Density::parts) {
            let units = density.clamped(Size::new(u32::MAX, u32::MAX));
            let border = 2 * BORDER.unsigned_abs();
            let bar = density.size(Size::new(units.width + border, BAR.unsigned_abs()));
            assert!(bar.frame_bytes() <= Some(BAR_BYTES_MAX), "{density:?}");
            let below = density.size(Size::new(units.width + border, BORDER.unsigned_abs()));
            assert!(below.frame_bytes() <= Some(BORDER_BYTES_MAX), "{density:?}");
            let side = density.size(Size::new(BORDER.unsigned_abs(), units.height));
            assert!(side.frame_bytes() <= Some(BORDER_BYTES_MAX), "{density:?}");
        }
    }
}
