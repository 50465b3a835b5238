//! Shows one document: layout, scrolling, painting, and the switch to the next document without a
//! gap.
//!
//! Owns: the shown document and the next one. Never: talks to another process; the view's owner
//! does.

use crate::document::aim;
use crate::document::bounds;
use crate::document::compact::compact;
use crate::document::grounds::Grounds;
use crate::document::markup::Markup;
use crate::document::media::{Emulated, Media};
use crate::document::parse::InnerParser;
use crate::document::repaint;
use crate::document::responses::Responses;
use crate::document::sink::Budget;
use crate::document::stream::Stream;
use crate::document::svg_inline;
use crate::document::target;
use crate::load::fetcher::Fetcher;
use crate::paint::Mended;
use crate::pictures::Moving;
use crate::script::Realm;
use crate::script::canvas::text::Texts;
use crate::script::sheets::follow_disabled;
use crate::view::appearance::{LIGHT_BY_DEFAULT, Place, keep_borders, viewport};
use crate::view::blitz_events::BlitzEvents;
use crate::view::canvas::Canvas;
use crate::view::controls::Controls;
use crate::view::find::Find;
use crate::view::growth::Growth;
use crate::view::links::Framed;
use crate::view::pointer::Pointer;
use crate::view::scrollbar::ScrollBar;
use crate::view::selection::Selection;
use blitz_dom::{
    BaseDocument, DocumentConfig, NodeId, Point, ScrollBehavior, ScrollLogicalPosition,
    StyleThreading, UserAgentStylesheet,
};
use blitz_traits::net::NetProvider;
use kurbo::{Affine, Rect};
use parley::FontContext;
use peniko::{Color, Fill};
use protocol::appearance::Appearance;
use protocol::geometry::Size;
use protocol::input::Cursor;
use protocol::site::Site;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a document rests after a scroll until what has come under the pointer is hovered: the
/// layout that a hover may cost must not slow the scroll down.
const HOVER_REST: Duration = Duration::from_millis(100);

/// Rounds of layout in one [`View::settle`]. One is enough unless layout itself changes something:
/// an image from a `data:` URL, or what lies under the pointer.
const ROUNDS_MAX: usize = 6;

/// Where a document is to be scrolled to once it is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// To the element that a URL's fragment names.
    Fragment(String),
    /// So many pixels from the top.
    Y(u32),
}

/// The document of one surface.
pub(crate) struct View {
    fonts: FontContext,
    pub(crate) events: Arc<BlitzEvents>,
    net: Arc<dyn NetProvider>,
    responses: Responses,
    site: Option<Site>,
    pub(crate) document: Option<BaseDocument>,
    /// Replaces `document` once it is to be shown and its style sheets have arrived.
    pub(crate) next: Option<BaseDocument>,
    pub(crate) growth: Growth,
    /// What the sheets of `document` are for.
    pub(crate) media: Media,
    /// Kept until the user scrolls or the load ends.
    anchor: Option<Anchor>,
    /// The fragment of the address of the document that is shown, or that comes.
    pub(crate) target: Option<String>,
    pub(crate) pointer: Pointer,
    pub(crate) selection: Selection,
    pub(crate) find: Option<Find>,
    pub(crate) controls: Controls,
    pub(crate) moving: Moving,
    grounds: Grounds,
    pub(super) size: Size,
    pub(crate) appearance: Appearance,
    /// The look that the broker wants, without what the inspector pretends.
    pub(crate) real_appearance: Appearance,
    pub(crate) emulated: Emulated,
    /// What is to be at the top of the view after the next layout.
    pub(crate) place: Option<Place>,
    epoch: Instant,
    /// Whether styles are to be computed, and boxes laid out if they may have changed.
    needs_layout: bool,
    /// Whether boxes may have changed although no style has.
    needs_boxes: bool,
    /// Whether Blitz must not rely on anything that it has laid out at another scale.
    pub(crate) needs_whole_layout: bool,
    needs_paint: bool,
    /// Whether the layout has no room to spare.
    is_compact: bool,
    /// Whether it was laid out since [`View::take_laid_out`].
    was_laid_out: bool,
    /// When to look for what has come under the pointer by scrolling.
    hover_at: Option<Instant>,
    /// Parts of a pixel that the wheel turned and that have not been scrolled.
    wheel_rest: (f64, f64),
    /// Whether the document has been laid out.
    is_ready: bool,
    /// Whether the next document may run scripts.
    pub(crate) may_run_scripts: bool,
    /// What runs the scripts of `document`, if it has any.
    pub(crate) script: Option<&'static Realm>,
}

