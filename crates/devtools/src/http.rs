//! HTTP as far as the protocol needs it: one request at a time, without a body.
//!
//! Trusts: no client. Never: answers a page of the web, which could have the browser's user send a
//! request: `Host` must be an address or `localhost`, and a WebSocket must have no `Origin` but one
//! that the command line allows.

use crate::reply::Failure;
use serde_json::Value;
use std::net::IpAddr;

/// Bytes of a request; longer ones are refused.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024;
const HEADERS_MAX: usize = 64;

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// What stands behind `?`.
    pub query: Option<String>,
    pub host: Option<String>,
    pub origin: Option<String>,
    /// Of a WebSocket: its key.
    pub key: Option<String>,
    pub is_last: bool,
    /// Bytes of it.
    pub bytes: usize,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub kind: &'static str,
    pub body: String,
}

/// What is wrong with a request; the connection ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Bad(pub Response);

impl Request {
    /// The request at the beginning of these bytes, once it is whole.
    pub fn parse(bytes: &[u8]) -> Result<Option<Request>, Bad> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Request::new(&mut headers);
        let bad = || Bad(Response::text(400, "Bad request"));
        let length = match parsed.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) if bytes.len() >= REQUEST_BYTES_MAX => {
                return Err(bad());
            }
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(bad()),
        };
        let target = parsed.path.unwrap_or_default();
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let mut request = Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            path: path.to_owned(),
            query,
            bytes: length,
            is_last: parsed.version == Some(0),
            ..Request::default()
        };
        let mut is_socket = false;
        for header in parsed.headers.iter() {
            let value = String::from_utf8_lossy(header.value).trim().to_owned();
            match header.name.to_ascii_lowercase().as_str() {
                "host" => request.host = Some(value),
                "origin" => request.origin = Some(value),
                "upgrade" => is_socket = value.eq_ignore_ascii_case("websocket"),
                "sec-websocket-key" => request.key = Some(value),
                "connection" => request.is_last |= value.eq_ignore_ascii_case("close"),
                // No request of the protocol has a body.
                "content-length" if value != "0" => return Err(bad()),
                "transfer-encoding" => return Err(bad()),
                _ => {}
            }
        }
        request.key = request.key.filter(|_| is_socket);
        Ok(Some(request))
    }

    /// Refuses what a page of the web could have sent.
    pub fn check(&self, origins: &[String]) -> Result<(), Bad> {
        if self.host.as_deref().is_some_and(|host| !is_local(host)) {
            let why = "Host header is specified and is not an IP address or localhost.";
            return Err(Bad(Response::text(500, why)));
        }
        let Some(origin) = self.origin.as_deref().filter(|_| self.key.is_some()) else {
            return Ok(());
        };
        if origins.iter().any(|it| it == "*" || it == origin) {
            return Ok(());
        }
        let why = format!(
            "Rejected an incoming WebSocket connection from the {origin} origin. Use the command \
             line flag --remote-allow-origins={origin} to allow connections from this origin or \
             --remote-allow-origins=* to allow all origins."
        );
        Err(Bad(Response::text(403, &why)))
    }
}

/// Whether a `Host` header has no name that DNS could point anywhere.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok()
}

impl Response {
    pub fn text(status: u16, body: &str) -> Response {
        Response {
            status,
            kind: "text/html",
            body: body.to_owned(),
        }
    }

    pub fn json(value: &Value) -> Response {
        Response {
            status: 200,
            kind: "application/json; charset=UTF-8",
            body: format!("{value:#}\n"),
        }
    }

    /// A short word about what was done, or not.
    pub fn word(status: u16, body: impl Into<String>) -> Response {
        Response {
            status,
            kind: "application/json; charset=UTF-8",
            body: body.into(),
        }
    }

    pub fn failed(failure: &Failure) -> Response {
        Response::word(500, failure.message.clone())
    }

    /// As it goes over the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        };
        let length = self.body.len();
        let Response {
            status, kind, body, ..
        } = self;
        format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Security-Policy:frame-ancestors 'none'\r\n\
             Content-Length:{length}\r\nContent-Type:{kind}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request {
        let request = Request::parse(text.as_bytes()).expect("a request");
        request.expect("a whole one")
    }

    #[test]
    fn names_that_dns_could_point_here_are_refused() {
        let host =
            |host: &str| request(&format!("GET /json HTTP/1.1\r\nHost: {host}\r\n\r\n")).check(&[]);
        for fine in [
            "127.0.0.1:9222",
            "localhost",
            "LocalHost:1",
            "[::1]:9222",
            "10.0.0.1",
        ] {
            assert_eq!(host(fine), Ok(()), "{fine}");
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example:1",
            "127.0.0.1.nip.io",
            "",
        ] {
            assert!(host(foreign).is_err(), "{foreign}");
        }
    }

    #[test]
    fn a_socket_of_a_web_page_needs_the_command_line() {
        let text = "GET /devtools/browser/x HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
                    Sec-WebSocket-Key: a\r\nOrigin: http://a.b\r\n\r\n";
        let request = request(text);
        assert_eq!(request.check(&[]).map_err(|bad| bad.0.status), Err(403));
        assert_eq!(request.check(&["http://a.b".to_owned()]), Ok(()));
        assert_eq!(request.check(&["*".to_owned()]), Ok(()));
        assert!(request.check(&["http://a.b.c".to_owned()]).is_err());
    }

    #[test]
    fn half_a_request_waits_and_an_endless_one_does_not() {
        assert_eq!(Request::parse(b"GET /json HT"), Ok(None));
        let endless = format!("GET /{} HTTP/1.1\r\n", "x".repeat(REQUEST_BYTES_MAX));
        assert!(Request::parse(endless.as_bytes()).is_err());
        assert!(Request::parse(b"\x16\x03\x01 what is this\r\n\r\n").is_err());
        let body = b"PUT /json/new HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
        assert!(Request::parse(body).is_err());
    }
}
