//! The channel to the network process, which a script reads out of turn when it asks for its
//! cookies.
//!
//! Owns: what came meanwhile for others. Trusts: the network process to answer, for a while. Never:
//! loses an answer, or keeps more of them than it says.

use ipc::poll::{Interest, wait_one};
use ipc::{Endpoint, Receiver, RecvError, Sender};
use protocol::fetch::{FromNetwork, ToNetwork};
use protocol::limits::COOKIE_BYTES_MAX;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// The renderer's end of the channel.
pub(crate) type FetchEndpoint = Endpoint<ToNetwork, FromNetwork>;

/// How long a script waits for its cookies.
const PATIENCE: Duration = Duration::from_secs(2);
/// After so long, it asks again: the network process drops an answer for which there is no room.
const AGAIN: Duration = Duration::from_millis(50);
/// Most answers for others that are kept meanwhile.
const BACKLOG_MAX: usize = 512;

/// One channel.
pub(crate) struct Link {
    sender: Sender<ToNetwork>,
    receiver: Receiver<FromNetwork>,
    backlog: RefCell<VecDeque<FromNetwork>>,
    sequence: Cell<u32>,
}

impl Link {
    pub(crate) fn new(endpoint: FetchEndpoint) -> Link {
        let (sender, receiver) = endpoint.split();
        Link {
            sender,
            receiver,
            backlog: RefCell::default(),
            sequence: Cell::new(0),
        }
    }

    /// Sends a message; returns whether there is still anybody.
    pub(crate) fn send(&self, message: ToNetwork) -> bool {
        self.sender.send(message).is_ok()
    }

    /// The next answer that is there.
    pub(crate) fn try_recv(&self) -> Result<Option<FromNetwork>, RecvError> {
        if let Some(answer) = self.backlog.borrow_mut().pop_front() {
            return Ok(Some(answer));
        }
        let received = self.receiver.try_recv()?;
        Ok(received.map(|received| received.message))
    }

    /// Whether there are answers that the kernel does not tell of.
    pub(crate) fn has_backlog(&self) -> bool {
        !self.backlog.borrow().is_empty()
    }

    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.receiver.as_fd()
    }

    /// Sets a cookie, as scripts do.
    pub(crate) fn write_cookie(&self, text: String) {
        if text.len() <= COOKIE_BYTES_MAX {
            // A channel that is gone is noticed when it is read.
            let _ = self.sender.send(ToNetwork::WriteCookie { text });
        }
    }

    /// The cookies that scripts see; none if the network process does not answer.
    pub(crate) fn read_cookies(&self) -> String {
        let sequence = self.sequence.get().wrapping_add(1);
        self.sequence.set(sequence);
        let end = Instant::now() + PATIENCE;
        let mut again = Instant::now();
        while Instant::now() < end && self.backlog.borrow().len() < BACKLOG_MAX {
            if Instant::now() >= again {
                again = Instant::now() + AGAIN;
                if !self.send(ToNetwork::ReadCookies { sequence }) {
                    break;
                }
            }
            match self.receiver.try_recv() {
                Ok(Some(received)) => match received.message {
                    FromNetwork::Cookies { sequence: of, text } if of == sequence => return text,
                    FromNetwork::Cookies { .. } => {}
                    other => self.backlog.borrow_mut().push_back(other),
                },
                Ok(None) => {
                    let rest = again.saturating_duration_since(Instant::now());
                    if wait_one(self.as_fd(), Interest::Read, Some(rest)).is_err() {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        String::new()
    }
}
