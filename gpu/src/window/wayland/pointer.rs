//! Where the pointer is, and what its wheel has gathered within one event of the hardware.
//!
//! Source: wl_pointer, <https://wayland.app/protocols/wayland#wl_pointer>.

use super::cursor::Shape;
use super::frame::Place;
use crate::window::keys::NOTCH_PIXELS;
use wayland_client::WEnum;
use wayland_client::protocol::wl_pointer::{Axis, AxisSource, WlPointer};
use wayland_client::protocol::wl_surface::WlSurface;

/// What compositors send for one notch where they send no notches, before version 5.
const NOTCH_UNITS: f64 = 10.0;
/// What they send for one notch from version 8 on.
const NOTCH_PARTS: f32 = 120.0;
/// Two presses within that time are a double click.
const DOUBLE_CLICK_MS_MAX: u32 = 400;

/// The pointer of the seat.
pub struct Pointer {
    /// Its object.
    pub proxy: WlPointer,
    /// The surface that it is over, with what it is over there.
    pub over: Option<Over>,
    /// What its wheel has gathered.
    pub scroll: Scroll,
    /// The button of the frame that was pressed.
    pub pressed: Option<Place>,
    last_press_ms: Option<u32>,
    shown: Option<(u32, Shape)>,
}

/// What the pointer is over.
#[derive(Clone, Debug)]
pub struct Over {
    /// Of the content or the frame.
    pub surface: WlSurface,
    /// What is there.
    pub place: Place,
    /// Where, in units of the surface.
    pub at: (f64, f64),
    /// The serial of its entry.
    pub serial: u32,
}

impl Pointer {
    /// A pointer that is elsewhere.
    pub fn new(proxy: WlPointer) -> Pointer {
        Pointer {
            proxy,
            over: None,
            scroll: Scroll::default(),
            pressed: None,
            last_press_ms: None,
            shown: None,
        }
    }

    /// Whether a press at that time is the second of a double click.
    pub fn is_double_click(&mut self, time_ms: u32) -> bool {
        let is_second = self
            .last_press_ms
            .is_some_and(|last| time_ms.wrapping_sub(last) <= DOUBLE_CLICK_MS_MAX);
        // A third press begins anew.
        self.last_press_ms = (!is_second).then_some(time_ms);
        is_second
    }

    /// Whether that shape is another one than it has since its entry with that serial.
    pub fn changes_to(&mut self, serial: u32, shape: Shape) -> bool {
        let new = Some((serial, shape));
        std::mem::replace(&mut self.shown, new) != new
    }
}

/// The wheel's parts of one event of the hardware: across, along.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scroll {
    source: Option<AxisSource>,
    units: [f64; 2],
    notches: [i32; 2],
    parts: [i32; 2],
}

impl Scroll {
    /// What turned.
    pub fn source(&mut self, source: WEnum<AxisSource>) {
        self.source = source.into_result().ok();
    }

    /// By how many units, which are pixels for fingers.
    pub fn units(&mut self, axis: WEnum<Axis>, units: f64) {
        if let Some(axis) = index(axis) {
            self.units[axis] += units;
        }
    }

    /// By how many notches.
    pub fn notches(&mut self, axis: WEnum<Axis>, notches: i32) {
        if let Some(axis) = index(axis) {
            self.notches[axis] = self.notches[axis].saturating_add(notches);
        }
    }

    /// By how many parts of a notch.
    pub fn parts(&mut self, axis: WEnum<Axis>, parts: i32) {
        if let Some(axis) = index(axis) {
            self.parts[axis] = self.parts[axis].saturating_add(parts);
        }
    }

    /// The pixels to the right and down, if any; gathers anew.
    pub fn take(&mut self) -> Option<(f32, f32)> {
        let gathered = std::mem::take(self);
        let [across, along] = [0, 1].map(|axis| gathered.pixels(axis));
        (across != 0.0 || along != 0.0).then_some((across, along))
    }

    fn pixels(&self, axis: usize) -> f32 {
        let pixels = if self.parts[axis] != 0 {
            self.parts[axis] as f32 / NOTCH_PARTS * NOTCH_PIXELS
        } else if self.notches[axis] != 0 {
            self.notches[axis] as f32 * NOTCH_PIXELS
        } else if matches!(
            self.source,
            Some(AxisSource::Finger | AxisSource::Continuous)
        ) {
            self.units[axis] as f32
        } else {
            (self.units[axis] / NOTCH_UNITS) as f32 * NOTCH_PIXELS
        };
        // Beyond that the broker takes it for a lie.
        pixels.clamp(-1.0e5, 1.0e5)
    }
}

fn index(axis: WEnum<Axis>) -> Option<usize> {
    match axis {
        WEnum::Value(Axis::HorizontalScroll) => Some(0),
        WEnum::Value(Axis::VerticalScroll) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALONG: WEnum<Axis> = WEnum::Value(Axis::VerticalScroll);
    const ACROSS: WEnum<Axis> = WEnum::Value(Axis::HorizontalScroll);

    #[test]
    fn a_notch_is_as_many_pixels_whatever_the_version_says_it_with() {
        let mut scroll = Scroll::default();
        scroll.units(ALONG, 15.0);
        scroll.parts(ALONG, 120);
        assert_eq!(scroll.take(), Some((0.0, NOTCH_PIXELS)));
        scroll.units(ALONG, 15.0);
        scroll.notches(ALONG, 1);
        assert_eq!(scroll.take(), Some((0.0, NOTCH_PIXELS)));
        scroll.units(ALONG, 10.0);
        assert_eq!(scroll.take(), Some((0.0, NOTCH_PIXELS)));
        assert_eq!(scroll.take(), None);
    }

    #[test]
    fn fingers_scroll_by_pixels_and_a_fine_wheel_by_parts_of_a_notch() {
        let mut scroll = Scroll::default();
        scroll.source(WEnum::Value(AxisSource::Finger));
        scroll.units(ACROSS, -3.5);
        assert_eq!(scroll.take(), Some((-3.5, 0.0)));
        scroll.parts(ALONG, -30);
        assert_eq!(scroll.take(), Some((0.0, -NOTCH_PIXELS / 4.0)));
    }

    #[test]
    fn a_compositor_that_scrolls_without_end_stays_in_range() {
        let mut scroll = Scroll::default();
        for _ in 0..3 {
            scroll.parts(ALONG, i32::MAX);
        }
        assert_eq!(scroll.take(), Some((0.0, 1.0e5)));
    }
}
