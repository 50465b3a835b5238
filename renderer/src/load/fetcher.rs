//! Fetches a document's sub-resources: Blitz's requests become fetches on the channel of this
//! renderer's site.
//!
//! Owns: running and queued fetches, and finished bytes while the document may ask for them again.
//! Trusts: the network process to answer, but not its answers: sizes are bounded and unknown ids
//! dropped. Never: leaves a request unanswered: a failed one is answered with no bytes.

use crate::document::responses::Responses;
use crate::load::finished::{Finished, decode_data_url, has_room};
use crate::load::icon;
use crate::load::kinds::How;
use crate::load::link::{FetchEndpoint, Link};
use crate::load::scripted::ScriptFetches;
use crate::pictures::may_move;
use blitz_traits::net::{AbortSignal, Bytes, NetHandler, NetProvider, Request, Url};
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::fetch::{Destination, FromNetwork, ToNetwork};
use protocol::ids::{NavigationId, RequestId};
use protocol::limits::{
    DOCUMENT_RESOURCES_MAX, FETCHES_PER_CHANNEL_MAX, MESSAGES_PER_TURN_MAX, RESOURCE_BYTES_MAX,
    URL_BYTES_MAX,
};
use protocol::site::Site;
use std::collections::{HashMap, HashSet, VecDeque};
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

/// All fetches of one document.
#[derive(Default)]
pub(crate) struct Fetcher {
    asked: Arc<Asked>,
    pub(super) channel: Option<Rc<Link>>,
    /// The site of the channel.
    pub(super) site: Option<Site>,
    /// The document's navigation and address, if that is one of the site. Without it nothing is
    /// fetched.
    pub(super) document: Option<(NavigationId, String)>,
    /// Who waits for each URL in `queue` and `running`.
    waiting: HashMap<String, Vec<Waiting>>,
    /// Not sent yet.
    queue: VecDeque<(String, How)>,
    running: HashMap<RequestId, Running>,
    next_request: u32,
    /// Bytes of finished fetches, for what asks for the same while the document loads.
    finished: HashMap<String, Finished>,
    pub(super) failed: HashSet<String>,
    responses: Responses,
    /// How many different URLs the document has requested from the network.
    resources: usize,
    /// How many pixels its pictures have.
    pixels: u64,
    icon: IconFetch,
    /// How many requests have been answered.
    answered: usize,
    /// Files that may be moving pictures, with their URLs.
    moving: Vec<(String, Bytes)>,
    pub(super) scripted: ScriptFetches,
    /// What the page has put under addresses of its own.
    pub(super) blobs: HashMap<String, Bytes>,
}

/// The fetch of the document's icon, of which the document does not know.
#[derive(Default)]
struct IconFetch {
    request: Option<RequestId>,
    bytes: Vec<u8>,
    /// The file, once it is there; nothing if it could not be had.
    done: Option<Vec<u8>>,
}

/// Who waits for a resource.
struct Waiting {
    is_script: bool,
    handler: Box<dyn NetHandler>,
}

struct Running {
    url: String,
    /// As far as it has come.
    head: Option<ResponseHead>,
    bytes: Vec<u8>,
}

/// The requests from Blitz that [`Fetcher::pump`] has not handled yet.
#[derive(Default)]
struct Asked(Mutex<Vec<Wish>>);

struct Wish {
    url: Url,
    how: How,
    waiting: Waiting,
    signal: Option<AbortSignal>,
}

impl NetProvider for Asked {
    fn fetch(&self, _document: usize, request: Request, handler: Box<dyn NetHandler>) {
        let how = How::of(&request);
        let wish = Wish {
            waiting: Waiting {
                is_script: how.destination == Destination::Script,
                handler,
            },
            how,
            url: request.url,
            signal: request.signal,
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(wish);
    }
}

impl Fetcher {
    /// The provider through which documents make requests.
    pub(crate) fn provider(&self) -> Arc<dyn NetProvider> {
        self.asked.clone()
    }

    /// What the documents' frames were answered with.
    pub(crate) fn responses(&self) -> Responses {
        self.responses.clone()
    }

    /// Handles new requests: answers those that need no network, sends the others. Returns whether
    /// it answered any.
    pub(crate) fn pump(&mut self) -> bool {
        let mut answered = false;
        loop {
            let wishes = {
                let mut asked = self.asked.0.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(&mut *asked)
            };
            if wishes.is_empty() {
                self.send_queued();
                return answered;
            }
            for wish in wishes {
                answered |= self.take_wish(wish);
            }
        }
    }

