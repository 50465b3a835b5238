//! One load of a page: its document is parsed while it arrives, shown while it grows, and complete
//! in the end.
//!
//! Trusts: nothing in the document. Never: parses for longer than a slice of time, so that the loop
//! looks at its other channels.

use crate::document::arrival::{Arrival, Progress, Reader};
use crate::document::body::Body;
use crate::document::charset::PRESCAN_BYTES;
use crate::document::content;
use crate::document::growth::Growth;
use crate::document::mime::{self, ContentType, MimeKind};
use crate::document::parse::OPAQUE_BASE;
use crate::document::refresh::{self, Refresh};
use crate::document::status;
use crate::load::fetcher::Fetcher;
use crate::view::View;
use blitz_dom::NodeId;
use blitz_traits::net::Bytes;
use protocol::ids::NavigationId;
use protocol::limits::DOCUMENT_ELEMENTS_MAX;
use std::time::{Duration, Instant};
use url::Url;

/// Least time between two layouts of a document that grows, and before the first one.
const REST_MIN: Duration = Duration::from_millis(100);
/// Longest time between two.
const REST_MAX: Duration = Duration::from_secs(3);
/// A layout is followed by a rest of so many times its length.
const RESTS: u32 = 4;
/// The scheme of the addresses under which the text of a page is shown.
const VIEW_SOURCE: &str = "view-source";

/// What the head of the answer says.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    /// The `Refresh` header.
    pub(crate) refresh: Option<String>,
}

/// The document that is loading or loaded.
pub(crate) struct Load {
    pub(crate) navigation: NavigationId,
    pub(crate) url: Url,
    answer: Answer,
    pub(crate) arrival: Arrival,
    /// Whether there is more in the tree than was laid out last.
    has_grown: bool,
    /// Whether what is in the tree is to be laid out now.
    is_due: bool,
    /// When to show what is there by then.
    show_at: Instant,
    /// Whether a script comes before the rest, and has to wait for something.
    pub(crate) is_blocked: bool,
    /// Whether the whole body has been parsed.
    pub(crate) is_parsed: bool,
    pub(crate) title: String,
    pub(crate) is_painted: bool,
    pub(crate) is_loaded: bool,
    /// Whether the icon has been asked for.
    pub(crate) has_icon: bool,
}

/// Why parsing has come to a stop.
pub(crate) enum Stop {
    /// A script comes before the rest.
    Script(NodeId),
    /// It begins anew, in another encoding.
    Again,
    End(End),
}

/// What is known of a document once all of it is parsed.
#[derive(Default)]
pub(crate) struct End {
    /// Why it is incomplete.
    pub(crate) incomplete: Vec<String>,
    /// Where it wants to go by itself.
    pub(crate) refresh: Option<Refresh>,
    /// What the scripts have not been told of.
    pub(crate) growth: Growth,
}

impl Load {
    pub(crate) fn new(navigation: NavigationId, url: Url, answer: Answer, body: Body) -> Load {
        Load {
            navigation,
            url,
            answer,
            arrival: Arrival::new(body),
            has_grown: false,
            is_due: false,
            show_at: Instant::now() + REST_MIN,
            is_blocked: false,
            is_parsed: false,
            title: String::new(),
            is_painted: false,
            is_loaded: false,
            has_icon: false,
        }
    }

    /// What the document is said to be.
    pub(crate) fn mime(&self) -> String {
        let said = self.answer.content_type.as_deref().unwrap_or("text/html");
        let essence = said.split(';').next().unwrap_or_default().trim();
        essence.to_ascii_lowercase()
    }

    /// When there is something to do even if nothing happens.
    pub(crate) fn deadline(&self, view: &View) -> Option<Instant> {
        if self.is_parsed {
            return None;
        }
        if self.arrival.has_more() && !self.is_blocked {
            return Some(Instant::now());
        }
        let has_more = self.arrival.body.has_more() && !self.is_blocked;
        (self.has_grown || has_more || view.is_outdated()).then_some(self.show_at)
    }

