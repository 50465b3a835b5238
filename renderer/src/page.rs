//! A renderer's content: one document at a time, parsed while it arrives, and reported to the
//! broker.
//!
//! Owns: the document and its fetches. Trusts: the broker's commits; the document not at all.
//! Never: shows a document without a commit, or navigates by itself: it asks the broker.

use crate::document::body::Body;
use crate::document::parse::OPAQUE_BASE;
use crate::document::refresh::Refresh;
use crate::inspect::Inspector;
use crate::load::fetcher::Fetcher;
use crate::load::icon;
use crate::loading::{Answer, Load, Stop};
use crate::runtime::{Host, LoopError, ToBroker};
use crate::script::stage::{Scripts, Stage};
use crate::script::storage::Storing;
use crate::script::streams::{Streams, Word};
use crate::view::{Anchor, View};
use data_url::DataUrl;
use ipc::Handles;
use parley::FontContext;
use protocol::document::BodySource;
use protocol::find::{FindCommand, FindMatches};
use protocol::ids::NavigationId;
use protocol::input::{Button, Cursor, InputEvent};
use protocol::limits::{TEXT_BYTES_MAX, TITLE_BYTES_MAX, URL_BYTES_MAX};
use protocol::misbehaviour::Misbehaviour;
use protocol::renderer::{CommitDocument, FromRenderer, ToRenderer};
use protocol::surface::SurfacePart;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};
use url::Url;

/// Longest time of parsing before the loop looks at its channels again.
const SLICE: Duration = Duration::from_millis(15);

/// The renderer's content.
pub(crate) struct Page {
    pub(crate) view: View,
    pub(crate) fetcher: Fetcher,
    is_locked: bool,
    pub(crate) load: Option<Load>,
    /// The commit whose document is shown.
    pub(crate) shown: Option<NavigationId>,
    hover: (Cursor, Option<String>),
    scrolled_to: u32,
    /// Why the document is incomplete; sent to the broker at the end of the turn.
    pub(crate) incomplete: Vec<String>,
    /// Where the document wants to go by itself; sent to the broker at the end of the turn.
    refresh: Option<Refresh>,
    pub(crate) scripts: Scripts,
    pub(crate) storing: Storing,
    pub(crate) streams: Streams,
    /// Who inspects the document, if anybody does.
    pub(crate) inspector: Option<Box<Inspector>>,
}

impl Page {
    pub(crate) fn new(fonts: FontContext) -> Page {
        let fetcher = Fetcher::default();
        let view = View::new(fonts, &fetcher);
        Page {
            view,
            fetcher,
            is_locked: false,
            load: None,
            shown: None,
            hover: (Cursor::Default, None),
            scrolled_to: 0,
            incomplete: Vec::new(),
            refresh: None,
            scripts: Scripts::default(),
            storing: Storing::default(),
            streams: Streams::default(),
            inspector: None,
        }
    }

    fn commit(&mut self, commit: CommitDocument, handles: &mut Handles) -> Result<(), LoopError> {
        self.hear_what_stands();
        let (body, content_type) = match commit.body {
            BodySource::Pipe => (Body::of_pipe(handles.pipe_reader()?), commit.content_type),
            BodySource::Region { bytes } => (
                Body::of_region(handles.region()?, bytes)?,
                commit.content_type,
            ),
            BodySource::Url => {
                let (bytes, mime_type) = data_of(&commit.url);
                (Body::of_bytes(&bytes), Some(mime_type))
            }
        };
        // The error page for an invalid URL has that invalid URL as its address.
        let url = Url::parse(&commit.url)
            .or_else(|_| Url::parse(OPAQUE_BASE))
            .expect("the stand-in is a URL");
        self.fetcher.reset();
        self.fetcher.set_document(commit.navigation, &url);
        self.view.abandon();
        self.view.find = None;
        self.view.set_target(url.fragment().map(str::to_owned));
        self.view.moving.outdate();
        let fragment = url.fragment().filter(|fragment| !fragment.is_empty());
        self.view.set_anchor(match (commit.scroll_y, fragment) {
            (None, Some(fragment)) => Some(Anchor::Fragment(fragment.to_owned())),
            (y, _) => Some(Anchor::Y(y.unwrap_or(0))),
        });
        self.refresh = None;
        self.scripts = Scripts::of(commit.script, commit.place, commit.state);
        self.leave_scripts();
        self.load = Some(Load::new(
            commit.navigation,
            url,
            Answer {
                status: commit.status,
                content_type,
                refresh: commit.refresh,
            },
            body,
        ));
        self.tell_inspector_of_commit();
        Ok(())
    }

