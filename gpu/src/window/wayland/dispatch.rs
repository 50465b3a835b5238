//! Hears the compositor: each event of each object, and to which part of the window it goes.

use super::hears::{Answer, BufferTag, Hears};
use super::state::State;
use crate::window::event::RawEvent;
use cursor_shape::wp_cursor_shape_device_v1::WpCursorShapeDeviceV1;
use cursor_shape::wp_cursor_shape_manager_v1::WpCursorShapeManagerV1;
use decoration::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1;
use decoration::zxdg_toplevel_decoration_v1::{self, ZxdgToplevelDecorationV1};
use fractional_scale::wp_fractional_scale_manager_v1::WpFractionalScaleManagerV1;
use fractional_scale::wp_fractional_scale_v1::{self, WpFractionalScaleV1};
use std::time::Instant;
use viewporter::wp_viewport::WpViewport;
use viewporter::wp_viewporter::WpViewporter;
use wayland_client::protocol::wl_buffer::{self, WlBuffer};
use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_keyboard::{self, KeyState, KeymapFormat, WlKeyboard};
use wayland_client::protocol::wl_output::{self, WlOutput};
use wayland_client::protocol::wl_pointer::{self, ButtonState, WlPointer};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::{self, WlSeat};
use wayland_client::protocol::wl_shm::WlShm;
use wayland_client::protocol::wl_shm_pool::WlShmPool;
use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_client::protocol::wl_subsurface::WlSubsurface;
use wayland_client::protocol::wl_surface::{self, WlSurface};
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle, WEnum, delegate_noop};
use wayland_protocols::wp::cursor_shape::v1::client as cursor_shape;
use wayland_protocols::wp::fractional_scale::v1::client as fractional_scale;
use wayland_protocols::wp::viewporter::client as viewporter;
use wayland_protocols::xdg::decoration::zv1::client as decoration;
use wayland_protocols::xdg::shell::client::xdg_surface::{self, XdgSurface};
use wayland_protocols::xdg::shell::client::xdg_toplevel::{self, XdgToplevel};
use wayland_protocols::xdg::shell::client::xdg_wm_base::{self, XdgWmBase};

/// The newest version of a seat whose events are known here.
const SEAT_VERSION_MAX: u32 = 8;
/// The versions of an output that tell its scale and are known here.
const OUTPUT_VERSIONS: std::ops::RangeInclusive<u32> = 2..=4;
/// From this version on, a pointer says where its event of the hardware ends.
const POINTER_FRAMES: u32 = 5;

impl Hears for State {}

delegate_noop!(State: WlCompositor);
delegate_noop!(State: WlShmPool);
delegate_noop!(State: WlSubcompositor);
delegate_noop!(State: WlSubsurface);
delegate_noop!(State: WpCursorShapeDeviceV1);
delegate_noop!(State: WpCursorShapeManagerV1);
delegate_noop!(State: WpFractionalScaleManagerV1);
delegate_noop!(State: WpViewport);
delegate_noop!(State: WpViewporter);
delegate_noop!(State: ZxdgDecorationManagerV1);
delegate_noop!(State: ignore WlShm);

/// Implements the hearing of one kind of object by a function of the state, the object, the event,
/// what was noted with the object, and the queue.
macro_rules! hears {
    ($object:ty, $note:ty, $event:ty, $hear:expr) => {
        impl Dispatch<$object, $note> for State {
            fn event(
                state: &mut State,
                object: &$object,
                event: $event,
                note: &$note,
                _: &Connection,
                queue: &QueueHandle<State>,
            ) {
                let hear: fn(&mut State, &$object, $event, &$note, &QueueHandle<State>) = $hear;
                hear(state, object, event, note, queue);
            }
        }
    };
}

hears!(
    WlRegistry,
    (),
    wl_registry::Event,
    |state, registry, event, (), queue| match event {
        wl_registry::Event::Global {
            name,
            interface,
            version,
        } if interface == WlSeat::interface().name && state.seat.is_none() => {
            let seat = registry.bind(name, version.min(SEAT_VERSION_MAX), queue, ());
            state.seat = Some((name, seat));
        }
        wl_registry::Event::Global {
            name,
            interface,
            version,
        } if interface == WlOutput::interface().name
            && version >= *OUTPUT_VERSIONS.start()
            && state.outputs.has_room() =>
        {
            let version = version.min(*OUTPUT_VERSIONS.end());
            state
                .outputs
                .add(name, registry.bind(name, version, queue, ()));
        }
        wl_registry::Event::GlobalRemove { name }
            if state.seat.as_ref().is_some_and(|seat| seat.0 == name) =>
        {
            state.drop_seat();
        }
        wl_registry::Event::GlobalRemove { name } => {
            state.outputs.remove(name);
            state.follow_density();
        }
        _ => {}
    }
);

hears!(
    WlCallback,
    Answer,
    wl_callback::Event,
    |state, _, _, answer, _| match *answer {
        Answer::Synchronized(number) => state.synchronized = number,
        Answer::FrameWanted => state.shell.frame_done(),
    }
);

hears!(
    WlBuffer,
    BufferTag,
    wl_buffer::Event,
    |state, _, _, tag, _| {
        state.released(*tag);
    }
);

hears!(
    WlOutput,
    (),
    wl_output::Event,
    |state, output, event, (), _| {
        if let wl_output::Event::Scale { factor } = event {
            state.outputs.scaled(output, factor);
            state.follow_density();
        }
    }
);

