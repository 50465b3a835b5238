//! Fetches that the page's scripts ask for: they share the channel with those of the document, but
//! the document is complete without them.
//!
//! Owns: what waits to be sent, what is under way, and what has come. Trusts: no answer about its
//! size. Never: holds more bytes of answers than there is room for.

use protocol::document::ResponseHead;
use protocol::fetch::{FetchOptions, FromNetwork};
use protocol::ids::RequestId;
use protocol::limits::RESOURCE_BYTES_MAX;
use protocol::web::Header;
use std::collections::{HashMap, VecDeque};

/// Most of the channel's fetches that scripts may have under way: the document needs some, too.
const RUNNING_MAX: usize = 10;
/// Most bytes of answers that have come and that no script has taken.
const BYTES_MAX: usize = 2 * RESOURCE_BYTES_MAX;

/// What a script asks for.
#[derive(Debug)]
pub(crate) struct Order {
    /// Chosen by the prelude.
    pub(crate) id: u32,
    /// Absolute.
    pub(crate) url: String,
    pub(crate) options: FetchOptions,
    pub(crate) body: Option<Vec<u8>>,
    /// Whether the script takes the answer in pieces, as they come.
    pub(crate) is_stream: bool,
}

/// What a script is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Head {
        id: u32,
        /// How much of it a script may know, in the Web's words.
        kind: &'static str,
        url: String,
        status: u16,
        is_redirected: bool,
        headers: Vec<Header>,
    },
    /// Of a stream.
    Piece {
        id: u32,
        bytes: Vec<u8>,
    },
    End {
        id: u32,
        bytes: Vec<u8>,
    },
    Failed {
        id: u32,
    },
}

struct Running {
    id: u32,
    is_stream: bool,
    head: Option<ResponseHead>,
    bytes: Vec<u8>,
}

/// The scripts' fetches of one document.
#[derive(Default)]
pub(crate) struct ScriptFetches {
    waiting: VecDeque<Order>,
    running: HashMap<RequestId, Running>,
    answers: VecDeque<Answer>,
    /// Bytes in `running` and `answers`.
    bytes: usize,
    /// Why fetches failed, for the console.
    complaints: Vec<String>,
}

impl ScriptFetches {
    pub(crate) fn add(&mut self, order: Order) {
        self.waiting.push_back(order);
    }

    /// Stops one; returns the request that is to be cancelled.
    pub(crate) fn abort(&mut self, id: u32) -> Option<RequestId> {
        self.waiting.retain(|order| order.id != id);
        let found = self.running.iter().find(|(_, running)| running.id == id);
        let request = *found?.0;
        self.drop_running(request);
        Some(request)
    }

    fn drop_running(&mut self, request: RequestId) -> Option<Running> {
        let running = self.running.remove(&request)?;
        self.bytes -= running.bytes.len();
        Some(running)
    }

    /// How many are under way.
    pub(crate) fn running(&self) -> usize {
        self.running.len()
    }

    /// The next one that may be sent.
    pub(crate) fn next(&mut self) -> Option<Order> {
        match self.running.len() < RUNNING_MAX {
            true => self.waiting.pop_front(),
            false => None,
        }
    }

    /// It is sent.
    pub(crate) fn begin(&mut self, request: RequestId, id: u32, is_stream: bool) {
        let running = Running {
            id,
            is_stream,
            head: None,
            bytes: Vec::new(),
        };
        self.running.insert(request, running);
    }

    /// It could not be sent.
    pub(crate) fn fail(&mut self, id: u32) {
        self.answers.push_back(Answer::Failed { id });
    }

    /// Whether that request is one of these.
    pub(crate) fn has(&self, request: RequestId) -> bool {
        self.running.contains_key(&request)
    }

    /// Takes an answer to one of these. Returns a request that is to be cancelled.
    pub(crate) fn take(&mut self, answer: FromNetwork) -> Option<RequestId> {
        match answer {
            FromNetwork::Cookies { .. } => {}
            FromNetwork::Head { request, head } => {
                self.running.get_mut(&request)?.head = Some(head);
            }
            FromNetwork::Headers {
                request,
                is_cors,
                headers,
            } => {
                let running = self.running.get_mut(&request)?;
                let head = running.head.take()?;
                self.answers.push_back(Answer::Head {
                    id: running.id,
                    kind: if is_cors { "cors" } else { "basic" },
                    url: head.final_url,
                    status: head.status,
                    is_redirected: head.redirects > 0,
                    headers,
                });
            }
            FromNetwork::Opaque {
                request,
                is_redirect,
            } => {
                let id = self.running.get(&request)?.id;
                let kind = match is_redirect {
                    true => "opaqueredirect",
                    false => "opaque",
                };
                self.answers.push_back(Answer::Head {
                    id,
                    kind,
                    url: String::new(),
                    status: 0,
                    is_redirected: false,
                    headers: Vec::new(),
                });
            }
            FromNetwork::Body { request, bytes } => return self.take_body(request, bytes),
            FromNetwork::End { request } => {
                let Running { id, bytes, .. } = self.running.remove(&request)?;
                self.answers.push_back(Answer::End { id, bytes });
            }
            FromNetwork::Failed { request, error } => {
                let id = self.drop_running(request)?.id;
                self.complain(&error.to_string());
                self.fail(id);
            }
        }
        None
    }

