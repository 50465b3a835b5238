//! Loading the resources of documents: one renderer's fetch channel, and its fetches.
//!
//! Owns: what that renderer may ask for, and its fetches under way. Trusts: the broker for the site
//! of the channel; nothing that the renderer says. Never: fetches any scheme but http and https for
//! a renderer, or more at once than the renderer's share.

use crate::channel::{Undelivered, send};
use crate::client::{Partition, Purpose, is_http};
use crate::under_way::UnderWay;
use crate::wait::Stop;
use ipc::Sender;
use protocol::error::LoadError;
use protocol::fetch::{Destination, FromNetwork};
use protocol::ids::{ProcessId, RequestId};
use protocol::limits::{
    BODY_CHUNK_BYTES_MAX, FETCHES_PER_CHANNEL_MAX, RESOURCE_BYTES_MAX, TEXT_BYTES_MAX,
};
use protocol::misbehaviour::Misbehaviour;
use protocol::site::Site;
use std::sync::Arc;
use url::Url;

/// One renderer's channel, as its fetches share it.
pub struct FetchChannel {
    /// Number that the service gave this channel.
    pub number: u64,
    /// The renderer.
    pub process: ProcessId,
    /// The site of its documents.
    pub site: Site,
    /// The sending half.
    pub sender: Sender<FromNetwork>,
    /// The site's connections.
    pub partition: Arc<Partition>,
    /// Its fetches.
    pub under_way: UnderWay<RequestId>,
}

/// One fetch.
pub struct Fetch {
    channel: Arc<FetchChannel>,
    id: RequestId,
    url: String,
    destination: Destination,
    stop: Arc<Stop>,
}

enum Ended {
    Failed(LoadError),
    Undelivered,
}

impl From<LoadError> for Ended {
    fn from(error: LoadError) -> Self {
        Ended::Failed(error)
    }
}

impl From<Undelivered> for Ended {
    fn from(_: Undelivered) -> Self {
        Ended::Undelivered
    }
}

impl Fetch {
    /// Starts a fetch, if the renderer may have one more.
    pub fn begin(
        channel: &Arc<FetchChannel>,
        id: RequestId,
        url: String,
        destination: Destination,
    ) -> Result<Fetch, Misbehaviour> {
        let stop = channel.under_way.begin(id, FETCHES_PER_CHANNEL_MAX);
        let stop = stop.ok_or(Misbehaviour::WrongState)?;
        Ok(Fetch {
            channel: channel.clone(),
            id,
            url,
            destination,
            stop,
        })
    }

    /// Cancels the fetch.
    pub fn stop(&self) -> &Arc<Stop> {
        &self.stop
    }

    /// Fetches the resource. In a worker.
    pub fn run(self) {
        let request = self.id;
        let last = match self.transfer() {
            Ok(()) => FromNetwork::End { request },
            Err(Ended::Failed(error)) => FromNetwork::Failed { request, error },
            Err(Ended::Undelivered) => {
                self.channel.under_way.end(&request, &self.stop);
                return;
            }
        };
        if self.channel.under_way.end(&request, &self.stop) {
            // Undelivered: the renderer is gone.
            let _ = send(&self.channel.sender, last);
        }
    }

    fn transfer(&self) -> Result<(), Ended> {
        const LIMIT: u64 = RESOURCE_BYTES_MAX as u64;
        let too_large = || Ended::Failed(LoadError::BodyTooLarge { limit: LIMIT });
        check(&self.url, &self.channel.site)?;
        let purpose = Purpose::Resource(self.destination);
        let mut response = self.channel.partition.get(&self.url, purpose)?;
        let head = response.head().clone();
        if head.content_length.is_some_and(|length| length > LIMIT) {
            return Err(too_large());
        }
        send(
            &self.channel.sender,
            FromNetwork::Head {
                request: self.id,
                head,
            },
        )?;
        let mut buffer = vec![0; BODY_CHUNK_BYTES_MAX];
        loop {
            let length = response.read(&mut buffer)?;
            if length == 0 {
                return Ok(());
            }
            if response.received() > LIMIT {
                return Err(too_large());
            }
            let bytes = buffer[..length].to_vec();
            send(
                &self.channel.sender,
                FromNetwork::Body {
                    request: self.id,
                    bytes,
                },
            )?;
        }
    }
}

/// Whether a document of `site` may ask for `url`.
fn check(url: &str, site: &Site) -> Result<(), LoadError> {
    let url = Url::parse(url).map_err(|error| LoadError::InvalidUrl {
        reason: error.to_string(),
    })?;
    if !is_http(&url) || !site.may_fetch() {
        let scheme = url.scheme().chars().take(TEXT_BYTES_MAX / 8).collect();
        return Err(LoadError::Refused { scheme });
    }
    Ok(())
}
