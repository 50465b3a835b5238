//! The receiving half of a channel. Owns: the boundary at which a packet becomes a checked message
//! with checked descriptors. Trusts: nothing that arrives. Never: returns the message of a packet
//! that breaks a rule, or keeps a descriptor of that packet.

use crate::codec;
use crate::error::RecvError;
use crate::handles::Handles;
use crate::poll::{self, Interest};
use crate::socket::{self, CONTROL_HANDLES, Packet};
use crate::tally::Tally;
use nix::errno::Errno;
use protocol::Message;
use protocol::limits::{MESSAGE_BYTES_MAX, MESSAGE_HANDLES_MAX};
use protocol::misbehaviour::Misbehaviour;
use std::cell::{Cell, RefCell};
use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

thread_local! {
    /// Bytes of the packet being received; shared by all receivers of a thread.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A message and the descriptors that came beside it.
#[derive(Debug)]
pub struct Received<T> {
    /// The message, decoded and checked.
    pub message: T,
    /// Its descriptors, checked against [`Message::handles`].
    pub handles: Handles,
}

/// The receiving half of a channel.
#[derive(Debug)]
pub struct Receiver<T> {
    socket: Arc<OwnedFd>,
    tally: Tally,
    // Not `Sync`: with two threads receiving, the order of messages would be lost.
    message: PhantomData<Cell<fn() -> T>>,
}

impl<T> Receiver<T> {
    pub(crate) fn new(socket: Arc<OwnedFd>, edge: u32) -> Receiver<T> {
        Receiver {
            socket,
            tally: Tally::new(edge),
            message: PhantomData,
        }
    }
}

impl<T: Message> Receiver<T> {
    /// The next message, if one has arrived.
    pub fn try_recv(&self) -> Result<Option<Received<T>>, RecvError> {
        self.receive(false)
    }

    fn receive(&self, waits: bool) -> Result<Option<Received<T>>, RecvError> {
        const { assert!(T::MAX_HANDLES <= MESSAGE_HANDLES_MAX) };
        const { assert!(T::MAX_BYTES <= MESSAGE_BYTES_MAX) };
        BUFFER.with_borrow_mut(|buffer| {
            if buffer.is_empty() {
                // Asked for as zeros, not filled with them: what no packet reaches takes no memory.
                *buffer = vec![0; MESSAGE_BYTES_MAX];
            }
            let buffer = &mut buffer[..T::MAX_BYTES];
            let Some(packet) = receive(self.as_fd(), buffer, waits)? else {
                return Ok(None);
            };
            let bytes = &buffer[..packet.bytes];
            check_packet(&packet)?;
            if bytes.is_empty() {
                return Err(self.end_or_nothing());
            }
            let handles = packet.fds.len();
            self.tally.received::<T>(flight::began(), bytes, handles);
            let message: T = codec::decode(bytes).map_err(RecvError::Misbehaved)?;
            let handles =
                Handles::check(&message.handles(), packet.fds).map_err(RecvError::Misbehaved)?;
            Ok(Some(Received { message, handles }))
        })
    }

    /// Tells a closed channel from an empty packet, which looks the same.
    fn end_or_nothing(&self) -> RecvError {
        match poll::wait_one(self.as_fd(), Interest::HangUp, Some(Duration::ZERO)) {
            Ok(readiness) if readiness.hung_up => RecvError::Closed,
            Ok(_) => RecvError::Misbehaved(Misbehaviour::BadEncoding),
            Err(error) => RecvError::Failed(error),
        }
    }

    /// Waits for the next message, in one system call.
    pub fn recv(&self) -> Result<Received<T>, RecvError> {
        loop {
            if let Some(received) = self.receive(true)? {
                return Ok(received);
            }
            // Whoever has made this socket non-blocking makes this slower, no more.
            poll::wait_one(self.as_fd(), Interest::Read, None).map_err(RecvError::Failed)?;
        }
    }
}

impl<T> AsFd for Receiver<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// One packet, or none if there is none yet.
fn receive(
    socket: BorrowedFd<'_>,
    buffer: &mut [u8],
    waits: bool,
) -> Result<Option<Packet>, RecvError> {
    let mut reset = false;
    loop {
        let error = match socket::receive(socket, buffer, waits) {
            Ok(packet) => return Ok(Some(packet)),
            Err(error) => error,
        };
        match error.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EAGAIN) => return Ok(None),
            // Reported once, ahead of packets that are still queued, when the peer closed without
            // having read all of ours. The queued packets must not be lost.
            Some(Errno::ECONNRESET) if !reset => reset = true,
            Some(Errno::ECONNRESET | Errno::EPIPE | Errno::ENOTCONN) => {
                return Err(RecvError::Closed);
            }
            _ => return Err(RecvError::Failed(error)),
        }
    }
}

fn check_packet(packet: &Packet) -> Result<(), RecvError> {
    if packet.control_truncated && packet.fds.len() < CONTROL_HANDLES {
        // There was room for more, so the kernel could not open them: our own table is full.
        return Err(RecvError::Failed(io::Error::from(Errno::EMFILE)));
    }
    if packet.truncated {
        return Err(RecvError::Misbehaved(Misbehaviour::OversizedPacket));
    }
    if packet.control_truncated {
        return Err(RecvError::Misbehaved(Misbehaviour::SurplusHandle));
    }
    Ok(())
}