    /// Parses what has arrived, with the scripts in it, and lays out what is to be shown.
    fn parse(&mut self, control: &ToBroker) {
        let until = Instant::now() + SLICE;
        self.unblock(control);
        while let Some(load) = &mut self.load {
            match load.parse(&mut self.view, &mut self.fetcher, until) {
                Some(Stop::Script(node)) => self.meet(node, control),
                Some(Stop::Again) => self.scripts = self.scripts.begun_again(),
                Some(Stop::End(end)) => {
                    self.incomplete.extend(end.incomplete);
                    self.refresh = end.refresh;
                    self.scripts.stage = Stage::Loading;
                    self.tell_of(end.growth);
                    break;
                }
                None => break,
            }
            if Instant::now() >= until {
                if let Some(load) = &mut self.load {
                    load.show_if_due(&mut self.view, false);
                }
                break;
            }
        }
        self.tell_growth();
        let started = Instant::now();
        if self.view.settle(&mut self.fetcher) {
            self.shown = self.load.as_ref().map(|load| load.navigation);
        }
        if let Some(load) = &mut self.load {
            load.rest_after(started.elapsed());
        }
    }

    fn say_title(&mut self, control: &ToBroker) {
        let Some(load) = self
            .load
            .as_mut()
            .filter(|load| self.shown == Some(load.navigation))
        else {
            return;
        };
        let title = cut(self.view.title(), TITLE_BYTES_MAX);
        if title != load.title {
            load.title.clone_from(&title);
            control.say(FromRenderer::Title {
                navigation: load.navigation,
                title,
            });
        }
    }

    /// Asks for the document's icon once everything else is there, and tells the broker of it.
    fn say_icon(&mut self, control: &ToBroker) {
        let is_idle = self.is_idle();
        let Some(load) = &mut self.load else { return };
        let is_over = load.is_parsed && is_idle;
        let navigation = load.navigation;
        if is_over
            && !load.has_icon
            && self.shown == Some(navigation)
            && let Some(document) = &self.view.document
        {
            load.has_icon = true;
            match icon::of(document, &load.url) {
                Some(url) => self.fetcher.fetch_icon(&url),
                None => control.say(FromRenderer::Icon {
                    navigation,
                    pixels: Vec::new(),
                }),
            }
        }
        if let Some(file) = self.fetcher.take_icon() {
            let pixels = icon::pixels(&file).unwrap_or_default();
            control.say(FromRenderer::Icon { navigation, pixels });
        }
    }

    fn say_hover(&mut self, control: &ToBroker) {
        let hover = self.view.hover();
        if hover != self.hover {
            self.hover.clone_from(&hover);
            control.say(FromRenderer::Hover {
                cursor: hover.0,
                link: hover.1,
            });
        }
    }

    /// Tells how far the page is scrolled, if that has changed.
    pub(crate) fn say_scrolled(&mut self, navigation: NavigationId, control: &ToBroker) {
        let y = self.view.scroll_y();
        if y != self.scrolled_to {
            self.scrolled_to = y;
            control.say(FromRenderer::Scrolled { navigation, y });
        }
    }

    /// Says what was found, of the document committed last: it is the one asked about.
    fn say_found(&self, request: u32, matches: FindMatches, control: &ToBroker) {
        if let Some(load) = &self.load {
            control.say(FromRenderer::Found {
                navigation: load.navigation,
                request,
                matches,
            });
        }
    }

    /// Says so once everything has arrived and is laid out.
    fn say_loaded(&mut self, control: &ToBroker) {
        let is_settled = !self.view.is_unsettled() && !self.view.has_next();
        let is_whole = is_settled && self.is_idle();
        let is_shown = |load: &&mut Load| self.shown == Some(load.navigation);
        let Some(load) = self.load.as_mut().filter(is_shown) else {
            return;
        };
        if load.is_parsed && is_whole && !load.is_loaded {
            load.is_loaded = true;
            let (navigation, failed_resources) = (load.navigation, self.fetcher.failed());
            self.fetcher.forget_finished();
            self.view.set_anchor(None);
            control.say(FromRenderer::Loaded {
                navigation,
                failed_resources,
            });
        }
    }

