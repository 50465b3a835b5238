//! Loading the resources of documents: one renderer's fetch channel, and its fetches.
//!
//! Owns: what that renderer may ask for, and its fetches under way. Trusts: the broker for the site
//! of the channel; nothing that the renderer says. Never: fetches any scheme but http and https for
//! a renderer, or more at once than the renderer's share; or hands over a byte of what the Web's
//! rules keep from it.

use crate::channel::{Undelivered, send};
use crate::client::{Partition, Response};
use crate::hops::{Fetched, Hops, Tainting, blocked, cut};
use crate::queue::Owner;
use crate::request::is_http;
use crate::to_broker::ToBroker;
use crate::told::Telling;
use crate::traffic::shared::Traffic;
use crate::traffic::watched::Watched;
use crate::under_way::UnderWay;
use crate::uploads::Upload;
use crate::wait::Stop;
use crate::web::origin::Initiator;
use crate::web::{answer, cors, orb, types};
use ipc::Sender;
use protocol::error::LoadError;
use protocol::fetch::{Destination, FetchOptions, FromNetwork};
use protocol::ids::{NavigationId, ProcessId, RequestId, TabId};
use protocol::limits::{
    BODY_CHUNK_BYTES_MAX, FETCHES_PER_CHANNEL_MAX, RESOURCE_BYTES_MAX, TEXT_BYTES_MAX,
};
use protocol::misbehaviour::Misbehaviour;
use protocol::site::Site;
use protocol::traffic::Kind;
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
    /// Who is told of its requests.
    pub to_broker: Arc<ToBroker>,
    /// The tab whose documents the renderer shows.
    pub tab: TabId,
    /// Who looks at the requests of that tab.
    pub traffic: Arc<Traffic>,
}

/// What a renderer asks for.
#[derive(Debug)]
pub struct Wish {
    /// Absolute URL.
    pub url: String,
    /// What it says that it is for.
    pub destination: Destination,
    /// How.
    pub options: FetchOptions,
    /// The document that it is for; those of some sites fetch nothing.
    pub initiator: Option<Arc<Initiator>>,
    /// The navigation that brought that document, by the renderer's word.
    pub navigation: NavigationId,
}

