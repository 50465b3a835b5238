//! Why a page could not be loaded, in words that help the user.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::limits;
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a navigation or a fetch failed. Shown on the error page, so each text names the cause.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum LoadError {
    /// The browser's rules for what one page may fetch from another place.
    #[error("{reason}")]
    Blocked {
        /// Which rule, in the words of the console.
        reason: String,
    },
    /// The response ended before the length that its header promised.
    #[error("the response was cut short: {}", arrived(*received, *expected))]
    BodyCutShort {
        /// Bytes that arrived.
        received: u64,
        /// Bytes that the header promised; 0 when it promised none.
        expected: u64,
    },
    /// The response came in chunks and ended before the last one was whole.
    #[error("the transfer ended within a chunk or before the last one: {}", arrived(*received, 0))]
    CutInChunk {
        /// Bytes that arrived.
        received: u64,
    },
    /// The page ended, or would end, beyond the limit.
    #[error("the response is larger than the limit of {limit} bytes")]
    BodyTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The user or a newer navigation stopped it.
    #[error("the load was stopped")]
    Cancelled,
    /// Nobody listens at that address and port.
    #[error("{host} refused the connection")]
    ConnectionRefused {
        /// Host and port.
        host: String,
    },
    /// The server closed the connection before a response.
    #[error("{host} closed the connection without a response")]
    ConnectionReset {
        /// Host and port.
        host: String,
    },
    /// Somebody who tests the page wants it so.
    #[error("a client of devtools has switched the network off for this page")]
    Disconnected,
    /// Likewise.
    #[error("a client of devtools had this request fail")]
    FailedByClient,
    /// A file could not be opened or read.
    #[error("{path}: {reason}")]
    File {
        /// The path as given.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// No address for that name.
    #[error("no address was found for {host}")]
    HostNotFound {
        /// The name.
        host: String,
    },
    /// The server's response is not HTTP.
    #[error("the server's response is not valid HTTP: {reason}")]
    InvalidResponse {
        /// What is wrong with it.
        reason: String,
    },
    /// The text is not a URL.
    #[error("this is not a URL: {reason}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// Content of this type cannot be shown.
    #[error("content of type {content_type} cannot be shown")]
    UnsupportedContent {
        /// The MIME type of the response.
        content_type: String,
    },
    /// No built-in page has that name.
    #[error("there is no built-in page named {name}")]
    NoSuchPage {
        /// The name after `bulkhead://`.
        name: String,
    },
    /// The network process died while it served this load.
    #[error("the network process died during the load")]
    NetworkProcessDied,
    /// The network process died too often and is not restarted.
    #[error("the network process keeps dying, so nothing can be loaded")]
    Offline,
    /// No process could be started for the page.
    #[error("no process could be started for this page: {reason}")]
    Process {
        /// What went wrong.
        reason: String,
    },
    /// A web page asked for a URL that only the user may open.
    #[error("a web page may not open {scheme}: addresses")]
    Refused { scheme: String },
    /// The redirects form a loop.
    #[error("the server redirects in a loop")]
    RedirectLoop,
    /// No name server responded.
    #[error("the name servers did not respond for {host}: {reason}")]
    Resolver {
        /// The name.
        host: String,
        /// The failure of each server.
        reason: String,
    },
    /// The server did not respond in time.
    #[error("{host} did not respond in time ({phase})")]
    TimedOut {
        /// Host and port.
        host: String,
        /// The phase that timed out: connecting, the response, the body.
        phase: String,
    },
    /// No safe connection: a wrong certificate or a TLS failure.
    #[error("no secure connection to {host}: {reason}")]
    Tls {
        /// Host and port.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// More redirects than the limit.
    #[error("the server redirected more than {limit} times")]
    TooManyRedirects { limit: u32 },
    /// Any other network failure.
    #[error("the network failed: {reason}")]
    Transport {
        /// The system's reason.
        reason: String,
    },
    /// Bulkhead does not support the scheme.
    #[error("{scheme}: addresses are not supported")]
    UnsupportedScheme { scheme: String },
}

impl LoadError {
    /// The short name shown in large on the error page and used by tests and automation.
    pub fn code(&self) -> &'static str {
        match self {
            LoadError::Blocked { .. } => "BLOCKED",
            LoadError::BodyCutShort { .. } => "BODY_CUT_SHORT",
            LoadError::BodyTooLarge { .. } => "BODY_TOO_LARGE",
            LoadError::CutInChunk { .. } => "CUT_IN_CHUNK",
            LoadError::Cancelled => "CANCELLED",
            LoadError::ConnectionRefused { .. } => "CONNECTION_REFUSED",
            LoadError::ConnectionReset { .. } => "CONNECTION_RESET",
            LoadError::Disconnected => "DISCONNECTED",
            LoadError::FailedByClient => "FAILED_BY_CLIENT",
            LoadError::File { .. } => "FILE",
            LoadError::HostNotFound { .. } => "HOST_NOT_FOUND",
            LoadError::InvalidResponse { .. } => "INVALID_RESPONSE",
            LoadError::InvalidUrl { .. } => "INVALID_URL",
            LoadError::NetworkProcessDied => "NETWORK_PROCESS_DIED",
            LoadError::NoSuchPage { .. } => "NO_SUCH_PAGE",
            LoadError::Offline => "OFFLINE",
            LoadError::Process { .. } => "PROCESS",
            LoadError::RedirectLoop => "REDIRECT_LOOP",
            LoadError::Refused { .. } => "REFUSED",
            LoadError::Resolver { .. } => "RESOLVER",
            LoadError::TimedOut { .. } => "TIMED_OUT",
            LoadError::Tls { .. } => "TLS",
            LoadError::TooManyRedirects { .. } => "TOO_MANY_REDIRECTS",
            LoadError::Transport { .. } => "TRANSPORT",
            LoadError::UnsupportedContent { .. } => "UNSUPPORTED_CONTENT",
            LoadError::UnsupportedScheme { .. } => "UNSUPPORTED_SCHEME",
        }
    }

    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        check_text(&self.to_string(), 2 * limits::TEXT_BYTES_MAX)
    }
}

/// How much of a body arrived. `expected` is 0 if the header promised no length.
fn arrived(received: u64, expected: u64) -> String {
    match expected {
        0 => format!("{received} bytes arrived"),
        expected => format!("{received} of {expected} bytes arrived"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_body_without_a_promised_length_names_none() {
        let text = |expected| {
            let received = 5;
            LoadError::BodyCutShort { received, expected }.to_string()
        };
        assert_eq!(text(9), "the response was cut short: 5 of 9 bytes arrived");
        assert_eq!(text(0), "the response was cut short: 5 bytes arrived");
    }
}
