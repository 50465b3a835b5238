//! One request and its response, and which addresses are requested at all.

use protocol::error::LoadError;
use protocol::limits::{TEXT_BYTES_MAX, URL_BYTES_MAX};
use ureq::Body;
use ureq::http::HeaderMap;
use url::Url;

/// The longest name of the DNS, with its last dot.
const HOST_BYTES_MAX: usize = 254;

/// What ureq answers.
pub type HttpResponse = ureq::http::Response<Body>;

/// One request, whose redirects are not followed.
#[derive(Debug)]
pub struct Hop<'a> {
    /// An http or https URL that [`check`] allows.
    pub url: &'a Url,
    /// A token.
    pub method: &'a str,
    /// All but those of the connection.
    pub headers: HeaderMap,
    /// What is sent, if anything.
    pub body: Option<&'a [u8]>,
}

/// Checks a URL before a request for it is made.
pub fn check(url: &Url) -> Result<(), LoadError> {
    if !is_http(url) {
        return Err(unsupported(url));
    }
    let reason = match url.host_str() {
        Some(host) if host.len() > HOST_BYTES_MAX => "its host name is too long",
        _ if url.as_str().len() > URL_BYTES_MAX => "it is too long",
        _ => return Ok(()),
    };
    Err(LoadError::InvalidUrl {
        reason: reason.to_owned(),
    })
}

/// Whether the scheme is http or https.
pub fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

fn unsupported(url: &Url) -> LoadError {
    let scheme = url.scheme().chars().take(TEXT_BYTES_MAX / 8).collect();
    LoadError::UnsupportedScheme { scheme }
}
