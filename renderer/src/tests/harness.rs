//! The other ends of a renderer's channels.

use crate::fonts;
use crate::runtime::{self, Host};
use crate::tests::inspector::Clients;
use crate::{page, shell};
use ipc::poll::{Interest, wait};
use ipc::{Endpoint, Receiver, Sender};
use protocol::document::{BodySource, ResponseHead};
use protocol::error::LoadError;
use protocol::fetch::{FromNetwork, ToNetwork};
use protocol::frames::{FromProducer, ToProducer};
use protocol::geometry::Size;
use protocol::ids::{Generation, NavigationId, RequestId, SurfaceId};
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::renderer::{CommitDocument, FromRenderer, HistoryPlace, ToRenderer};
use protocol::shell::{FromShell, ToShell};
use protocol::site::Site;
use protocol::surface::SurfacePart;
use shm::{Consumer, Damage, Region, SurfaceRegions};
use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::JoinHandle;
use std::time::Duration;
use url::Url;

/// After this long without anything happening a test fails.
const WATCHDOG: Duration = Duration::from_secs(60);
/// What the main thread of the real process has.
const STACK_BYTES: usize = 8 * 1024 * 1024;
pub(super) const SIZE: Size = Size::new(400, 300);
pub(super) const SURFACE: SurfaceId = SurfaceId(7);

/// The fonts of a machine without fonts.
pub(crate) fn bundled_fonts() -> parley::FontContext {
    fonts::bundled()
}

/// A process under test, seen from outside.
pub(super) struct Outside {
    control: Option<(Sender<ToRenderer>, Receiver<FromRenderer>)>,
    pub(super) network: Option<(Sender<FromNetwork>, Receiver<ToNetwork>)>,
    commands: Option<(Sender<ToShell>, Receiver<FromShell>)>,
    pub(super) clients: Option<Clients>,
    /// The surface attached last: what is looked at and clicked on.
    surface: SurfaceId,
    frames: Option<(Sender<ToProducer>, Receiver<FromProducer>)>,
    consumer: Option<Consumer>,
    /// What comes of drawing only the damage of each frame.
    composed: Vec<u32>,
    /// Whether each frame is answered with the next credit.
    pub(super) gives_credit: bool,
    pub(super) frames_seen: u64,
    /// Everything the renderer has said and nobody has waited for.
    pub(super) said: VecDeque<FromRenderer>,
    pub(super) asked: VecDeque<FromShell>,
    pub(super) fetches: VecDeque<ToNetwork>,
    next_input: u32,
    thread: Option<JoinHandle<()>>,
}

impl Outside {
    fn start<H: Host>(host: impl FnOnce(parley::FontContext) -> H + Send + 'static) -> Outside {
        let (inside, outside) = Endpoint::<FromRenderer, ToRenderer>::pair().expect("pair");
        let thread = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(move || {
                runtime::run(inside, Box::new(host(bundled_fonts())))
                    .expect("the loop ends in peace");
            })
            .expect("a thread");
        Outside {
            control: Some(outside.split()),
            network: None,
            commands: None,
            clients: None,
            surface: SURFACE,
            frames: None,
            consumer: None,
            composed: Vec::new(),
            gives_credit: true,
            frames_seen: 0,
            said: VecDeque::new(),
            asked: VecDeque::new(),
            fetches: VecDeque::new(),
            next_input: 0,
            thread: Some(thread),
        }
    }

    /// A renderer with a surface, locked to a site with a fetch channel.
    pub(super) fn page() -> Outside {
        let mut outside = Outside::locked();
        outside.attach(SurfacePart::Page, SIZE);
        outside
    }

    /// The same with a surface that nobody has seen.
    pub(super) fn unseen_page(size: Size) -> Outside {
        let mut outside = Outside::locked();
        outside.hide(size);
        outside
    }

