//! Requests: from a URL, over its redirects, to the head and the body of the response.
//!
//! Owns: redirects, headers, the limits of a response, and the partitions of connections. Trusts:
//! neither the URLs, which come from renderers, nor the responses. Never: requests any scheme but
//! `http` and `https`, or lets two partitions share a connection.
//!
//! The renderer handles charsets, MIME sniffing and parsing.

use crate::connection::{self, Connect};
use crate::cookies::{By, Jar};
use crate::dns::Resolver;
use crate::failure;
use crate::request::{Hop, HttpResponse, check};
use crate::tls::{self, TlsSetupError};
use crate::traffic::watched::Watched;
use crate::wait;
use crate::web::origin::is_trustworthy;
use crate::web::preflights::Preflights;
use crate::web::spaces::{Origins, Reach};
use protocol::bootstrap::NetworkConfig;
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::limits::{
    COOKIES_BYTES_MAX, REDIRECTS_MAX, REQUEST_HEADER_BYTES_MAX, TEXT_BYTES_MAX, URL_BYTES_MAX,
};
use protocol::site::Site;
use rustls::ClientConfig;
use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use ureq::config::Config;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use ureq::{Agent, BodyReader};
use url::Url;

/// Largest head of a response.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A head must fit into it.
const INPUT_BYTES: usize = HEAD_BYTES_MAX + 16 * 1024;
/// A request with the longest URL, and as many headers and cookies as there may be, must fit into
/// it.
const OUTPUT_BYTES: usize =
    URL_BYTES_MAX + REQUEST_HEADER_BYTES_MAX + COOKIES_BYTES_MAX + 16 * 1024;
/// Most idle connections of one partition. Even with a partition for every possible process, they
/// must not use up the descriptors of this process (`RLIMIT_NOFILE`).
const IDLE_MAX: usize = 4;
/// Oldest idle connection that is used again; servers commonly close sooner.
const IDLE_AGE_MAX: Duration = Duration::from_secs(30);
/// How often a request is sent when each connection from the pool turns out to be closed.
const STALE_MAX: usize = IDLE_MAX + 1;

/// What all partitions share: names, certificate authorities, settings.
pub struct Client {
    resolver: Arc<Resolver>,
    tls: ClientConfig,
    settings: Config,
    origins: Arc<Origins>,
}

/// Connections that only one site's documents use (or only navigations), so that no site learns
/// from a warm connection which other sites the user has visited.
#[derive(Clone)]
pub struct Partition {
    agent: Agent,
    /// From where documents came; of all partitions.
    pub origins: Arc<Origins>,
    /// All cookies of the context.
    pub jar: Arc<Jar>,
    /// Leave that other origins gave the site's documents.
    pub preflights: Arc<Preflights>,
}

impl Client {
    /// Builds all that cannot be built once the process is sealed.
    pub fn new(config: &NetworkConfig) -> Result<Client, TlsSetupError> {
        let connect = Duration::from_millis(config.connect_timeout_ms.max(1));
        let read = Duration::from_millis(config.read_timeout_ms.max(1));
        let user_agent: String = config
            .user_agent
            .chars()
            .filter(|c| is_header_char(*c))
            .collect();
        let settings = Config::builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(user_agent)
            .max_response_header_size(HEAD_BYTES_MAX)
            .input_buffer_size(INPUT_BYTES)
            .output_buffer_size(OUTPUT_BYTES)
            .max_idle_connections(IDLE_MAX)
            .max_idle_connections_per_host(IDLE_MAX)
            .max_idle_age(IDLE_AGE_MAX)
            .timeout_connect(Some(connect))
            .timeout_send_request(Some(read))
            .timeout_recv_response(Some(read))
            .timeout_per_read(Some(read))
            .timeout_per_write(Some(read))
            .build();
        let resolver = Arc::new(Resolver::new(&config.resolvers, &config.hosts, connect));
        Ok(Client {
            resolver,
            tls: tls::configuration(&config.extra_roots)?,
            settings,
            origins: Arc::new(Origins::new(&config.hosts)),
        })
    }

