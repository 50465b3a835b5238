//! How often a service may be restarted: so many times in a sliding window of time.
//!
//! Owns: the times of the restarts. Never: reads a clock.

use crate::event::Time;
use protocol::limits::RESTART_WINDOW_MS;
use std::collections::VecDeque;

/// The restarts of one role.
#[derive(Debug)]
pub(crate) struct Restarts {
    times: VecDeque<Time>,
    max: usize,
}

impl Restarts {
    pub(crate) fn new(max: usize) -> Restarts {
        Restarts {
            times: VecDeque::new(),
            max,
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
            .is_some_and(|t| t.0 + RESTART_WINDOW_MS <= now.0)
        {
            self.times.pop_front();
        }
        self.times.len() < self.max
    }

    /// Whether the policy has been kept.
    pub(crate) fn is_within(&self) -> bool {
        self.times.len() <= self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_are_bounded_within_any_window() {
        let mut restarts = Restarts::new(2);
        assert!(restarts.allow(Time(0)) && restarts.allow(Time(10)));
        assert!(!restarts.allow(Time(20)));
        assert!(!restarts.allow(Time(RESTART_WINDOW_MS - 1)));
        assert!(restarts.allow(Time(RESTART_WINDOW_MS)));
        assert!(!restarts.allow(Time(RESTART_WINDOW_MS + 9)));
        assert!(restarts.allow(Time(RESTART_WINDOW_MS + 10)));
    }
}