hears!(
    WlSurface,
    (),
    wl_surface::Event,
    |state, surface, event, (), _| {
        if !state.shell.is_content(surface) {
            return;
        }
        match event {
            wl_surface::Event::Enter { output } => state.outputs.window_is_on(&output, true),
            wl_surface::Event::Leave { output } => state.outputs.window_is_on(&output, false),
            wl_surface::Event::PreferredBufferScale { factor } => state.outputs.prefer(factor),
            _ => return,
        }
        state.follow_density();
    }
);

hears!(
    WpFractionalScaleV1,
    (),
    wp_fractional_scale_v1::Event,
    |state, _, event, (), _| {
        if let wp_fractional_scale_v1::Event::PreferredScale { scale } = event {
            state.outputs.prefer_exactly(scale);
            state.follow_density();
        }
    }
);

hears!(
    XdgWmBase,
    (),
    xdg_wm_base::Event,
    |_, base, event, (), _| {
        if let xdg_wm_base::Event::Ping { serial } = event {
            base.pong(serial);
        }
    }
);

hears!(
    XdgSurface,
    (),
    xdg_surface::Event,
    |state, _, event, (), queue| {
        if let xdg_surface::Event::Configure { serial } = event {
            let size = state.shell.configured(serial, queue);
            state.events.extend(size.map(RawEvent::Configured));
        }
    }
);

hears!(
    XdgToplevel,
    (),
    xdg_toplevel::Event,
    |state, _, event, (), _| match event {
        xdg_toplevel::Event::Configure {
            width,
            height,
            states,
        } => state.shell.suggested((width, height), &states),
        xdg_toplevel::Event::Close => state.events.push(RawEvent::CloseRequested),
        _ => {}
    }
);

hears!(
    ZxdgToplevelDecorationV1,
    (),
    zxdg_toplevel_decoration_v1::Event,
    |state, _, event, (), _| {
        if let zxdg_toplevel_decoration_v1::Event::Configure { mode } = event {
            state.shell.framed_by(mode);
        }
    }
);

hears!(
    WlSeat,
    (),
    wl_seat::Event,
    |state, seat, event, (), queue| {
        if let wl_seat::Event::Capabilities { capabilities } = event {
            let known = match capabilities {
                WEnum::Value(known) => known,
                WEnum::Unknown(bits) => wl_seat::Capability::from_bits_truncate(bits),
            };
            state.take_devices(seat, known, queue);
        }
    }
);

hears!(
    WlKeyboard,
    (),
    wl_keyboard::Event,
    |state, _, event, (), _| match event {
        wl_keyboard::Event::Keymap {
            format: WEnum::Value(KeymapFormat::XkbV1),
            fd,
            size,
        } => state.keyboard.take_keymap(&fd, size),
        wl_keyboard::Event::Enter { .. } => state.focus(true),
        wl_keyboard::Event::Leave { .. } => state.focus(false),
        wl_keyboard::Event::Key {
            key,
            state: WEnum::Value(KeyState::Pressed),
            ..
        } => {
            let pressed = state.keyboard.press(key, Instant::now());
            state.events.extend(pressed.map(RawEvent::Key));
        }
        wl_keyboard::Event::Key {
            key,
            state: WEnum::Value(KeyState::Released),
            ..
        } => {
            let released = state.keyboard.release(key);
            state.events.push(RawEvent::Key(released));
        }
        wl_keyboard::Event::Modifiers {
            mods_depressed,
            mods_latched,
            mods_locked,
            group,
            ..
        } => {
            let modifiers = mods_depressed | mods_latched | mods_locked;
            state.keyboard.set_modifiers(modifiers, group);
        }
        wl_keyboard::Event::RepeatInfo { rate, delay } => state.keyboard.set_pace(rate, delay),
        _ => {}
    }
);

hears!(
    WlPointer,
    (),
    wl_pointer::Event,
    |state, pointer, event, (), _| {
        if let (Some(known), wl_pointer::Event::Frame) = (&state.pointer, &event)
            && known.proxy == *pointer
        {
            return state.scroll();
        }
        hear_pointer(state, event);
        if pointer.version() < POINTER_FRAMES {
            state.scroll();
        }
    }
);

fn hear_pointer(state: &mut State, event: wl_pointer::Event) {
    use wl_pointer::Event;
    match event {
        Event::Enter {
            serial,
            surface,
            surface_x,
            surface_y,
        } => state.pointer_enters(surface, (surface_x, surface_y), serial),
        Event::Leave { .. } => state.pointer_leaves(),
        Event::Motion {
            surface_x,
            surface_y,
            ..
        } => state.pointer_is_at((surface_x, surface_y)),
        Event::Button {
            serial,
            time,
            button,
            state: pressed,
        } => {
            let down = pressed == WEnum::Value(ButtonState::Pressed);
            state.button(down, button, serial, time);
        }
        event => {
            let Some(pointer) = &mut state.pointer else {
                return;
            };
            let scroll = &mut pointer.scroll;
            match event {
                Event::Axis { axis, value, .. } => scroll.units(axis, value),
                Event::AxisSource { axis_source } => scroll.source(axis_source),
                Event::AxisDiscrete { axis, discrete } => scroll.notches(axis, discrete),
                Event::AxisValue120 { axis, value120 } => scroll.parts(axis, value120),
                _ => {}
            }
        }
    }
}