    fn take_wish(&mut self, wish: Wish) -> bool {
        if wish.signal.is_some_and(|signal| signal.aborted()) {
            return false;
        }
        let url = String::from(wish.url.clone());
        let Waiting { is_script, handler } = wish.waiting;
        let known = self.finished.get_mut(&url);
        let local = match wish.url.scheme() {
            "data" => {
                let mut data = decode_data_url(&wish.url);
                let has_room = has_room(&mut self.pixels, &data.bytes);
                has_room.then(|| data.bytes_for(&url, is_script))
            }
            "blob" => {
                let blob = self.blobs.get(&url).cloned();
                blob.filter(|bytes| has_room(&mut self.pixels, bytes))
            }
            _ if known.is_some() => known.map(|known| known.bytes_for(&url, is_script)),
            _ if self.failed.contains(&url) => None,
            "http" | "https" if self.may_fetch(&url) => {
                let waiting = self.waiting.entry(url.clone()).or_default();
                waiting.push(Waiting { is_script, handler });
                if waiting.len() == 1 {
                    self.resources += 1;
                    self.queue.push_back((url, wish.how));
                }
                return false;
            }
            _ => None,
        };
        if local.is_none() {
            self.failed.insert(url.clone());
        }
        let bytes = local.unwrap_or_default();
        self.answered += 1;
        self.keep_moving(&url, &bytes);
        handler.bytes(url, bytes);
        true
    }

    fn may_fetch(&self, url: &str) -> bool {
        let is_new = !self.waiting.contains_key(url);
        self.channel.is_some()
            && self.document.is_some()
            && url.len() <= URL_BYTES_MAX
            && !(is_new && self.resources >= DOCUMENT_RESOURCES_MAX)
    }

    pub(super) fn send_queued(&mut self) {
        let reserved = usize::from(self.icon.request.is_some());
        while self.channel.is_some() {
            let under_way = self.running.len() + self.scripted.running() + reserved;
            if under_way >= FETCHES_PER_CHANNEL_MAX {
                return;
            }
            if let Some((url, how)) = self.queue.pop_front() {
                let request = self.next_request();
                let running = Running {
                    url: url.clone(),
                    head: None,
                    bytes: Vec::new(),
                };
                self.running.insert(request, running);
                self.ask(request, url, how);
            } else if let Some(order) = self.scripted.next() {
                self.send_order(order);
            } else {
                return;
            }
        }
    }

    pub(super) fn next_request(&mut self) -> RequestId {
        let request = RequestId(self.next_request);
        self.next_request = self.next_request.wrapping_add(1);
        request
    }

    pub(super) fn ask(&mut self, request: RequestId, url: String, how: How) {
        self.say(ToNetwork::Fetch {
            request,
            url,
            destination: how.destination,
            options: how.options,
        });
    }

    pub(super) fn say(&mut self, message: ToNetwork) {
        let is_lost = self
            .channel
            .as_ref()
            .is_some_and(|link| !link.send(message));
        if is_lost {
            self.lose_channel();
        }
    }

    /// The descriptor on which answers come.
    pub(crate) fn answers(&self) -> Option<BorrowedFd<'_>> {
        self.channel.as_ref().map(|link| link.as_fd())
    }

    /// Takes the answers that have come, at most a turn's worth: a network process that answers
    /// without end must not keep the page from being painted.
    pub(crate) fn receive(&mut self) {
        for _ in 0..MESSAGES_PER_TURN_MAX {
            let Some(link) = &self.channel else {
                return;
            };
            match link.try_recv() {
                Ok(Some(answer)) => self.take_answer(answer),
                Ok(None) => return,
                Err(error) => {
                    tracing::info!(%error, "fetch channel lost");
                    self.lose_channel();
                }
            }
        }
    }

    /// Fetches the document's icon beside everything else. Its rules are those of resources.
    pub(crate) fn fetch_icon(&mut self, url: &Url) {
        if url.scheme() == "data" {
            self.icon.done = Some(decode_data_url(url).bytes.to_vec());
            return;
        }
        self.icon.done = Some(Vec::new());
        let is_web = matches!(url.scheme(), "http" | "https");
        let has_room = self.running.len() + self.scripted.running() < FETCHES_PER_CHANNEL_MAX;
        let may_ask = self.channel.is_some() && self.document.is_some();
        if !(is_web && has_room && may_ask) || url.as_str().len() > URL_BYTES_MAX {
            return;
        }
        let request = self.next_request();
        self.icon = IconFetch {
            request: Some(request),
            ..IconFetch::default()
        };
        self.ask(request, url.as_str().to_owned(), How::image());
    }

