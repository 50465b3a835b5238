//! Claims about the inspector: a fake devtools process drives it over a real channel.

mod commands;
mod debugger;
mod documents;
mod events;
mod faults;
mod nodes;
mod values;
mod worlds;

use super::harness::{NAVIGATION, Outside, commit};
use ipc::poll::Interest;
use ipc::{Endpoint, Receiver, RecvError, Sender};
use protocol::document::BodySource;
use protocol::ids::NavigationId;
use protocol::inspector::{FromInspector, Piece, ToInspector};
use protocol::limits::INSPECTOR_PIECE_BYTES_MAX;
use protocol::renderer::ToRenderer;
use serde_json::{Value, json};
use shm::Region;
use std::collections::{HashMap, VecDeque};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The name of the frame.
pub(super) const FRAME: &str = "0123456789ABCDEF0123456789ABCDEF";

/// The devtools process's end of the channel, and what has come of it.
pub(super) struct Clients {
    sender: Sender<ToInspector>,
    receiver: Receiver<FromInspector>,
    halves: HashMap<bool, String>,
    answers: HashMap<u32, Value>,
    events: VecDeque<(u32, NavigationId, Value)>,
    /// Whether what comes is looked at.
    pub(super) reads: bool,
    is_closed: bool,
}

impl Clients {
    pub(super) fn source(&self) -> Option<(BorrowedFd<'_>, Interest)> {
        (self.reads && !self.is_closed).then(|| (self.receiver.as_fd(), Interest::Read))
    }

