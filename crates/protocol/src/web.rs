//! What a request of a page may consist of. Renderers leave out what is not allowed before they
//! ask; the network process takes such a request for misbehaviour.
//!
//! Source: the Fetch standard, "Methods", "Headers" and "Requests".

use crate::limits::{REQUEST_HEADER_BYTES_MAX, REQUEST_HEADERS_MAX};
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};

/// What a fetched resource is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// Nothing but to be given to a script: `fetch()` and `XMLHttpRequest`.
    Empty,
    /// A web font.
    Font,
    /// An image.
    Image,
    /// Something in the markup or a style sheet; it is not known what.
    Other,
    /// A script.
    Script,
    /// A style sheet.
    Style,
}

/// What a request may reach, and what its answer must allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Another origin has to allow that its answer is read.
    Cors,
    /// Any origin, but no script reads what another origin answers.
    NoCors,
    /// The document's own origin alone.
    SameOrigin,
}

/// With which requests cookies go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credentials {
    /// All.
    Include,
    /// None.
    Omit,
    /// Those to the document's own origin.
    SameOrigin,
}

/// What is done with a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Redirect {
    /// It is a failure.
    Error,
    /// It is followed.
    Follow,
    /// The page hears that there was one, and no more.
    Manual,
}

/// What a request says of the page that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReferrerPolicy {
    /// Nothing.
    None,
    /// Its origin.
    Origin,
    /// Its address, within its origin.
    SameOrigin,
    /// Its origin, unless the connection becomes less safe.
    StrictOrigin,
    /// Its address within its origin, otherwise like `StrictOrigin`: the Web's default.
    StrictOriginWhenCrossOrigin,
}

/// One header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// In lower case.
    pub name: String,
    /// Without white space around it.
    pub value: String,
}

/// How a resource is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchOptions {
    /// What it may reach.
    pub mode: Mode,
    /// With or without cookies.
    pub credentials: Credentials,
    /// What is done with a redirect.
    pub redirect: Redirect,
    /// What it says of the page.
    pub referrer: ReferrerPolicy,
    /// A token; `GET`, `HEAD`, `POST`, `PUT`, `DELETE` and `OPTIONS` in upper case.
    pub method: String,
    /// Those that the page has set.
    pub headers: Vec<Header>,
    /// How much of a body follows at once, in `Body` messages.
    pub body_bytes: Option<u32>,
}

impl Default for FetchOptions {
    fn default() -> Self {
        FetchOptions {
            mode: Mode::NoCors,
            credentials: Credentials::Include,
            redirect: Redirect::Follow,
            referrer: ReferrerPolicy::StrictOriginWhenCrossOrigin,
            method: "GET".to_owned(),
            headers: Vec::new(),
            body_bytes: None,
        }
    }
}

impl FetchOptions {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        const METHOD_BYTES_MAX: usize = 64;
        check_text(&self.method, METHOD_BYTES_MAX)?;
        let bytes = |header: &Header| header.name.len() + header.value.len();
        if self.headers.len() > REQUEST_HEADERS_MAX
            || self.headers.iter().map(bytes).sum::<usize>() > REQUEST_HEADER_BYTES_MAX
        {
            return Err(Misbehaviour::Oversized);
        }
        let has_odd_method = !is_token(&self.method)
            || is_forbidden_method(&self.method)
            || normal_method(&self.method) != self.method;
        let has_odd_body = self.body_bytes.is_some() && matches!(&*self.method, "GET" | "HEAD");
        let has_odd_header = self.headers.iter().any(|header| !header.is_allowed());
        let is_odd_no_cors = self.mode == Mode::NoCors
            && (!is_safelisted_method(&self.method)
                || self.headers.iter().any(|header| !header.is_safelisted()));
        match has_odd_method || has_odd_body || has_odd_header || is_odd_no_cors {
            true => Err(Misbehaviour::ForbiddenRequest),
            false => Ok(()),
        }
    }
}

impl Header {
    /// Whether a page may set it.
    pub fn is_allowed(&self) -> bool {
        let is_lower = !self.name.bytes().any(|byte| byte.is_ascii_uppercase());
        is_token(&self.name)
            && is_lower
            && is_header_value(&self.value)
            && !is_forbidden_header(&self.name, &self.value)
    }

    /// Whether a request may have it to another origin that has not been asked ("CORS-safelisted
    /// request-header").
    pub fn is_safelisted(&self) -> bool {
        const BYTES_MAX: usize = 128;
        let value = self.value.as_bytes();
        if value.len() > BYTES_MAX {
            return false;
        }
        match &*self.name {
            "accept" => !value.iter().any(|byte| is_unsafe(*byte)),
            "accept-language" | "content-language" => value
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte)),
            "content-type" => {
                let essence = self.value.split(';').next().unwrap_or_default().trim();
                let is_form = [
                    "application/x-www-form-urlencoded",
                    "multipart/form-data",
                    "text/plain",
                ]
                .iter()
                .any(|known| essence.eq_ignore_ascii_case(known));
                is_form && !value.iter().any(|byte| is_unsafe(*byte))
            }
            _ => false,
        }
    }
}

