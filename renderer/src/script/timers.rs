//! Which timers wait, and when they are due. What they call is the prelude's to know.

use crate::script::limits::{HIDDEN_INTERVAL, TIMERS_MAX};
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// The longest delay that is a time and not forever.
const DELAY_MAX: Duration = Duration::from_millis(i32::MAX as u64);

/// The timers of a document.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    queue: BTreeSet<(Instant, u32)>,
    due: HashMap<u32, Instant>,
    /// When those of a hidden page run next; `None` for one that is seen.
    hidden_until: Option<Instant>,
}

impl Timers {
    /// Adds or moves a timer. Returns whether there is room for it.
    pub(crate) fn set(&mut self, id: u32, delay_ms: f64, now: Instant) -> bool {
        self.clear(id);
        if self.due.len() >= TIMERS_MAX {
            return false;
        }
        let delay = Duration::try_from_secs_f64(delay_ms.max(0.0) / 1e3).unwrap_or(DELAY_MAX);
        let due = now + delay.min(DELAY_MAX);
        self.due.insert(id, due);
        self.queue.insert((due, id));
        true
    }

    pub(crate) fn clear(&mut self, id: u32) {
        if let Some(due) = self.due.remove(&id) {
            self.queue.remove(&(due, id));
        }
    }

    /// Takes the first timer that is due.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<u32> {
        if self.hidden_until.is_some_and(|until| now < until) {
            return None;
        }
        let first = *self.queue.first()?;
        if first.0 > now {
            return None;
        }
        self.queue.remove(&first);
        self.due.remove(&first.1);
        Some(first.1)
    }

    /// When there is something to run.
    pub(crate) fn next(&self) -> Option<Instant> {
        let (due, _) = self.queue.first()?;
        Some(self.hidden_until.map_or(*due, |until| until.max(*due)))
    }

    /// The timers that were due have run: those of a hidden page wait.
    pub(crate) fn rest(&mut self, now: Instant) {
        if self.hidden_until.is_some() {
            self.hidden_until = Some(now + HIDDEN_INTERVAL);
        }
    }

    pub(crate) fn set_hidden(&mut self, is_hidden: bool, now: Instant) {
        match (is_hidden, self.hidden_until) {
            (true, None) => self.hidden_until = Some(now),
            (false, _) => self.hidden_until = None,
            (true, Some(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_run_in_order_and_no_more_than_allowed_wait() {
        let now = Instant::now();
        let mut timers = Timers::default();
        assert!(timers.set(1, 5.0, now) && timers.set(2, 1.0, now) && timers.set(3, 1.0, now));
        assert!(timers.set(4, f64::INFINITY, now) && timers.set(5, f64::NAN, now));
        timers.clear(5);
        let later = now + Duration::from_millis(10);
        let order = std::iter::from_fn(|| timers.take_due(later)).collect::<Vec<_>>();
        assert_eq!(order, [2, 3, 1]);
        for id in 10..TIMERS_MAX as u32 + 9 {
            assert!(timers.set(id, 1e9, now));
        }
        assert!(!timers.set(9, 0.0, now));
    }

    #[test]
    fn a_hidden_page_wakes_once_a_second() {
        let now = Instant::now();
        let mut timers = Timers::default();
        timers.set(1, 0.0, now);
        timers.set_hidden(true, now);
        assert_eq!(timers.take_due(now), Some(1));
        timers.rest(now);
        timers.set(2, 0.0, now);
        assert_eq!(timers.take_due(now), None);
        assert_eq!(timers.next(), Some(now + HIDDEN_INTERVAL));
        timers.set_hidden(false, now);
        assert_eq!(timers.take_due(now), Some(2));
        assert_eq!(timers.next(), None, "nothing wakes a page without timers");
    }
}
