//! One tab, as far as it has been told of by the broker, and what is under way there.

use crate::command::Params;
use crate::inspector::Inspector;
use crate::log::Log;
use crate::picture::Job;
use crate::screencast::Wanted;
use crate::session::{ClientId, SessionKey};
use protocol::geometry::Size;
use protocol::ids::{ContextId, NavigationId};
use protocol::input::InputEvent;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use url::Url;

/// Whom an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    pub session: SessionKey,
    pub id: i64,
}

/// Whom the answer of the broker is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum For {
    Session(Asker),
    /// A request of HTTP.
    Http(ClientId),
    Nobody,
}

/// What Chromium calls the page that stands for one that could not be had.
const ERROR_PAGE: &str = "chrome-error://chromewebdata/";

/// A tab.
#[derive(Debug)]
pub struct Tab {
    pub context: ContextId,
    /// The name of its page, which is that of the page's frame.
    pub page: String,
    /// The name of the tab itself.
    pub name: String,
    pub url: String,
    pub title: String,
    /// What it shows.
    pub document: Option<Document>,
    /// The navigation that is under way.
    pub pending: Option<NavigationId>,
    /// The last navigation that has begun.
    pub begun: Option<NavigationId>,
    /// That of a document without the network whose request is not over.
    pub requested: Option<NavigationId>,
    /// Whoever wanted that.
    pub navigating: Option<For>,
    pub is_crashed: bool,
    /// Commands whose answer is the death of the page.
    pub doomed: Vec<Asker>,
    /// The channel to the process of its document.
    pub inspector: Option<Inspector>,
    /// Whether its document is one of that process.
    pub is_inspected: bool,
    /// Commands that wait for a document.
    pub waiting: VecDeque<Waiting>,
    /// Bytes of them.
    pub waiting_bytes: usize,
    /// Commands that the document works on.
    pub asked: BTreeMap<u32, Asked>,
    /// Those of them that come before its next document.
    pub beginning: BTreeSet<u32>,
    /// Inputs that wait until the page has taken those before.
    pub inputs: VecDeque<(InputEvent, Option<Asker>)>,
    pub has_input_under_way: bool,
    /// After which frame the next one is asked for, if it is, for the screencasts of its page.
    pub frame_after: Option<u64>,
    /// Whether its dialogs are answered by a client.
    pub has_dialogs: bool,
    /// Whether its next documents run no scripts.
    pub scripts_off: bool,
    /// Events of a document that is not committed yet, with their bytes.
    pub early: Vec<Early>,
    pub early_bytes: usize,
    /// What went wrong with its requests.
    pub log: Log,
}

/// What a tab shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub navigation: NavigationId,
    /// Why there is an error page instead.
    pub error: Option<String>,
}

/// A command that waits for a document.
#[derive(Debug)]
pub enum Waiting {
    /// For the document itself.
    Command {
        asker: Asker,
        method: String,
        params: Params,
    },
    /// `Page.getFrameTree`.
    FrameTree(Asker),
    /// A picture.
    Picture(Asker, Job),
}

/// What is done with a document's answer.
#[derive(Debug)]
pub enum Asked {
    /// A client gets it.
    Client(Asker),
    /// A client gets it; it is something that a new process is told as well.
    Standing(Asker),
    /// It names a script, by our name; a client may wait for that.
    Script {
        session: SessionKey,
        name: String,
        asker: Option<Asker>,
    },
    /// It says which frames stand in it.
    FrameTree(Asker),
    /// It says how large the page is, for a picture.
    Metrics(Asker, Job),
    /// It says where the page is scrolled to, for a frame of that session's screencast.
    Shot(SessionKey, Shot),
    /// Nothing.
    Nobody,
}

/// A frame for a screencast.
#[derive(Debug)]
pub struct Shot {
    pub wanted: Wanted,
    /// Of which screencast of the session.
    pub number: u32,
    pub size: Size,
    /// RGBA, rows without padding.
    pub pixels: Rc<Vec<u8>>,
    /// Seconds since 1970.
    pub taken_s: f64,
    /// Seconds of a clock that never goes back.
    pub monotonic_s: f64,
}

/// An event of a document that is not committed yet.
#[derive(Debug)]
pub struct Early {
    pub navigation: NavigationId,
    pub session: SessionKey,
    pub method: String,
    pub params: Value,
    pub bytes: usize,
}

