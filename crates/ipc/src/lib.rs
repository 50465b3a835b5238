//! Typed channels between processes: `SOCK_SEQPACKET` socket pairs on which one packet is one
//! message. Descriptors travel beside a message, and the kernel's socket buffer is the queue.
//!
//! ```no_run
#![doc = include_str!("../examples/typed_channel.rs")]
//! ```
//!
//! To be published, if at all, as `bulkhead-ipc` (with `Message` and `HandleKind` of `protocol`).
//!
//! Owns: encoding, sending, receiving, and the check of every packet and descriptor. Trusts: the
//! kernel. Whatever the peer does wrong becomes one [`Misbehaviour`], apart from failures on our
//! own side. Never: blocks unless asked to ([`Sender::send`], [`Receiver::recv`]), returns a
//! descriptor of another kind than the message calls for, or leaks one.
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
mod tally;

pub use endpoint::Endpoint;
pub use error::{IpcError, RecvError, SendError};
pub use handles::Handles;
pub use kind::edge_of;
pub use protocol::misbehaviour::Misbehaviour;
pub use protocol::{HandleKind, Message};
pub use rate::Rate;
pub use receiver::{Received, Receiver};
pub use sender::Sender;