    /// A partition without connections, with the cookies of its context.
    pub fn partition(&self, jar: &Arc<Jar>) -> Partition {
        let connect = Connect::new(tls::partition(&self.tls));
        let resolver = SharedResolver(self.resolver.clone());
        Partition {
            agent: Agent::with_parts(self.settings.clone(), connect, resolver),
            origins: self.origins.clone(),
            jar: jar.clone(),
            preflights: Arc::default(),
        }
    }
}

impl Partition {
    /// Requests a document and returns the response after all redirects. The user, or a page that
    /// is left, may go anywhere.
    pub fn get(
        &self,
        url: &str,
        initiator: Option<&Site>,
        watched: Option<&Watched>,
    ) -> Result<Response, LoadError> {
        wait::set_reach(Reach::ALL);
        let mut url = parse(url)?;
        let mut seen = HashSet::new();
        let mut is_link = false;
        for redirects in 0..=REDIRECTS_MAX {
            if !seen.insert(request_target(&url)) {
                return Err(LoadError::RedirectLoop);
            }
            let site = Site::of(&url, 0);
            is_link |= initiator.is_some_and(|initiator| *initiator != site);
            let by = if is_link { By::Link } else { By::OwnSite };
            let mut hop = document_hop(&url);
            self.add_cookies(&mut hop, &site, by);
            let (host, response) = self.send_watched(&hop, watched)?;
            if self.keep_cookies(response.headers(), &site, &url, by) {
                // The same address may answer otherwise now.
                seen.clear();
            }
            match location(&response) {
                Some(location) => url = redirected(&url, &location)?,
                None => {
                    if let Some(address) = wait::peer() {
                        self.origins.note(&url, address);
                    }
                    return Ok(Response::new(url, host, redirects, response));
                }
            }
        }
        Err(LoadError::TooManyRedirects {
            limit: REDIRECTS_MAX,
        })
    }

    /// Gives a request its cookies, if there are any, while that site is shown.
    pub fn add_cookies(&self, hop: &mut Hop<'_>, site: &Site, by: By) {
        let cookies = self.jar.get(site, hop.url, by, SystemTime::now());
        if let Ok(cookies) = HeaderValue::from_bytes(cookies.as_bytes())
            && !cookies.is_empty()
        {
            hop.headers.insert(header::COOKIE, cookies);
        }
    }

    /// Keeps the cookies of an answer. Returns whether there are any.
    pub fn keep_cookies(&self, headers: &HeaderMap, site: &Site, url: &Url, by: By) -> bool {
        let mut has_any = false;
        for cookie in headers.get_all(header::SET_COOKIE) {
            has_any = true;
            let text = String::from_utf8_lossy(cookie.as_bytes());
            self.jar.set(site, url, &text, by, SystemTime::now());
        }
        has_any
    }

    /// Sends one request, as those want it who look.
    pub fn send_watched(
        &self,
        hop: &Hop<'_>,
        watched: Option<&Watched>,
    ) -> Result<(String, HttpResponse), LoadError> {
        match watched {
            Some(watched) => watched.exchange(hop, |hop| self.send(hop)),
            None => self.send(hop),
        }
    }

    /// Sends one request without following redirects; returns the response and its host. If the
    /// server has just closed the idle connections of the pool, the request is sent again: no part
    /// of an answer has arrived.
    pub fn send(&self, hop: &Hop<'_>) -> Result<(String, HttpResponse), LoadError> {
        let uri: Uri = request_target(hop.url).parse().map_err(invalid_url)?;
        let host = connection::host_and_port(&uri);
        for _ in 0..STALE_MAX {
            if wait::is_stopped() {
                return Err(LoadError::Cancelled);
            }
            wait::take_connected();
            wait::begin_hop();
            match self.send_once(&uri, hop) {
                Err(error) => match failure::head_error(error, &host) {
                    LoadError::ConnectionReset { .. } if !wait::take_connected() => {}
                    error => return Err(error),
                },
                Ok(response) => {
                    wait::note_time(|times| &mut times.head);
                    return Ok((host, response));
                }
            }
        }
        Err(LoadError::ConnectionReset { host })
    }

    fn send_once(&self, uri: &Uri, hop: &Hop<'_>) -> Result<HttpResponse, ureq::Error> {
        let mut request = Request::builder().method(hop.method).uri(uri);
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(&hop.headers);
        }
        match hop.body {
            Some(body) => self.agent.run(request.body(body)?),
            None => self.agent.run(request.body(())?),
        }
    }
}

