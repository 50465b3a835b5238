//! From the pointer's event to the changed pixel on the display: a box under the pointer, and a
//! check box that is clicked. The press of the click is seen too, so it may cost a frame.

use crate::bench::Bench;
use crate::browsers::Which;
use crate::eye::{Eye, pixel_of};
use protocol::geometry::{Rect, Size};
use std::time::{Duration, Instant};
use testkit::bench::pages::{CHECKED, HOVER, HOVERED, UNCHECKED};
use testkit::bench::report::share;

const SIZE: Size = Size::new(1920, 1080);
const LEFT_BUTTON: u8 = 1;
/// Not counted: the first times find nothing in any cache.
const WARM_UPS: usize = 4;
/// A change that has not come by then counts as if it came then.
const PATIENCE: Duration = Duration::from_secs(1);

/// Milliseconds until the pixel changed.
#[derive(Default)]
pub struct Delays {
    pub hover: Vec<f64>,
    pub click: Vec<f64>,
}

impl Delays {
    /// A share of the hovers, then of the clicks, was faster.
    pub fn at(&self, fraction: f64) -> [f64; 2] {
        [share(&self.hover, fraction), share(&self.click, fraction)]
    }
}

/// Adds a round of `trials` in a browser that has just been started.
pub fn measure(bench: &Bench, which: Which, page: &str, trials: usize, delays: &mut Delays) {
    let running = bench.start(which, SIZE, page, HOVER);
    let eye = &bench.eye;
    let boxed = eye.find(HOVER).expect("the box is seen");
    let companion = eye.find(UNCHECKED).expect("the companion is seen");
    let hovers = (0..trials + WARM_UPS).map(|trial| hover(eye, boxed, trial));
    delays.hover.extend(hovers.skip(WARM_UPS));
    // The check box lies left of its companion.
    eye.point(companion.x - 70, companion.y + 30);
    eye.rest(Duration::from_millis(300));
    let clicks = (0..trials + WARM_UPS).map(|trial| click(eye, companion, trial));
    delays.click.extend(clicks.skip(WARM_UPS));
    running.quit();
}

/// Into the box, or out of it.
fn hover(eye: &Eye, boxed: Rect, trial: usize) -> f64 {
    let spot = middle(boxed);
    let into = trial.is_multiple_of(2);
    let wanted = if into { HOVERED } else { HOVER };
    eye.rest(pause(trial));
    let began = Instant::now();
    let y = if into { spot.y } else { boxed.bottom() + 30 };
    eye.point(spot.x, y);
    delay(eye, spot, wanted, began)
}

fn click(eye: &Eye, companion: Rect, trial: usize) -> f64 {
    let spot = middle(companion);
    let is_checked = eye.pixel(spot.x, spot.y) == CHECKED;
    let wanted = if is_checked { UNCHECKED } else { CHECKED };
    eye.rest(pause(trial));
    let began = Instant::now();
    eye.click(LEFT_BUTTON);
    delay(eye, spot, wanted, began)
}

fn delay(eye: &Eye, spot: Rect, wanted: u32, began: Instant) -> f64 {
    let seen = eye.wait_for(spot, began + PATIENCE, |pixels| pixel_of(pixels) == wanted);
    let time = seen.map_or(PATIENCE, |seen| seen - began);
    time.as_secs_f64() * 1000.0
}

/// Of many lengths, so that no browser's clock goes along with the trials.
fn pause(trial: usize) -> Duration {
    Duration::from_micros(60_000 + (trial as u64 * 7_919) % 50_000)
}

fn middle(area: Rect) -> Rect {
    Rect::new(area.x + area.width / 2, area.y + area.height / 2, 1, 1)
}
