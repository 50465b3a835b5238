//! The channel between the devtools process and the network process: what becomes of the requests
//! of a tab, and what a client of devtools wants done with single ones.
//!
//! What is wanted for all requests of a tab ([`Rules`]) comes to the network process by the broker,
//! so that it is there before the navigations that are asked for after it.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::error::LoadError;
use crate::ids::{ContextId, NavigationId, TabId};
use crate::limits::{
    BODY_CHUNK_BYTES_MAX, REQUEST_HEADER_BYTES_MAX, REQUEST_HEADERS_MAX, RESPONSE_HEADER_BYTES_MAX,
    TEXT_BYTES_MAX, TRAFFIC_COOKIES_MAX, TRAFFIC_PATTERNS_MAX, TRAFFIC_RULES_BYTES_MAX,
    URL_BYTES_MAX,
};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::request::RequestTimes;
use crate::web::{Destination, Header};
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What clients want of the requests of a tab.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Which requests wait for a client's word.
    pub pauses: Vec<Pattern>,
    /// Headers that each request gets, in place of its own of these names.
    pub headers: Vec<Header>,
    /// Whether requests fail as if there were no network.
    pub is_offline: bool,
    /// Least time from the request to the response.
    pub latency_ms: u32,
    /// Most bytes of a body in a second.
    pub bytes_per_second: Option<u32>,
}

/// Which requests are meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// With `*` for any characters and `?` for one; a backslash takes their meaning away.
    pub url: String,
    /// What is loaded; none: anything.
    pub kind: Option<Kind>,
    /// Whether they wait when the head of the response has come, and not before they are sent.
    pub at_response: bool,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Document,
    Resource(Destination),
}

/// A load, by the number that the network process gives it: never used twice in its life. It stays
/// the same over redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LoadNumber(pub u64);

/// A response, as the server gave it or a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub status: u16,
    /// The words after the status; often empty.
    pub phrase: String,
    /// In the order in which they came; what is too much is left out.
    pub headers: Vec<Header>,
}

/// Devtools process to network process. Legal at any time: a load that is not paused any more
/// takes no notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToNetwork {
    /// The next bytes of the body for the `Go` or `Answer` of that load.
    Body { load: LoadNumber, bytes: Vec<u8> },
    /// A paused load goes on, changed.
    Go { load: LoadNumber, change: Change },
    /// A paused load gets that response, with the body that came before.
    Answer { load: LoadNumber, head: Head },
    /// A paused load fails.
    Fail { load: LoadNumber },
    /// The body of the response at which a load is paused. Answered with `Body` and `Taken`.
    TakeBody { load: LoadNumber },
    /// Something is wanted of the cookies of a context. Answered with `Cookies` or `Done`; in a
    /// context that is gone there are none, and nothing can be done.
    Cookies {
        call: u32,
        context: ContextId,
        wish: CookieWish,
    },
}

/// What a client changes of a request before it is sent, or of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Another address, of which the page does not hear.
    pub url: Option<String>,
    pub method: Option<String>,
    /// In place of all headers that the request has.
    pub headers: Option<Vec<Header>>,
    /// Whether the body that came before takes the place of its own.
    pub has_body: bool,
    /// Whether the load waits at the response as well.
    pub pauses_at_response: bool,
    /// At a response: another head.
    pub head: Option<Head>,
}

/// What is wanted of the cookies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CookieWish {
    /// Those that go with a request to that address; none: all that there are.
    Get { url: Option<String> },
    /// Keep one, as a `Set-Cookie` header of that address would.
    Set {
        url: String,
        text: String,
        /// Whether it is for every scheme and port of the host. Sites keep theirs apart.
        for_host: bool,
    },
    /// Drop those of that name: of an address, of a domain, or of any.
    Delete {
        name: String,
        url: Option<String>,
        domain: Option<String>,
        path: Option<String>,
    },
    /// Drop all.
    Clear,
}

/// A cookie that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    /// With a dot in front where it is for subdomains as well.
    pub domain: String,
    pub path: String,
    /// Seconds since 1970; none: as long as the browser runs.
    pub expires_s: Option<u64>,
    pub is_http_only: bool,
    pub is_secure: bool,
    /// `Strict`, `Lax` or `None`, if it says so.
    pub same_site: Option<String>,
}

