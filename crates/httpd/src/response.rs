//! A response, and how it becomes bytes: status line, headers, and the framing of the body.
//!
//! Never: does I/O, or waits; the server keeps the time that [`Piece::pause`] names.

use crate::request::{Method, Request};
use std::borrow::Cow;
use std::time::Duration;

/// A response, whose body may be a stream `S` of pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response<S> {
    /// The HTTP status.
    pub status: u16,
    /// Headers beyond those of the framing.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body.
    pub body: Body<S>,
}

/// The body of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body<S> {
    /// No body, as some statuses require.
    None,
    /// The whole body.
    Full(Cow<'static, [u8]>),
    /// Less than the header promises, followed by the end of the connection.
    Cut {
        /// The bytes that are sent.
        bytes: Cow<'static, [u8]>,
        /// The length in the header.
        promised: usize,
    },
    /// A body made piece by piece while it is sent.
    Stream(S),
}

/// The stream type of handlers that stream no body.
pub type NoStream = std::iter::Empty<Piece>;

/// The next part of a streamed body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// How long to wait before sending this part.
    pub pause: Duration,
    /// The part itself.
    pub bytes: Vec<u8>,
}

impl<S> Response<S> {
    /// A 200 with this body.
    pub fn ok(content_type: &'static str, bytes: impl Into<Cow<'static, [u8]>>) -> Response<S> {
        Response {
            status: 200,
            headers: vec![("Content-Type", content_type.into())],
            body: Body::Full(bytes.into()),
        }
    }

    /// An HTML page in UTF-8.
    pub fn html(status: u16, html: impl Into<Cow<'static, str>>) -> Response<S> {
        let bytes = match html.into() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Response {
            status,
            ..Response::ok(HTML, bytes)
        }
    }

    /// A streamed page.
    pub fn stream(stream: S) -> Response<S> {
        Response {
            status: 200,
            headers: vec![("Content-Type", HTML.into())],
            body: Body::Stream(stream),
        }
    }

    /// Whether the connection must end after this response to `request`.
    pub fn ends_connection(&self, request: &Request) -> bool {
        match &self.body {
            Body::Cut { .. } => true,
            Body::Stream(_) if !request.is_http_1_1 => true,
            _ => !request.keep_alive,
        }
    }

    /// Status line and headers, including the empty line at the end.
    pub fn head(&self, request: &Request) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match &self.body {
            Body::None => {}
            Body::Full(bytes) => head.push_str(&format!("Content-Length: {}\r\n", bytes.len())),
            Body::Cut { promised, .. } => {
                head.push_str(&format!("Content-Length: {promised}\r\n"));
            }
            Body::Stream(_) if request.is_http_1_1 => {
                head.push_str("Transfer-Encoding: chunked\r\n");
            }
            Body::Stream(_) => {}
        }
        let connection = if self.ends_connection(request) {
            "close"
        } else {
            "keep-alive"
        };
        head.push_str(&format!("Connection: {connection}\r\n\r\n"));
        head.into_bytes()
    }

    /// The bytes to send at once, and the stream to send afterwards.
    pub fn into_parts(self, request: &Request) -> (Vec<u8>, Option<S>) {
        let mut bytes = self.head(request);
        if request.method == Method::Head {
            return (bytes, None);
        }
        match self.body {
            Body::None => (bytes, None),
            Body::Full(body) | Body::Cut { bytes: body, .. } => {
                bytes.extend_from_slice(&body);
                (bytes, None)
            }
            Body::Stream(stream) => (bytes, Some(stream)),
        }
    }
}

/// One chunk of a chunked body (RFC 9112, section 7.1); without bytes, the last chunk.
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

/// The reason phrase of a status.
pub fn reason(status: u16) -> &'static str {
    let named = http::StatusCode::from_u16(status).ok();
    let reason = named.and_then(|status| status.canonical_reason());
    reason.unwrap_or("Unnamed Status")
}

/// The content type of HTML pages in UTF-8.
pub const HTML: &str = "text/html; charset=utf-8";
