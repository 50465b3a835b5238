//! One load of a tab, as far as the network process has told of it.

use crate::session::SessionKey;
use crate::tab::{Asker, loader_of};
use protocol::ids::{NavigationId, TabId};
use protocol::limits::TRAFFIC_REQUEST_BODY_BYTES_MAX;
use protocol::request::RequestTimes;
use protocol::traffic::{FromNetwork, Head, Kind};
use protocol::web::Header;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Most bytes of one body that are kept.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes of a body that wait for the document that they belong to.
const HELD_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most messages that wait for it.
const HELD_MAX: usize = 4_096;

/// Who has answered, and when what was done.
pub type Answered = (Option<IpAddr>, RequestTimes);

/// One load.
#[derive(Debug)]
pub struct Load {
    pub tab: TabId,
    pub navigation: NavigationId,
    pub kind: Kind,
    /// Its name for clients; that of a document's is that of the document.
    pub name: String,
    /// What has come and is not told of yet.
    pub held: VecDeque<FromNetwork>,
    held_bytes: usize,
    /// Whether clients have been told of it.
    pub has_begun: bool,
    /// The request that is under way.
    pub request: Request,
    /// The response, or that of the last redirect.
    pub head: Option<Head>,
    /// Who gave it, and when.
    pub answered: Option<Answered>,
    /// Where the redirect was that leads to the next request.
    pub redirected_from: Option<(String, Head)>,
    /// Whether the present request has been answered.
    pub has_response: bool,
    /// The body as far as it has come.
    pub body: Vec<u8>,
    /// Whether that is not the whole of it any more.
    pub is_body_cut: bool,
    pub is_over: bool,
    /// The client's word that it waits for.
    pub pause: Option<Pause>,
    /// The session that wants it paused at the response as well.
    pub wanted_by: Option<SessionKey>,
    /// What a client has it fail with.
    pub reason: Option<&'static str>,
}

/// A request.
#[derive(Debug, Default)]
pub struct Request {
    pub url: String,
    pub method: String,
    pub headers: Vec<Header>,
    pub body: Vec<u8>,
    /// How large its body is, if it has one.
    pub body_bytes: Option<u32>,
}

/// A pause.
#[derive(Debug)]
pub struct Pause {
    /// Its name for clients.
    pub name: String,
    pub session: SessionKey,
    pub at_response: bool,
    /// Who waits for the body, and what has come of it.
    pub taking: Option<(Asker, Vec<u8>)>,
}

impl Load {
    pub fn new(tab: TabId, (navigation, kind): (NavigationId, Kind)) -> Load {
        Load {
            tab,
            navigation,
            kind,
            name: String::new(),
            held: VecDeque::new(),
            held_bytes: 0,
            has_begun: false,
            request: Request::default(),
            head: None,
            answered: None,
            redirected_from: None,
            has_response: false,
            body: Vec::new(),
            is_body_cut: false,
            is_over: false,
            pause: None,
            wanted_by: None,
            reason: None,
        }
    }

    /// Names it after its number, or after its document.
    pub fn set_name(&mut self, number: u64) {
        self.name = match self.kind {
            Kind::Document => loader_of(self.navigation),
            Kind::Resource(_) => format!("{}.{number}", self.tab.0),
        };
    }

    /// Keeps a message until it may be told. Of a body, as much as there is room for; further
    /// messages than any honest load has are left out.
    pub fn hold(&mut self, message: FromNetwork) {
        if self.held.len() >= HELD_MAX {
            self.is_body_cut = true;
            return;
        }
        if let FromNetwork::Body { bytes, .. } = &message {
            self.held_bytes = match self.held.is_empty() {
                true => bytes.len(),
                false => self.held_bytes + bytes.len(),
            };
            if self.held_bytes > HELD_BYTES_MAX {
                self.is_body_cut = true;
                return;
            }
        }
        self.held.push_back(message);
    }

    pub fn begin_hop(&mut self, url: String, method: String, body_bytes: Option<u32>) {
        self.has_response = false;
        self.request = Request {
            url,
            method,
            body_bytes,
            ..Request::default()
        };
    }

    /// Adds to the body of the request; what is too much is left out.
    pub fn add_to_request(&mut self, bytes: &[u8]) {
        let body = &mut self.request.body;
        let room = TRAFFIC_REQUEST_BODY_BYTES_MAX.saturating_sub(body.len());
        body.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Keeps bytes of the body. Returns by how much it has grown.
    pub fn keep(&mut self, bytes: &[u8]) -> usize {
        if self.is_body_cut || self.body.len() + bytes.len() > BODY_BYTES_MAX {
            self.is_body_cut = true;
            return 0;
        }
        self.body.extend_from_slice(bytes);
        bytes.len()
    }

    /// Gives the room of its body back. Returns how much that is.
    pub fn drop_body(&mut self) -> usize {
        self.is_body_cut = true;
        std::mem::take(&mut self.body).len()
    }
}
