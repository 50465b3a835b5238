//! The messages between the processes of Bulkhead, as pure data: identifiers, limits, geometry,
//! sites, and one file per interface.
//!
//! A value of these types has been decoded, not believed: each message type says what its receiver
//! must still check. Descriptors travel beside a message; [`HandleKind`] says which ones it must
//! carry.
//!
//! ```
//! use protocol::Message;
//! use protocol::gpu::ToGpu;
//!
//! // A title of a megabyte decodes, but no receiver accepts it.
//! let message = ToGpu::SetTitle { title: "x".repeat(1 << 20) };
//! assert!(message.check().is_err());
//! assert!(message.handles().is_empty());
//! ```
#![forbid(unsafe_code)]

pub mod act;
pub mod appearance;
pub mod bootstrap;
pub mod clipboard;
pub mod console;
pub mod demo;
pub mod devtools;
pub mod dialog;
pub mod document;
pub mod error;
pub mod fault;
pub mod fetch;
pub mod find;
pub mod frames;
pub mod geometry;
pub mod gpu;
pub mod ids;
pub mod input;
pub mod inspector;
pub mod limits;
pub mod misbehaviour;
pub mod network;
pub mod renderer;
pub mod request;
pub mod shell;
pub mod site;
pub mod storage;
pub mod surface;
pub mod traffic;
pub mod web;
pub mod x11_filter;

use serde::{Serialize, de::DeserializeOwned};

/// What a descriptor that travels beside a message must be; checked on arrival with `fstat`,
/// `fcntl` and `getsockopt` before anything uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandleKind {
    /// A `SOCK_SEQPACKET` Unix socket: a channel sent through a channel.
    Channel,
    /// A listening TCP socket (that of the demo server or of the devtools process).
    Listener,
    /// The read end of an anonymous pipe.
    PipeReader,
    /// The write end of an anonymous pipe.
    PipeWriter,
    /// A memory file sealed against shrinking, growing and further sealing.
    Region,
    /// The listener of a seccomp filter with user notification.
    SeccompListener,
    /// A connected `SOCK_STREAM` Unix socket (between the window and its X11 filter).
    UnixStream,
}

/// A value that travels as one packet of a typed channel.
pub trait Message: Serialize + DeserializeOwned + 'static {
    /// Most bytes that one encoded message may have; at most [`limits::MESSAGE_BYTES_MAX`].
    const MAX_BYTES: usize = limits::MESSAGE_BYTES_MAX;
    /// Most descriptors that may travel beside one message.
    const MAX_HANDLES: usize;

    /// The descriptors that must travel beside this very value, in this order.
    fn handles(&self) -> Vec<HandleKind>;

    /// Checks what decoding alone cannot: ranges, lengths, characters. Called by the receiving
    /// channel on every message; an error is misbehaviour of the sender.
    fn check(&self) -> Result<(), misbehaviour::Misbehaviour>;
}

/// A hash over the sources of this crate's interfaces, exchanged in the first message of a child so
/// that a broker never talks to a child of another build.
pub const PROTOCOL_HASH: u64 = hash_sources(&[
    include_str!("../../role/src/lib.rs"),
    include_str!("appearance.rs"),
    include_str!("bootstrap.rs"),
    include_str!("clipboard.rs"),
    include_str!("demo.rs"),
    include_str!("devtools.rs"),
    include_str!("document.rs"),
    include_str!("error.rs"),
    include_str!("fault.rs"),
    include_str!("fetch.rs"),
    include_str!("find.rs"),
    include_str!("frames.rs"),
    include_str!("geometry.rs"),
    include_str!("gpu.rs"),
    include_str!("ids.rs"),
    include_str!("input.rs"),
    include_str!("inspector.rs"),
    include_str!("limits.rs"),
    include_str!("misbehaviour.rs"),
    include_str!("network.rs"),
    include_str!("renderer.rs"),
    include_str!("shell.rs"),
    include_str!("site.rs"),
    include_str!("storage.rs"),
    include_str!("surface.rs"),
    include_str!("traffic.rs"),
    include_str!("web.rs"),
    include_str!("x11_filter.rs"),
]);

/// 64-bit FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>), usable in a constant.
const fn hash_sources(sources: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut file = 0;
    while file < sources.len() {
        let bytes = sources[file].as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            at += 1;
        }
        file += 1;
    }
    hash
}
