//! What must be heard of the compositor, and what tells its answers apart. The objects are made in
//! several modules; `dispatch.rs` hears of them all.

use cursor_shape::wp_cursor_shape_device_v1::WpCursorShapeDeviceV1;
use cursor_shape::wp_cursor_shape_manager_v1::WpCursorShapeManagerV1;
use decoration::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1;
use decoration::zxdg_toplevel_decoration_v1::ZxdgToplevelDecorationV1;
use fractional_scale::wp_fractional_scale_manager_v1::WpFractionalScaleManagerV1;
use fractional_scale::wp_fractional_scale_v1::WpFractionalScaleV1;
use viewporter::wp_viewport::WpViewport;
use viewporter::wp_viewporter::WpViewporter;
use wayland_client::Dispatch;
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_callback::WlCallback;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_keyboard::WlKeyboard;
use wayland_client::protocol::wl_output::WlOutput;
use wayland_client::protocol::wl_pointer::WlPointer;
use wayland_client::protocol::wl_registry::WlRegistry;
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::protocol::wl_shm::WlShm;
use wayland_client::protocol::wl_shm_pool::WlShmPool;
use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_client::protocol::wl_subsurface::WlSubsurface;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::wp::cursor_shape::v1::client as cursor_shape;
use wayland_protocols::wp::fractional_scale::v1::client as fractional_scale;
use wayland_protocols::wp::viewporter::client as viewporter;
use wayland_protocols::xdg::decoration::zv1::client as decoration;
use wayland_protocols::xdg::shell::client::xdg_surface::XdgSurface;
use wayland_protocols::xdg::shell::client::xdg_toplevel::XdgToplevel;
use wayland_protocols::xdg::shell::client::xdg_wm_base::XdgWmBase;

/// What an answer of the compositor is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Everything before the question with that number has been answered.
    Synchronized(u32),
    /// It asks for the next picture.
    FrameWanted,
}

/// Which buffer the compositor gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BufferTag {
    /// One of the content.
    Content {
        /// Which slot.
        slot: usize,
        /// The buffers of a slot are numbered.
        number: u32,
    },
    /// One of the frame, which are not used again.
    Frame,
}

/// Hears of every kind of object that a window has.
pub trait Hears:
    Dispatch<WlBuffer, BufferTag>
    + Dispatch<WlCallback, Answer>
    + Dispatch<WlCompositor, ()>
    + Dispatch<WlKeyboard, ()>
    + Dispatch<WlOutput, ()>
    + Dispatch<WlPointer, ()>
    + Dispatch<WlRegistry, ()>
    + Dispatch<WlSeat, ()>
    + Dispatch<WlShm, ()>
    + Dispatch<WlShmPool, ()>
    + Dispatch<WlSubcompositor, ()>
    + Dispatch<WlSubsurface, ()>
    + Dispatch<WlSurface, ()>
    + Dispatch<WpCursorShapeDeviceV1, ()>
    + Dispatch<WpCursorShapeManagerV1, ()>
    + Dispatch<WpFractionalScaleManagerV1, ()>
    + Dispatch<WpFractionalScaleV1, ()>
    + Dispatch<WpViewport, ()>
    + Dispatch<WpViewporter, ()>
    + Dispatch<XdgSurface, ()>
    + Dispatch<XdgToplevel, ()>
    + Dispatch<XdgWmBase, ()>
    + Dispatch<ZxdgDecorationManagerV1, ()>
    + Dispatch<ZxdgToplevelDecorationV1, ()>
    + 'static
{
}
