//! The times that events carry.

use nix::time::{ClockId, clock_gettime};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a clock that never goes back; the documents' processes have the same.
pub fn now_s() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC);
    time.map_or(0.0, |time| {
        time.tv_sec() as f64 + time.tv_nsec() as f64 / 1.0e9
    })
}

/// Seconds since 1970.
pub fn wall_s() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}
