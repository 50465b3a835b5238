//! Requests and responses as the channel to the devtools process has them, and back.

use crate::request::{self, HttpResponse};
use crate::web::answer;
use protocol::error::LoadError;
use protocol::traffic::{Change, Head};
use protocol::web::Header;
use ureq::Body;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use url::Url;

/// The head of a response.
pub fn head_of(response: &HttpResponse) -> Head {
    Head {
        status: response.status().as_u16(),
        phrase: response
            .status()
            .canonical_reason()
            .unwrap_or_default()
            .to_owned(),
        headers: answer::listed(response.headers(), |_| true),
    }
}

/// What belongs to the connection is not for clients.
const OF_THE_CONNECTION: [&str; 4] = ["connection", "content-length", "host", "transfer-encoding"];

/// Headers of a request that a client gives; those that are none are left out.
pub fn given_for_request(headers: &[Header]) -> HeaderMap {
    let mut map = given(headers);
    for name in OF_THE_CONNECTION {
        map.remove(name);
    }
    map
}

/// Headers that a client gives; those that are none are left out.
fn given(headers: &[Header]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for header in headers {
        let name = HeaderName::from_bytes(header.name.to_ascii_lowercase().as_bytes());
        if let (Ok(name), Some(value)) = (name, value_of(&header.value)) {
            map.append(name, value);
        }
    }
    map
}

fn value_of(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    let bytes = bytes.unwrap_or_else(|| text.as_bytes().to_vec());
    HeaderValue::from_bytes(&bytes).ok()
}

/// Puts headers in place of those of their names.
pub fn put(headers: &mut HeaderMap, more: &[Header]) {
    let more = given_for_request(more);
    for name in more.keys() {
        headers.remove(name);
    }
    for (name, value) in &more {
        headers.append(name.clone(), value.clone());
    }
}

/// A response of a client.
pub fn response(head: &Head, body: Vec<u8>) -> Result<HttpResponse, LoadError> {
    let mut response = Response::new(Body::builder().data(body));
    let status = StatusCode::from_u16(head.status);
    *response.status_mut() = status.map_err(|_| LoadError::InvalidResponse {
        reason: format!("{} is no status", head.status),
    })?;
    *response.headers_mut() = given(&head.headers);
    Ok(response)
}

/// The address that a client puts in place of that of a request.
pub fn url_of(change: &Change) -> Result<Option<Url>, LoadError> {
    let Some(text) = &change.url else {
        return Ok(None);
    };
    let url = Url::parse(text).map_err(|error| LoadError::InvalidUrl {
        reason: error.to_string(),
    })?;
    request::check(&url)?;
    Ok(Some(url))
}
