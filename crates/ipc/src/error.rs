//! The errors of channels. What the peer did wrong and what failed on our own side are different
//! variants, and neither is turned into the other.

use protocol::HandleKind;
use protocol::misbehaviour::Misbehaviour;
use std::os::fd::OwnedFd;
use std::{fmt, io};
use thiserror::Error;

/// A descriptor could not be made, or be used as, a channel.
#[derive(Debug, Error)]
pub enum IpcError {
    /// A system call failed.
    #[error("channel: {0}")]
    Io(#[from] io::Error),
    /// The descriptor is of another kind.
    #[error("the descriptor is not a {0:?}")]
    WrongKind(HandleKind),
}

/// Why a message was not sent. Every variant returns the message.
pub enum SendError<T> {
    /// The peer has closed its end, or died. Our copies of the descriptors are closed.
    Closed(T),
    /// The system call failed. The descriptors are closed.
    Failed(T, io::Error),
    /// The socket's buffer is full, or too many descriptors are in flight. Message and descriptors
    /// are returned, to be sent again when the channel is writable.
    Full(T, Vec<OwnedFd>),
    /// The encoded message is larger than its type allows. The descriptors are closed.
    TooLarge(T),
    /// The number of descriptors is not what the message calls for. They are closed.
    WrongHandles(T),
}

impl<T> SendError<T> {
    /// The message that was not sent.
    pub fn into_message(self) -> T {
        match self {
            SendError::Closed(message)
            | SendError::Failed(message, _)
            | SendError::Full(message, _)
            | SendError::TooLarge(message)
            | SendError::WrongHandles(message) => message,
        }
    }

    /// Whether the peer has closed the channel.
    pub fn is_closed(&self) -> bool {
        matches!(self, SendError::Closed(_))
    }

    /// Whether the same message may be accepted later.
    pub fn is_full(&self) -> bool {
        matches!(self, SendError::Full(..))
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::Closed(_) => f.write_str("the channel is closed"),
            SendError::Failed(_, error) => write!(f, "sending failed: {error}"),
            SendError::Full(..) => f.write_str("the channel is full"),
            SendError::TooLarge(_) => f.write_str("the message is larger than its type allows"),
            SendError::WrongHandles(_) => {
                f.write_str("the descriptors are not those that the message calls for")
            }
        }
    }
}

// Not derived: a message need not be `Debug`, and its content may be private to the user.
impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> std::error::Error for SendError<T> {}

/// Why nothing was received.
#[derive(Debug, Error)]
pub enum RecvError {
    /// The peer has closed its end, or died, and all that it sent has been received.
    #[error("the channel is closed")]
    Closed,
    /// Our own side failed.
    #[error("receiving failed: {0}")]
    Failed(#[source] io::Error),
    /// The peer broke the rules. The channel must no longer be used.
    #[error("the peer misbehaved: {0}")]
    Misbehaved(Misbehaviour),
}