    fn locked() -> Outside {
        let mut outside = Outside::start(page::Page::new);
        let (inside, network) = Endpoint::<ToNetwork, FromNetwork>::pair().expect("pair");
        outside.network = Some(network.split());
        let site = Site::of(&Url::parse("http://site.test/").expect("URL"), 0);
        outside.send_with(
            ToRenderer::Lock { site, fetch: true },
            vec![inside.into_fd()],
        );
        outside
    }

    /// A shell with its strip.
    pub(super) fn shell(size: Size) -> Outside {
        let (inside, commands) = Endpoint::<FromShell, ToShell>::pair().expect("pair");
        let mut outside = Outside::start(move |fonts| shell::Shell::new(fonts, inside));
        outside.commands = Some(commands.split());
        outside.attach(SurfacePart::Strip, size);
        outside
    }

    pub(super) fn attach(&mut self, part: SurfacePart, size: Size) {
        let (inside, outside) = Endpoint::<FromProducer, ToProducer>::pair().expect("pair");
        let regions = self.new_regions(size, Generation(1));
        let fds = [vec![inside.into_fd()], regions].concat_fds();
        let generation = Generation(1);
        if self.frames.is_some() {
            self.surface = SurfaceId(self.surface.0 + 1);
            self.frames_seen = 0;
        }
        self.send_with(
            ToRenderer::AttachSurface {
                surface: self.surface,
                part,
                generation,
                size,
            },
            fds,
        );
        self.frames = Some(outside.split());
        if self.gives_credit {
            self.give_credit();
        }
    }

    pub(super) fn resize(&mut self, size: Size, generation: Generation) {
        let fds = self.new_regions(size, generation);
        let message = ToRenderer::ReplaceRegion {
            surface: self.surface,
            generation,
            size,
            channel: false,
        };
        self.send_with(message, fds);
    }

    /// Nobody sees the page any more; what was its channel is closed.
    pub(super) fn hide(&mut self, size: Size) {
        self.send(ToRenderer::HideSurface {
            surface: self.surface,
            sequence: 0,
            part: SurfacePart::Page,
            size,
        });
        (self.frames, self.consumer) = (None, None);
        self.frames_seen = 0;
    }

    /// A hidden page is shown again.
    pub(super) fn show(&mut self, size: Size, generation: Generation) {
        let (inside, outside) = Endpoint::<FromProducer, ToProducer>::pair().expect("pair");
        let regions = self.new_regions(size, generation);
        let message = ToRenderer::ReplaceRegion {
            surface: self.surface,
            generation,
            size,
            channel: true,
        };
        self.send_with(message, [vec![inside.into_fd()], regions].concat_fds());
        self.frames = Some(outside.split());
        self.give_credit();
    }

    fn new_regions(&mut self, size: Size, generation: Generation) -> Vec<OwnedFd> {
        let regions = SurfaceRegions::create(size).expect("regions");
        let pixels = regions.pixels.read_only().expect("descriptor");
        let latch = regions.latch.dup().expect("descriptor");
        self.consumer = Some(Consumer::new(pixels, latch, size, generation).expect("consumer"));
        vec![
            regions.pixels.dup().expect("descriptor"),
            regions.latch.dup().expect("descriptor"),
        ]
    }

    pub(super) fn send(&self, message: ToRenderer) {
        self.send_with(message, Vec::new());
    }

    pub(super) fn send_with(&self, message: ToRenderer, fds: Vec<OwnedFd>) {
        let (sender, _) = self.control.as_ref().expect("open");
        sender.send_with(message, fds).expect("sent");
    }

    pub(super) fn tell_shell(&self, message: ToShell) {
        let (sender, _) = self.commands.as_ref().expect("a shell");
        sender.send(message).expect("sent");
    }

    pub(super) fn answer(&self, message: FromNetwork) {
        let (sender, _) = self.network.as_ref().expect("a network");
        sender.send(message).expect("sent");
    }

    /// Answers a fetch in full, without a type.
    pub(super) fn serve(&self, request: RequestId, url: &str, bytes: &[u8]) {
        self.serve_as(request, url, None, bytes);
    }

