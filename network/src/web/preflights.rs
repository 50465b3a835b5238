//! Leave that other origins have given, as long as it holds.
//!
//! Source: the Fetch standard, "CORS-preflight cache".

use crate::wait::lock;
use crate::web::cors::Leave;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

/// Leaves that are remembered for one site.
const LEAVES_MAX: usize = 256;

/// Whose leave for whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The document's origin.
    pub origin: String,
    /// The address that was asked.
    pub url: String,
    /// Whether for a request with credentials.
    pub has_credentials: bool,
}

/// The leaves of one site's documents.
#[derive(Debug, Default)]
pub struct Preflights(Mutex<HashMap<Asked, (Leave, Instant)>>);

impl Preflights {
    /// Whether that request may be sent without asking again.
    pub fn allow(&self, asked: &Asked, method: &str, headers: &[String], now: Instant) -> bool {
        let leaves = lock(&self.0);
        let leave = leaves.get(asked).filter(|(_, until)| now < *until);
        leave.is_some_and(|(leave, _)| leave.check(method, headers).is_ok())
    }

    /// Remembers a leave.
    pub fn put(&self, asked: Asked, leave: Leave, now: Instant) {
        let mut leaves = lock(&self.0);
        if leaves.len() >= LEAVES_MAX {
            leaves.retain(|_, (_, until)| now < *until);
        }
        if leaves.len() < LEAVES_MAX {
            let until = now + leave.age;
            leaves.insert(asked, (leave, until));
        }
    }

    /// Forgets one that has turned out to hold no longer.
    pub fn forget(&self, asked: &Asked) {
        lock(&self.0).remove(asked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use ureq::http::HeaderMap;

    fn asked(url: &str) -> Asked {
        Asked {
            origin: "https://a.example".to_owned(),
            url: url.to_owned(),
            has_credentials: false,
        }
    }

    fn leave() -> Leave {
        let mut answer = HeaderMap::new();
        answer.insert(
            "access-control-allow-methods",
            "PUT".parse().expect("a value"),
        );
        answer.insert("access-control-max-age", "60".parse().expect("a value"));
        Leave::of(&answer, false).expect("a leave")
    }

    #[test]
    fn leave_holds_for_its_address_its_methods_and_its_time() {
        let (preflights, now) = (Preflights::default(), Instant::now());
        preflights.put(asked("https://b.example/1"), leave(), now);
        let one = asked("https://b.example/1");
        assert!(preflights.allow(&one, "PUT", &[], now));
        assert!(!preflights.allow(&one, "DELETE", &[], now));
        assert!(!preflights.allow(&asked("https://b.example/2"), "PUT", &[], now));
        let with_cookies = Asked {
            has_credentials: true,
            ..one.clone()
        };
        assert!(!preflights.allow(&with_cookies, "PUT", &[], now));
        assert!(!preflights.allow(&one, "PUT", &[], now + Duration::from_secs(60)));
        preflights.forget(&one);
        assert!(!preflights.allow(&one, "PUT", &[], now));
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let (preflights, now) = (Preflights::default(), Instant::now());
        for number in 0..2 * LEAVES_MAX {
            preflights.put(asked(&number.to_string()), leave(), now);
        }
        assert_eq!(lock(&preflights.0).len(), LEAVES_MAX);
        let later = now + Duration::from_secs(61);
        preflights.put(asked("new"), leave(), later);
        assert_eq!(lock(&preflights.0).len(), 1, "what holds no longer goes");
    }
}