fn invalid_url(error: impl std::fmt::Display) -> LoadError {
    LoadError::InvalidUrl {
        reason: error.to_string(),
    }
}

/// The request of a document.
fn document_hop(url: &Url) -> Hop<'_> {
    const ACCEPT: &str =
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
    if is_trustworthy(url) {
        for (name, value) in [
            ("sec-fetch-dest", "document"),
            ("sec-fetch-mode", "navigate"),
        ] {
            let name = HeaderName::from_static(name);
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    Hop {
        url,
        method: "GET",
        headers,
        body: None,
    }
}

/// The response to a request: its head, and its body as it arrives.
pub struct Response {
    head: ResponseHead,
    headers: HeaderMap,
    body: BodyReader<'static>,
    host: String,
    is_chunked: bool,
    received: u64,
}

impl Response {
    /// What has come from `url` after so many redirects.
    pub fn new(url: Url, host: String, redirects: u32, response: HttpResponse) -> Self {
        let (parts, body) = response.into_parts();
        let head = ResponseHead {
            final_url: without_credentials(url).into(),
            status: parts.status.as_u16(),
            content_type: text_of(&parts.headers, "content-type"),
            refresh: text_of(&parts.headers, "refresh"),
            content_length: body.content_length(),
            redirects,
        };
        Response {
            head,
            body: body.into_reader(),
            host,
            is_chunked: is_chunked(&parts.headers),
            headers: parts.headers,
            received: 0,
        }
    }

    /// Its head.
    pub fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// All of its headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Bytes of the decoded body that have been read.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Reads the next bytes of the decoded body as soon as some arrive; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LoadError> {
        match self.body.read(buffer) {
            Ok(length) => {
                self.received += length as u64;
                Ok(length)
            }
            Err(error) => {
                let cut = match self.head.content_length {
                    None if self.is_chunked => LoadError::CutInChunk {
                        received: self.received,
                    },
                    expected => LoadError::BodyCutShort {
                        received: self.received,
                        expected: expected.unwrap_or(0),
                    },
                };
                Err(failure::body_error(error, &self.host, cut))
            }
        }
    }
}

/// ureq takes one resolver for each agent; ours all share one cache.
#[derive(Debug)]
struct SharedResolver(Arc<Resolver>);

impl ureq::unversioned::resolver::Resolver for SharedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: ureq::unversioned::transport::NextTimeout,
    ) -> Result<ureq::unversioned::resolver::ResolvedSocketAddrs, ureq::Error> {
        self.0.resolve(uri, config, timeout)
    }
}

fn parse(text: &str) -> Result<Url, LoadError> {
    let url = Url::parse(text).map_err(|error| LoadError::InvalidUrl {
        reason: error.to_string(),
    })?;
    check(&url).map(|()| url)
}

/// The URL without its fragment, as it is sent to the server and compared to find loops.
pub fn request_target(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.into()
}

/// The user's name and password are for the server, not for the address bar.
pub fn without_credentials(mut url: Url) -> Url {
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// Where a redirect leads.
pub fn location(response: &HttpResponse) -> Option<String> {
    let is_redirect = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let value = response
        .headers()
        .get(header::LOCATION)
        .filter(|_| is_redirect)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The target of a redirect; the fragment stays unless the redirect has its own.
pub fn redirected(from: &Url, location: &str) -> Result<Url, LoadError> {
    let mut to = from
        .join(location)
        .map_err(|error| LoadError::InvalidResponse {
            reason: format!("it redirects to an invalid URL ({error})"),
        })?;
    if to.fragment().is_none() {
        to.set_fragment(from.fragment());
    }
    check(&to).map(|()| to)
}

/// A header whose text the renderer reads.
fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned();
    (text.len() <= TEXT_BYTES_MAX).then_some(text)
}

/// Whether the body came in chunks (RFC 9112, 7.1).
fn is_chunked(headers: &HeaderMap) -> bool {
    let encoding = headers.get(header::TRANSFER_ENCODING);
    encoding.is_some_and(|value| {
        let value = value.as_bytes().to_ascii_lowercase();
        value.trim_ascii().ends_with(b"chunked")
    })
}

fn is_header_char(c: char) -> bool {
    c == ' ' || c.is_ascii_graphic()
}