/// Network process to devtools process. For each load of a tab with rules: `Request` and
/// `RequestHeaders` for each hop, `Response` unless there is none, `Body` as it is handed on, and
/// `End` or `Failed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromNetwork {
    /// Rules are in force for all loads that begin from now on.
    Ruled { sequence: u32 },
    /// A request is about to be sent: the first of the load, or that after a redirect.
    Request {
        load: LoadNumber,
        tab: TabId,
        /// The document itself, or the one that wants it; of the latter it is a renderer's claim.
        navigation: NavigationId,
        kind: Kind,
        url: String,
        method: String,
        /// How large its body is, if it has one.
        body_bytes: Option<u32>,
    },
    /// The beginning of the body of that request.
    RequestBody { load: LoadNumber, bytes: Vec<u8> },
    /// Its headers. With `is_paused` it waits for a word.
    RequestHeaders {
        load: LoadNumber,
        headers: Vec<Header>,
        is_paused: bool,
    },
    /// The head of a response: of the last, or of a redirect, after which comes a `Request`.
    Response {
        load: LoadNumber,
        head: Head,
        /// Who has answered, if somebody has.
        address: Option<IpAddr>,
        times: RequestTimes,
        is_paused: bool,
    },
    /// The next bytes of the body.
    Body { load: LoadNumber, bytes: Vec<u8> },
    /// The answer to `TakeBody` is whole, or cannot be had.
    Taken { load: LoadNumber, is_whole: bool },
    /// The load is over.
    End {
        load: LoadNumber,
        /// Bytes of the body.
        bytes: u64,
    },
    /// The load has failed.
    Failed { load: LoadNumber, error: LoadError },
    /// Cookies; more of them follow unless these are the last.
    Cookies {
        call: u32,
        cookies: Vec<Cookie>,
        is_last: bool,
    },
    /// What was wanted of the cookies is done, or could not be.
    Done { call: u32, is_done: bool },
}

impl Rules {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        let patterns: usize = self.pauses.iter().map(|it| it.url.len()).sum();
        let bytes = patterns + bytes_of(&self.headers);
        let is_small = bytes <= TRAFFIC_RULES_BYTES_MAX
            && self.pauses.len() <= TRAFFIC_PATTERNS_MAX
            && self.headers.len() <= REQUEST_HEADERS_MAX;
        match is_small {
            true => Ok(()),
            false => Err(Misbehaviour::Oversized),
        }
    }
}

impl Pattern {
    /// Whether a request is meant. Takes a time in proportion to the product of both lengths at
    /// most.
    pub fn fits(&self, url: &str, kind: Kind) -> bool {
        self.kind.is_none_or(|its| its == kind) && fits(self.url.as_bytes(), url.as_bytes())
    }
}

/// Goes back to the last `*` alone where the rest does not fit.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        let (width, is_met) = match pattern.get(at..).unwrap_or_default() {
            [b'*', ..] => {
                last_star = Some((at, in_text));
                at += 1;
                continue;
            }
            [b'?', ..] => (1, true),
            [b'\\', meant, ..] => (2, *meant == text[in_text]),
            [meant, ..] => (1, *meant == text[in_text]),
            [] => (0, false),
        };
        if is_met {
            at += width;
            in_text += 1;
        } else if let Some((star, from)) = last_star {
            last_star = Some((star, from + 1));
            (at, in_text) = (star + 1, from + 1);
        } else {
            return false;
        }
    }
    let rest = pattern.get(at..).unwrap_or_default();
    rest.iter().all(|byte| *byte == b'*')
}

impl Head {
    fn check(&self) -> Result<(), Misbehaviour> {
        if !(100..=999).contains(&self.status) {
            return Err(Misbehaviour::ValueOutOfRange);
        }
        check_text(&self.phrase, TEXT_BYTES_MAX)?;
        check_headers(&self.headers, RESPONSE_HEADER_BYTES_MAX)
    }
}

impl Cookie {
    /// What it counts for, of the bytes of one message.
    pub fn bytes(&self) -> usize {
        let texts = [&self.name, &self.value, &self.domain, &self.path];
        texts.iter().map(|it| it.len()).sum::<usize>() + 64
    }
}

fn bytes_of(headers: &[Header]) -> usize {
    let bytes = |header: &Header| header.name.len() + header.value.len();
    headers.iter().map(bytes).sum()
}

fn check_headers(headers: &[Header], bytes_max: usize) -> Result<(), Misbehaviour> {
    match bytes_of(headers) > bytes_max {
        true => Err(Misbehaviour::Oversized),
        false => Ok(()),
    }
}

fn check_optional(text: Option<&String>, bytes_max: usize) -> Result<(), Misbehaviour> {
    text.map_or(Ok(()), |text| check_text(text, bytes_max))
}

fn check_bytes(bytes: &[u8]) -> Result<(), Misbehaviour> {
    match bytes.len() > BODY_CHUNK_BYTES_MAX {
        true => Err(Misbehaviour::Oversized),
        false => Ok(()),
    }
}

