//! Remembers the responses to a document's frames: Blitz tells a frame's parser only the requested
//! URL, and whether the frame may be shown depends on the final one.
//!
//! Owns: the responses of one document. Trusts: the network process about the final URL. Never:
//! keeps the responses of a document that is gone.

use crate::document::mime::{self, MimeKind};
use blitz_traits::net::Bytes;
use protocol::document::ResponseHead;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// Where it came from, after redirects.
    pub(crate) final_url: String,
    /// The `Content-Type` header.
    pub(crate) content_type: Option<String>,
    /// The body as it came, or nothing if it cannot be a document.
    pub(crate) bytes: Bytes,
}

/// Answers by the URL that was asked for. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Responses(Arc<Mutex<HashMap<String, Response>>>);

impl Responses {
    pub(crate) fn get(&self, requested: &str) -> Option<Response> {
        self.lock().get(requested).cloned()
    }

    pub(crate) fn insert(&self, requested: String, head: ResponseHead, bytes: Bytes) {
        let kind = mime::content_type(head.content_type.as_deref(), &bytes).kind;
        let is_document = matches!(kind, MimeKind::Html | MimeKind::Xhtml | MimeKind::Text);
        let response = Response {
            final_url: head.final_url,
            content_type: head.content_type,
            bytes: if is_document { bytes } else { Bytes::new() },
        };
        self.lock().insert(requested, response);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Response>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
