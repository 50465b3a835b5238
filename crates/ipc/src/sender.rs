//! The sending half of a channel. Trusts: the caller for the kinds of the descriptors (the receiver
//! checks them). Never: sends an empty packet, or blocks in a `try_` method.

use crate::codec::{self, EncodeError};
use crate::error::SendError;
use crate::poll::{self, Interest};
use crate::socket;
use crate::tally::Tally;
use nix::errno::Errno;
use protocol::Message;
use protocol::limits::MESSAGE_HANDLES_MAX;
use std::cell::RefCell;
use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

thread_local! {
    /// Encoded bytes of the message being sent; shared by all senders of a thread.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Pause between two attempts to send, where waiting for the socket is not enough.
const PAUSE: Duration = Duration::from_millis(1);

/// The sending half of a channel. Several threads may use it at once: each message stays whole.
#[derive(Debug)]
pub struct Sender<T> {
    socket: Arc<OwnedFd>,
    tally: Tally,
    message: PhantomData<fn(T)>,
}

impl<T> Sender<T> {
    pub(crate) fn new(socket: Arc<OwnedFd>, edge: u32) -> Sender<T> {
        Sender {
            socket,
            tally: Tally::new(edge),
            message: PhantomData,
        }
    }
}

impl<T: Message> Sender<T> {
    /// Sends a message that carries no descriptors, unless the channel is full.
    pub fn try_send(&self, message: T) -> Result<(), SendError<T>> {
        self.try_send_with(message, Vec::new())
    }

    /// Sends a message with the descriptors that it calls for ([`Message::handles`]), unless the
    /// channel is full. Once sent, our copies of the descriptors are closed.
    pub fn try_send_with(&self, message: T, fds: Vec<OwnedFd>) -> Result<(), SendError<T>> {
        const { assert!(T::MAX_HANDLES <= MESSAGE_HANDLES_MAX) };
        let wanted = message.handles().len();
        if wanted != fds.len() || wanted > T::MAX_HANDLES {
            return Err(SendError::WrongHandles(message));
        }
        let sent = SCRATCH.with_borrow_mut(|bytes| {
            codec::encode_into(&message, bytes).map(|()| self.send_bytes(bytes, &fds))
        });
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(classify(message, fds, error)),
            Err(EncodeError::TooLarge) => Err(SendError::TooLarge(message)),
            Err(error @ EncodeError::Unencodable(_)) => {
                Err(SendError::Failed(message, io::Error::other(error)))
            }
        }
    }

    fn send_bytes(&self, bytes: &[u8], fds: &[OwnedFd]) -> io::Result<()> {
        let began = flight::began();
        socket::send(self.socket.as_fd(), bytes, fds)?;
        self.tally.sent::<T>(began, bytes, fds.len());
        Ok(())
    }

    /// Like [`Sender::try_send`], but waits while the channel is full. For children only: the
    /// broker must never wait for a child.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.send_with(message, Vec::new())
    }

    /// Like [`Sender::try_send_with`], but waits while the channel is full. For children only.
    pub fn send_with(&self, message: T, fds: Vec<OwnedFd>) -> Result<(), SendError<T>> {
        let mut next = (message, fds);
        let mut was_writable = false;
        loop {
            next = match self.try_send_with(next.0, next.1) {
                Err(SendError::Full(message, fds)) => (message, fds),
                other => return other,
            };
            if std::mem::replace(&mut was_writable, true) {
                // There may be room, but too many descriptors are in flight.
                #[allow(
                    clippy::disallowed_methods,
                    reason = "nothing tells when they have arrived"
                )]
                std::thread::sleep(PAUSE);
            }
            if let Err(error) = poll::wait_one(self.as_fd(), Interest::Write, None) {
                return Err(SendError::Failed(next.0, error));
            }
        }
    }
}

impl<T> AsFd for Sender<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn classify<T>(message: T, fds: Vec<OwnedFd>, error: io::Error) -> SendError<T> {
    match error.raw_os_error().map(Errno::from_raw) {
        // Too many descriptors of this user are in flight; some may be received soon.
        Some(Errno::EAGAIN | Errno::ETOOMANYREFS) => SendError::Full(message, fds),
        Some(Errno::EPIPE | Errno::ECONNRESET | Errno::ENOTCONN | Errno::ECONNREFUSED) => {
            SendError::Closed(message)
        }
        _ => SendError::Failed(message, error),
    }
}
