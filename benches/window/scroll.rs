//! The manual under a turning wheel: how often the display shows another part of it.

use crate::bench::Bench;
use crate::browsers::Which;
use crate::eye::Eye;
use protocol::geometry::{Rect, Size};
use std::time::{Duration, Instant};
use testkit::bench::pages::MARK;
use testkit::bench::report::{median, share};

/// Turns of the wheel a second.
pub const RATES: [u32; 3] = [60, 125, 250];

const SIZE: Size = Size::new(1920, 1080);
const WHEEL_DOWN: u8 = 5;
/// What passes before the count begins: the first frames wait for what is made once.
const LEAD_IN: Duration = Duration::from_millis(500);

/// What was seen, medians over the rounds.
pub struct Pace {
    pub frames_a_second: f64,
    pub interval_p50_ms: f64,
    pub interval_p99_ms: f64,
}

/// Scrolls at that rate in a browser that has just been started, `rounds` times.
pub fn measure(bench: &Bench, which: Which, rate: u32, time: Duration, rounds: usize) -> Pace {
    let paces: Vec<Vec<f64>> = (0..rounds)
        .map(|_| round(bench, which, rate, time))
        .collect();
    let over_rounds = |figure: fn(&[f64]) -> f64| median(paces.iter().map(|p| figure(p)).collect());
    Pace {
        frames_a_second: over_rounds(|intervals| {
            intervals.len() as f64 * 1000.0 / intervals.iter().sum::<f64>()
        }),
        interval_p50_ms: over_rounds(|intervals| share(intervals, 0.5)),
        interval_p99_ms: over_rounds(|intervals| share(intervals, 0.99)),
    }
}

fn round(bench: &Bench, which: Which, rate: u32, time: Duration) -> Vec<f64> {
    let running = bench.start(which, SIZE, "manual", MARK);
    let mark = bench.eye.find(MARK).expect("the page's mark is seen");
    // A part of the text that is higher than the gap between two paragraphs.
    let strip = Rect::new(mark.x + 60, SIZE.height / 2, 400, 60);
    // Links and boxes go by under the pointer, as they do for a reader.
    bench.eye.point(strip.x + strip.width / 2, strip.y);
    bench.eye.rest(LEAD_IN);
    let intervals = intervals(&bench.eye, strip, rate, time);
    running.quit();
    intervals
}

/// Turns the wheel on a fixed grid of time; answers the milliseconds between the changes seen.
fn intervals(eye: &Eye, strip: Rect, rate: u32, time: Duration) -> Vec<f64> {
    let started = Instant::now();
    let (counted_from, end) = (started + LEAD_IN, started + LEAD_IN + time);
    let mut turns = 0;
    let mut last = counted_from;
    let mut intervals = Vec::new();
    let mut shown = eye.look(strip);
    loop {
        let now = Instant::now();
        if now >= end {
            break;
        }
        let due = started + Duration::from_secs(1) * turns / rate;
        if now >= due {
            eye.click(WHEEL_DOWN);
            turns += 1;
            continue;
        }
        let Some(drawn) = eye.next_drawn(due.min(end)) else {
            continue;
        };
        if drawn.area.intersect(strip).is_empty() {
            continue;
        }
        let pixels = eye.look(strip);
        if pixels != shown {
            shown = pixels;
            if drawn.at > counted_from {
                intervals.push(ms(drawn.at - last));
                last = drawn.at;
            }
        }
    }
    // A display that has stood still since must not look fast.
    intervals.push(ms(end.saturating_duration_since(last)));
    intervals
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