    /// Answers a fetch in full, from `final_url`.
    pub(super) fn serve_as(
        &self,
        request: RequestId,
        final_url: &str,
        content_type: Option<&str>,
        bytes: &[u8],
    ) {
        let head = ResponseHead {
            final_url: final_url.to_owned(),
            status: 200,
            content_type: content_type.map(str::to_owned),
            refresh: None,
            content_length: None,
            redirects: 0,
        };
        self.answer(FromNetwork::Head { request, head });
        self.answer(FromNetwork::Body {
            request,
            bytes: bytes.to_vec(),
        });
        self.answer(FromNetwork::End { request });
    }

    /// Answers a fetch: it could not be done.
    pub(super) fn fail(&self, request: RequestId) {
        self.answer(FromNetwork::Failed {
            request,
            error: LoadError::Cancelled,
        });
    }

    pub(super) fn give_credit(&self) {
        let (sender, _) = self.frames.as_ref().expect("a surface");
        sender.send(ToProducer::BeginFrame).expect("sent");
    }

    /// Commits a document that stands in a region.
    pub(super) fn commit(&self, url: &str, content_type: &str, bytes: &[u8]) -> NavigationId {
        self.commit_scrolled(url, content_type, bytes, 0)
    }

    pub(super) fn commit_scrolled(
        &self,
        url: &str,
        content_type: &str,
        bytes: &[u8],
        scroll_y: u32,
    ) -> NavigationId {
        let region = Region::create_filled("test-page", bytes).expect("region");
        let body = BodySource::Region {
            bytes: bytes.len() as u64,
        };
        self.send_with(
            commit(url, Some(content_type), body, scroll_y),
            vec![region.read_only().expect("descriptor")],
        );
        NAVIGATION
    }

    /// Commits an HTML document of the site and waits until it is loaded.
    pub(super) fn load(&mut self, html: &str) {
        self.commit(
            "http://site.test/page",
            "text/html; charset=utf-8",
            html.as_bytes(),
        );
        self.wait_loaded();
    }

    pub(super) fn wait_loaded(&mut self) -> u32 {
        self.wait_said("Loaded", |message| match message {
            FromRenderer::Loaded {
                failed_resources, ..
            } => Some(*failed_resources),
            _ => None,
        })
    }