impl Tab {
    pub fn new(context: ContextId, page: String, name: String, url: String) -> Tab {
        Tab {
            context,
            page,
            name,
            url,
            title: String::new(),
            document: None,
            pending: None,
            begun: None,
            requested: None,
            navigating: None,
            is_crashed: false,
            doomed: Vec::new(),
            inspector: None,
            is_inspected: false,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            asked: BTreeMap::new(),
            beginning: BTreeSet::new(),
            inputs: VecDeque::new(),
            has_input_under_way: false,
            frame_after: None,
            has_dialogs: false,
            scripts_off: false,
            early: Vec::new(),
            early_bytes: 0,
            log: Log::default(),
        }
    }

    /// Its title, or what stands for one.
    pub fn shown_title(&self) -> &str {
        if !self.title.is_empty() {
            return &self.title;
        }
        let web = ["http://", "https://"];
        let short = web.iter().find_map(|scheme| self.url.strip_prefix(scheme));
        short.unwrap_or(&self.url)
    }

    /// The name of what it shows.
    pub fn loader(&self) -> String {
        let navigation = self.document.as_ref().map(|it| it.navigation);
        loader_of(navigation.unwrap_or(NavigationId(0)))
    }

    /// Its frame, as `Page.getFrameTree` and `Page.frameNavigated` tell of it.
    pub fn frame(&self) -> Value {
        let is_error = self.document.as_ref().is_some_and(|it| it.error.is_some());
        let shown = if is_error { ERROR_PAGE } else { &self.url };
        let (url, fragment) = match shown.split_once('#') {
            Some((url, fragment)) => (url, Some(format!("#{fragment}"))),
            None => (shown, None),
        };
        let parsed = Url::parse(shown).ok();
        let origin = parsed
            .as_ref()
            .map(|url| url.origin().ascii_serialization());
        let origin = origin.filter(|it| it != "null");
        let host = parsed.as_ref().and_then(|url| url.host_str());
        let is_local = host.is_some_and(is_loopback);
        let is_secure = is_local || shown.starts_with("https:");
        let mut frame = json!({
            "id": self.page,
            "loaderId": self.loader(),
            "url": url,
            "domainAndRegistry": "",
            "securityOrigin": origin.unwrap_or_else(|| "://".to_owned()),
            "securityOriginDetails": {"isLocalhost": is_local},
            "mimeType": "text/html",
            "adFrameStatus": {"adFrameType": "none"},
            "secureContextType": match (is_secure, is_local) {
                (_, true) => "SecureLocalhost",
                (true, _) => "Secure",
                _ => "InsecureScheme",
            },
            "crossOriginIsolatedContextType": "NotIsolated",
            "gatedAPIFeatures": [],
        });
        if let Some(fragment) = fragment {
            frame["urlFragment"] = json!(fragment);
        }
        if is_error {
            frame["unreachableUrl"] = json!(self.url);
        }
        frame
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|it| it.is_loopback())
}

/// The name of a navigation's document; the document's process makes it alike.
pub fn loader_of(navigation: NavigationId) -> String {
    format!("{:032X}", navigation.0)
}

/// What Chromium calls the reason for which a page could not be loaded.
pub fn error_text(code: &str) -> &'static str {
    match code {
        "BLOCKED" | "REFUSED" => "net::ERR_BLOCKED_BY_CLIENT",
        "BODY_CUT_SHORT" => "net::ERR_CONTENT_LENGTH_MISMATCH",
        "CANCELLED" => "net::ERR_ABORTED",
        "CONNECTION_REFUSED" => "net::ERR_CONNECTION_REFUSED",
        "CONNECTION_RESET" => "net::ERR_EMPTY_RESPONSE",
        "CUT_IN_CHUNK" => "net::ERR_INCOMPLETE_CHUNKED_ENCODING",
        "FILE" => "net::ERR_FILE_NOT_FOUND",
        "HOST_NOT_FOUND" | "RESOLVER" => "net::ERR_NAME_NOT_RESOLVED",
        "INVALID_RESPONSE" => "net::ERR_INVALID_HTTP_RESPONSE",
        "INVALID_URL" | "NO_SUCH_PAGE" => "net::ERR_INVALID_URL",
        "DISCONNECTED" | "OFFLINE" => "net::ERR_INTERNET_DISCONNECTED",
        "REDIRECT_LOOP" | "TOO_MANY_REDIRECTS" => "net::ERR_TOO_MANY_REDIRECTS",
        "TIMED_OUT" => "net::ERR_TIMED_OUT",
        "TLS" => "net::ERR_CERT_AUTHORITY_INVALID",
        "UNSUPPORTED_SCHEME" => "net::ERR_UNKNOWN_URL_SCHEME",
        _ => "net::ERR_FAILED",
    }
}