    /// Whether nothing more comes by itself.
    pub(crate) fn is_idle(&self) -> bool {
        self.fetcher.is_idle() && !self.view.has_next() && self.scripts.are_over()
    }

    /// Asks for a last paint once everything has arrived; `Loaded` follows that paint.
    fn finish_load(&mut self) {
        let Some(load) = &self.load else { return };
        let is_over = load.is_parsed && self.is_idle();
        if is_over && !load.is_loaded && !self.view.is_unsettled() {
            self.view.request_paint();
        }
    }
}

impl Host for Page {
    fn view(&mut self, part: SurfacePart) -> Option<&mut View> {
        (part == SurfacePart::Page).then_some(&mut self.view)
    }

    fn message(&mut self, message: ToRenderer, mut handles: Handles) -> Result<(), LoopError> {
        match message {
            ToRenderer::Lock { site, fetch } => {
                if self.is_locked {
                    return Err(Misbehaviour::WrongState.into());
                }
                self.is_locked = true;
                self.fetcher.set_site(site.clone());
                self.view.set_site(site);
                if fetch {
                    self.fetcher.set_channel(ipc::Endpoint::take(&mut handles)?);
                }
            }
            ToRenderer::FetchChannel if self.is_locked => {
                self.fetcher.set_channel(ipc::Endpoint::take(&mut handles)?);
            }
            ToRenderer::InspectorChannel if self.is_locked => self.take_inspector(&mut handles)?,
            ToRenderer::Commit(commit) if self.is_locked => self.commit(commit, &mut handles)?,
            ToRenderer::GoWithin(go) if self.is_locked => {
                let is_its = |load: &Load| load.navigation == go.navigation;
                if self.load.as_ref().is_some_and(is_its) {
                    self.go_to(go);
                }
            }
            ToRenderer::Storage(snapshot) if self.is_locked => {
                self.take_storage(snapshot, &mut handles)?;
            }
            ToRenderer::StorageNews(news) if self.is_locked => self.take_storage_news(news),
            ToRenderer::Stream {
                navigation,
                stream,
                is_open,
            } if self.is_locked => {
                let pipe = is_open.then(|| handles.pipe_reader()).transpose()?;
                if self.has_scripts_of(navigation) {
                    self.streams.add(stream, pipe);
                }
            }
            ToRenderer::Acted {
                navigation,
                request,
                refusal,
            } if self.is_locked => {
                if self.has_scripts_of(navigation) {
                    self.streams.say(Word::Acted(request, refusal));
                }
            }
            ToRenderer::Stop => {
                if let Some(load) = &mut self.load {
                    load.arrival.body.stop();
                }
                self.fetcher.stop();
            }
            ToRenderer::StopScript => self.stop_scripts(),
            // Its script was ended, or its document left, while it waited.
            ToRenderer::AnswerDialog { .. } => {}
            _ => return Err(Misbehaviour::WrongState.into()),
        }
        Ok(())
    }

    fn settle(&mut self, _part: SurfacePart) {
        self.view.settle(&mut self.fetcher);
    }

    fn input(&mut self, part: SurfacePart, event: InputEvent, control: &ToBroker) {
        if part != SurfacePart::Page {
            return;
        }
        // Earlier input may have changed what lies under the pointer.
        self.view.settle(&mut self.fetcher);
        self.note_act(&event);
        if self.view.input(event) {
            self.view.set_anchor(None);
        }
        let new_tab = matches!(
            event,
            InputEvent::PointerUp { button: Button::Left, modifiers, .. } if modifiers.ctrl
        );
        self.say_navigations(new_tab, control);
        if let InputEvent::PointerUp {
            button: Button::Middle,
            ..
        } = event
            && let (Some(navigation), Some(url)) = (self.shown, self.view.hovered_link())
            && !url.starts_with(OPAQUE_BASE)
        {
            control.say(FromRenderer::Navigate {
                navigation,
                url,
                new_tab: true,
            });
        }
    }