impl View {
    /// A view whose documents ask `fetcher`.
    pub(crate) fn new(fonts: FontContext, fetcher: &Fetcher) -> View {
        View {
            fonts,
            events: Arc::default(),
            net: fetcher.provider(),
            responses: fetcher.responses(),
            site: None,
            document: None,
            next: None,
            growth: Growth::default(),
            media: Media::default(),
            anchor: None,
            target: None,
            pointer: Pointer::default(),
            selection: Selection::default(),
            find: None,
            controls: Controls::default(),
            moving: Moving::default(),
            grounds: Grounds::default(),
            size: Size::new(1, 1),
            appearance: Appearance::default(),
            real_appearance: Appearance::default(),
            emulated: Emulated::default(),
            place: None,
            epoch: Instant::now(),
            needs_layout: false,
            needs_boxes: false,
            needs_whole_layout: false,
            needs_paint: false,
            is_compact: false,
            was_laid_out: false,
            hover_at: None,
            wheel_rest: (0.0, 0.0),
            is_ready: false,
            may_run_scripts: false,
            script: None,
        }
    }

    /// What documents ask for their sub-resources.
    pub(crate) fn net(&self) -> Arc<dyn NetProvider> {
        self.net.clone()
    }

    /// The site whose frames may be shown inside the document.
    pub(crate) fn set_site(&mut self, site: Site) {
        self.site = Some(site);
    }

    /// Sets the surface's size and asks for a paint.
    pub(crate) fn set_size(&mut self, size: Size) {
        self.needs_paint = true;
        if size == self.size {
            return;
        }
        self.size = size;
        self.fit_documents();
    }

    pub(crate) fn size(&self) -> Size {
        self.size
    }

    /// Begins a document that will replace the one that is shown; returns its parser.
    pub(crate) fn open(&mut self, markup: Markup, base: &str) -> Stream {
        let budget = Rc::new(Budget::default());
        let inner_parser = InnerParser {
            site: self.site.clone(),
            responses: self.responses.clone(),
            budget: budget.clone(),
            framed: Framed::maker(self.events.clone()),
        };
        let config = DocumentConfig {
            viewport: Some(viewport(self.size, &self.appearance)),
            base_url: Some(base.to_owned()),
            net_provider: Some(self.net.clone()),
            navigation_provider: Some(self.events.clone()),
            shell_provider: Some(self.events.clone()),
            html_parser_provider: Some(arc(inner_parser)),
            font_ctx: Some(self.fonts.clone()),
            ua_stylesheets: vec![
                UserAgentStylesheet::default_sheet(),
                UserAgentStylesheet::parse(LIGHT_BY_DEFAULT),
            ],
            style_threading: StyleThreading::Sequential,
            media_type: Some(self.media_type()),
            ..Default::default()
        };
        let (stream, document) = Stream::open(markup, config, budget, self.may_run_scripts);
        self.next = Some(document);
        self.growth = Growth::begun();
        stream
    }

    /// Sets where the document is to be scrolled to whenever it is laid out; `None` leaves it where
    /// it is from now on.
    pub(crate) fn set_anchor(&mut self, anchor: Option<Anchor>) {
        self.anchor = anchor;
    }

    /// Lays out what has changed, with what the fetcher can answer at once. Returns whether the
    /// next document has taken over.
    pub(crate) fn settle(&mut self, fetcher: &mut Fetcher) -> bool {
        let mut taken_over = false;
        if self.hover_at.is_some_and(|at| at <= Instant::now()) {
            self.refresh_hover();
        }
        for _ in 0..ROUNDS_MAX {
            let answered = fetcher.pump();
            for (url, file) in fetcher.take_moving() {
                self.moving.add(url, file);
            }
            if self.events.take_redraw() || answered {
                self.has_news();
            }
            taken_over |= self.take_over();
            if !self.needs_layout {
                break;
            }
            self.lay_out();
        }
        // What the last round asked for must not wait for the next event.
        if fetcher.pump() {
            self.has_news();
        }
        taken_over
    }

