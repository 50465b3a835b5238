//! Fetches a document's sub-resources: Blitz's requests become fetches on the channel of this
//! renderer's site.
//!
//! Owns: running and queued fetches, and finished bytes while the document may ask for them again.
//! Trusts: the network process to answer, but not its answers: sizes are bounded and unknown ids
//! dropped. Never: leaves a request unanswered: a failed one is answered with no bytes.

use crate::document::responses::Responses;
use crate::document::stylesheet;
use crate::document::svg_text;
use crate::load::icon;
use crate::load::kinds::How;
use crate::load::scripted::{Answer, Order, ScriptFetches};
use crate::pictures::may_move;
use blitz_traits::net::{AbortSignal, Bytes, NetHandler, NetProvider, Request, Url};
use data_url::DataUrl;
use ipc::{Endpoint, Receiver, Sender};
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::fetch::{Destination, FromNetwork, ToNetwork};
use protocol::ids::RequestId;
use protocol::limits::{
    DOCUMENT_RESOURCES_MAX, FETCHES_PER_CHANNEL_MAX, MESSAGES_PER_TURN_MAX,
    REQUEST_BODY_CHUNK_BYTES_MAX, RESOURCE_BYTES_MAX, URL_BYTES_MAX,
};
use protocol::site::Site;
use std::collections::{HashMap, HashSet, VecDeque};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) type FetchEndpoint = Endpoint<ToNetwork, FromNetwork>;

/// All fetches of one document.
#[derive(Default)]
pub(crate) struct Fetcher {
    asked: Arc<Asked>,
    channel: Option<(Sender<ToNetwork>, Receiver<FromNetwork>)>,
    /// The site of the channel.
    site: Option<Site>,
    /// The document's address, if that is one of the site. Without it nothing is fetched.
    document: Option<String>,
    /// Who waits for each URL in `queue` and `running`.
    waiting: HashMap<String, Vec<Waiting>>,
    /// Not sent yet.
    queue: VecDeque<(String, How)>,
    running: HashMap<RequestId, Running>,
    next_request: u32,
    /// Bytes of finished fetches, for what asks for the same while the document loads.
    finished: HashMap<String, Finished>,
    failed: HashSet<String>,
    responses: Responses,
    /// How many different URLs the document has requested from the network.
    resources: usize,
    icon: IconFetch,
    /// How many requests have been answered.
    answered: usize,
    /// Files that may be moving pictures, with their URLs.
    moving: Vec<(String, Bytes)>,
    scripted: ScriptFetches,
    /// What the page has put under addresses of its own.
    blobs: HashMap<String, Bytes>,
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

/// A resource that has come.
#[derive(Default)]
struct Finished {
    bytes: Bytes,
    content_type: Option<String>,
    /// What Blitz is given, once it has asked.
    prepared: Option<Bytes>,
}

impl Finished {
    fn new(bytes: Bytes, content_type: Option<String>) -> Finished {
        Finished {
            bytes,
            content_type,
            prepared: None,
        }
    }

    /// A script gets the file as it is: what would make a style sheet safe would break it.
    fn bytes_for(&mut self, url: &str, is_script: bool) -> Bytes {
        if is_script {
            return self.bytes.clone();
        }
        let prepare = || {
            // Blitz resolves the URLs of a style sheet against the one it asked for.
            stylesheet::prepared(&self.bytes, self.content_type.as_deref(), url)
                .or_else(|| svg_text::outlined(&self.bytes).map(Bytes::from))
                .unwrap_or_else(|| self.bytes.clone())
        };
        self.prepared.get_or_insert_with(prepare).clone()
    }
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
            "data" => Some(decode_data_url(&wish.url).bytes_for(&url, is_script)),
            "blob" => self.blobs.get(&url).cloned(),
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

