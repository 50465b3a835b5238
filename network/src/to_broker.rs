//! The channel to the broker, which all loads share, and how much the broker is told of them.
//!
//! Never: tells of more requests in a second than is allowed.

use crate::under_way::UnderWay;
use crate::wait::lock;
use ipc::Sender;
use protocol::ids::NavigationId;
use protocol::limits::REQUESTS_TOLD_PER_SECOND_MAX;
use protocol::network::FromNetwork;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The channel to the broker, shared by all navigations.
pub struct ToBroker {
    /// The sending half of the control channel.
    pub sender: Sender<FromNetwork>,
    /// Navigations that the broker has asked for.
    pub under_way: UnderWay<NavigationId>,
    /// Whether requests are told of.
    pub teller: Teller,
}

/// Whether somebody looks, and how much has been told.
#[derive(Default)]
pub struct Teller {
    is_on: AtomicBool,
    count: Mutex<Count>,
}

#[derive(Default)]
struct Count {
    /// The last number.
    number: u32,
    /// When the present second began.
    since: Option<Instant>,
    /// How many have begun in it.
    in_second: u32,
}

impl Teller {
    /// Somebody looks from now on, or nobody does any more.
    pub fn set(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::Relaxed);
    }

    /// The number of a request that begins and is to be told of.
    pub fn begin(&self, now: Instant) -> Option<u32> {
        if !self.is_on.load(Ordering::Relaxed) {
            return None;
        }
        let mut count = lock(&self.count);
        let is_new = |since| now.saturating_duration_since(since) >= Duration::from_secs(1);
        if count.since.is_none_or(is_new) {
            (count.since, count.in_second) = (Some(now), 0);
        }
        count.in_second += 1;
        if count.in_second > REQUESTS_TOLD_PER_SECOND_MAX {
            return None;
        }
        count.number = count.number.wrapping_add(1);
        Some(count.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_unless_somebody_looks_and_then_not_without_bound() {
        let (teller, now) = (Teller::default(), Instant::now());
        assert_eq!(teller.begin(now), None);
        teller.set(true);
        let told = (0..1_000).filter_map(|_| teller.begin(now)).count();
        assert_eq!(told, REQUESTS_TOLD_PER_SECOND_MAX as usize);
        let later = teller.begin(now + Duration::from_secs(1));
        assert_eq!(later, Some(REQUESTS_TOLD_PER_SECOND_MAX + 1));
        teller.set(false);
        assert_eq!(teller.begin(now + Duration::from_secs(2)), None);
    }
}