impl Message for ToNetwork {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToNetwork::Body { bytes, .. } => check_bytes(bytes),
            ToNetwork::Go { change, .. } => {
                check_optional(change.url.as_ref(), URL_BYTES_MAX)?;
                check_optional(change.method.as_ref(), TEXT_BYTES_MAX)?;
                let headers = change.headers.as_deref().unwrap_or_default();
                check_headers(headers, REQUEST_HEADER_BYTES_MAX)?;
                change.head.as_ref().map_or(Ok(()), Head::check)
            }
            ToNetwork::Answer { head, .. } => head.check(),
            ToNetwork::Fail { .. } | ToNetwork::TakeBody { .. } => Ok(()),
            ToNetwork::Cookies { wish, .. } => wish.check(),
        }
    }
}

impl CookieWish {
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            CookieWish::Get { url } => check_optional(url.as_ref(), URL_BYTES_MAX),
            CookieWish::Set { url, text, .. } => {
                check_text(url, URL_BYTES_MAX)?;
                check_text(text, 4 * TEXT_BYTES_MAX)
            }
            CookieWish::Delete {
                name,
                url,
                domain,
                path,
            } => {
                check_text(name, TEXT_BYTES_MAX)?;
                check_optional(url.as_ref(), URL_BYTES_MAX)?;
                check_optional(domain.as_ref(), TEXT_BYTES_MAX)?;
                check_optional(path.as_ref(), TEXT_BYTES_MAX)
            }
            CookieWish::Clear => Ok(()),
        }
    }
}

impl Message for FromNetwork {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromNetwork::Request { url, method, .. } => {
                check_text(url, URL_BYTES_MAX)?;
                check_text(method, TEXT_BYTES_MAX)
            }
            FromNetwork::RequestBody { bytes, .. } | FromNetwork::Body { bytes, .. } => {
                check_bytes(bytes)
            }
            FromNetwork::RequestHeaders { headers, .. } => {
                check_headers(headers, RESPONSE_HEADER_BYTES_MAX)
            }
            FromNetwork::Response { head, .. } => head.check(),
            FromNetwork::Failed { error, .. } => error.check(),
            FromNetwork::Cookies { cookies, .. } if cookies.len() > TRAFFIC_COOKIES_MAX => {
                Err(Misbehaviour::Oversized)
            }
            FromNetwork::Cookies { .. }
            | FromNetwork::Ruled { .. }
            | FromNetwork::Taken { .. }
            | FromNetwork::End { .. }
            | FromNetwork::Done { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(url: &str) -> Pattern {
        Pattern {
            url: url.to_owned(),
            kind: None,
            at_response: false,
        }
    }

    #[test]
    fn patterns_have_stars_question_marks_and_backslashes() {
        let fits = |url: &str, text: &str| pattern(url).fits(text, Kind::Document);
        assert!(fits("*", "http://a.b/c"));
        assert!(fits("*", ""));
        assert!(fits("http://a.?/c", "http://a.b/c"));
        assert!(fits("*/c", "http://a.b/c/d/c"));
        assert!(!fits("*/c", "http://a.b/c/d"));
        assert!(fits(r"*\?x=\*", "http://a/?x=*"));
        assert!(!fits(r"*\?x", "http://a/bx"));
        assert!(!fits("", "a"));
        assert!(fits("", ""));
        assert!(fits("**.js*", "http://a/app.js?v=1"));
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_time_without_end() {
        let text = "a".repeat(8_000);
        assert!(!pattern(&"*a".repeat(400).replace("**", "*")).fits(&(text + "b"), Kind::Document));
    }

    #[test]
    fn a_pattern_may_be_for_one_kind() {
        let mut images = pattern("*");
        images.kind = Some(Kind::Resource(Destination::Image));
        assert!(images.fits("http://a", Kind::Resource(Destination::Image)));
        assert!(!images.fits("http://a", Kind::Document));
    }

    #[test]
    fn rules_and_heads_have_their_bounds() {
        let long = Rules {
            pauses: vec![pattern(&"*".repeat(TRAFFIC_RULES_BYTES_MAX + 1))],
            ..Rules::default()
        };
        assert_eq!(long.check(), Err(Misbehaviour::Oversized));
        let many = Rules {
            pauses: vec![pattern(""); TRAFFIC_PATTERNS_MAX + 1],
            ..Rules::default()
        };
        assert_eq!(many.check(), Err(Misbehaviour::Oversized));
        let head = Head {
            status: 99,
            phrase: String::new(),
            headers: Vec::new(),
        };
        let load = LoadNumber(1);
        let answer = ToNetwork::Answer { load, head };
        assert_eq!(answer.check(), Err(Misbehaviour::ValueOutOfRange));
    }
}
