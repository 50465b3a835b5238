//! The control channel, as the loop and a script that runs use it.
//!
//! Owns: the channel, and the messages that were taken from it before their turn. Trusts: the
//! broker. Never: loses a message, or changes the order of what the loop takes.

use ipc::poll::{Interest, wait_one};
use ipc::{Endpoint, Received, Receiver, RecvError, Sender};
use protocol::dialog::DialogAnswer;
use protocol::renderer::{FromRenderer, ToRenderer};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

/// The renderer's end of its control channel.
pub(crate) type ControlEndpoint = Endpoint<FromRenderer, ToRenderer>;

/// Most messages that a script that runs takes in before their turn. The broker sends fewer to a
/// process that does not answer; the rest waits in the channel.
const INBOX_MAX: usize = 512;

struct Channel {
    sender: Sender<FromRenderer>,
    receiver: Receiver<ToRenderer>,
    inbox: RefCell<VecDeque<Received<ToRenderer>>>,
    /// How the channel ended, if it was noticed before the loop came to it.
    end: RefCell<Option<RecvError>>,
}

/// The control channel.
#[derive(Clone)]
pub(crate) struct ToBroker(Rc<Channel>);

impl ToBroker {
    pub(crate) fn new(control: ControlEndpoint) -> ToBroker {
        let (sender, receiver) = control.split();
        ToBroker(Rc::new(Channel {
            sender,
            receiver,
            inbox: RefCell::default(),
            end: RefCell::default(),
        }))
    }

    /// Sends a message. The receiving half notices when the broker is gone.
    pub(crate) fn say(&self, message: FromRenderer) {
        let _ = self.0.sender.send(message);
    }

    /// The next message.
    pub(crate) fn take(&self) -> Result<Option<Received<ToRenderer>>, RecvError> {
        if let Some(received) = self.0.inbox.borrow_mut().pop_front() {
            return Ok(Some(received));
        }
        match self.0.end.borrow_mut().take() {
            Some(end) => Err(end),
            None => self.0.receiver.try_recv(),
        }
    }

    /// Whether the loop has something to take that no poll would tell it of.
    pub(crate) fn has_taken_in(&self) -> bool {
        !self.0.inbox.borrow().is_empty() || self.0.end.borrow().is_some()
    }

    /// Takes in what has arrived, in the middle of a task. Returns whether the broker wants the
    /// scripts of the document to end, or is gone.
    pub(crate) fn wants_stop(&self) -> bool {
        self.take_in();
        let is_stop = |received: &Received<ToRenderer>| received.message == ToRenderer::StopScript;
        self.0.end.borrow().is_some() || self.0.inbox.borrow().iter().any(is_stop)
    }

    /// Waits for the answer to a dialog. None: the broker wants something else of the document, or
    /// is gone.
    pub(crate) fn wait_for_answer(&self, request: u32) -> Option<DialogAnswer> {
        loop {
            self.take_in();
            if let Some(answer) = self.take_answer(request) {
                return Some(answer);
            }
            let inbox = self.0.inbox.borrow();
            let is_over = |received: &Received<ToRenderer>| {
                matches!(
                    received.message,
                    ToRenderer::StopScript | ToRenderer::Commit(_)
                )
            };
            let is_full = inbox.len() >= INBOX_MAX;
            if is_full || self.0.end.borrow().is_some() || inbox.iter().any(is_over) {
                return None;
            }
            drop(inbox);
            wait_one(self.as_fd(), Interest::Read, None).ok()?;
        }
    }

    fn take_answer(&self, wanted: u32) -> Option<DialogAnswer> {
        let mut inbox = self.0.inbox.borrow_mut();
        let at = inbox.iter().position(|received| match received.message {
            ToRenderer::AnswerDialog { request, .. } => request == wanted,
            _ => false,
        })?;
        match inbox.remove(at)?.message {
            ToRenderer::AnswerDialog { answer, .. } => Some(answer),
            _ => None,
        }
    }

    fn take_in(&self) {
        let mut inbox = self.0.inbox.borrow_mut();
        while inbox.len() < INBOX_MAX && self.0.end.borrow().is_none() {
            match self.0.receiver.try_recv() {
                Ok(Some(received)) => inbox.push_back(received),
                Ok(None) => return,
                Err(end) => *self.0.end.borrow_mut() = Some(end),
            }
        }
    }
}

impl AsFd for ToBroker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.receiver.as_fd()
    }
}
