//! Scripts on their way: what was asked for, its bytes once they are there, and their text.

use crate::document::charset;
use crate::document::mime::{self, MimeKind};
use crate::document::responses::Responses;
use crate::load::kinds::{module_request, script_request};
use blitz_traits::net::{Bytes, NetHandler, NetProvider, Request};
use encoding_rs::Encoding;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// Where the bytes of a fetch come: those of a failed one are empty.
#[derive(Default)]
struct Slot(Mutex<Option<Bytes>>);

struct Filler(Arc<Slot>);

impl NetHandler for Filler {
    fn bytes(self: Box<Self>, _resolved_url: String, bytes: Bytes) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }
}

/// A script that was asked for.
pub(crate) struct Arrival {
    pub(crate) url: Url,
    slot: Arc<Slot>,
}

/// What is the script's, once it is there.
pub(crate) struct Arrived {
    pub(crate) text: String,
    /// The `Content-Type` without its parameters, in small letters.
    pub(crate) mime: String,
}

impl Arrival {
    /// Asks for a classic script.
    pub(crate) fn of_script(net: &dyn NetProvider, document: usize, url: Url) -> Arrival {
        Arrival::ask(net, document, script_request(url))
    }

    /// Asks for a module: of another origin it must allow that.
    pub(crate) fn of_module(net: &dyn NetProvider, document: usize, url: Url) -> Arrival {
        Arrival::ask(net, document, module_request(url))
    }

    /// Asks for a picture that stands in no document.
    pub(crate) fn of_picture(net: &dyn NetProvider, document: usize, url: Url) -> Arrival {
        Arrival::ask(net, document, Request::get(url))
    }

    /// Whether what is there looks like a picture.
    pub(crate) fn is_picture(&self) -> bool {
        let slot = self.slot.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = slot
            .as_ref()
            .map(|bytes| mime::content_type(None, bytes).kind);
        kind == Some(MimeKind::Image)
    }

    fn ask(net: &dyn NetProvider, document: usize, request: Request) -> Arrival {
        let slot = Arc::new(Slot::default());
        let filler = Box::new(Filler(slot.clone()));
        let url = request.url.clone();
        net.fetch(document, request, filler);
        Arrival { url, slot }
    }

    /// Whether it is there, or has failed.
    pub(crate) fn is_there(&self) -> bool {
        let slot = self.slot.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.is_some()
    }

    /// The script; `None` if it could not be loaded. `charset` is what it is in if neither its mark
    /// nor its header says so.
    pub(crate) fn take(&self, responses: &Responses, charset: &str) -> Option<Arrived> {
        let mut slot = self.slot.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = slot.take().unwrap_or_default();
        let response = responses.get(self.url.as_str());
        if bytes.is_empty() && response.is_none() && self.url.scheme() != "data" {
            return None;
        }
        let header = match &response {
            Some(response) => response.content_type.clone(),
            None => data_type(&self.url),
        };
        let header = header.unwrap_or_default().to_ascii_lowercase();
        let mime = header.split(';').next().unwrap_or_default().trim();
        let label = header.split(';').skip(1).find_map(|parameter| {
            let value = parameter.trim().strip_prefix("charset=")?;
            let value = value.trim_matches('"');
            Encoding::for_label(value.as_bytes()).map(|_| value)
        });
        Some(Arrived {
            text: charset::decode(&bytes, Some(label.unwrap_or(charset))),
            mime: mime.to_owned(),
        })
    }
}

/// The type that a `data:` URL names.
fn data_type(url: &Url) -> Option<String> {
    let data = data_url::DataUrl::process(url.as_str()).ok()?;
    Some(data.mime_type().to_string())
}