/// One fetch.
pub struct Fetch {
    channel: Arc<FetchChannel>,
    id: RequestId,
    wish: Wish,
    body: Option<Upload>,
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
        wish: Wish,
    ) -> Result<Fetch, Misbehaviour> {
        let stop = channel.under_way.begin(id, FETCHES_PER_CHANNEL_MAX);
        let stop = stop.ok_or(Misbehaviour::WrongState)?;
        Ok(Fetch {
            channel: channel.clone(),
            id,
            wish,
            body: None,
            stop,
        })
    }

    /// The fetch, with what is sent.
    pub fn with_body(mut self, body: Upload) -> Fetch {
        self.body = Some(body);
        self
    }

    /// Its id.
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// Cancels the fetch.
    pub fn stop(&self) -> &Arc<Stop> {
        &self.stop
    }

    /// Whose job it is.
    pub fn owner(&self) -> Owner {
        Owner::Channel(self.channel.number)
    }

    /// How it can be refused before it runs.
    pub fn refusal(&self) -> Refusal {
        Refusal {
            channel: self.channel.clone(),
            request: self.id,
            stop: self.stop.clone(),
        }
    }

    /// Fetches the resource. In a worker.
    pub fn run(self) {
        let request = self.id;
        let _span = flight::span(flight::Step::Fetch, request.0);
        let (to_broker, client) = (&self.channel.to_broker, self.channel.process);
        let mut telling = Telling::begin(to_broker, Some(client), &self.wish.url);
        let kind = Kind::Resource(self.wish.destination);
        let traffic = &self.channel.traffic;
        let watched = Watched::begin(traffic, self.channel.tab, self.wish.navigation, kind);
        let end = |watched: Option<Watched>, outcome| {
            if let Some(watched) = watched {
                watched.end(outcome);
            }
        };
        let last = match self.transfer(&mut telling, watched.as_ref()) {
            Ok(bytes) => {
                telling.end(bytes, None);
                end(watched, Ok(bytes));
                FromNetwork::End { request }
            }
            Err(Ended::Failed(error)) => {
                telling.end(0, Some(&error));
                end(watched, Err(&error));
                FromNetwork::Failed { request, error }
            }
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

    /// Returns how many bytes of the body the renderer has got.
    fn transfer(&self, telling: &mut Telling, watched: Option<&Watched>) -> Result<u64, Ended> {
        let wish = &self.wish;
        let (url, initiator) = check(wish, &self.channel.site)?;
        let hops = Hops::new(
            &self.channel.partition,
            initiator,
            url,
            (wish.destination, &wish.options),
            (self.body.as_ref().map(|body| &*body.bytes), watched),
        );
        let is_scripts = wish.destination == Destination::Empty;
        match hops.run()? {
            Fetched::Redirect => self.say_opaque(true).map(|()| 0),
            Fetched::Response { tainting, .. } if is_scripts && tainting == Tainting::Opaque => {
                self.say_opaque(false).map(|()| 0)
            }
            Fetched::Response {
                response,
                tainting,
                has_credentials,
            } => {
                telling.head(response.head().status);
                self.deliver(initiator, response, (tainting, has_credentials), watched)
            }
        }
    }

    fn say(&self, message: FromNetwork) -> Result<(), Ended> {
        Ok(send(&self.channel.sender, message)?)
    }

    /// There is an answer, of which the renderer gets nothing.
    fn say_opaque(&self, is_redirect: bool) -> Result<(), Ended> {
        let request = self.id;
        self.say(FromNetwork::Opaque {
            request,
            is_redirect,
        })
    }

    /// Hands the response over, unless it is none that this renderer may have.
    fn deliver(
        &self,
        initiator: &Initiator,
        mut response: Box<Response>,
        (tainting, has_credentials): (Tainting, bool),
        watched: Option<&Watched>,
    ) -> Result<u64, Ended> {
        const LIMIT: u64 = RESOURCE_BYTES_MAX as u64;
        let too_large = || Ended::Failed(LoadError::BodyTooLarge { limit: LIMIT });
        let (request, head) = (self.id, response.head().clone());
        if let Some(why) = types::refusal(self.wish.destination, response.headers()) {
            let url = cut(&head.final_url).to_owned();
            return Err(blocked(&format!("Refused to use '{url}': {why}")).into());
        }
        let start = match tainting {
            Tainting::Opaque => check_opaque(initiator, &mut response)?,
            Tainting::Basic | Tainting::Cors => Vec::new(),
        };
        if head.content_length.is_some_and(|length| length > LIMIT) {
            return Err(too_large());
        }
        self.say(FromNetwork::Head { request, head })?;
        if self.wish.destination == Destination::Empty {
            let is_cors = tainting == Tainting::Cors;
            let headers = match is_cors {
                true => answer::cors(response.headers(), has_credentials),
                false => answer::basic(response.headers()),
            };
            self.say(FromNetwork::Headers {
                request,
                is_cors,
                headers,
            })?;
        }
        if !start.is_empty() {
            let bytes = start;
            watched.map_or(Ok(()), |watched| watched.body(&bytes))?;
            self.say(FromNetwork::Body { request, bytes })?;
        }
        let mut buffer = vec![0; BODY_CHUNK_BYTES_MAX];
        loop {
            let length = response.read(&mut buffer)?;
            if length == 0 {
                return Ok(response.received());
            }
            if response.received() > LIMIT {
                return Err(too_large());
            }
            let bytes = buffer[..length].to_vec();
            watched.map_or(Ok(()), |watched| watched.body(&bytes))?;
            self.say(FromNetwork::Body { request, bytes })?;
        }
    }
}

/// The beginning of an answer of another origin that nobody has asked for leave; of another
/// site's, only if it is something that pages embed.
fn check_opaque(initiator: &Initiator, response: &mut Response) -> Result<Vec<u8>, LoadError> {
    let mut start = vec![0; orb::SNIFFED_BYTES];
    let mut length = 0;
    while length < start.len() {
        match response.read(&mut start[length..])? {
            0 => break,
            more => length += more,
        }
    }
    start.truncate(length);
    let head = response.head();
    let is_own = Url::parse(&head.final_url).is_ok_and(|url| initiator.is_same_site(&url));
    if !is_own && orb::is_blocked(head.status, response.headers(), &start) {
        return Err(blocked(&format!(
            "The response of '{}' was blocked by ORB (Opaque Response Blocking): it is not \
             something that a page of another site may embed.",
            cut(&head.final_url)
        )));
    }
    if orb::is_font(&start) {
        cors::check(response.headers(), &initiator.origin, false).map_err(|why| {
            blocked(&format!(
                "Access to font at '{}' from origin '{}' has been blocked by CORS policy: {why}",
                cut(&head.final_url),
                initiator.origin
            ))
        })?;
    }
    Ok(start)
}

/// A fetch that does not run.
pub struct Refusal {
    channel: Arc<FetchChannel>,
    request: RequestId,
    stop: Arc<Stop>,
}

impl Refusal {
    /// Ends it for that reason.
    pub fn send(self, reason: &str) {
        let request = self.request;
        if self.channel.under_way.end(&request, &self.stop) {
            let error = LoadError::Transport {
                reason: reason.to_owned(),
            };
            let failed = FromNetwork::Failed { request, error };
            // A renderer that does not read its answers gets none.
            let _ = self.channel.sender.try_send(failed);
        }
    }
}

/// Where to, and for which document, if one of `site` may ask for it.
fn check<'a>(wish: &'a Wish, site: &Site) -> Result<(Url, &'a Initiator), LoadError> {
    let url = Url::parse(&wish.url).map_err(|error| LoadError::InvalidUrl {
        reason: error.to_string(),
    })?;
    match &wish.initiator {
        Some(initiator) if is_http(&url) && site.may_fetch() => Ok((url, initiator)),
        _ => {
            let scheme = url.scheme().chars().take(TEXT_BYTES_MAX / 8).collect();
            Err(LoadError::Refused { scheme })
        }
    }
}
