//! The channel between one renderer and the network process, made by the broker and bound to one
//! site: sub-resources of that site's documents.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::error::LoadError;
use crate::ids::{NavigationId, RequestId};
use crate::limits::{
    BODY_CHUNK_BYTES_MAX, COOKIE_BYTES_MAX, COOKIES_BYTES_MAX, REQUEST_BODY_BYTES_MAX,
    REQUEST_BODY_CHUNK_BYTES_MAX, REQUEST_HEADER_BYTES_MAX, RESPONSE_HEADER_BYTES_MAX,
    TEXT_BYTES_MAX, URL_BYTES_MAX,
};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::web::Header;
pub use crate::web::{Destination, FetchOptions};
use crate::{HandleKind, Message, document::ResponseHead};
use serde::{Deserialize, Serialize};

/// Renderer to network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToNetwork {
    /// Asks for a resource. Legal after a `Document`, while fewer than `FETCHES_PER_CHANNEL_MAX`
    /// are under way, and with an id that is not in use. The receiver checks the scheme (http and
    /// https only) and takes the site from the channel, never from the message. Everything that the
    /// Web demands of such a request it decides itself: the sender may have been taken over.
    Fetch {
        /// Chosen by the renderer.
        request: RequestId,
        /// Absolute URL.
        url: String,
        /// What it is for: a claim.
        destination: Destination,
        /// How: a claim, checked.
        options: FetchOptions,
    },
    /// Ends a fetch early. Legal at any time, also for one that has just ended; the receiver sends
    /// nothing more for it than what is already on the way.
    Cancel {
        /// Which one.
        request: RequestId,
    },
    /// The address of the document for which later fetches are. Legal at any time. The receiver
    /// refuses one outside of the channel's site as misbehaviour; within it, it is believed.
    Document {
        /// The navigation that brought it: a claim, which is shown and nothing else.
        navigation: NavigationId,
        /// Absolute URL.
        url: String,
    },
    /// Asks for the cookies that scripts of the document see. Legal after a `Document`. Answered
    /// with `Cookies`; not answered while the sender does not read.
    ReadCookies {
        /// Comes back in the answer.
        sequence: u32,
    },
    /// Sets a cookie as scripts do. Legal after a `Document`; without effect where no script of the
    /// document could set it.
    WriteCookie {
        /// As a `Set-Cookie` header has it, at most `COOKIE_BYTES_MAX` bytes.
        text: String,
    },
    /// The next bytes of the body of the fetch that was asked for last. Legal until there are as
    /// many as it has promised; until then nothing else is legal but to cancel it.
    Body {
        /// Which fetch.
        request: RequestId,
        /// At most `REQUEST_BODY_CHUNK_BYTES_MAX` bytes, and not none.
        bytes: Vec<u8>,
    },
}

/// Network to renderer. For each fetch: either `Failed`, or `Opaque` and `End`, or `Head`, for the
/// destination `Empty` also `Headers`, any number of `Body`, then `End` or `Failed`. The receiver
/// drops what names a request that it has cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromNetwork {
    /// The response's head.
    Head {
        /// Which fetch.
        request: RequestId,
        head: ResponseHead,
    },
    /// What scripts may see of the response's headers.
    Headers {
        /// Which fetch.
        request: RequestId,
        /// Whether the response is of another origin, which allows that it is read.
        is_cors: bool,
        /// In the order in which they came.
        headers: Vec<Header>,
    },
    /// There is a response of which scripts may learn nothing.
    Opaque {
        /// Which fetch.
        request: RequestId,
        /// Whether it is a redirect that was not to be followed.
        is_redirect: bool,
    },
    /// The next bytes of the body.
    Body {
        /// Which fetch.
        request: RequestId,
        /// At most `BODY_CHUNK_BYTES_MAX` bytes.
        bytes: Vec<u8>,
    },
    /// Answers `ReadCookies`.
    Cookies {
        /// Its number.
        sequence: u32,
        /// As a `Cookie` header has them.
        text: String,
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
    const MAX_BYTES: usize = URL_BYTES_MAX + REQUEST_HEADER_BYTES_MAX + 2 * 1024;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToNetwork::Fetch { url, options, .. } => {
                check_text(url, URL_BYTES_MAX)?;
                if options.body_bytes.is_some_and(is_too_large) {
                    return Err(Misbehaviour::Oversized);
                }
                options.check()
            }
            ToNetwork::Document { url, .. } => check_text(url, URL_BYTES_MAX),
            ToNetwork::WriteCookie { text } => check_text(text, COOKIE_BYTES_MAX),
            ToNetwork::Body { bytes, .. } if bytes.is_empty() => Err(Misbehaviour::ValueOutOfRange),
            ToNetwork::Body { bytes, .. } if bytes.len() > REQUEST_BODY_CHUNK_BYTES_MAX => {
                Err(Misbehaviour::Oversized)
            }
            ToNetwork::Body { .. } | ToNetwork::Cancel { .. } | ToNetwork::ReadCookies { .. } => {
                Ok(())
            }
        }
    }
}

fn is_too_large(body_bytes: u32) -> bool {
    body_bytes as usize > REQUEST_BODY_BYTES_MAX
}

impl Message for FromNetwork {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromNetwork::Head { head, .. } => head.check(),
            FromNetwork::Headers { headers, .. } => {
                let bytes = |header: &Header| header.name.len() + header.value.len();
                match headers.iter().map(bytes).sum::<usize>() > RESPONSE_HEADER_BYTES_MAX {
                    true => Err(Misbehaviour::Oversized),
                    false => Ok(()),
                }
            }
            FromNetwork::Cookies { text, .. } => check_text(text, COOKIES_BYTES_MAX),
            FromNetwork::Body { bytes, .. } if bytes.len() > BODY_CHUNK_BYTES_MAX => {
                Err(Misbehaviour::Oversized)
            }
            FromNetwork::Body { .. } | FromNetwork::End { .. } | FromNetwork::Opaque { .. } => {
                Ok(())
            }
            FromNetwork::Failed { error, .. } => error.check(),
        }
    }
}

const _: () = assert!(TEXT_BYTES_MAX + URL_BYTES_MAX < crate::limits::MESSAGE_BYTES_MAX);
const _: () = assert!(ToNetwork::MAX_BYTES <= crate::limits::MESSAGE_BYTES_MAX);
const _: () = assert!(REQUEST_BODY_CHUNK_BYTES_MAX + 64 <= ToNetwork::MAX_BYTES);
const _: () = assert!(RESPONSE_HEADER_BYTES_MAX + 4096 <= crate::limits::MESSAGE_BYTES_MAX);
