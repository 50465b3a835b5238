//! A limit on the messages of a peer per second. The caller passes the time in.

use protocol::limits::MESSAGES_PER_SECOND_MAX;
use std::time::{Duration, Instant};

/// Counts messages over one second.
#[derive(Debug, Default)]
pub struct Rate {
    since: Option<Instant>,
    count: u32,
}

impl Rate {
    /// Counts one message. Returns the count if it is over the limit.
    pub fn excess(&mut self, now: Instant) -> Option<u32> {
        match self.since {
            Some(since) if now.duration_since(since) < Duration::from_secs(1) => self.count += 1,
            _ => {
                self.since = Some(now);
                self.count = 1;
            }
        }
        (self.count > MESSAGES_PER_SECOND_MAX).then_some(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_are_allowed_in_each_second_and_no_more() {
        let (mut rate, start) = (Rate::default(), Instant::now());
        for second in 0..3 {
            let now = start + Duration::from_secs(second);
            assert!((0..MESSAGES_PER_SECOND_MAX).all(|_| rate.excess(now).is_none()));
            assert_eq!(rate.excess(now), Some(MESSAGES_PER_SECOND_MAX + 1));
        }
    }
}
