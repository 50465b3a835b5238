//! What goes to the devtools process, in order and in pieces.
//!
//! Never: waits for the devtools process, or keeps more than it says.

use crate::inspect::limits::{EVENT_BYTES_MAX, WAITING_BYTES_MAX};
use crate::script::hearer::Teller;
use ipc::SendError;
use ipc::Sender;
use protocol::ids::NavigationId;
use protocol::inspector::{FromInspector, Piece};
use protocol::limits::INSPECTOR_PIECE_BYTES_MAX;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::os::fd::{AsFd, BorrowedFd};

/// The way out.
pub(crate) struct Outbox {
    sender: Sender<FromInspector>,
    queue: RefCell<VecDeque<FromInspector>>,
    bytes: Cell<usize>,
    /// Whether the devtools process is gone.
    is_closed: Cell<bool>,
    /// The document that events are about.
    pub(crate) navigation: Cell<NavigationId>,
    /// Calls that wait for a promise, and their sessions.
    pub(crate) pending: RefCell<BTreeMap<u32, u32>>,
    /// Functions that sessions have put into pages.
    pub(crate) bindings: RefCell<BTreeMap<String, BTreeSet<u32>>>,
}

impl Outbox {
    pub(crate) fn new(sender: Sender<FromInspector>) -> Outbox {
        Outbox {
            sender,
            queue: RefCell::default(),
            bytes: Cell::new(0),
            is_closed: Cell::new(false),
            navigation: Cell::new(NavigationId(0)),
            pending: RefCell::default(),
            bindings: RefCell::default(),
        }
    }

    /// The answer to a call.
    pub(crate) fn answer_now(&self, call: u32, text: &str) {
        self.add(text, |piece| FromInspector::Answer { call, piece });
    }

    /// Something that a session is told whatever else waits.
    pub(crate) fn tell(&self, session: u32, text: &str) {
        let navigation = self.navigation.get();
        self.add(text, |piece| FromInspector::Event {
            session,
            navigation,
            piece,
        });
    }

    fn add(&self, text: &str, message: impl Fn(Piece) -> FromInspector) {
        if self.is_closed.get() {
            return;
        }
        let mut rest = text;
        loop {
            let end = rest.floor_char_boundary(INSPECTOR_PIECE_BYTES_MAX);
            let (piece, after) = rest.split_at(end);
            let piece = Piece {
                text: piece.to_owned(),
                is_last: after.is_empty(),
            };
            self.bytes.set(self.bytes.get() + piece.text.len());
            self.queue.borrow_mut().push_back(message(piece));
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        self.flush();
    }

    /// Sends what there is room for.
    pub(crate) fn flush(&self) {
        let mut queue = self.queue.borrow_mut();
        while let Some(message) = queue.pop_front() {
            let bytes = bytes_of(&message);
            match self.sender.try_send(message) {
                Ok(()) => self.bytes.set(self.bytes.get() - bytes),
                Err(SendError::Full(message, _)) => {
                    queue.push_front(message);
                    return;
                }
                Err(_) => {
                    self.is_closed.set(true);
                    self.bytes.set(0);
                    queue.clear();
                }
            }
        }
    }

    /// Whether so much waits that no more commands are taken.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.get() > WAITING_BYTES_MAX
    }

    /// Nothing more is said.
    pub(crate) fn close(&self) {
        self.is_closed.set(true);
        self.queue.borrow_mut().clear();
        self.bytes.set(0);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.get()
    }

    /// What to wait for, if something waits.
    pub(crate) fn blocked(&self) -> Option<BorrowedFd<'_>> {
        let waits = !self.queue.borrow().is_empty();
        waits.then(|| self.sender.as_fd())
    }
}

fn bytes_of(message: &FromInspector) -> usize {
    match message {
        FromInspector::Answer { piece, .. } | FromInspector::Event { piece, .. } => {
            piece.text.len()
        }
    }
}

impl Teller for Outbox {
    fn answer(&self, call: u32, text: String) {
        if self.pending.borrow_mut().remove(&call).is_some() {
            self.answer_now(call, &text);
        }
    }

    fn event(&self, session: u32, method: &str, params: &str) {
        if self.bytes.get() <= EVENT_BYTES_MAX {
            let text = format!("{{\"method\":\"{method}\",\"params\":{params}}}");
            self.tell(session, &text);
        }
    }

    fn bound(&self, name: &str, payload: &str, context: u32) {
        let sessions = self.bindings.borrow().get(name).cloned();
        let params = serde_json::json!({
            "name": name, "payload": payload, "executionContextId": context,
        });
        for session in sessions.into_iter().flatten() {
            self.event(session, "Runtime.bindingCalled", &params.to_string());
        }
    }
}
