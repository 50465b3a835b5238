//! Tells the broker of the requests that begin while somebody looks at them.
//!
//! Never: waits for the broker, tells of more in a second than is allowed, or names a user's
//! password. Nobody looking costs one look at a flag for each request.

use crate::client::without_credentials;
use crate::to_broker::ToBroker;
use crate::wait;
use protocol::error::LoadError;
use protocol::ids::ProcessId;
use protocol::limits::REQUEST_URL_BYTES_MAX;
use protocol::network::FromNetwork;
use protocol::request::{RequestNews, RequestStage};
use std::sync::Arc;
use std::time::Instant;
use url::Url;

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
    fn a_password_is_not_told_and_a_long_address_is_cut() {
        assert_eq!(shown("http://me:secret@a.b/c"), "http://a.b/c");
        let long = format!("http://a.b/{}", "é".repeat(600));
        assert!(shown(&long).len() <= REQUEST_URL_BYTES_MAX);
        assert_eq!(shown("no address"), "no address");
    }
}