    /// Waits for a message that `wanted` wants; earlier ones stay.
    pub(super) fn wait_said<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(&FromRenderer) -> Option<T>,
    ) -> T {
        loop {
            if let Some(at) = self
                .said
                .iter()
                .position(|message| wanted(message).is_some())
            {
                let message = self.said.remove(at).expect("found");
                return wanted(&message).expect("found");
            }
            self.step(what);
        }
    }

    /// What the shell asks for next, apart from what it tells of typed text.
    pub(super) fn wait_asked(&mut self, what: &str) -> FromShell {
        self.wait_told(what, |asked| !matches!(asked, FromShell::Typed(_)))
    }

    /// The next text in the address bar that the shell tells of.
    pub(super) fn wait_typed(&mut self, what: &str) -> FromShell {
        self.wait_told(what, |asked| matches!(asked, FromShell::Typed(_)))
    }

    fn wait_told(&mut self, what: &str, is_it: impl Fn(&FromShell) -> bool) -> FromShell {
        loop {
            if let Some(asked) = self.asked.iter().position(&is_it) {
                return self.asked.remove(asked).expect("found");
            }
            self.step(what);
        }
    }

    /// The number of the next input or edit.
    pub(super) fn next_number(&mut self) -> u32 {
        self.next_input += 1;
        self.next_input
    }

    pub(super) fn wait_fetch(&mut self) -> (RequestId, String) {
        loop {
            match self.fetches.pop_front() {
                Some(ToNetwork::Fetch { url, .. }) if is_default_icon(&url) => {}
                Some(ToNetwork::Fetch { request, url, .. }) => return (request, url),
                Some(_) => {}
                None => self.step("a fetch"),
            }
        }
    }

    /// The next fetch as it was asked for, with what it sends.
    pub(super) fn wait_request(&mut self) -> (ToNetwork, Vec<u8>) {
        let mut asked = None;
        let mut sent = Vec::new();
        loop {
            if let Some(ToNetwork::Fetch { options, .. }) = &asked
                && options.body_bytes.unwrap_or(0) as usize == sent.len()
            {
                return (asked.expect("a fetch"), sent);
            }
            match self.fetches.pop_front() {
                Some(ToNetwork::Body { bytes, .. }) => sent.extend(bytes),
                Some(ToNetwork::Fetch { ref url, .. }) if is_default_icon(url) => {}
                Some(fetch @ ToNetwork::Fetch { .. }) => asked = Some(fetch),
                Some(_) => {}
                None => self.step("a request"),
            }
        }
    }

    /// The next fetch, or `None` once the renderer has said what is wanted.
    pub(super) fn wait_fetch_or(
        &mut self,
        wanted: impl Fn(&FromRenderer) -> bool,
    ) -> Option<(RequestId, String)> {
        loop {
            match self.fetches.pop_front() {
                Some(ToNetwork::Fetch { url, .. }) if is_default_icon(&url) => {}
                Some(ToNetwork::Fetch { request, url, .. }) => return Some((request, url)),
                Some(_) => {}
                None if self.said.iter().any(&wanted) => return None,
                None => self.step("a fetch or an end"),
            }
        }
    }

    /// Waits until a frame satisfies `wanted`.
    pub(super) fn wait_pixels(&mut self, what: &str, wanted: impl Fn(&Outside) -> bool) {
        while self.frames_seen == 0 || !wanted(self) {
            self.step(what);
        }
    }

    /// The colour of a pixel of the last frame, 0xRRGGBB.
    pub(super) fn pixel(&self, x: u32, y: u32) -> u32 {
        let mut row = [0; 1];
        let consumer = self.consumer.as_ref().expect("a surface");
        consumer.read_row_xrgb(y, x, &mut row);
        row[0]
    }

    /// All pixels of the last frame.
    pub(super) fn pixels(&self) -> Vec<u32> {
        let consumer = self.consumer.as_ref().expect("a surface");
        let size = consumer.size();
        let mut pixels = vec![0; (size.width * size.height) as usize];
        for (y, row) in pixels.chunks_mut(size.width as usize).enumerate() {
            consumer.read_row_xrgb(y as u32, 0, row);
        }
        pixels
    }

    /// Sends an input and waits until it is done.
    pub(super) fn input(&mut self, event: InputEvent) {
        let wanted = self.begin_input(event);
        self.wait_done(wanted);
    }

    /// Sends an input; returns its number.
    pub(super) fn begin_input(&mut self, event: InputEvent) -> u32 {
        let sequence = self.next_number();
        self.send(ToRenderer::Input {
            surface: self.surface,
            sequence,
            event,
        });
        sequence
    }

    pub(super) fn wait_done(&mut self, wanted: u32) {
        let done = self.wait_said("Done", |message| match message {
            FromRenderer::Done { sequence } if *sequence != COMMIT => Some(*sequence),
            _ => None,
        });
        assert_eq!(done, wanted, "inputs are done in order");
    }

    pub(super) fn key(&mut self, key: Key, modifiers: Modifiers) {
        self.input(InputEvent::KeyDown {
            key,
            modifiers,
            repeat: false,
        });
        self.input(InputEvent::KeyUp { key, modifiers });
    }

    pub(super) fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.key(Key::Character(character), Modifiers::default());
        }
    }

    pub(super) fn click(&mut self, x: f32, y: f32) {
        self.click_with(x, y, Button::Left, Modifiers::default());
    }

    pub(super) fn click_with(&mut self, x: f32, y: f32, button: Button, modifiers: Modifiers) {
        self.input(InputEvent::PointerMove { x, y, modifiers });
        self.input(InputEvent::PointerDown {
            x,
            y,
            button,
            modifiers,
        });
        self.input(InputEvent::PointerUp {
            x,
            y,
            button,
            modifiers,
        });
    }

    /// Waits for something to happen on any channel and takes it.
    pub(super) fn step(&mut self, what: &str) {
        let (_, control) = self.control.as_ref().expect("open");
        let mut fds = vec![(control.as_fd(), Interest::Read)];
        fds.extend(self.frames.iter().map(|(_, r)| (r.as_fd(), Interest::Read)));
        fds.extend(
            self.network
                .iter()
                .map(|(_, r)| (r.as_fd(), Interest::Read)),
        );
        fds.extend(
            self.commands
                .iter()
                .map(|(_, r)| (r.as_fd(), Interest::Read)),
        );
        fds.extend(self.clients.iter().filter_map(Clients::source));
        let ready = wait(&fds, Some(WATCHDOG)).expect("poll");
        assert!(
            ready.iter().any(|r| r.any()),
            "nothing happened while waiting for {what}"
        );
        while let Some(received) = control.try_recv().expect("the renderer lives") {
            self.said.push_back(received.message);
        }
        if let Some((_, commands)) = &self.commands {
            while let Some(received) = commands.try_recv().expect("the shell lives") {
                self.asked.push_back(received.message);
            }
        }
        if let Some((_, network)) = &self.network {
            while let Some(received) = network.try_recv().expect("the renderer lives") {
                self.fetches.push_back(received.message);
            }
        }
        if let Some(clients) = &mut self.clients {
            clients.take();
        }
        self.take_frames();
    }

    fn take_frames(&mut self) {
        let Some((_, frames)) = &self.frames else {
            return;
        };
        let mut has_frame = false;
        while frames.try_recv().expect("the renderer lives").is_some() {
            has_frame = true;
        }
        if has_frame {
            let consumer = self.consumer.as_mut().expect("a surface");
            if let Some(frame) = consumer.take().expect("a good frame") {
                self.frames_seen += 1;
                compose(consumer, &frame.damage, &mut self.composed);
                assert_eq!(
                    self.composed,
                    self.pixels(),
                    "a pixel outside the damage changed"
                );
            }
            if self.gives_credit {
                self.give_credit();
            }
        }
    }
}

