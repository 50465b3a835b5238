//! The pointer's shape: by name where the compositor knows names, else from the user's theme, whose
//! pictures are read before the process is sealed.
//!
//! Trusts: the files of the theme as other programs of the user do.

use super::density::Density;
use super::globals::Globals;
use super::hears::Hears;
use cursor_shape::wp_cursor_shape_device_v1::{Shape as Named, WpCursorShapeDeviceV1};
use cursor_shape::wp_cursor_shape_manager_v1::WpCursorShapeManagerV1;
use protocol::input::Cursor;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_pointer::WlPointer;
use wayland_client::protocol::wl_shm::WlShm;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Connection, QueueHandle};
use wayland_cursor::{CursorImageBuffer, CursorTheme};
use wayland_protocols::wp::cursor_shape::v1::client as cursor_shape;
use wayland_protocols::xdg::shell::client::xdg_toplevel::ResizeEdge;

/// The size of a theme's pictures in units, unless `XCURSOR_SIZE` has another one.
const SIZE: u32 = 24;
/// The largest size that is looked for.
const SIZE_MAX: u32 = 512;

/// A shape of the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Over the content.
    Content(Cursor),
    /// Over a border.
    Edge(ResizeEdge),
}

/// How the pointer gets its shape.
pub enum Cursors {
    /// By name.
    Named {
        /// Of the compositor.
        manager: WpCursorShapeManagerV1,
        /// Of the pointer.
        device: Option<WpCursorShapeDeviceV1>,
    },
    /// By pictures.
    Pictures {
        /// Shows them.
        surface: WlSurface,
        /// Pixels of a picture for each unit.
        factor: u32,
        /// Those that the theme has.
        pictures: Vec<(Shape, CursorImageBuffer)>,
    },
}

impl Cursors {
    /// Names if the compositor has them, else the pictures of the theme.
    pub fn new<D: Hears>(
        globals: &Globals,
        connection: &Connection,
        (compositor, shm): (&WlCompositor, &WlShm),
        density: Density,
        queue: &QueueHandle<D>,
    ) -> Cursors {
        if let Some(manager) = globals.bind(queue, 1..=1, ()) {
            return Cursors::Named {
                manager,
                device: None,
            };
        }
        let factor = density.rounded_up();
        let theme = std::env::var("XCURSOR_THEME").unwrap_or_else(|_| "default".to_owned());
        let size = std::env::var("XCURSOR_SIZE").map(|size| size.parse());
        let size = size.ok().and_then(Result::ok).unwrap_or(SIZE);
        let size = size.saturating_mul(factor).clamp(1, SIZE_MAX);
        let pictures = match CursorTheme::load_from_name(connection, shm.clone(), &theme, size) {
            Ok(mut theme) => SHAPES
                .into_iter()
                .filter_map(|(shape, names)| Some((shape, picture(&mut theme, names)?)))
                .collect(),
            Err(error) => {
                tracing::warn!("no pictures for the pointer: {error}");
                Vec::new()
            }
        };
        Cursors::Pictures {
            surface: compositor.create_surface(queue, ()),
            factor,
            pictures,
        }
    }

    /// There is a new pointer.
    pub fn take_pointer<D: Hears>(&mut self, pointer: &WlPointer, queue: &QueueHandle<D>) {
        if let Cursors::Named { manager, device } = self {
            if let Some(old) = device.take() {
                old.destroy();
            }
            *device = Some(manager.get_pointer(pointer, queue, ()));
        }
    }

    /// Gives the pointer a shape; `serial`: of its last entry.
    pub fn show(&self, pointer: &WlPointer, serial: u32, shape: Shape) {
        match self {
            Cursors::Named { device, .. } => {
                if let Some(device) = device {
                    device.set_shape(serial, named(shape));
                }
            }
            Cursors::Pictures {
                surface,
                factor,
                pictures,
            } => {
                let find = |wanted| pictures.iter().find(|(shape, _)| *shape == wanted);
                let Some((_, picture)) = find(shape).or_else(|| pictures.first()) else {
                    return;
                };
                let (width, height) = picture.dimensions();
                // A theme may lack the size; a picture that cannot be divided would be an error.
                let is_whole = width.is_multiple_of(*factor) && height.is_multiple_of(*factor);
                let factor = if is_whole { *factor } else { 1 };
                let (x, y) = picture.hotspot();
                let (x, y) = ((x / factor).cast_signed(), (y / factor).cast_signed());
                pointer.set_cursor(serial, Some(surface), x, y);
                surface.set_buffer_scale(factor.cast_signed());
                surface.attach(Some(picture), 0, 0);
                surface.damage_buffer(0, 0, width.cast_signed(), height.cast_signed());
                surface.commit();
            }
        }
    }
}

fn picture(theme: &mut CursorTheme, names: &[&str]) -> Option<CursorImageBuffer> {
    names
        .iter()
        .find_map(|name| theme.get_cursor(name).map(|cursor| cursor[0].clone()))
}

fn named(shape: Shape) -> Named {
    match shape {
        Shape::Content(Cursor::Default) => Named::Default,
        Shape::Content(Cursor::Pointer) => Named::Pointer,
        Shape::Content(Cursor::Text) => Named::Text,
        Shape::Edge(ResizeEdge::Top) => Named::NResize,
        Shape::Edge(ResizeEdge::Bottom) => Named::SResize,
        Shape::Edge(ResizeEdge::Left) => Named::WResize,
        Shape::Edge(ResizeEdge::Right) => Named::EResize,
        Shape::Edge(ResizeEdge::TopLeft) => Named::NwResize,
        Shape::Edge(ResizeEdge::TopRight) => Named::NeResize,
        Shape::Edge(ResizeEdge::BottomLeft) => Named::SwResize,
        Shape::Edge(ResizeEdge::BottomRight) => Named::SeResize,
        Shape::Edge(_) => Named::Default,
    }
}

/// The names of each shape in a theme: CSS's and X11's. The first shape stands for one that the
/// theme lacks.
const SHAPES: [(Shape, &[&str]); 11] = [
    (Shape::Content(Cursor::Default), &["default", "left_ptr"]),
    (
        Shape::Content(Cursor::Pointer),
        &["pointer", "hand2", "hand1"],
    ),
    (Shape::Content(Cursor::Text), &["text", "xterm"]),
    (Shape::Edge(ResizeEdge::Top), &["n-resize", "top_side"]),
    (
        Shape::Edge(ResizeEdge::Bottom),
        &["s-resize", "bottom_side"],
    ),
    (Shape::Edge(ResizeEdge::Left), &["w-resize", "left_side"]),
    (Shape::Edge(ResizeEdge::Right), &["e-resize", "right_side"]),
    (
        Shape::Edge(ResizeEdge::TopLeft),
        &["nw-resize", "top_left_corner"],
    ),
    (
        Shape::Edge(ResizeEdge::TopRight),
        &["ne-resize", "top_right_corner"],
    ),
    (
        Shape::Edge(ResizeEdge::BottomLeft),
        &["sw-resize", "bottom_left_corner"],
    ),
    (
        Shape::Edge(ResizeEdge::BottomRight),
        &["se-resize", "bottom_right_corner"],
    ),
];
