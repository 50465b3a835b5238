//! One load that clients of devtools see: it tells of each request and response, and waits where
//! they want to say what becomes of it.

use crate::channel;
use crate::connection;
use crate::request::{Hop, HttpResponse};
use crate::traffic::change;
use crate::traffic::paused::Word;
use crate::traffic::shared::{Ticket, Traffic};
use crate::wait::{self, WaitError};
use crate::web::answer;
use crate::web::origin::origin_of;
use protocol::error::LoadError;
use protocol::ids::{NavigationId, TabId};
use protocol::limits::{BODY_CHUNK_BYTES_MAX, RESOURCE_BYTES_MAX, TRAFFIC_REQUEST_BODY_BYTES_MAX};
use protocol::traffic::{Change, FromNetwork, Head, Kind};
use std::cell::Cell;
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ureq::Body;
use ureq::http::header;
use url::Url;

/// A response, and the host that it is of.
type Answer = (String, HttpResponse);

/// One load.
pub struct Watched {
    traffic: Arc<Traffic>,
    ticket: Ticket,
    tab: TabId,
    navigation: NavigationId,
    kind: Kind,
    is_over: Cell<bool>,
}

/// What a pause at a request has come to.
enum Said {
    Go(Change, Vec<u8>),
    Answer(HttpResponse),
}

impl Watched {
    /// A load begins. Nothing unless its tab has rules.
    pub fn begin(
        traffic: &Arc<Traffic>,
        tab: TabId,
        navigation: NavigationId,
        kind: Kind,
    ) -> Option<Watched> {
        let ticket = traffic.ticket(tab)?;
        wait::start_clock();
        Some(Watched {
            traffic: traffic.clone(),
            ticket,
            tab,
            navigation,
            kind,
            is_over: Cell::new(false),
        })
    }