/// Every document of a web server without an icon of its own asks for that one, after all else.
fn is_default_icon(url: &str) -> bool {
    url.ends_with("/favicon.ico")
}

/// Draws the damaged pixels of the frame taken last.
pub(super) fn compose(consumer: &Consumer, damage: &Damage, composed: &mut Vec<u32>) {
    let size = consumer.size();
    composed.resize((size.width * size.height) as usize, 0);
    for rect in damage.iter() {
        for y in rect.y..rect.bottom() {
            let start = (y * size.width + rect.x) as usize;
            let row = &mut composed[start..start + rect.width as usize];
            consumer.read_row_xrgb(y, rect.x, row);
        }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.control = None;
        let thread = self.thread.take().expect("joined once");
        if thread.join().is_err() && !std::thread::panicking() {
            panic!("the renderer panicked");
        }
    }
}

/// The number of every commit here.
const COMMIT: u32 = u32::MAX;
pub(super) const NAVIGATION: NavigationId = NavigationId(5);

pub(super) fn commit(
    url: &str,
    content_type: Option<&str>,
    body: BodySource,
    scroll_y: u32,
) -> ToRenderer {
    ToRenderer::Commit(CommitDocument {
        sequence: COMMIT,
        navigation: NAVIGATION,
        url: url.to_owned(),
        status: 200,
        content_type: content_type.map(str::to_owned),
        refresh: None,
        body,
        scroll_y: (scroll_y > 0).then_some(scroll_y),
        state: None,
        place: HistoryPlace::default(),
        script: true,
    })
}

trait ConcatFds {
    fn concat_fds(self) -> Vec<OwnedFd>;
}

impl<const N: usize> ConcatFds for [Vec<OwnedFd>; N] {
    fn concat_fds(self) -> Vec<OwnedFd> {
        self.into_iter().flatten().collect()
    }
}