    fn take_body(&mut self, request: RequestId, bytes: Vec<u8>) -> Option<RequestId> {
        let running = self.running.get_mut(&request)?;
        let is_too_much = running.bytes.len() + bytes.len() > RESOURCE_BYTES_MAX
            || self.bytes + bytes.len() > BYTES_MAX;
        if is_too_much {
            let id = running.id;
            self.drop_running(request);
            self.complain("The answers to the page\u{2019}s requests are too large.");
            self.fail(id);
            return Some(request);
        }
        self.bytes += bytes.len();
        match running.is_stream {
            true => self.answers.push_back(Answer::Piece {
                id: running.id,
                bytes,
            }),
            false => running.bytes.extend_from_slice(&bytes),
        }
        None
    }

    /// Something for the console.
    pub(crate) fn complain(&mut self, text: &str) {
        const COMPLAINTS_MAX: usize = 100;
        if self.complaints.len() < COMPLAINTS_MAX {
            self.complaints.push(text.to_owned());
        }
    }

    pub(crate) fn take_complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    /// The next answer for the scripts.
    pub(crate) fn take_answer(&mut self) -> Option<Answer> {
        let answer = self.answers.pop_front()?;
        if let Answer::End { bytes, .. } | Answer::Piece { bytes, .. } = &answer {
            self.bytes -= bytes.len();
        }
        Some(answer)
    }

    /// Whether there is anything to tell.
    pub(crate) fn has_answers(&self) -> bool {
        !self.answers.is_empty() || !self.complaints.is_empty()
    }

    /// The channel is gone: all that is under way has failed.
    pub(crate) fn lose_channel(&mut self) {
        for request in self.requests() {
            if let Some(Running { id, .. }) = self.drop_running(request) {
                self.fail(id);
            }
        }
    }

    /// What waits cannot be sent any more.
    pub(crate) fn fail_waiting(&mut self) {
        for order in std::mem::take(&mut self.waiting) {
            self.fail(order.id);
        }
    }

    /// The requests under way.
    pub(crate) fn requests(&self) -> Vec<RequestId> {
        self.running.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: RequestId = RequestId(7);

    fn begun() -> ScriptFetches {
        let mut fetches = ScriptFetches::default();
        fetches.add(Order {
            id: 1,
            url: "http://site.test/".to_owned(),
            options: FetchOptions::default(),
            body: None,
            is_stream: false,
        });
        let id = fetches.next().expect("it may be sent").id;
        fetches.begin(REQUEST, id, false);
        fetches
    }

    fn body(bytes: usize) -> FromNetwork {
        FromNetwork::Body {
            request: REQUEST,
            bytes: vec![0; bytes],
        }
    }

    #[test]
    fn an_answer_that_is_too_large_fails() {
        let mut fetches = begun();
        assert_eq!(fetches.take(body(RESOURCE_BYTES_MAX)), None);
        assert_eq!(fetches.take(body(1)), Some(REQUEST));
        assert_eq!(fetches.take_answer(), Some(Answer::Failed { id: 1 }));
        assert_eq!((fetches.bytes, fetches.running()), (0, 0));
        assert_eq!(fetches.take(body(1)), None, "nobody waits for it");
    }

    #[test]
    fn room_for_answers_is_given_back() {
        let mut fetches = begun();
        fetches.take(body(100));
        fetches.take(FromNetwork::End { request: REQUEST });
        let bytes = vec![0; 100];
        assert_eq!(fetches.bytes, 100);
        assert_eq!(fetches.take_answer(), Some(Answer::End { id: 1, bytes }));
        assert_eq!(fetches.bytes, 0);
    }

    #[test]
    fn a_fetch_that_is_aborted_is_cancelled_and_says_no_more() {
        let mut fetches = begun();
        assert_eq!(fetches.abort(1), Some(REQUEST));
        assert_eq!(fetches.abort(1), None);
        fetches.take(FromNetwork::End { request: REQUEST });
        assert_eq!(fetches.take_answer(), None);
    }
}
