//! Answers of name servers, kept for their time to live.
//!
//! Trusts: a time to live only up to a bound. Never: grows beyond its limit, or keeps the failure
//! of a server (unlike the answer that a name has no address).

use crate::wait::lock;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Most names.
const ENTRIES_MAX: usize = 1024;
/// How long an answer is kept at most.
const TTL_MAX: Duration = Duration::from_secs(600);
/// How long "no address" is kept at most.
const NEGATIVE_TTL_MAX: Duration = Duration::from_secs(30);

/// Names with their addresses; none for a name known to have no address.
#[derive(Default)]
pub struct Cache {
    entries: Mutex<HashMap<String, Entry>>,
}

struct Entry {
    addresses: Vec<IpAddr>,
    until: Instant,
}

impl Cache {
    /// The cached addresses of `name`.
    pub fn get(&self, name: &str, now: Instant) -> Option<Vec<IpAddr>> {
        let entries = lock(&self.entries);
        entries
            .get(name)
            .filter(|entry| entry.until > now)
            .map(|entry| entry.addresses.clone())
    }

    /// Keeps an answer that holds for `ttl`.
    pub fn put(&self, name: String, addresses: Vec<IpAddr>, ttl: Duration, now: Instant) {
        let ttl = ttl.min(if addresses.is_empty() {
            NEGATIVE_TTL_MAX
        } else {
            TTL_MAX
        });
        let mut entries = lock(&self.entries);
        if entries.len() >= ENTRIES_MAX {
            entries.retain(|_, entry| entry.until > now);
        }
        if entries.len() >= ENTRIES_MAX
            && let Some(oldest) = entries
                .iter()
                .min_by_key(|(_, entry)| entry.until)
                .map(|(name, _)| name.clone())
        {
            entries.remove(&oldest);
        }
        entries.insert(
            name,
            Entry {
                addresses,
                until: now + ttl,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn address() -> Vec<IpAddr> {
        vec![Ipv4Addr::LOCALHOST.into()]
    }

    #[test]
    fn an_answer_is_forgotten_when_its_time_is_over() {
        let cache = Cache::default();
        let now = Instant::now();
        cache.put("a.test".to_owned(), address(), Duration::from_secs(5), now);
        assert_eq!(
            cache.get("a.test", now + Duration::from_secs(4)),
            Some(address())
        );
        assert_eq!(cache.get("a.test", now + Duration::from_secs(5)), None);
    }

    #[test]
    fn no_answer_is_kept_longer_than_the_bound() {
        let cache = Cache::default();
        let now = Instant::now();
        cache.put("a.test".to_owned(), address(), Duration::MAX, now);
        assert_eq!(cache.get("a.test", now + TTL_MAX), None);
        cache.put("none.test".to_owned(), Vec::new(), Duration::MAX, now);
        assert_eq!(cache.get("none.test", now + NEGATIVE_TTL_MAX), None);
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = Cache::default();
        let now = Instant::now();
        for index in 0..ENTRIES_MAX + 50 {
            cache.put(
                format!("n{index}.test"),
                address(),
                Duration::from_secs(60),
                now,
            );
        }
        assert_eq!(lock(&cache.entries).len(), ENTRIES_MAX);
    }
}
