//! The channel between one renderer and the network process, made by the broker and bound to one
//! site: sub-resources of that site's documents.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::error::LoadError;
use crate::limits::{BODY_CHUNK_BYTES_MAX, TEXT_BYTES_MAX, URL_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::{HandleKind, Message, document::ResponseHead, ids::RequestId};
use serde::{Deserialize, Serialize};

/// What a fetched resource is for; sets the `Accept` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// A web font.
    Font,
    /// An image.
    Image,
    /// Anything else.
    Other,
    /// A style sheet.
    Style,
}

/// Renderer to network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToNetwork {
    /// Asks for a resource. Legal while fewer than `FETCHES_PER_CHANNEL_MAX` are under way and with
    /// an id that is not in use. The receiver checks the scheme (http and https only) and takes the
    /// site from the channel, never from the message.
    Fetch {
        /// Chosen by the renderer.
        request: RequestId,
        /// Absolute URL.
        url: String,
        /// What it is for.
        destination: Destination,
    },
    /// Ends a fetch early. Legal at any time, also for one that has just ended; the receiver sends
    /// nothing more for it than what is already on the way.
    Cancel {
        /// Which one.
        request: RequestId,
    },
}

/// Network to renderer. For each fetch: either `Failed`, or `Head`, any number of `Body`, then
/// `End` or `Failed`. The receiver drops what names a request that it has cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromNetwork {
    /// The response's head.
    Head {
        /// Which fetch.
        request: RequestId,
        head: ResponseHead,
    },
    /// The next bytes of the body.
    Body {
        /// Which fetch.
        request: RequestId,
        /// At most `BODY_CHUNK_BYTES_MAX` bytes.
        bytes: Vec<u8>,
    },
    /// The body is complete.
    End {
        /// Which fetch.
        request: RequestId,
    },
    /// The fetch failed, before or after its head.
    Failed {
        /// Which fetch.
        request: RequestId,
        /// Why.
        error: LoadError,
    },
}

impl Message for ToNetwork {
    const MAX_BYTES: usize = URL_BYTES_MAX + 1024;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToNetwork::Fetch { url, .. } => check_text(url, URL_BYTES_MAX),
            ToNetwork::Cancel { .. } => Ok(()),
        }
    }
}

impl Message for FromNetwork {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromNetwork::Head { head, .. } => head.check(),
            FromNetwork::Body { bytes, .. } if bytes.len() > BODY_CHUNK_BYTES_MAX => {
                Err(Misbehaviour::Oversized)
            }
            FromNetwork::Body { .. } | FromNetwork::End { .. } => Ok(()),
            FromNetwork::Failed { error, .. } => error.check(),
        }
    }
}

const _: () = assert!(TEXT_BYTES_MAX + URL_BYTES_MAX < crate::limits::MESSAGE_BYTES_MAX);
