//! One fetch for a document, from its request over preflights and redirects to the response, by
//! the Web's rules.
//!
//! Owns: how the request changes from one hop to the next. Trusts: neither the renderer's wishes
//! nor the servers' answers. Never: connects to what is nearer than the document without leave, or
//! lets an answer of another origin count as one of the document's own.
//!
//! Source: the Fetch standard, "Main fetch", "HTTP fetch" and "HTTP-redirect fetch".

use crate::client::{self, Partition, Response};
use crate::cookies::By;
use crate::request::{Hop, HttpResponse, check};
use crate::traffic::watched::Watched;
use crate::wait;
use crate::web::about::{self, Distance};
use crate::web::cors::{self, Leave};
use crate::web::origin::{Initiator, is_mixed, is_trustworthy, origin_of};
use crate::web::preflights::Asked;
use crate::web::spaces::Reach;
use protocol::error::LoadError;
use protocol::limits::{REDIRECTS_MAX, TEXT_BYTES_MAX};
use protocol::web::{Credentials, Destination, FetchOptions, Header, Mode, Redirect};
use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Instant;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

/// Whose answer it is, and who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tainting {
    /// The document's own origin.
    Basic,
    /// Another origin, which allows that it is read.
    Cors,
    /// Another origin. No script may read it.
    Opaque,
}

/// What came of it.
pub enum Fetched {
    /// A response.
    Response {
        /// The response itself.
        response: Box<Response>,
        /// Who may read it.
        tainting: Tainting,
        /// Whether it was asked for with cookies.
        has_credentials: bool,
    },
    /// A redirect, which was not to be followed.
    Redirect,
}

/// A fetch under way.
pub struct Hops<'a> {
    partition: &'a Partition,
    initiator: &'a Initiator,
    destination: Destination,
    options: &'a FetchOptions,
    url: Url,
    method: String,
    headers: Vec<Header>,
    body: Option<&'a [u8]>,
    tainting: Tainting,
    /// Whether it went from one foreign origin to another: then the document's is not named.
    is_tainted: bool,
    distance: Distance,
    /// The address nearer than the document that has given leave.
    leave: Option<IpAddr>,
    /// Who looks.
    watched: Option<&'a Watched>,
}

impl<'a> Hops<'a> {
    /// A fetch that has not begun.
    pub fn new(
        partition: &'a Partition,
        initiator: &'a Initiator,
        url: Url,
        (destination, options): (Destination, &'a FetchOptions),
        (body, watched): (Option<&'a [u8]>, Option<&'a Watched>),
    ) -> Hops<'a> {
        Hops {
            partition,
            initiator,
            destination,
            options,
            distance: Distance::to(initiator, &url),
            url,
            method: options.method.clone(),
            headers: options.headers.clone(),
            body,
            tainting: Tainting::Basic,
            is_tainted: false,
            leave: None,
            watched,
        }
    }

    /// Fetches it.
    pub fn run(mut self) -> Result<Fetched, LoadError> {
        let mut seen = HashSet::new();
        for redirects in 0..=REDIRECTS_MAX {
            if !seen.insert((self.method.clone(), client::request_target(&self.url))) {
                return Err(LoadError::RedirectLoop);
            }
            check(&self.url)?;
            self.begin_hop()?;
            let has_credentials = self.has_credentials();
            let (host, response) = self.exchange()?;
            let (site, by) = (&self.initiator.site, self.by());
            if has_credentials
                && self
                    .partition
                    .keep_cookies(response.headers(), site, &self.url, by)
            {
                // The same address may answer otherwise now.
                seen.clear();
            }
            if self.tainting == Tainting::Cors
                && let Err(why) = cors::check(response.headers(), self.origin(), has_credentials)
            {
                self.partition.preflights.forget(&self.asked());
                return Err(self.no_cors(&why));
            }
            let Some(location) = client::location(&response) else {
                return Ok(Fetched::Response {
                    response: Box::new(Response::new(self.url, host, redirects, response)),
                    tainting: self.tainting,
                    has_credentials,
                });
            };
            match self.options.redirect {
                Redirect::Follow => {}
                Redirect::Manual => return Ok(Fetched::Redirect),
                Redirect::Error => {
                    return Err(blocked("the server redirects, which was not allowed"));
                }
            }
            let to = client::redirected(&self.url, &location)?;
            self.follow(to, response.status().as_u16())?;
        }
        Err(LoadError::TooManyRedirects {
            limit: REDIRECTS_MAX,
        })
    }

