//! Shows one document: layout, scrolling, painting, and the switch to the next document without a
//! gap.
//!
//! Owns: the shown document and the next one. Never: talks to another process; the view's owner
//! does.

use crate::document::carry_over;
use crate::document::markup::Markup;
use crate::document::parse::{self, InnerParser};
use crate::document::responses::Responses;
use crate::document::sink::Budget;
use crate::load::fetcher::Fetcher;
use crate::view::blitz_events::BlitzEvents;
use crate::view::canvas::Canvas;
use crate::view::links::Framed;
use crate::view::pointer::Pointer;
use crate::view::scrollbar::ScrollBar;
use blitz_dom::{BaseDocument, DocumentConfig, NodeId, StyleThreading, local_name};
use blitz_dom::{ScrollBehavior, ScrollLogicalPosition};
use blitz_traits::net::NetProvider;
use blitz_traits::shell::{ColorScheme, Viewport};
use kurbo::{Affine, Rect};
use parley::FontContext;
use peniko::{Color, Fill};
use protocol::geometry::Size;
use protocol::input::Cursor;
use protocol::limits::URL_BYTES_MAX;
use protocol::site::Site;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

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
    /// Replaces `document` once its style sheets have arrived.
    next: Option<BaseDocument>,
    /// Whether `next` is a longer text of the same document: focus and scroll are kept.
    next_is_same: bool,
    /// Kept until the user scrolls or the load ends.
    anchor: Option<Anchor>,
    pub(crate) pointer: Pointer,
    size: Size,
    epoch: Instant,
    needs_layout: bool,
    needs_paint: bool,
    /// Whether the document has been laid out.
    is_ready: bool,
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
            next_is_same: false,
            anchor: None,
            pointer: Pointer::default(),
            size: Size::new(1, 1),
            epoch: Instant::now(),
            needs_layout: false,
            needs_paint: false,
            is_ready: false,
        }
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
        for document in [&mut self.document, &mut self.next].into_iter().flatten() {
            document.set_viewport(viewport(size));
        }
        self.needs_layout = true;
    }

    pub(crate) fn size(&self) -> Size {
        self.size
    }

    /// Parses a document for this view; says whether it had to be cut.
    pub(crate) fn parse(&self, markup: Markup, text: &str, base: &str) -> (BaseDocument, bool) {
        let budget = Rc::new(Budget::default());
        let inner_parser = InnerParser {
            site: self.site.clone(),
            responses: self.responses.clone(),
            budget: budget.clone(),
            framed: Framed::maker(self.events.clone()),
        };
        let config = DocumentConfig {
            viewport: Some(viewport(self.size)),
            base_url: Some(base.to_owned()),
            net_provider: Some(self.net.clone()),
            navigation_provider: Some(self.events.clone()),
            shell_provider: Some(self.events.clone()),
            html_parser_provider: Some(arc(inner_parser)),
            font_ctx: Some(self.fonts.clone()),
            style_threading: StyleThreading::Sequential,
            ..Default::default()
        };
        let document = parse::parse(markup, text, config, &budget);
        (document, budget.is_spent())
    }

    /// Shows `document` as soon as its style sheets have arrived. With `is_same` it is more of the
    /// document that is shown: focus and scroll are kept.
    pub(crate) fn show(&mut self, document: BaseDocument, is_same: bool) {
        self.next = Some(document);
        self.next_is_same = is_same;
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
        for _ in 0..ROUNDS_MAX {
            let answered = fetcher.pump();
            if self.events.take_redraw() || answered {
                self.needs_layout = true;
            }
            taken_over |= self.take_over();
            if !self.needs_layout {
                break;
            }
            self.lay_out();
        }
        // What the last round asked for must not wait for the next event.
        self.needs_layout |= fetcher.pump();
        taken_over
    }

    fn take_over(&mut self) -> bool {
        let Some(next) = &mut self.next else {
            return false;
        };
        next.handle_messages();
        if next.has_pending_critical_resources() {
            return false;
        }
        let previous = self.document.take();
        self.document = self.next.take();
        self.is_ready = false;
        self.lay_out();
        let Some(document) = &mut self.document else {
            return true;
        };
        if let Some(previous) = previous.filter(|_| self.next_is_same) {
            carry_over::state(&previous, document);
            if self.anchor.is_none() {
                scroll_to(document, previous.viewport_scroll().y);
            }
        }
        if let Some((x, y)) = self.pointer.position() {
            let scroll = document.viewport_scroll();
            document.set_hover_to(x + scroll.x as f32, y + scroll.y as f32);
        }
        self.needs_layout = true;
        true
    }

    fn lay_out(&mut self) {
        let now = self.epoch.elapsed().as_secs_f64();
        self.needs_layout = false;
        let Some(document) = &mut self.document else {
            return;
        };
        document.resolve(now);
        if document.has_pending_critical_resources() {
            return;
        }
        self.is_ready = true;
        self.needs_paint = true;
        match &self.anchor {
            Some(Anchor::Y(y)) => scroll_to(document, f64::from(*y)),
            Some(Anchor::Fragment(fragment)) => {
                scroll_to_fragment(document, fragment);
            }
            None => {}
        }
    }

    /// Marks the document as changed; it will be laid out again.
    pub(crate) fn touch(&mut self) {
        self.needs_layout = true;
    }

    /// Whether layout is still to be done.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.needs_layout
    }

    /// Whether a document waits for its style sheets.
    pub(crate) fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// Asks for a paint even if nothing has changed.
    pub(crate) fn request_paint(&mut self) {
        self.needs_paint = true;
    }

    /// Whether the document moves by itself.
    pub(crate) fn is_animating(&self) -> bool {
        let document = self.document.as_ref().filter(|_| self.is_ready);
        document.is_some_and(BaseDocument::is_animating)
    }

    /// A frame may be painted: an animation is laid out for this moment.
    pub(crate) fn tick(&mut self) {
        if self.is_animating() {
            self.needs_layout = true;
        }
    }

    /// Whether the document may look different from what was painted last.
    pub(crate) fn wants_paint(&self) -> bool {
        self.is_ready && self.needs_paint
    }

    /// Paints the document on white.
    pub(crate) fn paint(&mut self, canvas: &mut impl Canvas, size: Size) {
        self.needs_paint = false;
        let page = Rect::new(0.0, 0.0, f64::from(size.width), f64::from(size.height));
        canvas.fill(Fill::NonZero, Affine::IDENTITY, Color::WHITE, None, &page);
        let Some(document) = self.document.as_mut().filter(|_| self.is_ready) else {
            return;
        };
        blitz_paint::paint_scene(canvas, document, 1.0, size.width, size.height, 0, 0);
        if let Some(bar) = ScrollBar::of(document, size) {
            let color = Color::from_rgba8(90, 96, 104, 130);
            canvas.fill(Fill::NonZero, Affine::IDENTITY, color, None, &bar.thumb());
        }
    }

    /// How far the document is scrolled down, in pixels.
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
        let cursor = match document.get_cursor().map(|icon| icon.name()) {
            Some("pointer" | "grab" | "grabbing") => Cursor::Pointer,
            Some("text" | "vertical-text") => Cursor::Text,
            _ => Cursor::Default,
        };
        (cursor, self.hovered_link())
    }

    /// The link under the pointer.
    pub(crate) fn hovered_link(&self) -> Option<String> {
        let document = self.document.as_ref()?;
        let mut at = document.get_hover_node_id();
        while let Some(node) = at.and_then(|id| document.get_node(id)) {
            if let Some(element) = node.element_data()
                && element.name.local == local_name!("a")
                && let Some(href) = element.attr(local_name!("href"))
            {
                let url = String::from(document.base_url().join(href).ok()?);
                return (url.len() <= URL_BYTES_MAX).then_some(url);
            }
            at = node.parent;
        }
        None
    }

    /// The focused text input.
    pub(crate) fn focused_text_input(&self) -> Option<NodeId> {
        let document = self.document.as_ref()?;
        let id = document.get_focussed_node_id()?;
        let element = document.get_node(id)?.element_data()?;
        element.text_input_data().map(|_| id)
    }
}

fn viewport(size: Size) -> Viewport {
    Viewport::new(size.width, size.height, 1.0, ColorScheme::Light)
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

/// Scrolls to what a fragment names: as it stands in the address, or else decoded. What names
/// nothing scrolls nowhere.
fn scroll_to_fragment(document: &mut BaseDocument, fragment: &str) {
    match document.get_fragment_target(fragment) {
        Some(node) if !fragment.is_empty() => document.scroll_into_view(
            node,
            ScrollBehavior::Instant,
            ScrollLogicalPosition::Start,
            ScrollLogicalPosition::Nearest,
        ),
        _ => {
            document.scroll_to_fragment(fragment);
        }
    }
}
