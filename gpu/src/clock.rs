//! The frame clock: a grid of 60 ticks a second, and how many frames a surface may show on it.
//! Callers pass the time in.

use std::time::Duration;

/// Time from one tick to the next.
pub const FRAME_PERIOD: Duration = Duration::from_nanos(16_666_667);

/// Frames that a surface may show in one tick, if it has left the ticks before unused. A press and
/// its release are shown at once, each; over any longer time there is one frame a tick.
const AT_ONCE: u64 = 2;

/// Time from one frame to the next in slow motion.
pub const SLOW_PERIOD: Duration = Duration::from_secs(1);

/// Which ticks a surface has used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// The first tick that no frame has used.
    unused: u64,
    /// Slow motion: one frame a second, for users who want to see each.
    pub is_slow: bool,
}

impl Pace {
    /// A frame has come. Returns when the surface may show the next one.
    pub fn frame(&mut self, now: Duration) -> Duration {
        let tick = u64::try_from(now.as_nanos() / FRAME_PERIOD.as_nanos()).unwrap_or(u64::MAX);
        self.unused = self.unused.max(tick).saturating_add(1);
        if self.is_slow {
            return now.saturating_add(SLOW_PERIOD);
        }
        let next = self.unused.saturating_sub(AT_ONCE - 1);
        if next <= tick {
            return now;
        }
        let next = u128::from(next) * FRAME_PERIOD.as_nanos();
        Duration::from_nanos(u64::try_from(next).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ticks: f64) -> Duration {
        FRAME_PERIOD.mul_f64(ticks)
    }

    #[test]
    fn after_a_rest_two_frames_follow_at_once_and_then_one_a_tick() {
        let mut pace = Pace::default();
        assert_eq!(
            pace.frame(at(10.2)),
            at(10.2),
            "the second may come at once"
        );
        assert_eq!(pace.frame(at(10.3)), FRAME_PERIOD * 11);
        for tick in 11..40 {
            let due = pace.frame(FRAME_PERIOD * tick + Duration::from_millis(3));
            assert_eq!(due, FRAME_PERIOD * (tick + 1));
        }
        // One tick without a frame is rest enough.
        let late = at(41.5);
        assert_eq!(pace.frame(late), late);
        assert_eq!(pace.frame(late), FRAME_PERIOD * 42);
    }

    #[test]
    fn however_frames_come_there_are_no_more_than_ticks_and_one() {
        for step_us in [10, 900, 5_000, 16_000, 17_000, 40_000] {
            let mut pace = Pace::default();
            let (mut now, mut due, mut frames) = (at(3.0), Duration::ZERO, 0);
            let end = now + Duration::from_secs(2);
            while now < end {
                if now >= due {
                    due = pace.frame(now);
                    frames += 1;
                }
                now += Duration::from_micros(step_us);
            }
            assert!(frames <= 121, "{frames} frames at {step_us} us");
        }
    }

    #[test]
    fn a_frame_that_took_long_is_followed_at_once() {
        let mut pace = Pace::default();
        pace.frame(at(5.0));
        pace.frame(at(5.1));
        assert_eq!(pace.frame(at(7.2)), at(7.2));
    }

    #[test]
    fn in_slow_motion_one_frame_a_second_follows_and_then_as_many_as_before() {
        let mut pace = Pace {
            is_slow: true,
            ..Pace::default()
        };
        assert_eq!(pace.frame(at(10.0)), at(10.0) + SLOW_PERIOD);
        pace.is_slow = false;
        assert_eq!(pace.frame(at(80.0)), at(80.0));
    }

    #[test]
    fn no_time_overflows() {
        let mut pace = Pace::default();
        assert!(pace.frame(Duration::MAX) > Duration::ZERO);
    }
}
