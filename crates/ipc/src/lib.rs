//! Typed channels between the processes: `SOCK_SEQPACKET` socket pairs on which one packet is one
//! message, descriptors travel beside it, and the kernel's socket buffer is the queue.
//!
//! Owns: encoding, sending, receiving, the check of every packet and every descriptor. Trusts: the
//! kernel alone; whatever the peer does wrong comes out as one [`Misbehaviour`] and is never mixed
//! with a failure of our own. Never: blocks unless asked to ([`Sender::send`], [`Receiver::recv`]),
//! hands out a descriptor of another kind than the message calls for, or leaks one.
//!
//! Sources: unix(7), recvmsg(2), cmsg(3), seccomp_unotify(2).

pub mod catalogue;
pub mod codec;
mod endpoint;
mod error;
mod handles;
mod kind;
pub mod poll;
mod rate;
mod receiver;
mod sender;
mod socket;

pub use endpoint::Endpoint;
pub use error::{IpcError, RecvError, SendError};
pub use handles::Handles;
pub use protocol::misbehaviour::Misbehaviour;
pub use protocol::{HandleKind, Message};
pub use rate::Rate;
pub use receiver::{Received, Receiver};
pub use sender::Sender;