    fn take_over(&mut self) -> bool {
        let Some(next) = self.next.as_mut().filter(|_| self.growth.may_take_over()) else {
            return false;
        };
        next.handle_messages();
        if next.has_pending_critical_resources() {
            return false;
        }
        self.document = self.next.take();
        self.is_ready = false;
        self.media = Media::default();
        self.controls = Controls::default();
        if self.target.is_some() {
            self.show_target();
        }
        self.moving.take_over();
        self.grounds = Grounds::default();
        self.lay_out();
        self.selection.clear();
        self.outdate_find();
        if let Some((x, y)) = self.pointer.position() {
            let at = self.document_point(x, y);
            if let Some(document) = &mut self.document {
                aim::hover(document, (at.x as f32, at.y as f32));
            }
        }
        self.touch();
        true
    }

    pub(crate) fn lay_out(&mut self) {
        let now = self.epoch.elapsed().as_secs_f64();
        self.needs_layout = false;
        let Some(document) = &mut self.document else {
            return;
        };
        self.media.apply(document);
        if let Some(realm) = self.script {
            follow_disabled(&realm.host.disabled_links, document);
        }
        bounds::apply(document, now);
        let needs_boxes = std::mem::take(&mut self.needs_boxes) || self.needs_whole_layout;
        if self.is_ready && !needs_boxes && repaint::is_enough(document) {
            self.grounds.apply(document);
            self.needs_paint = true;
            if self.show_controls() {
                self.touch();
            }
            return;
        }
        let _span = flight::span(flight::Step::Layout, 0);
        let is_incremental = document.incremental_layout();
        document.set_incremental_layout(is_incremental && !self.needs_whole_layout);
        let hovered = document.get_hover_node_id();
        document.resolve(now);
        document.set_incremental_layout(is_incremental);
        svg_inline::apply(document);
        self.needs_whole_layout = false;
        if document.viewport().scale_f64().fract() != 0.0 {
            keep_borders(document);
        }
        if document.has_pending_critical_resources() {
            return;
        }
        self.moving.find(document);
        self.grounds.apply(document);
        self.is_ready = true;
        self.needs_paint = true;
        self.is_compact = false;
        self.was_laid_out = true;
        self.hover_at = None;
        if self.show_controls() {
            self.touch();
        }
        let place = self.place.take();
        let Some(document) = &mut self.document else {
            return;
        };
        match &self.anchor {
            Some(Anchor::Y(y)) => scroll_to(document, f64::from(*y)),
            Some(Anchor::Fragment(fragment)) => {
                scroll_to_fragment(document, fragment);
            }
            None => {
                if let Some(y) = place.and_then(|place| place.scroll_y(document)) {
                    scroll_to(document, y);
                }
            }
        }
        self.scroll_frames();
        self.take_change(hovered);
    }

    /// What Blitz was last given to do may have changed the look or the style. `hovered` is what
    /// was hovered before.
    pub(crate) fn take_change(&mut self, hovered: Option<NodeId>) {
        if !self.events.take_redraw() {
            return;
        }
        self.needs_paint = true;
        let document = self.document.as_ref();
        self.needs_layout |= document.is_some_and(|document| is_dirty(document, hovered));
    }

    /// The document has been scrolled: what is under the pointer is looked for when it rests.
    pub(crate) fn has_scrolled(&mut self) {
        self.needs_paint = true;
        self.hover_at = Some(Instant::now() + HOVER_REST);
    }

    /// Hovers what is under the pointer now, if scrolling may have changed it.
    pub(crate) fn refresh_hover(&mut self) {
        let pointer = self.pointer.position();
        let place = pointer.map(|(x, y)| self.document_point(x, y));
        if self.hover_at.take().is_some()
            && let Some(document) = &mut self.document
        {
            let hovered = document.get_hover_node_id();
            match place {
                Some(at) => aim::hover(document, (at.x as f32, at.y as f32)),
                None => document.refresh_hover(),
            };
            self.take_change(hovered);
        }
    }