    /// Sends one request by `send`, as the clients want it.
    pub fn exchange(
        &self,
        hop: &Hop<'_>,
        send: impl FnOnce(&Hop<'_>) -> Result<Answer, LoadError>,
    ) -> Result<Answer, LoadError> {
        let rules = &self.ticket.rules;
        let mut headers = hop.headers.clone();
        change::put(&mut headers, &rules.headers);
        let hop = Hop { headers, ..*hop };
        let (waits, mut waits_later) = (self.pauses(hop.url, false), self.pauses(hop.url, true));
        let began = Instant::now();
        self.tell_request(&hop, waits)?;
        if rules.is_offline {
            return Err(LoadError::Disconnected);
        }
        let said = match waits {
            true => self.wait_at_request()?,
            false => Said::Go(Change::default(), Vec::new()),
        };
        let (host, response) = match said {
            Said::Answer(response) => {
                waits_later = false;
                (host_of(hop.url), response)
            }
            Said::Go(change, body) => {
                waits_later |= change.pauses_at_response;
                send_changed(hop, &change, &body, send)?
            }
        };
        rest_until(began + Duration::from_millis(rules.latency_ms.into()))?;
        self.tell_response(&response, waits_later)?;
        match waits_later {
            true => Ok((host, self.wait_at_response(response)?)),
            false => Ok((host, response)),
        }
    }

    /// The next bytes of the body have come.
    pub fn body(&self, bytes: &[u8]) -> Result<(), LoadError> {
        let load = self.ticket.load;
        for piece in bytes.chunks(BODY_CHUNK_BYTES_MAX) {
            let bytes = piece.to_vec();
            self.tell(FromNetwork::Body { load, bytes })?;
        }
        match self.ticket.rules.bytes_per_second {
            Some(rate) => {
                let seconds = bytes.len() as f64 / f64::from(rate.max(1));
                rest_until(Instant::now() + Duration::from_secs_f64(seconds.min(60.0)))
            }
            None => Ok(()),
        }
    }

    /// It is over.
    pub fn end(self, outcome: Result<u64, &LoadError>) {
        let load = self.ticket.load;
        let told = match outcome {
            Ok(bytes) => self.tell(FromNetwork::End { load, bytes }),
            Err(error) => self.tell(FromNetwork::Failed {
                load,
                error: error.clone(),
            }),
        };
        // One that has been stopped is told of without waiting, as it is dropped.
        self.is_over.set(told.is_ok());
    }

    fn pauses(&self, url: &Url, at_response: bool) -> bool {
        let mut patterns = self.ticket.rules.pauses.iter();
        patterns.any(|it| it.at_response == at_response && it.fits(url.as_str(), self.kind))
    }

    /// Fails only if the load has been stopped: a devtools process that is gone is no matter.
    fn tell(&self, message: FromNetwork) -> Result<(), LoadError> {
        match channel::send(&self.ticket.channel, message) {
            Err(_) if wait::is_stopped() => Err(LoadError::Cancelled),
            _ => Ok(()),
        }
    }

    fn tell_request(&self, hop: &Hop<'_>, is_paused: bool) -> Result<(), LoadError> {
        let load = self.ticket.load;
        self.tell(FromNetwork::Request {
            load,
            tab: self.tab,
            navigation: self.navigation,
            kind: self.kind,
            url: hop.url.to_string(),
            method: hop.method.chars().take(64).collect(),
            body_bytes: hop
                .body
                .map(|body| body.len().try_into().unwrap_or(u32::MAX)),
        })?;
        let body = hop.body.unwrap_or_default();
        let body = &body[..body.len().min(TRAFFIC_REQUEST_BODY_BYTES_MAX)];
        for piece in body.chunks(BODY_CHUNK_BYTES_MAX) {
            let bytes = piece.to_vec();
            self.tell(FromNetwork::RequestBody { load, bytes })?;
        }
        if is_paused {
            self.begin_pause()?;
        }
        self.tell(FromNetwork::RequestHeaders {
            load,
            headers: answer::listed(&hop.headers, |_| true),
            is_paused,
        })
    }

    fn tell_response(&self, response: &HttpResponse, is_paused: bool) -> Result<(), LoadError> {
        if is_paused {
            self.begin_pause()?;
        }
        self.tell(FromNetwork::Response {
            load: self.ticket.load,
            head: change::head_of(response),
            address: wait::peer(),
            times: wait::times(),
            is_paused,
        })
    }

    /// From now on there may be a word for it.
    fn begin_pause(&self) -> Result<(), LoadError> {
        let stop = wait::stop_of_current().ok_or(LoadError::Cancelled)?;
        self.traffic.pause(self.ticket.load, stop);
        Ok(())
    }

    fn wait_for_word(&self) -> Result<(Word, Vec<u8>), LoadError> {
        let load = self.ticket.load;
        let go_on = || (Word::Go(Box::default()), Vec::new());
        // It is no longer there if the devtools process has gone since.
        let Some(paused) = self.traffic.paused(load) else {
            return Ok(go_on());
        };
        let said = loop {
            if let Some(said) = paused.take() {
                break Ok(said);
            }
            if let Err(error) = wait::until_woken() {
                break Err(match error {
                    WaitError::Failed(error) => LoadError::Transport {
                        reason: error.to_string(),
                    },
                    WaitError::Stopped | WaitError::TimedOut => LoadError::Cancelled,
                });
            }
        };
        if !matches!(said, Ok((Word::TakeBody, _))) {
            self.traffic.end_pause(load);
        }
        said
    }

    fn wait_at_request(&self) -> Result<Said, LoadError> {
        loop {
            match self.wait_for_word()? {
                (Word::Go(change), body) => return Ok(Said::Go(*change, body)),
                (Word::Answer(head), body) => {
                    return Ok(Said::Answer(change::response(&head, body)?));
                }
                (Word::Fail, _) => return Err(LoadError::FailedByClient),
                // There is none yet.
                (Word::TakeBody, _) => self.tell_taken(false)?,
            }
        }
    }

    fn wait_at_response(&self, response: HttpResponse) -> Result<HttpResponse, LoadError> {
        let mut response = response;
        loop {
            match self.wait_for_word()? {
                (Word::Go(change), body) => {
                    return match change.head {
                        Some(head) => with_head(response, &head),
                        None if change.has_body => {
                            change::response(&change::head_of(&response), body)
                        }
                        None => Ok(response),
                    };
                }
                (Word::Answer(head), body) => return change::response(&head, body),
                (Word::Fail, _) => return Err(LoadError::FailedByClient),
                (Word::TakeBody, _) => response = self.take_body(response)?,
            }
        }
    }

    /// Reads the whole body and tells of it. The response can be read once more.
    fn take_body(&self, response: HttpResponse) -> Result<HttpResponse, LoadError> {
        let load = self.ticket.load;
        let (parts, body) = response.into_parts();
        let (mut bytes, limit) = (Vec::new(), RESOURCE_BYTES_MAX as u64);
        let mut reader = body.into_reader().take(limit + 1);
        let read = reader.read_to_end(&mut bytes);
        let is_whole = read.is_ok() && bytes.len() as u64 <= limit;
        for piece in bytes.chunks(BODY_CHUNK_BYTES_MAX) {
            let bytes = piece.to_vec();
            self.tell(FromNetwork::Body { load, bytes })?;
        }
        self.tell_taken(is_whole)?;
        match read {
            Ok(_) if is_whole => {
                let body = Body::builder().data(bytes);
                Ok(HttpResponse::from_parts(parts, body))
            }
            Ok(_) => Err(LoadError::BodyTooLarge { limit }),
            Err(error) => Err(LoadError::Transport {
                reason: error.to_string(),
            }),
        }
    }

    fn tell_taken(&self, is_whole: bool) -> Result<(), LoadError> {
        let load = self.ticket.load;
        self.tell(FromNetwork::Taken { load, is_whole })
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.traffic.end_pause(self.ticket.load);
        if !self.is_over.get() {
            let (load, error) = (self.ticket.load, LoadError::Cancelled);
            // One that is behind forgets the load with its tab.
            let _ = self
                .ticket
                .channel
                .try_send(FromNetwork::Failed { load, error });
        }
    }
}

fn send_changed(
    hop: Hop<'_>,
    change: &Change,
    body: &[u8],
    send: impl FnOnce(&Hop<'_>) -> Result<Answer, LoadError>,
) -> Result<Answer, LoadError> {
    let url = change::url_of(change)?;
    let mut hop = hop;
    if url
        .as_ref()
        .is_some_and(|url| origin_of(url) != origin_of(hop.url))
    {
        // They are for the place that the page has asked.
        hop.headers.remove(header::COOKIE);
        hop.headers.remove(header::AUTHORIZATION);
    }
    let hop = Hop {
        url: url.as_ref().unwrap_or(hop.url),
        method: change.method.as_deref().unwrap_or(hop.method),
        headers: match &change.headers {
            Some(headers) => change::given_for_request(headers),
            None => hop.headers,
        },
        body: match change.has_body {
            true => Some(body),
            false => hop.body,
        },
    };
    send(&hop)
}

fn with_head(response: HttpResponse, head: &Head) -> Result<HttpResponse, LoadError> {
    let (parts, _) = change::response(head, Vec::new())?.into_parts();
    Ok(HttpResponse::from_parts(parts, response.into_body()))
}

fn host_of(url: &Url) -> String {
    match url.as_str().parse() {
        Ok(uri) => connection::host_and_port(&uri),
        Err(_) => url.host_str().unwrap_or_default().to_owned(),
    }
}

/// Gives the turn to the others until then.
fn rest_until(until: Instant) -> Result<(), LoadError> {
    match until > Instant::now() {
        true => match wait::until_any(&[], Some(until)) {
            Err(WaitError::Stopped) => Err(LoadError::Cancelled),
            _ => Ok(()),
        },
        false => Ok(()),
    }
}
