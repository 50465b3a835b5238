//! Typed channels between processes: `SOCK_SEQPACKET` socket pairs on which one packet is one
//! message. Descriptors travel beside a message, and the kernel's socket buffer is the queue.
//!
//! ```
//! use ipc::{Endpoint, HandleKind, Message, Misbehaviour};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Greeting(String);
//!
//! impl Message for Greeting {
//!     const MAX_HANDLES: usize = 0;
//!
//!     fn handles(&self) -> Vec<HandleKind> {
//!         Vec::new()
//!     }
//!
//!     fn check(&self) -> Result<(), Misbehaviour> {
//!         Ok(())
//!     }
//! }
//!
//! let (near, far) = Endpoint::<Greeting, Greeting>::pair()?;
//! let (sender, _) = near.split();
//! let (_, receiver) = far.split();
//! let reader = std::thread::spawn(move || receiver.recv().map(|received| received.message.0));
//! sender.send(Greeting("hello".to_owned()))?;
//! assert_eq!(reader.join().expect("no panic")?, "hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
