//! One end of a channel. Owns: the socket and the types of both directions. Trusts: the creator of
//! the channel to have given the other end the mirrored types. Never: lets an end be copied.

use crate::error::IpcError;
use crate::handles::Handles;
use crate::kind::{check_kind, edge_of};
use crate::receiver::Receiver;
use crate::sender::Sender;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use protocol::HandleKind;
use protocol::misbehaviour::Misbehaviour;
use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

/// One end of a channel: sends `Tx`, receives `Rx`.
#[derive(Debug)]
pub struct Endpoint<Tx, Rx> {
    socket: OwnedFd,
    directions: PhantomData<fn(Tx) -> Rx>,
}

impl<Tx, Rx> Endpoint<Tx, Rx> {
    /// Creates a channel; both ends are close-on-exec.
    pub fn pair() -> io::Result<(Endpoint<Tx, Rx>, Endpoint<Rx, Tx>)> {
        let (a, b) = socketpair(
            AddressFamily::Unix,
            SockType::SeqPacket,
            None,
            SockFlag::SOCK_CLOEXEC,
        )?;
        Ok((Endpoint::from_checked(a), Endpoint::from_checked(b)))
    }

    /// Uses a descriptor as an end of a channel; fails unless it is such a socket.
    pub fn from_fd(socket: OwnedFd) -> Result<Endpoint<Tx, Rx>, IpcError> {
        check_kind(HandleKind::Channel, socket.as_fd())
            .map_err(|_| IpcError::WrongKind(HandleKind::Channel))?;
        Ok(Endpoint::from_checked(socket))
    }

    /// Takes the next of `handles`, which must be a channel. The caller knows which messages it
    /// carries.
    pub fn take(handles: &mut Handles) -> Result<Endpoint<Tx, Rx>, Misbehaviour> {
        Ok(Endpoint::from_checked(handles.take(HandleKind::Channel)?))
    }

    fn from_checked(socket: OwnedFd) -> Endpoint<Tx, Rx> {
        Endpoint {
            socket,
            directions: PhantomData,
        }
    }

    /// The descriptor, to be sent through another channel or passed to a new process.
    pub fn into_fd(self) -> OwnedFd {
        self.socket
    }

    /// Splits the end into its two directions. The peer sees a close once both are dropped.
    pub fn split(self) -> (Sender<Tx>, Receiver<Rx>) {
        let edge = edge_of(self.socket.as_fd());
        let socket = Arc::new(self.socket);
        (
            Sender::new(Arc::clone(&socket), edge),
            Receiver::new(socket, edge),
        )
    }
}

impl<Tx, Rx> AsFd for Endpoint<Tx, Rx> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
