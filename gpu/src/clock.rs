//! The frame clock: a grid of 60 ticks a second. Callers pass the time in.

use std::time::Duration;

/// Time from one tick to the next.
pub const FRAME_PERIOD: Duration = Duration::from_nanos(16_666_667);

/// The first tick after `now`.
pub fn next_tick(now: Duration) -> Duration {
    let period_ns = FRAME_PERIOD.as_nanos();
    let ticks = now.as_nanos() / period_ns + 1;
    Duration::from_nanos(u64::try_from(ticks * period_ns).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_lie_on_one_grid_and_always_ahead() {
        assert_eq!(next_tick(Duration::ZERO), FRAME_PERIOD);
        assert_eq!(next_tick(FRAME_PERIOD), FRAME_PERIOD * 2);
        assert_eq!(
            next_tick(FRAME_PERIOD * 7 - Duration::from_nanos(1)),
            FRAME_PERIOD * 7
        );
        assert_eq!(
            next_tick(FRAME_PERIOD * 7 + Duration::from_nanos(1)),
            FRAME_PERIOD * 8
        );
    }
}
