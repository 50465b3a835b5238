//! What the network process tells of the requests that it makes, while somebody looks at them.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::ids::ProcessId;
use crate::limits::{REQUEST_URL_BYTES_MAX, TEXT_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};

/// News of one request. A claim, which is shown and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestNews {
    /// Which request: rises with each that is told of.
    pub number: u32,
    /// The renderer that wants it; none: the broker, for a document.
    pub client: Option<ProcessId>,
    /// Its address, of which only the beginning may be here.
    pub url: String,
    /// How far it is.
    pub stage: RequestStage,
    /// When it got so far.
    pub times: RequestTimes,
}

/// How far a request is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestStage {
    /// It has begun.
    Begun,
    /// The head of the response has come.
    Head {
        /// As HTTP numbers it.
        status: u16,
    },
    /// The whole body has been handed on.
    Ended { bytes: u64 },
    /// It failed.
    Failed {
        /// [`crate::error::LoadError::code`].
        code: String,
    },
}

/// When the last hop of a request did what, in microseconds since the request began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestTimes {
    /// The addresses of the host are known. Like the next two, not on a connection that was open.
    pub name: Option<u32>,
    /// TCP is connected.
    pub connected: Option<u32>,
    /// TLS is set up.
    pub secured: Option<u32>,
    /// The request has been sent.
    pub sent: Option<u32>,
    /// The head has come.
    pub head: Option<u32>,
    /// This is said.
    pub now: u32,
    /// Of all this, how long the reader of the body had no room.
    pub full: u32,
}

impl RequestNews {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        check_text(&self.url, REQUEST_URL_BYTES_MAX)?;
        match &self.stage {
            RequestStage::Failed { code } => check_text(code, TEXT_BYTES_MAX),
            RequestStage::Head { status: 0..=999 } => Ok(()),
            RequestStage::Head { .. } => Err(Misbehaviour::ValueOutOfRange),
            RequestStage::Begun | RequestStage::Ended { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(url: usize, stage: RequestStage) -> RequestNews {
        RequestNews {
            number: 1,
            client: None,
            url: "u".repeat(url),
            stage,
            times: RequestTimes::default(),
        }
    }

    #[test]
    fn texts_and_numbers_have_their_bounds() {
        let head = |status| RequestStage::Head { status };
        assert_eq!(news(REQUEST_URL_BYTES_MAX, head(999)).check(), Ok(()));
        let too_long = news(REQUEST_URL_BYTES_MAX + 1, head(200));
        assert_eq!(too_long.check(), Err(Misbehaviour::Oversized));
        let odd = news(1, head(1000));
        assert_eq!(odd.check(), Err(Misbehaviour::ValueOutOfRange));
        let code = "C".repeat(TEXT_BYTES_MAX + 1);
        let failed = news(1, RequestStage::Failed { code });
        assert_eq!(failed.check(), Err(Misbehaviour::Oversized));
    }
}