    /// Decides whose answer it will be, and whether it may be asked for at all.
    fn begin_hop(&mut self) -> Result<(), LoadError> {
        if is_mixed(self.initiator, &self.url) {
            return Err(blocked(&format!(
                "Mixed Content: The page at '{}' was loaded over HTTPS, but requested an insecure \
                 resource '{}'. This request has been blocked; the content must be served over \
                 HTTPS.",
                cut(self.initiator.url.as_str()),
                cut(self.url.as_str())
            )));
        }
        self.distance = self.distance.max(Distance::to(self.initiator, &self.url));
        if self.tainting == Tainting::Basic && self.initiator.is_same_origin(&self.url) {
            return Ok(());
        }
        self.tainting = match self.options.mode {
            Mode::Cors => Tainting::Cors,
            Mode::NoCors => Tainting::Opaque,
            Mode::SameOrigin => {
                return Err(blocked(&format!(
                    "Fetch API cannot load {}. Request mode is \"same-origin\" but the URL's \
                     origin is not same as the request origin {}.",
                    cut(self.url.as_str()),
                    self.initiator.origin
                )));
            }
        };
        // Another site's name and password are not a page's to try.
        let _ = self.url.set_username("");
        let _ = self.url.set_password(None);
        match self.tainting == Tainting::Opaque && self.options.redirect != Redirect::Follow {
            true => Err(blocked("a request without CORS follows redirects")),
            false => Ok(()),
        }
    }

    /// Whether cookies go with it, and those of the answer are kept.
    fn has_credentials(&self) -> bool {
        match self.options.credentials {
            Credentials::Include => true,
            Credentials::Omit => false,
            Credentials::SameOrigin => self.tainting == Tainting::Basic,
        }
    }

    /// The document's origin as other origins are told.
    fn origin(&self) -> &str {
        match self.is_tainted {
            true => "null",
            false => &self.initiator.origin,
        }
    }

    /// Asks for leave where that is needed, and then for the resource.
    fn exchange(&mut self) -> Result<(String, HttpResponse), LoadError> {
        let unsafe_headers = match self.tainting {
            Tainting::Cors => cors::unsafe_headers(&self.headers),
            Tainting::Basic | Tainting::Opaque => Vec::new(),
        };
        if self.tainting == Tainting::Cors && cors::needs_preflight(&self.method, &unsafe_headers) {
            let (asked, now) = (self.asked(), Instant::now());
            let preflights = &self.partition.preflights;
            if !preflights.allow(&asked, &self.method, &unsafe_headers, now) {
                let leave = self.preflight(&unsafe_headers)?;
                self.partition.preflights.put(asked, leave, now);
            }
        }
        match self.send(&self.hop(), self.watched) {
            Err(_) if self.is_refused() => {
                self.preflight(&unsafe_headers)?;
                self.send(&self.hop(), self.watched)
            }
            outcome => outcome,
        }
    }

    fn asked(&self) -> Asked {
        Asked {
            origin: self.origin().to_owned(),
            url: client::request_target(&self.url),
            has_credentials: self.has_credentials(),
        }
    }

    /// Sends one request, no nearer than the document may.
    fn send(
        &self,
        hop: &Hop<'_>,
        watched: Option<&Watched>,
    ) -> Result<(String, HttpResponse), LoadError> {
        wait::set_reach(Reach {
            from: self.partition.origins.space_of(&self.initiator.url),
            leave: self.leave,
        });
        self.partition.send_watched(hop, watched)
    }

    /// Whether the last request was refused because it leads to what is too near. Then that
    /// address can be asked for leave.
    fn is_refused(&mut self) -> bool {
        let refused = wait::take_refused();
        let may_ask = self.leave.is_none();
        if let Some(address) = refused.filter(|_| may_ask) {
            self.leave = Some(address);
        }
        refused.is_some() && may_ask
    }

    /// Asks whether the request may be made.
    fn preflight(&mut self, unsafe_headers: &[String]) -> Result<Leave, LoadError> {
        if self.leave.is_none() {
            let answer = self.send(&self.preflight_hop(unsafe_headers), None);
            if !(answer.is_err() && self.is_refused()) {
                return self.read_preflight(&answer?.1, unsafe_headers);
            }
        }
        if !self.initiator.is_secure() {
            return Err(self.no_cors(
                "The request client is not a secure context and the resource is in more-private \
                 address space.",
            ));
        }
        let (_, answer) = self.send(&self.preflight_hop(unsafe_headers), None)?;
        if !cors::allows_private(answer.headers()) {
            return Err(self.no_cors(
                "No 'Access-Control-Allow-Private-Network' header was present in the preflight \
                 response for this private network request.",
            ));
        }
        self.read_preflight(&answer, unsafe_headers)
    }

    fn read_preflight(&self, answer: &HttpResponse, names: &[String]) -> Result<Leave, LoadError> {
        let has_credentials = self.has_credentials();
        let checked = match cors::check(answer.headers(), self.origin(), has_credentials) {
            Ok(()) if !answer.status().is_success() => {
                Err("It does not have HTTP ok status.".to_owned())
            }
            checked => checked,
        };
        let checked = checked.map_err(|why| {
            format!("Response to preflight request doesn't pass access control check: {why}")
        });
        let leave = checked.and_then(|()| Leave::of(answer.headers(), has_credentials));
        let leave = leave.and_then(|leave| leave.check(&self.method, names).map(|()| leave));
        leave.map_err(|why| self.no_cors(&why))
    }