    fn send_queued(&mut self) {
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

    fn next_request(&mut self) -> RequestId {
        let request = RequestId(self.next_request);
        self.next_request = self.next_request.wrapping_add(1);
        request
    }

    fn ask(&mut self, request: RequestId, url: String, how: How) {
        self.say(ToNetwork::Fetch {
            request,
            url,
            destination: how.destination,
            options: how.options,
        });
    }

    fn say(&mut self, message: ToNetwork) {
        let sent = match &self.channel {
            Some((sender, _)) => sender.send(message).is_ok(),
            None => return,
        };
        if !sent {
            self.lose_channel();
        }
    }

    fn send_order(&mut self, order: Order) {
        if self.document.is_none() {
            return self.scripted.fail(order.id);
        }
        let request = self.next_request();
        self.scripted.begin(request, order.id);
        let how = How {
            destination: Destination::Empty,
            options: order.options,
        };
        self.ask(request, order.url, how);
        let body = order.body.unwrap_or_default();
        for piece in body.chunks(REQUEST_BODY_CHUNK_BYTES_MAX) {
            let bytes = piece.to_vec();
            self.say(ToNetwork::Body { request, bytes });
        }
    }

    /// Which document the fetches are for from now on.
    pub(crate) fn set_document(&mut self, url: &Url) {
        let is_own = self.site.as_ref() == Some(&Site::of(url, 0));
        let fits = url.as_str().len() <= URL_BYTES_MAX;
        self.document = (is_own && fits).then(|| url.as_str().to_owned());
        self.say_document();
    }

    fn say_document(&mut self) {
        if let Some(url) = self.document.clone() {
            self.say(ToNetwork::Document { url });
        }
    }

    /// Takes what scripts want fetched.
    pub(crate) fn take_orders(&mut self, orders: Vec<Order>, aborted: Vec<u32>) {
        for order in orders {
            match self.channel {
                Some(_) => self.scripted.add(order),
                None => self.scripted.fail(order.id),
            }
        }
        for id in aborted {
            if let Some(request) = self.scripted.abort(id) {
                self.say(ToNetwork::Cancel { request });
            }
        }
        self.send_queued();
    }

    /// The next answer for the scripts.
    pub(crate) fn take_script_answer(&mut self) -> Option<Answer> {
        self.scripted.take_answer()
    }

    /// Why fetches failed, for the console.
    pub(crate) fn take_complaints(&mut self) -> Vec<String> {
        self.scripted.take_complaints()
    }

    /// Whether scripts have something to hear.
    pub(crate) fn has_script_answers(&self) -> bool {
        self.scripted.has_answers()
    }

    /// Sets what the page has put under addresses of its own.
    pub(crate) fn set_blobs(&mut self, blobs: HashMap<String, Bytes>) {
        self.failed.retain(|url| !blobs.contains_key(url));
        self.blobs = blobs;
    }

    /// The descriptor on which answers come.
    pub(crate) fn answers(&self) -> Option<BorrowedFd<'_>> {
        self.channel.as_ref().map(|(_, receiver)| receiver.as_fd())
    }

    /// Takes the answers that have come, at most a turn's worth: a network process that answers
    /// without end must not keep the page from being painted.
    pub(crate) fn receive(&mut self) {
        for _ in 0..MESSAGES_PER_TURN_MAX {
            let Some((_, receiver)) = &self.channel else {
                return;
            };
            match receiver.try_recv() {
                Ok(Some(received)) => self.take_answer(received.message),
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
        if let (Some(request), Some((sender, _))) = (self.icon.request.take(), &self.channel) {
            // A channel that is gone is noticed when it is read.
            let _ = sender.send(ToNetwork::Cancel { request });
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
            FromNetwork::Headers { .. } | FromNetwork::Opaque { .. } => false,
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
            FromNetwork::Headers { .. } | FromNetwork::Opaque { .. } => {}
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
        if let Some((sender, _)) = &self.channel {
            // A channel that is gone is noticed when it is read.
            let _ = sender.send(ToNetwork::Cancel { request });
        }
        self.finish(running.url, None);
    }

    fn finish(&mut self, url: String, finished: Option<Finished>) {
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
        self.channel = Some(channel.split());
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

    /// Fails the fetches of scripts.
    fn stop_scripted(&mut self) {
        for request in self.scripted.requests() {
            self.say(ToNetwork::Cancel { request });
        }
        self.scripted.lose_channel();
        self.scripted.fail_waiting();
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

fn decode_data_url(url: &Url) -> Finished {
    let Ok(data) = DataUrl::process(url.as_str()) else {
        return Finished::default();
    };
    let (bytes, _) = data.decode_to_vec().unwrap_or_default();
    let content_type = data.mime_type().to_string();
    Finished::new(Bytes::from(bytes), Some(content_type))
}