    /// Takes what is there.
    pub(super) fn take(&mut self) {
        while self.reads && !self.is_closed {
            match self.receiver.try_recv() {
                Ok(Some(received)) => self.hear(received.message),
                Ok(None) => return,
                Err(RecvError::Closed) => self.is_closed = true,
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn hear(&mut self, message: FromInspector) {
        let (is_answer, piece) = match &message {
            FromInspector::Answer { piece, .. } => (true, piece),
            FromInspector::Event { piece, .. } => (false, piece),
        };
        let half = self.halves.entry(is_answer).or_default();
        half.push_str(&piece.text);
        if !piece.is_last {
            return;
        }
        let text = std::mem::take(half);
        let said: Value = serde_json::from_str(&text).expect("JSON");
        match message {
            FromInspector::Answer { call, .. } => {
                assert!(
                    self.answers.insert(call, said).is_none(),
                    "one answer a call"
                );
            }
            FromInspector::Event {
                session,
                navigation,
                ..
            } => self.events.push_back((session, navigation, said)),
        }
    }
}

/// A client of an inspected page.
pub(super) struct Client {
    pub(super) outside: Outside,
    calls: u32,
}

pub(super) const SESSION: u32 = 1;

impl Client {
    /// A page that is inspected, without a document.
    pub(super) fn new() -> Client {
        let mut client = Client {
            outside: Outside::page(),
            calls: 0,
        };
        client.connect();
        client
    }

    /// Likewise with a document.
    pub(super) fn with(html: &str) -> Client {
        let mut client = Client::new();
        client.outside.load(html);
        client
    }

    pub(super) fn connect(&mut self) {
        let inside = self.prepare();
        self.outside
            .send_with(ToRenderer::InspectorChannel, vec![inside]);
    }

    /// Makes a channel; returns the renderer's end, which it does not have yet.
    pub(super) fn prepare(&mut self) -> OwnedFd {
        let (inside, outside) = Endpoint::<FromInspector, ToInspector>::pair().expect("pair");
        let (sender, receiver) = outside.split();
        let frame = FRAME.to_owned();
        sender.send(ToInspector::Begin { frame }).expect("sent");
        self.outside.clients = Some(Clients {
            sender,
            receiver,
            halves: HashMap::new(),
            answers: HashMap::new(),
            events: VecDeque::new(),
            reads: true,
            is_closed: false,
        });
        inside.into_fd()
    }

    pub(super) fn clients(&mut self) -> &mut Clients {
        self.outside.clients.as_mut().expect("connected")
    }

    pub(super) fn send(&mut self, message: ToInspector) {
        self.clients().sender.send(message).expect("sent");
    }

    /// Commits a document under another number.
    pub(super) fn commit(&mut self, navigation: NavigationId, url: &str, html: &str) {
        let region = Region::create_filled("test-page", html.as_bytes()).expect("region");
        let body = BodySource::Region {
            bytes: html.len() as u64,
        };
        let message = match commit(url, Some("text/html; charset=utf-8"), body, 0) {
            ToRenderer::Commit(mut commit) => {
                commit.navigation = navigation;
                ToRenderer::Commit(commit)
            }
            other => other,
        };
        let fd = region.read_only().expect("descriptor");
        self.outside.send_with(message, vec![fd]);
    }

    /// Sends a command; returns its number.
    pub(super) fn begin_in(&mut self, session: u32, method: &str, params: Value) -> u32 {
        let text = json!({ "method": method, "params": params }).to_string();
        self.begin_text(session, &text)
    }

    pub(super) fn begin_text(&mut self, session: u32, text: &str) -> u32 {
        self.calls += 1;
        let call = self.calls;
        let mut rest = text;
        loop {
            let end = rest.floor_char_boundary(INSPECTOR_PIECE_BYTES_MAX);
            let (piece, after) = rest.split_at(end);
            let piece = Piece {
                text: piece.to_owned(),
                is_last: after.is_empty(),
            };
            self.send(ToInspector::Command {
                call,
                session,
                piece,
            });
            rest = after;
            if rest.is_empty() {
                return call;
            }
        }
    }

    pub(super) fn begin(&mut self, method: &str, params: Value) -> u32 {
        self.begin_in(SESSION, method, params)
    }

    pub(super) fn answer(&mut self, call: u32) -> Value {
        loop {
            if let Some(answer) = self.clients().answers.remove(&call) {
                return answer;
            }
            self.outside.step("an answer");
        }
    }

    pub(super) fn has_answer(&mut self, call: u32) -> bool {
        self.clients().answers.contains_key(&call)
    }

    /// The whole answer to a command.
    pub(super) fn ask_in(&mut self, session: u32, method: &str, params: Value) -> Value {
        let call = self.begin_in(session, method, params);
        self.answer(call)
    }

    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.ask_in(SESSION, method, params)
    }

    /// The result of a command that is no error.
    pub(super) fn result(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.ask(method, params.clone());
        assert!(answer.get("error").is_none(), "{method} {params}: {answer}");
        answer["result"].take()
    }

    /// The error that answers a command: its code and text.
    pub(super) fn error(&mut self, method: &str, params: Value) -> (i64, String) {
        let answer = self.ask(method, params.clone());
        let error = &answer["error"];
        let message = error["message"].as_str().map(str::to_owned);
        (
            error["code"].as_i64().unwrap_or_default(),
            message.unwrap_or_else(|| panic!("{method} {params}: {answer}")),
        )
    }

    /// What an expression comes to, as the protocol writes it.
    pub(super) fn evaluate(&mut self, code: &str) -> Value {
        let mut done = self.result("Runtime.evaluate", json!({ "expression": code }));
        done["result"].take()
    }

    /// Its value.
    pub(super) fn value(&mut self, code: &str) -> Value {
        let params = json!({ "expression": code, "returnByValue": true, "awaitPromise": true });
        let mut done = self.result("Runtime.evaluate", params);
        assert!(done.get("exceptionDetails").is_none(), "{code}: {done}");
        done["result"]["value"].take()
    }

    /// The name of the object that an expression comes to.
    pub(super) fn object(&mut self, code: &str) -> String {
        let object = self.evaluate(code);
        let id = object["objectId"].as_str();
        id.unwrap_or_else(|| panic!("{code}: {object}")).to_owned()
    }

    /// The next event of that name; earlier ones are gone.
    pub(super) fn wait_event(&mut self, method: &str) -> Value {
        loop {
            while let Some((_, _, mut event)) = self.clients().events.pop_front() {
                if event["method"] == method {
                    return event["params"].take();
                }
            }
            self.outside.step(method);
        }
    }

    /// All events up to and with the next of that name.
    pub(super) fn events_until(&mut self, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            while let Some((_, _, event)) = self.clients().events.pop_front() {
                let ends = is_last(&event);
                all.push(event);
                if ends {
                    return all;
                }
            }
            self.outside.step("an event");
        }
    }

    /// The events that have come.
    pub(super) fn events(&mut self) -> Vec<(u32, NavigationId, Value)> {
        // What comes before an answer has come with it.
        self.ask("Runtime.getIsolateId", json!({}));
        self.clients().events.drain(..).collect()
    }

    /// Their names, of one session.
    pub(super) fn names(&mut self, session: u32) -> Vec<String> {
        let events = self.events().into_iter();
        let its = events.filter(|(of, _, _)| *of == session);
        its.map(|(_, _, event)| event["method"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

/// Whether everything in `wanted` is in `found`, where objects may have more.
pub(super) fn has(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, wanted)| found.get(name).is_some_and(|found| has(found, wanted))),
        (Value::Array(found), Value::Array(wanted)) => {
            found.len() == wanted.len()
                && found
                    .iter()
                    .zip(wanted)
                    .all(|(found, wanted)| has(found, wanted))
        }
        _ => found == wanted,
    }
}

pub(super) const NEXT: NavigationId = NavigationId(NAVIGATION.0 + 1);