    /// The icon's file once its fetch has ended; empty if there is none.
    pub(crate) fn take_icon(&mut self) -> Option<Vec<u8>> {
        self.icon.done.take()
    }

    fn end_icon(&mut self, is_whole: bool) {
        let bytes = std::mem::take(&mut self.icon.bytes);
        self.icon.request = None;
        self.icon.done = Some(if is_whole { bytes } else { Vec::new() });
    }

    fn cancel_icon(&mut self) {
        if let (Some(request), Some(link)) = (self.icon.request.take(), &self.channel) {
            // A channel that is gone is noticed when it is read.
            let _ = link.send(ToNetwork::Cancel { request });
        }
    }

    /// Takes an answer if it is about the icon.
    fn take_icon_answer(&mut self, answer: &FromNetwork) -> bool {
        let request = match answer {
            FromNetwork::Head { request, .. }
            | FromNetwork::Body { request, .. }
            | FromNetwork::Headers { request, .. }
            | FromNetwork::Opaque { request, .. }
            | FromNetwork::End { request }
            | FromNetwork::Failed { request, .. } => *request,
            // They come too late.
            FromNetwork::Cookies { .. } => return true,
        };
        if self.scripted.has(request) {
            if let Some(request) = self.scripted.take(answer.clone()) {
                self.say(ToNetwork::Cancel { request });
            }
            return true;
        }
        if self.icon.request != Some(request) {
            return false;
        }
        let is_too_large = match answer {
            FromNetwork::Head { head, .. } => head.status >= 400,
            FromNetwork::Body { bytes, .. } => {
                self.icon.bytes.extend_from_slice(bytes);
                self.icon.bytes.len() > icon::FILE_BYTES_MAX
            }
            FromNetwork::End { .. } => {
                self.end_icon(true);
                false
            }
            FromNetwork::Failed { .. } => {
                self.end_icon(false);
                false
            }
            FromNetwork::Headers { .. }
            | FromNetwork::Opaque { .. }
            | FromNetwork::Cookies { .. } => false,
        };
        if is_too_large {
            self.cancel_icon();
            self.end_icon(false);
        }
        true
    }

    fn take_answer(&mut self, answer: FromNetwork) {
        if self.take_icon_answer(&answer) {
            return self.send_queued();
        }
        match answer {
            FromNetwork::Head { request, head } => {
                // The page of an HTTP error is not the resource.
                if head.status >= 400 {
                    self.give_up(request);
                } else if let Some(running) = self.running.get_mut(&request) {
                    running.head = Some(head);
                }
            }
            FromNetwork::Body { request, bytes } => {
                let Some(running) = self.running.get_mut(&request) else {
                    return;
                };
                if running.bytes.len() + bytes.len() > RESOURCE_BYTES_MAX {
                    self.give_up(request);
                } else {
                    running.bytes.extend_from_slice(&bytes);
                }
            }
            FromNetwork::End { request } => {
                if let Some(running) = self.running.remove(&request) {
                    self.complete(running);
                }
            }
            // Only scripts are told.
            FromNetwork::Headers { .. }
            | FromNetwork::Opaque { .. }
            | FromNetwork::Cookies { .. } => {}
            FromNetwork::Failed { request, error } => {
                if let Some(running) = self.running.remove(&request) {
                    tracing::debug!(url = running.url, %error, "fetch failed");
                    if matches!(error, LoadError::Blocked { .. }) {
                        self.scripted.complain(&error.to_string());
                    }
                    self.finish(running.url, None);
                }
            }
        }
        self.send_queued();
    }

    fn complete(&mut self, running: Running) {
        let Running { url, head, bytes } = running;
        let bytes = Bytes::from(bytes);
        let content_type = head.as_ref().and_then(|head| head.content_type.clone());
        let finished = Finished::new(bytes.clone(), content_type);
        if let Some(head) = head {
            self.responses.insert(url.clone(), head, bytes);
        }
        self.finish(url, Some(finished));
    }

    fn keep_moving(&mut self, url: &str, bytes: &Bytes) {
        if may_move(bytes) {
            self.moving.push((url.to_owned(), bytes.clone()));
        }
    }