    /// Adds a turn of the wheel to what was left of the last ones; returns the whole pixels of it.
    pub(crate) fn wheel_pixels(&mut self, right: f64, down: f64) -> (f64, f64) {
        let document = self.document.as_ref();
        let scale = document.map_or(1.0, |document| document.viewport().scale_f64());
        let (x, y) = (self.wheel_rest.0 + right, self.wheel_rest.1 + down);
        let whole = |way: f64| (way * scale).trunc() / scale;
        self.wheel_rest = (x - whole(x), y - whole(y));
        (whole(x), whole(y))
    }

    /// Frees what the layout had to spare; costs nothing if nothing was laid out since.
    pub(crate) fn compact(&mut self) {
        if let Some(document) = &mut self.document
            && !std::mem::replace(&mut self.is_compact, true)
        {
            compact(document);
        }
    }

    /// When there is something to do even if nothing happens.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        if self.needs_layout {
            return Some(Instant::now());
        }
        self.hover_at
    }

    /// Whether the document has been laid out since the last call.
    pub(crate) fn take_laid_out(&mut self) -> bool {
        std::mem::take(&mut self.was_laid_out)
    }

    /// The document or its style has changed: it will be laid out again, and painted. Whoever
    /// changes a document says so; only what a hover changes is found out.
    pub(crate) fn touch(&mut self) {
        self.needs_layout = true;
        self.needs_boxes = true;
    }

    /// Blitz has done to the document what it does by itself: it will be laid out again if that
    /// changed a box, and painted.
    pub(crate) fn touch_style(&mut self) {
        self.needs_layout = true;
    }

    /// Whether layout is still to be done.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.needs_layout
    }

    /// Gives the canvases of a realm what they draw text with, and whose the images are.
    pub(crate) fn equip(&self, realm: &Realm) {
        let mut canvases = realm.host.canvases.borrow_mut();
        canvases.texts = Some(Texts::new(self.fonts.clone()));
        canvases.origins.responses = Some(self.responses.clone());
    }

    /// Whether a document waits for its style sheets.
    pub(crate) fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// What is drawn over the document, or how far it is scrolled, has changed: it will be painted
    /// again without a layout. Costs little when it turns out to look the same.
    pub(crate) fn request_paint(&mut self) {
        self.needs_paint = true;
    }

    /// Whether the document moves by itself.
    pub(crate) fn is_animating(&self) -> bool {
        let document = self.document.as_ref().filter(|_| self.is_ready);
        document.is_some_and(BaseDocument::is_animating)
    }

    /// A frame may be painted: an animation is laid out for this moment, and moving pictures show
    /// the frames that are due.
    pub(crate) fn tick(&mut self) {
        if self.is_animating() {
            self.needs_layout = true;
        }
        self.needs_paint |= self.moving.advance(Instant::now());
        self.run_frames();
    }

    /// Whether the document may look different from what was painted last.
    pub(crate) fn wants_paint(&self) -> bool {
        let is_held = self.next.is_none() && self.growth.is_held();
        self.is_ready && self.needs_paint && !is_held
    }

    /// Paints the document on its ground, and what lies over it.
    pub(crate) fn paint(&mut self, canvas: &mut impl Canvas, size: Size) {
        self.needs_paint = false;
        let page = Rect::new(0.0, 0.0, f64::from(size.width), f64::from(size.height));
        let ground = self.ground();
        canvas.fill(Fill::NonZero, Affine::IDENTITY, ground, None, &page);
        let Some(document) = self.document.as_mut().filter(|_| self.is_ready) else {
            return;
        };
        if let Some(realm) = self.script {
            realm.host.canvases.borrow_mut().show(document);
        }
        let scale = document.viewport().scale_f64();
        let scroll = document.viewport_scroll();
        document.set_viewport_scroll(on_pixels(scroll, scale));
        let mut mended = Mended::new(canvas, &self.moving);
        blitz_paint::paint_scene(&mut mended, document, scale, size.width, size.height, 0, 0);
        drop(mended);
        self.paint_marks(canvas);
        if let Some(document) = &mut self.document {
            document.set_viewport_scroll(scroll);
        }
        if let Some(bar) = self.scroll_bar() {
            let color = Color::from_rgba8(110, 116, 124, 150);
            let scale = Affine::scale(self.appearance.scale.factor());
            canvas.fill(Fill::NonZero, scale, color, None, &bar.thumb());
        }
    }

    /// The scroll bar, if there is anything to scroll.
    pub(crate) fn scroll_bar(&self) -> Option<ScrollBar> {
        let document = self.document.as_ref()?;
        ScrollBar::of(document, self.size, &self.appearance)
    }

    /// How far the document is scrolled to the right and down.
    pub(crate) fn scroll(&self) -> (f64, f64) {
        let scroll = self.document.as_ref().map(BaseDocument::viewport_scroll);
        scroll.map_or((0.0, 0.0), |scroll| (scroll.x, scroll.y))
    }

    /// How far the document is scrolled down, in pixels of the layout.
    pub(crate) fn scroll_y(&self) -> u32 {
        self.document
            .as_ref()
            .map_or(0, |document| document.viewport_scroll().y.max(0.0) as u32)
    }

    /// The document's title with its white space collapsed.
    pub(crate) fn title(&self) -> String {
        let node = self
            .document
            .as_ref()
            .and_then(BaseDocument::find_title_node);
        let text = node.map(|node| node.text_content()).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The pointer's shape, and the link under it.
    pub(crate) fn hover(&self) -> (Cursor, Option<String>) {
        let Some(document) = &self.document else {
            return (Cursor::Default, None);
        };
        let link = self.hovered_link();
        let cursor = match document.get_cursor().map(|icon| icon.name()) {
            Some("pointer" | "grab" | "grabbing") => Cursor::Pointer,
            Some("text" | "vertical-text") => Cursor::Text,
            // An area of an image map has no box, and so no cursor of its own.
            _ if link.is_some() => Cursor::Pointer,
            _ => Cursor::Default,
        };
        (cursor, link)
    }
}