/// "CORS-unsafe request-header byte".
fn is_unsafe(byte: u8) -> bool {
    byte < 0x20 && byte != b'\t' || b"\"():<>?@[\\]{}\x7f".contains(&byte)
}

/// Whether it is a token of HTTP (RFC 9110, 5.6.2).
pub fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

/// Whether it can be a header's value, whose characters each stand for a byte.
pub fn is_header_value(text: &str) -> bool {
    let is_space = |c: char| matches!(c, ' ' | '\t');
    !text.starts_with(is_space)
        && !text.ends_with(is_space)
        && text
            .chars()
            .all(|c| c as u32 <= 0xff && !matches!(c, '\0' | '\r' | '\n'))
}

/// Whether no page may use the method.
pub fn is_forbidden_method(method: &str) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|forbidden| method.eq_ignore_ascii_case(forbidden))
}

/// The method as it is sent.
pub fn normal_method(method: &str) -> String {
    let upper = method.to_ascii_uppercase();
    match &*upper {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => upper,
        _ => method.to_owned(),
    }
}

/// Whether another origin need not be asked about that method.
pub fn is_safelisted_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST")
}

/// Whether the browser alone sets that header.
pub fn is_forbidden_header(name: &str, value: &str) -> bool {
    const NAMES: [&str; 23] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "access-control-request-private-network",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "set-cookie2",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    const METHODS: [&str; 3] = [
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ];
    let name = name.to_ascii_lowercase();
    let has_forbidden_method = || {
        value
            .split(',')
            .any(|part| is_forbidden_method(part.trim()))
    };
    NAMES.contains(&&*name)
        || name.starts_with("proxy-")
        || name.starts_with("sec-")
        || METHODS.contains(&&*name) && has_forbidden_method()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &str) -> Header {
        Header {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn headers_of_the_browser_are_not_a_pages_to_set() {
        for name in [
            "cookie",
            "Origin",
            "SEC-fetch-site",
            "proxy-authorization",
            "host",
        ] {
            assert!(is_forbidden_header(name, "x"), "{name}");
            assert!(!header(name, "x").is_allowed(), "{name}");
        }
        assert!(is_forbidden_header("x-http-method-override", "get, trace"));
        assert!(!is_forbidden_header("x-http-method-override", "get"));
        assert!(header("x-own", "v").is_allowed());
        for (name, value) in [
            ("X-Upper", "v"),
            ("a b", "v"),
            ("x", "a\nb"),
            ("x", " v"),
            ("", ""),
        ] {
            assert!(!header(name, value).is_allowed(), "{name}: {value:?}");
        }
    }

    #[test]
    fn few_headers_need_no_leave() {
        let safe = [
            ("accept", "text/html"),
            ("accept-language", "de, en;q=0.5"),
            ("content-type", "text/plain;charset=UTF-8"),
            ("content-type", "Multipart/Form-Data; boundary=x"),
        ];
        for (name, value) in safe {
            assert!(header(name, value).is_safelisted(), "{name}: {value}");
        }
        let long = "a".repeat(129);
        let others = [
            ("accept", "text/(html)"),
            ("accept", &*long),
            ("accept-language", "de_\""),
            ("content-type", "application/json"),
            ("content-type", "text/plain; a={"),
            ("authorization", "x"),
            ("x-own", "x"),
        ];
        for (name, value) in others {
            assert!(!header(name, value).is_safelisted(), "{name}: {value}");
        }
    }

    #[test]
    fn a_request_that_no_honest_renderer_sends_is_misbehaviour() {
        let cors = FetchOptions {
            mode: Mode::Cors,
            ..FetchOptions::default()
        };
        let own = vec![header("x-own", "v")];
        let method = |method: &str| method.to_owned();
        assert_eq!(FetchOptions::default().check(), Ok(()));
        let fine = FetchOptions {
            method: method("PATCH"),
            headers: own.clone(),
            body_bytes: Some(5),
            ..cors.clone()
        };
        assert_eq!(fine.check(), Ok(()));
        let odd = [
            FetchOptions {
                method: method("TRACE"),
                ..cors.clone()
            },
            FetchOptions {
                method: method("get"),
                ..cors.clone()
            },
            FetchOptions {
                method: method("A B"),
                ..cors.clone()
            },
            FetchOptions {
                body_bytes: Some(1),
                ..cors.clone()
            },
            FetchOptions {
                headers: vec![header("cookie", "a=b")],
                ..cors.clone()
            },
            FetchOptions {
                headers: own,
                ..FetchOptions::default()
            },
            FetchOptions {
                method: method("PUT"),
                ..FetchOptions::default()
            },
        ];
        for odd in odd {
            assert_eq!(odd.check(), Err(Misbehaviour::ForbiddenRequest), "{odd:?}");
        }
        let many = vec![header("x", "v"); REQUEST_HEADERS_MAX + 1];
        let many = FetchOptions {
            headers: many,
            ..cors
        };
        assert_eq!(many.check(), Err(Misbehaviour::Oversized));
    }
}