    /// The files since the last call that may be moving pictures, with their URLs.
    pub(crate) fn take_moving(&mut self) -> Vec<(String, Bytes)> {
        std::mem::take(&mut self.moving)
    }

    fn give_up(&mut self, request: RequestId) {
        let Some(running) = self.running.remove(&request) else {
            return;
        };
        if let Some(link) = &self.channel {
            // A channel that is gone is noticed when it is read.
            let _ = link.send(ToNetwork::Cancel { request });
        }
        self.finish(running.url, None);
    }

    fn finish(&mut self, url: String, finished: Option<Finished>) {
        let finished = finished.filter(|file| has_room(&mut self.pixels, &file.bytes));
        let is_there = finished.is_some();
        let mut finished = finished.unwrap_or_default();
        self.answered += 1;
        self.keep_moving(&url, &finished.bytes);
        for Waiting { is_script, handler } in self.waiting.remove(&url).unwrap_or_default() {
            handler.bytes(url.clone(), finished.bytes_for(&url, is_script));
        }
        match is_there {
            true => drop(self.finished.insert(url, finished)),
            false => drop(self.failed.insert(url)),
        }
    }

    /// The site that the channel is bound to.
    pub(crate) fn set_site(&mut self, site: Site) {
        self.site = Some(site);
    }

    /// Takes a new channel. Fetches under way on the old one have failed.
    pub(crate) fn set_channel(&mut self, channel: FetchEndpoint) {
        self.fail_running();
        self.channel = Some(Rc::new(Link::new(channel)));
        self.say_document();
        self.send_queued();
    }

    fn lose_channel(&mut self) {
        self.channel = None;
        self.fail_running();
        self.scripted.fail_waiting();
        for (url, _) in std::mem::take(&mut self.queue) {
            self.finish(url, None);
        }
    }

    fn fail_running(&mut self) {
        if self.icon.request.is_some() {
            self.end_icon(false);
        }
        self.scripted.lose_channel();
        for (_, running) in std::mem::take(&mut self.running) {
            self.finish(running.url, None);
        }
    }

    /// Fails every fetch; each request is answered.
    pub(crate) fn stop(&mut self) {
        self.pump();
        if self.icon.request.is_some() {
            self.cancel_icon();
            self.end_icon(false);
        }
        for (url, _) in std::mem::take(&mut self.queue) {
            self.finish(url, None);
        }
        self.stop_scripted();
        for request in self.running.keys().copied().collect::<Vec<_>>() {
            self.give_up(request);
        }
    }

    /// Forgets the document and cancels its fetches without an answer.
    pub(crate) fn reset(&mut self) {
        self.asked
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.waiting.clear();
        self.queue.clear();
        for request in self.running.keys().copied().collect::<Vec<_>>() {
            self.give_up(request);
        }
        self.cancel_icon();
        self.icon = IconFetch::default();
        self.stop_scripted();
        self.scripted = ScriptFetches::default();
        self.blobs.clear();
        self.document = None;
        self.finished.clear();
        self.failed.clear();
        self.responses.clear();
        self.moving.clear();
        self.resources = 0;
        self.pixels = 0;
    }

    /// Makes `bytes` the answer to later requests for `url`.
    pub(crate) fn provide(&mut self, url: &Url, bytes: Bytes) {
        let finished = Finished::new(bytes, None);
        self.finished.insert(url.as_str().to_owned(), finished);
    }

    /// The document is loaded, so the bytes need not be kept.
    pub(crate) fn forget_finished(&mut self) {
        self.finished = HashMap::new();
    }

    /// Whether no fetch is running, queued, or requested.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.is_empty()
            && self.queue.is_empty()
            && self
                .asked
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_empty()
    }

    /// How many fetches are under way, or waiting for their turn.
    pub(crate) fn under_way(&self) -> usize {
        self.running.len() + self.queue.len() + self.scripted.running()
    }

    /// How many requests have been answered.
    pub(crate) fn answered(&self) -> usize {
        self.answered
    }

    /// Whether what is at that address could not be loaded.
    pub(crate) fn has_failed(&self, url: &str) -> bool {
        self.failed.contains(url)
    }

    /// Whether what is at that address has come, while the document loads.
    pub(crate) fn has_answered(&self, url: &str) -> bool {
        self.finished.contains_key(url)
    }

    /// How many resources failed.
    pub(crate) fn failed(&self) -> u32 {
        u32::try_from(self.failed.len()).unwrap_or(u32::MAX)
    }
}