/// The scroll as it is painted: in whole pixels, so that what is on show can be moved.
fn on_pixels(scroll: Point<f64>, scale: f64) -> Point<f64> {
    Point {
        x: (scroll.x * scale).round() / scale,
        y: (scroll.y * scale).round() / scale,
    }
}

/// Whether what Blitz did by itself may have changed style or layout. `hovered` is what was hovered
/// before: Blitz takes a snapshot of the elements whose hover a style rule depends on.
fn is_dirty(document: &BaseDocument, hovered: Option<NodeId>) -> bool {
    // What is dirty in a frame is not seen from here.
    if document.root_node().has_damaged_descendants()
        || !document.sub_document_node_ids().is_empty()
    {
        return true;
    }
    let node = |id: NodeId| document.get_node(id);
    [hovered, document.get_hover_node_id()]
        .into_iter()
        .flatten()
        .flat_map(|id| std::iter::successors(node(id), |at| node(at.parent?)))
        .any(|node| node.has_snapshot())
}

// This process has one thread.
#[allow(clippy::arc_with_non_send_sync, reason = "the type Blitz wants")]
fn arc(parser: InnerParser) -> Arc<dyn blitz_dom::HtmlParserProvider> {
    Arc::new(parser)
}

/// Scrolls to `y`, or as far as the document goes.
pub(crate) fn scroll_to(document: &mut BaseDocument, y: f64) {
    let delta = document.viewport_scroll().y - y;
    document.scroll_viewport_by(0.0, delta);
}

/// Scrolls to what a fragment names. What names nothing scrolls nowhere.
fn scroll_to_fragment(document: &mut BaseDocument, fragment: &str) {
    match target::named(document, fragment) {
        Some(node) => document.scroll_into_view(
            node,
            ScrollBehavior::Instant,
            ScrollLogicalPosition::Start,
            ScrollLogicalPosition::Nearest,
        ),
        // The top has a name everywhere.
        None => {
            document.scroll_to_fragment(fragment);
        }
    }
}
