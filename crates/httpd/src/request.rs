//! The head of a request: parsed by httparse, bounded, and reduced to what a handler needs.
//!
//! Trusts: no client. Never: reads a request body; the connection ends after the answer to a
//! request that has one.

/// The methods that a handler may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Head and body.
    Get,
    /// The head alone.
    Head,
    /// Any other method.
    Other,
}

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, still percent-encoded, with its leading slash.
    pub path: String,
    /// The part after the question mark, still percent-encoded.
    pub query: Option<String>,
    /// The `Host` header.
    pub host: String,
    /// The `Cookie` header, or nothing.
    pub cookies: String,
    /// Whether the client accepts gzip.
    pub accepts_gzip: bool,
    /// Whether the client speaks HTTP/1.1, and so understands chunked bodies.
    pub is_http_1_1: bool,
    /// Whether the connection stays open for another request.
    pub keep_alive: bool,
}

impl Request {
    /// A plain HTTP/1.1 GET of `target` (path and query), for calling a handler without a
    /// connection.
    pub fn get(target: &str) -> Request {
        let (path, query) = split_target(target);
        Request {
            method: Method::Get,
            path,
            query,
            host: "127.0.0.1".to_owned(),
            cookies: String::new(),
            accepts_gzip: true,
            is_http_1_1: true,
            keep_alive: true,
        }
    }
}

/// What the bytes received so far amount to.
#[derive(Debug)]
pub enum Parsed {
    /// A complete head.
    Complete {
        /// The request.
        request: Request,
        /// Length of the head.
        bytes: usize,
    },
    /// The beginning of a head.
    Partial,
    /// An unacceptable head: the status to answer with, and why. The connection then ends.
    Refused(u16, String),
}

/// Parses the request head at the start of `bytes`.
///
/// ```
/// use httpd::{Method, Parsed, parse};
///
/// let bytes = b"GET /echo?a=1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// let Parsed::Complete { request, .. } = parse(bytes) else {
///     panic!("a whole head")
/// };
/// assert_eq!(request.method, Method::Get);
/// assert_eq!((request.path.as_str(), request.query.as_deref()), ("/echo", Some("a=1")));
/// assert!(matches!(parse(&bytes[..20]), Parsed::Partial));
/// ```
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Request::new(&mut headers);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => complete(&head, length),
        Ok(httparse::Status::Partial) if bytes.len() >= HEAD_BYTES_MAX => too_large(),
        Ok(httparse::Status::Partial) => Parsed::Partial,
        Err(httparse::Error::TooManyHeaders) => too_large(),
        Err(error) => Parsed::Refused(400, error.to_string()),
    }
}

fn complete(head: &httparse::Request<'_, '_>, bytes: usize) -> Parsed {
    if bytes > HEAD_BYTES_MAX {
        return too_large();
    }
    let is_http_1_1 = head.version == Some(1);
    let exact = |name: &str| {
        head.headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| String::from_utf8_lossy(header.value).trim().to_owned())
    };
    let header = |name: &str| exact(name).map(|value| value.to_ascii_lowercase());
    let Some(host) = header("host").or((!is_http_1_1).then(String::new)) else {
        return Parsed::Refused(400, "the Host header is missing".to_owned());
    };
    let connection = header("connection").unwrap_or_default();
    let asked = |token: &str| connection.split(',').any(|part| part.trim() == token);
    let has_body = header("transfer-encoding").is_some()
        || header("content-length").is_some_and(|length| length != "0");
    let keep_alive = if is_http_1_1 {
        !asked("close")
    } else {
        asked("keep-alive")
    };
    let (path, query) = split_target(head.path.unwrap_or("/"));
    let request = Request {
        method: match head.method {
            Some("GET") => Method::Get,
            Some("HEAD") => Method::Head,
            _ => Method::Other,
        },
        path,
        query,
        host,
        cookies: exact("cookie").unwrap_or_default(),
        accepts_gzip: accepts_gzip(&header("accept-encoding").unwrap_or_default()),
        is_http_1_1,
        keep_alive: keep_alive && !has_body,
    };
    Parsed::Complete { request, bytes }
}

fn too_large() -> Parsed {
    Parsed::Refused(431, "the head of the request is too large".to_owned())
}

// Parsed by hand: the `http` crate knows the name of this header, not its weights.
fn accepts_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = matches!(parts.next(), Some("gzip" | "x-gzip" | "*"));
        named && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Path and query of a request target, which may be absolute (RFC 9112, section 3.2.2).
fn split_target(target: &str) -> (String, Option<String>) {
    let local = match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => target,
    };
    let local = local.split_once('#').map_or(local, |(before, _)| before);
    match local.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (local.to_owned(), None),
    }
}

/// Most bytes of a request head.
pub const HEAD_BYTES_MAX: usize = 40 * 1024;
/// Most header fields of a request.
const HEADERS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(bytes: &str) -> Request {
        match parse(bytes.as_bytes()) {
            Parsed::Complete {
                request,
                bytes: length,
            } if length == bytes.len() => request,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(bytes: &[u8]) -> u16 {
        match parse(bytes) {
            Parsed::Refused(status, _) => status,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn head_is_reduced_to_what_the_site_needs() {
        let found = request(
            "GET /echo?a=1&b=2 HTTP/1.1\r\nHOST: LocalHost:81\r\n\
             Accept-Encoding: br, gzip;q=1\r\nCookie: A=b; c=D\r\n\r\n",
        );
        assert_eq!(found.method, Method::Get);
        assert_eq!(
            (found.path.as_str(), found.query.as_deref()),
            ("/echo", Some("a=1&b=2"))
        );
        assert_eq!(found.host, "localhost:81");
        assert_eq!(found.cookies, "A=b; c=D");
        assert!(found.accepts_gzip && found.is_http_1_1 && found.keep_alive);
    }

    #[test]
    fn absolute_target_is_reduced_to_its_path() {
        assert_eq!(
            request("GET http://h:1/a?b HTTP/1.1\r\nHost: h\r\n\r\n").path,
            "/a"
        );
        assert_eq!(
            request("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").path,
            "/"
        );
    }

    #[test]
    fn keep_alive_follows_version_header_and_body() {
        assert!(!request("GET / HTTP/1.0\r\n\r\n").keep_alive);
        assert!(request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
        assert!(!request("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").keep_alive);
        assert!(!request("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n").keep_alive);
    }

    #[test]
    fn gzip_is_only_sent_to_those_who_take_it() {
        assert!(accepts_gzip("deflate, gzip"));
        assert!(!accepts_gzip("deflate"));
        assert!(!accepts_gzip("gzip;q=0"));
    }

    #[test]
    fn every_prefix_of_a_head_is_partial() {
        let head = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        for length in 0..head.len() {
            assert!(
                matches!(parse(&head[..length]), Parsed::Partial),
                "{length}"
            );
        }
    }

    #[test]
    fn unacceptable_heads_are_refused_with_the_right_status() {
        assert_eq!(refusal(b"\x00\x01\x02 nonsense\r\n\r\n"), 400);
        assert_eq!(refusal(b"GET / HTTP/1.1\r\n\r\n"), 400);
        let mut endless = b"GET / HTTP/1.1\r\nHost: h\r\nX: ".to_vec();
        endless.resize(HEAD_BYTES_MAX, b'a');
        assert_eq!(refusal(&endless), 431);
        let many = format!(
            "GET / HTTP/1.1\r\nHost: h\r\n{}\r\n",
            "A: b\r\n".repeat(HEADERS_MAX)
        );
        assert_eq!(refusal(many.as_bytes()), 431);
    }
}