    fn find(&mut self, command: FindCommand, control: &ToBroker) -> Result<(), LoopError> {
        match command {
            FindCommand::Search {
                request,
                text,
                step,
            } => {
                let matches = self.view.find(request, &text, step);
                if self.view.is_unsettled() || self.view.has_next() {
                    self.view.outdate_find();
                }
                self.say_found(request, matches, control);
            }
            FindCommand::Close => self.view.close_find(),
        }
        Ok(())
    }

    fn sources(&self) -> Vec<BorrowedFd<'_>> {
        let pipe = self.load.as_ref().and_then(|load| load.arrival.body.pipe());
        let sources = pipe.into_iter().chain(self.fetcher.answers());
        let sources = sources.chain(self.streams.sources());
        sources.chain(self.inspector_source()).collect()
    }

    fn outlet(&self) -> Option<BorrowedFd<'_>> {
        self.inspector_outlet()
    }

    fn fetch_channel(&self) -> Option<BorrowedFd<'_>> {
        self.fetcher.answers()
    }

    fn receive(&mut self) -> Result<(), LoopError> {
        if let Some(load) = &mut self.load {
            load.arrival.body.read_available();
        }
        self.fetcher.receive();
        self.streams.receive();
        if let Some(inspector) = &mut self.inspector {
            inspector.receive();
        }
        Ok(())
    }

    fn deadline(&self) -> Option<Instant> {
        let load = self.load.as_ref();
        let load = load.and_then(|load| load.deadline(&self.view));
        let due = [self.view.deadline(), load, self.script_deadline()];
        let due = due.into_iter().chain([self.inspector_deadline()]);
        due.flatten().min()
    }

    fn turn(&mut self, control: &ToBroker) {
        self.serve_inspector(control);
        self.parse(control);
        self.run_scripts(control);
        if let Some(load) = &self.load {
            let navigation = load.navigation;
            for reason in std::mem::take(&mut self.incomplete) {
                let reason = cut(reason, TEXT_BYTES_MAX);
                control.say(FromRenderer::Incomplete { navigation, reason });
            }
            if let Some(Refresh { after_s, url }) = self.refresh.take()
                && url.as_str().len() <= URL_BYTES_MAX
            {
                control.say(FromRenderer::Refresh {
                    navigation,
                    url: url.into(),
                    after_s,
                });
            }
        }
        if self.view.take_laid_out() {
            self.say_title(control);
        }
        self.say_hover(control);
        if let Some((request, matches)) = self.view.refresh_find() {
            self.say_found(request, matches, control);
        }
        self.say_icon(control);
        self.finish_load();
        self.tell_inspector();
    }

    fn painted(&mut self, part: SurfacePart, control: &ToBroker) {
        if part != SurfacePart::Page {
            return;
        }
        let is_shown = |load: &&mut Load| self.shown == Some(load.navigation);
        let Some(load) = self.load.as_mut().filter(is_shown) else {
            return;
        };
        let navigation = load.navigation;
        if !load.is_painted {
            load.is_painted = true;
            control.say(FromRenderer::Painted { navigation });
        }
        self.say_loaded(control);
        self.say_scrolled(navigation, control);
    }

    fn unseen(&mut self, _part: SurfacePart, control: &ToBroker) {
        self.hide_scripts();
        self.say_loaded(control);
    }

    fn document(&self) -> Option<NavigationId> {
        self.load.as_ref().map(|load| load.navigation)
    }

    fn stays(&mut self) -> bool {
        Page::stays(self)
    }

    fn is_at_rest(&self) -> bool {
        self.load.as_ref().is_some_and(|load| load.is_loaded) && !self.view.is_unsettled()
    }
}

/// The bytes and the type of a `data:` URL or of the source of one; no bytes if it is invalid.
fn data_of(url: &str) -> (Vec<u8>, String) {
    let url = url.strip_prefix("view-source:").unwrap_or(url);
    let Ok(data) = DataUrl::process(url) else {
        return (Vec::new(), "text/plain".to_owned());
    };
    let bytes = data
        .decode_to_vec()
        .map(|(bytes, _)| bytes)
        .unwrap_or_default();
    (bytes, data.mime_type().to_string())
}

/// The longest prefix of `text` of at most `bytes_max` bytes.
fn cut(mut text: String, bytes_max: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes_max));
    text
}
