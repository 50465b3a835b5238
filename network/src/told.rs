//! Tells the broker of the requests that begin while somebody looks at them.
//!
//! Never: waits for the broker, tells of more in a second than is allowed, or names a user's
//! password. Nobody looking costs one look at a flag for each request.

use crate::client::without_credentials;
use crate::navigation::ToBroker;
use crate::wait::{self, lock};
use protocol::error::LoadError;
use protocol::ids::ProcessId;
use protocol::limits::{REQUEST_URL_BYTES_MAX, REQUESTS_TOLD_PER_SECOND_MAX};
use protocol::network::FromNetwork;
use protocol::request::{RequestNews, RequestStage};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use url::Url;

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
    fn begin(&self, now: Instant) -> Option<u32> {
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

/// A request under way, which is told of if somebody looked when it began.
pub struct Telling {
    told: Option<(Arc<ToBroker>, RequestNews)>,
}

impl Telling {
    /// A request begins, in its own turn.
    pub fn begin(to_broker: &Arc<ToBroker>, client: Option<ProcessId>, url: &str) -> Telling {
        let Some(number) = to_broker.teller.begin(Instant::now()) else {
            return Telling { told: None };
        };
        wait::start_clock();
        let news = RequestNews {
            number,
            client,
            url: shown(url),
            stage: RequestStage::Begun,
            times: wait::times(),
        };
        let telling = Telling {
            told: Some((to_broker.clone(), news)),
        };
        telling.say();
        telling
    }

    /// The head of the response has come.
    pub fn head(&mut self, status: u16) {
        self.go_on(RequestStage::Head { status });
    }

    /// It is over. Without an error, so many bytes were handed on.
    pub fn end(mut self, bytes: u64, error: Option<&LoadError>) {
        self.go_on(match error {
            None => RequestStage::Ended { bytes },
            Some(error) => failed(error),
        });
        self.told = None;
    }

    fn go_on(&mut self, stage: RequestStage) {
        if let Some((_, news)) = &mut self.told {
            (news.stage, news.times) = (stage, wait::times());
            self.say();
        }
    }

    fn say(&self) {
        if let Some((to_broker, news)) = &self.told {
            // A broker that is behind hears no more of this one.
            let _ = to_broker
                .sender
                .try_send(FromNetwork::Request(news.clone()));
        }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.go_on(failed(&LoadError::Cancelled));
    }
}

fn failed(error: &LoadError) -> RequestStage {
    RequestStage::Failed {
        code: error.code().to_owned(),
    }
}

/// The beginning of an address, without name and password.
fn shown(url: &str) -> String {
    let url =
        Url::parse(url).map_or_else(|_| url.to_owned(), |url| without_credentials(url).into());
    let end = url.floor_char_boundary(REQUEST_URL_BYTES_MAX);
    url[..end].to_owned()
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

    #[test]
    fn a_password_is_not_told_and_a_long_address_is_cut() {
        assert_eq!(shown("http://me:secret@a.b/c"), "http://a.b/c");
        let long = format!("http://a.b/{}", "é".repeat(600));
        assert!(shown(&long).len() <= REQUEST_URL_BYTES_MAX);
        assert_eq!(shown("no address"), "no address");
    }
}