    /// Parses what has arrived, until that moment, and has it shown if it is time. Returns why it
    /// has stopped, if something else has to come first.
    pub(crate) fn parse(
        &mut self,
        view: &mut View,
        fetcher: &mut Fetcher,
        until: Instant,
    ) -> Option<Stop> {
        if self.is_parsed || !self.arrival.has_begun() && !self.begin(view, fetcher) {
            return None;
        }
        if self.is_blocked {
            self.show_if_due(view, false);
            return None;
        }
        self.has_grown |= self.arrival.has_more();
        let stream = self.arrival.stream()?;
        match view.grow(&stream, || self.arrival.advance(until)) {
            Some(Progress::Renamed(encoding)) => {
                let reader = self.arrival.reader()?.again(encoding);
                self.open(reader, 0, view);
                return Some(Stop::Again);
            }
            Some(Progress::Script(script)) => return Some(Stop::Script(script)),
            Some(Progress::Ended) | None => return Some(Stop::End(self.end(view))),
            Some(Progress::Waiting | Progress::Busy) => {}
        }
        // A layout would take longer than the rest of the parsing.
        let is_nearly_over = self.arrival.body.is_nearly_taken();
        self.show_if_due(view, is_nearly_over);
        None
    }

    /// Has what is there shown, if it is time.
    pub(crate) fn show_if_due(&mut self, view: &mut View, is_nearly_over: bool) {
        let is_outdated = self.has_grown || view.is_outdated();
        if is_outdated && !is_nearly_over && Instant::now() >= self.show_at {
            if let Some(stream) = self.arrival.stream() {
                view.show_grown(&stream);
            }
            (self.has_grown, self.is_due) = (false, true);
        }
    }

    /// A layout has taken so long: there will not be another one for some time.
    pub(crate) fn rest_after(&mut self, layout: Duration) {
        if std::mem::take(&mut self.is_due) {
            self.show_at = Instant::now() + (layout * RESTS).clamp(REST_MIN, REST_MAX);
        }
    }

    /// Begins to parse once enough has come to know what it is.
    fn begin(&mut self, view: &mut View, fetcher: &mut Fetcher) -> bool {
        let body = &mut self.arrival.body;
        let is_enough = body.bytes().len() >= PRESCAN_BYTES
            || body.has_more() && Instant::now() >= self.show_at;
        if !is_enough && !body.is_complete() {
            return false;
        }
        let mut content = mime::content_type(self.answer.content_type.as_deref(), body.bytes());
        if self.url.scheme() == VIEW_SOURCE {
            content.kind = MimeKind::Text;
        }
        match &content.kind {
            // A partial image is not shown.
            MimeKind::Image if !body.is_complete() => {
                self.show_at = Instant::now() + REST_MAX;
                return false;
            }
            MimeKind::Image => fetcher.provide(&self.url, Bytes::from(body.take_all())),
            // The rest is not read.
            MimeKind::Unsupported(_) => body.stop(),
            _ => {}
        }
        flight::mark(flight::Step::Load, 0);
        let (reader, mark) = self.reader(&content);
        self.open(reader, mark, view);
        true
    }

    fn reader(&self, content: &ContentType) -> (Reader, usize) {
        let body = &self.arrival.body;
        let is_empty = content.kind != MimeKind::Image && body.bytes().is_empty();
        let instead = is_empty.then(|| status::page(self.answer.status, self.url.as_str()));
        match instead.flatten() {
            Some(page) => (Reader::of_page(page), 0),
            None => Reader::new(content, body.bytes(), self.url.as_str()),
        }
    }

    fn open(&mut self, reader: Reader, mark: usize, view: &mut View) {
        let base = base_url(&self.url, reader.kind());
        let stream = view.open(reader.markup(), &base);
        self.arrival.begin(reader, stream, mark);
    }

    fn end(&mut self, view: &mut View) -> End {
        let mut end = End::default();
        self.is_parsed = true;
        if let Some(reader) = self.arrival.reader()
            && let MimeKind::Unsupported(essence) = reader.kind()
        {
            end.incomplete.push(content::unsupported_reason(essence));
        }
        if self.arrival.is_spent() {
            end.incomplete.push(format!(
                "the page has more than {DOCUMENT_ELEMENTS_MAX} elements; the rest is not shown"
            ));
        }
        end.incomplete.extend(self.arrival.body.take_cut());
        if let Some(stream) = self.arrival.stream() {
            end.growth = stream.take_growth();
            view.complete(&stream);
        }
        if let Some(document) = view.arriving() {
            let header = self.answer.refresh.as_deref();
            end.refresh = refresh::of(document, header, &self.url);
        }
        self.arrival = Arrival::new(Body::default());
        end
    }
}

/// The base of the document's relative URLs.
fn base_url(url: &Url, kind: &MimeKind) -> String {
    // An image document asks for its own URL, whatever it is.
    if url.cannot_be_a_base() && *kind != MimeKind::Image {
        return OPAQUE_BASE.to_owned();
    }
    url.as_str().to_owned()
}
