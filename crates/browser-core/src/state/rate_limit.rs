//! How often something may happen in a sliding window of time: navigations that a page asks for.

use crate::event::Time;
use std::collections::VecDeque;

/// A bound on how often.
#[derive(Debug)]
pub(crate) struct RateLimit {
    times: VecDeque<Time>,
    max: usize,
    window_ms: u64,
}

impl RateLimit {
    /// At most `max` times, which is at least one, in any `window_ms`.
    pub(crate) fn new(max: usize, window_ms: u64) -> RateLimit {
        RateLimit {
            times: VecDeque::new(),
            max,
            window_ms,
        }
    }

    /// Whether one more is allowed now; if so, it counts.
    pub(crate) fn allow(&mut self, now: Time) -> bool {
        let is_allowed = self.has_room(now);
        if is_allowed {
            self.times.push_back(now);
        }
        is_allowed
    }

    /// Whether one more would be allowed now.
    pub(crate) fn has_room(&mut self, now: Time) -> bool {
        while self
            .times
            .front()
            .is_some_and(|t| t.0 + self.window_ms <= now.0)
        {
            self.times.pop_front();
        }
        self.times.len() < self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_happens_no_more_often_within_any_window() {
        let mut limit = RateLimit::new(2, 1_000);
        assert!(limit.allow(Time(0)) && limit.allow(Time(10)));
        assert!(!limit.allow(Time(20)));
        assert!(!limit.allow(Time(999)));
        assert!(limit.allow(Time(1_000)));
        assert!(!limit.allow(Time(1_009)));
        assert!(limit.allow(Time(1_010)));
    }
}
