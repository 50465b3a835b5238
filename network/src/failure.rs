//! Every error of sockets, TLS and ureq, turned into the [`LoadError`] that the user reads.
//!
//! Trusts: no text of a server; each is cut to the protocol's limits. Never: loses a cause.

use crate::wait::WaitError;
use crate::{socket, tls};
use protocol::error::LoadError;
use protocol::limits::TEXT_BYTES_MAX;
use std::io;
use thiserror::Error;

/// The phases of a load, as a timeout names them: up to the connection,
pub const CONNECTING: &str = "connecting";
/// from the request to the end of the response's head,
pub const RESPONSE: &str = "waiting for the response";
/// and from there to the end.
pub const BODY: &str = "receiving the body";

/// What a connection reports through ureq.
#[derive(Debug, Error)]
pub enum Failure {
    /// Nothing was received or sent in time.
    #[error("timed out")]
    TimedOut,
    /// The load was cancelled.
    #[error("stopped")]
    Stopped,
    /// The server closed the connection too early.
    #[error("connection closed")]
    Reset,
    /// No server listens on that port.
    #[error("connection refused")]
    Refused,
    /// TLS failed; in words for the user.
    #[error("{0}")]
    Tls(String),
    /// Any other error of the system.
    #[error("{0}")]
    Other(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let error = match socket::wait_error(error) {
            Ok(WaitError::TimedOut) => return Failure::TimedOut,
            Ok(WaitError::Stopped) => return Failure::Stopped,
            Ok(WaitError::Failed(error)) => return Failure::Other(error),
            Err(error) => error,
        };
        let error = match error.downcast::<rustls::Error>() {
            Ok(error) => return Failure::Tls(tls::explain(&error)),
            Err(error) => error,
        };
        match error.kind() {
            Kind::TimedOut => Failure::TimedOut,
            Kind::ConnectionRefused => Failure::Refused,
            Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::UnexpectedEof => Failure::Reset,
            _ => Failure::Other(error),
        }
    }
}

impl From<Failure> for ureq::Error {
    fn from(failure: Failure) -> Self {
        ureq::Error::Other(failure.into())
    }
}

impl Failure {
    /// In a phase of the load from `host` (with its port).
    pub fn into_load_error(self, host: &str, phase: &str) -> LoadError {
        let host = host.to_owned();
        match self {
            Failure::TimedOut => LoadError::TimedOut {
                host,
                phase: phase.to_owned(),
            },
            Failure::Stopped => LoadError::Cancelled,
            Failure::Reset => LoadError::ConnectionReset { host },
            Failure::Refused => LoadError::ConnectionRefused { host },
            Failure::Tls(reason) => LoadError::Tls {
                host,
                reason: cut(reason),
            },
            Failure::Other(error) => LoadError::Transport {
                reason: cut(error.to_string()),
            },
        }
    }
}

/// Why there is no head of a response.
pub fn head_error(error: ureq::Error, host: &str) -> LoadError {
    use ureq::Error as E;
    match error {
        E::Other(error) => match error.downcast::<LoadError>() {
            Ok(error) => *error,
            Err(error) => match error.downcast::<Failure>() {
                Ok(failure) => failure.into_load_error(host, RESPONSE),
                Err(error) => LoadError::Transport {
                    reason: cut(error.to_string()),
                },
            },
        },
        E::Timeout(_) => Failure::TimedOut.into_load_error(host, RESPONSE),
        E::Io(error) => Failure::from(error).into_load_error(host, RESPONSE),
        E::HostNotFound => LoadError::HostNotFound {
            host: host.to_owned(),
        },
        E::BadUri(reason) => LoadError::InvalidUrl {
            reason: cut(reason),
        },
        E::Http(error) => LoadError::InvalidUrl {
            reason: cut(error.to_string()),
        },
        E::LargeResponseHeader(..) => invalid("its head is too large"),
        E::Protocol(error) => invalid(&error.to_string()),
        E::Tls(reason) => LoadError::Tls {
            host: host.to_owned(),
            reason: reason.to_owned(),
        },
        E::Rustls(error) => LoadError::Tls {
            host: host.to_owned(),
            reason: cut(tls::explain(&error)),
        },
        error => LoadError::Transport {
            reason: cut(error.to_string()),
        },
    }
}

/// Why a body ended early; `cut_short` if nothing more can be said than that it did.
pub fn body_error(error: io::Error, host: &str, cut_short: LoadError) -> LoadError {
    use ureq::Error as E;
    match E::from(error) {
        E::Other(error) => match error.downcast::<Failure>() {
            Ok(failure) if matches!(*failure, Failure::Reset) => cut_short,
            Ok(failure) => failure.into_load_error(host, BODY),
            Err(error) => LoadError::Transport {
                reason: cut(error.to_string()),
            },
        },
        E::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => cut_short,
        E::Decompress(_, error) if error.kind() == io::ErrorKind::UnexpectedEof => cut_short,
        E::Decompress(kind, error) => invalid(&format!("its {kind} data is damaged ({error})")),
        E::Timeout(_) => Failure::TimedOut.into_load_error(host, BODY),
        error => head_error(error, host),
    }
}

fn invalid(reason: &str) -> LoadError {
    LoadError::InvalidResponse {
        reason: cut(reason.to_owned()),
    }
}

/// A reason may quote the server, and must still fit into a message.
fn cut(mut text: String) -> String {
    const BYTES_MAX: usize = TEXT_BYTES_MAX / 8;
    if text.len() > BYTES_MAX {
        text.truncate(text.floor_char_boundary(BYTES_MAX));
        text.push('…');
    }
    text
}
