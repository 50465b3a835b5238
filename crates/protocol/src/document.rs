//! What a response is, as far as a renderer must know to show it.

use crate::limits::{TEXT_BYTES_MAX, URL_BYTES_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};

/// The head of a response, after all redirects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseHead {
    /// The URL that answered: the one that is committed.
    pub final_url: String,
    /// The HTTP status; 200 for what is not HTTP.
    pub status: u16,
    /// The `Content-Type` header as it came.
    pub content_type: Option<String>,
    /// The `Refresh` header as it came.
    pub refresh: Option<String>,
    /// The length that the server promised for the decoded body, where it did.
    pub content_length: Option<u64>,
    /// Redirects that were followed.
    pub redirects: u32,
}

impl ResponseHead {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        check_text(&self.final_url, URL_BYTES_MAX)?;
        check_text(self.content_type.as_deref().unwrap_or(""), TEXT_BYTES_MAX)?;
        check_text(self.refresh.as_deref().unwrap_or(""), TEXT_BYTES_MAX)?;
        if !(100..=999).contains(&self.status) {
            return Err(Misbehaviour::ValueOutOfRange);
        }
        Ok(())
    }
}

/// Where the bytes of a document come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodySource {
    /// The read end of a pipe that the network process writes while the response arrives.
    Pipe,
    /// A sealed read-only region of which the first `bytes` are the document (built-in and error
    /// pages, files).
    Region {
        /// Length of the document.
        bytes: u64,
    },
    /// The committed URL is a `data:` URL and holds the document itself.
    Url,
}