    fn preflight_hop(&self, unsafe_headers: &[String]) -> Hop<'_> {
        let mut headers = HeaderMap::new();
        set(&mut headers, header::ACCEPT, "*/*");
        set(&mut headers, header::ORIGIN, self.origin());
        set(
            &mut headers,
            header::ACCESS_CONTROL_REQUEST_METHOD,
            &self.method,
        );
        if !unsafe_headers.is_empty() {
            let names = unsafe_headers.join(",");
            set(&mut headers, header::ACCESS_CONTROL_REQUEST_HEADERS, &names);
        }
        if self.leave.is_some() {
            let name = HeaderName::from_static("access-control-request-private-network");
            set(&mut headers, name, "true");
        }
        self.add_metadata(&mut headers, "cors");
        self.add_referrer(&mut headers);
        Hop {
            url: &self.url,
            method: "OPTIONS",
            headers,
            body: None,
        }
    }

    fn hop(&self) -> Hop<'_> {
        let mut headers = HeaderMap::new();
        for own in &self.headers {
            let bytes: Vec<u8> = own.value.chars().map(|c| c as u8).collect();
            // Both were checked when the message came.
            let name = HeaderName::from_bytes(own.name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&bytes)) {
                headers.append(name, value);
            }
        }
        if !headers.contains_key(header::ACCEPT) {
            set(
                &mut headers,
                header::ACCEPT,
                about::accept(self.destination),
            );
        }
        let is_plain = matches!(&*self.method, "GET" | "HEAD");
        if self.tainting == Tainting::Cors || !is_plain {
            set(&mut headers, header::ORIGIN, self.origin());
        }
        self.add_metadata(&mut headers, about::mode_name(self.options.mode));
        self.add_referrer(&mut headers);
        let mut hop = Hop {
            url: &self.url,
            method: &self.method,
            headers,
            // What could have a body says that it is empty.
            body: match &*self.method {
                "POST" | "PUT" | "PATCH" => Some(self.body.unwrap_or_default()),
                _ => self.body,
            },
        };
        if self.has_credentials() {
            let (site, by) = (&self.initiator.site, self.by());
            self.partition.add_cookies(&mut hop, site, by);
        }
        hop
    }

    /// Whose cookies go with it.
    fn by(&self) -> By {
        match self.distance {
            Distance::SameOrigin | Distance::SameSite => By::OwnSite,
            Distance::CrossSite => By::OtherSite,
        }
    }

    fn add_referrer(&self, headers: &mut HeaderMap) {
        let policy = self.options.referrer;
        if let Some(referrer) = about::referrer(&self.initiator.url, &self.url, policy) {
            set(headers, header::REFERER, &referrer);
        }
    }

    fn add_metadata(&self, headers: &mut HeaderMap, mode: &str) {
        if !is_trustworthy(&self.url) {
            return;
        }
        if let Some(destination) = about::destination_name(self.destination) {
            set(
                headers,
                HeaderName::from_static("sec-fetch-dest"),
                destination,
            );
        }
        set(headers, HeaderName::from_static("sec-fetch-mode"), mode);
        set(
            headers,
            HeaderName::from_static("sec-fetch-site"),
            self.distance.name(),
        );
    }

    /// Turns to where a redirect leads.
    fn follow(&mut self, to: Url, status: u16) -> Result<(), LoadError> {
        let has_login = !to.username().is_empty() || to.password().is_some();
        let leaves_origin = origin_of(&to) != origin_of(&self.url);
        if self.options.mode == Mode::Cors
            && has_login
            && (self.tainting == Tainting::Cors || !self.initiator.is_same_origin(&to))
        {
            return Err(self.no_cors(
                "Redirect location contains a username and password, which is disallowed for \
                 cross-origin requests.",
            ));
        }
        let becomes_get = match status {
            301 | 302 => self.method == "POST",
            303 => !matches!(&*self.method, "GET" | "HEAD"),
            _ => false,
        };
        if becomes_get {
            "GET".clone_into(&mut self.method);
            self.body = None;
            self.headers.retain(|own| !own.name.starts_with("content-"));
        }
        if leaves_origin {
            self.headers.retain(|own| own.name != "authorization");
            self.is_tainted |= !self.initiator.is_same_origin(&self.url);
        }
        self.leave = None;
        self.url = to;
        Ok(())
    }

    fn no_cors(&self, why: &str) -> LoadError {
        blocked(&format!(
            "Access to {} at '{}' from origin '{}' has been blocked by CORS policy: {why}",
            match self.destination {
                Destination::Empty | Destination::Other => "fetch",
                Destination::Font => "font",
                Destination::Image => "image",
                Destination::Script => "script",
                Destination::Style => "CSS stylesheet",
            },
            cut(self.url.as_str()),
            self.origin()
        ))
    }
}

/// A rule of the Web forbids it.
pub fn blocked(reason: &str) -> LoadError {
    LoadError::Blocked {
        reason: reason.to_owned(),
    }
}

/// As much of an address as a line of the console shows.
pub fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES_MAX / 4)]
}

/// Sets a header. What cannot be one is left out; of what is put here, nothing can.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
