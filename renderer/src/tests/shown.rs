//! A view of one document, for claims about what is shown, found and selected in it.

use super::harness::{SIZE, bundled_fonts};
use crate::document::markup::Markup;
use crate::document::stream::Stream;
use crate::load::fetcher::Fetcher;
use crate::view::{View, text};
use anyrender::ImageRenderer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use blitz_dom::NodeId;
use kurbo::Point;
use protocol::appearance::{Appearance, ColorScheme, Percent};
use protocol::geometry::Size;
use protocol::input::{Button, InputEvent, Modifiers};

pub(super) const PLAIN: Modifiers = Modifiers {
    shift: false,
    ctrl: false,
    alt: false,
    meta: false,
};

/// A view of one document.
pub(super) struct Shown {
    pub(super) view: View,
    fetcher: Fetcher,
}

impl Shown {
    pub(super) fn new(html: &str) -> Shown {
        Shown::of_size(html, SIZE)
    }

    pub(super) fn of_size(html: &str, size: Size) -> Shown {
        let fetcher = Fetcher::default();
        let mut view = View::new(bundled_fonts(), &fetcher);
        view.set_size(size);
        let mut shown = Shown { view, fetcher };
        shown.load(html);
        shown
    }

    /// The start of a document, and the parser that takes the rest of it.
    pub(super) fn begun(html: &str) -> (Shown, Stream) {
        let mut shown = Shown::new("");
        let stream = shown.view.open(Markup::Html, "http://site.test/");
        shown.more(&stream, html);
        (shown, stream)
    }

    /// Shows another document.
    pub(super) fn load(&mut self, html: &str) {
        self.view.show(html, "http://site.test/");
        self.settle();
    }

    /// Shows more of the document.
    pub(super) fn more(&mut self, stream: &Stream, html: &str) {
        self.view.grow(stream, || stream.parse(html));
        self.view.show_grown(stream);
        self.settle();
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self, stream: &Stream) {
        self.view.grow(stream, || stream.end());
        self.view.complete(stream);
        self.settle();
    }

    pub(super) fn settle(&mut self) {
        self.view.settle(&mut self.fetcher);
    }

    pub(super) fn look(&mut self, scale: u16, zoom: u16, color_scheme: ColorScheme) {
        self.view.set_appearance(Appearance {
            scale: Percent(scale),
            zoom: Percent(zoom),
            color_scheme,
        });
        self.settle();
    }

    pub(super) fn input(&mut self, event: InputEvent) {
        self.view.input(event);
        self.settle();
    }

    /// The pixels as they would be painted, 0xRRGGBB.
    pub(super) fn pixels(&mut self) -> Vec<u32> {
        let size = self.view.size();
        let mut bytes = vec![0; size.frame_bytes().expect("a small frame")];
        let mut painter = VelloCpuImageRenderer::new(size.width, size.height);
        painter.render(|scene| self.view.paint(scene, size), &mut bytes);
        let pixel = |rgba: &[u8]| u32::from_be_bytes([0, rgba[0], rgba[1], rgba[2]]);
        bytes.chunks_exact(4).map(pixel).collect()
    }

    pub(super) fn pixel(&mut self, x: u32, y: u32) -> u32 {
        let width = self.view.size().width;
        self.pixels()[(y * width + x) as usize]
    }

    /// Where on the surface a word is; the word stands once in the document.
    pub(super) fn place_of(&self, word: &str) -> (f32, f32) {
        let document = self.view.document.as_ref().expect("it is shown");
        let with_word = |root: &NodeId| {
            let text = &text::layout_of(document, *root).expect("a root").text;
            text.find(word).map(|at| (*root, at))
        };
        let roots = text::roots(document);
        let (root, at) = roots.iter().find_map(with_word).expect("it is there");
        let rects = text::rects(document, root, &(at..at + word.len()));
        self.on_surface(rects[0].center())
    }

    pub(super) fn on_surface(&self, at: Point) -> (f32, f32) {
        let (left, top) = self.scroll();
        let scale = self.view.scale();
        (
            ((at.x - left) * scale) as f32,
            ((at.y - top) * scale) as f32,
        )
    }

    pub(super) fn scroll(&self) -> (f64, f64) {
        let document = self.view.document.as_ref().expect("it is shown");
        let scroll = document.viewport_scroll();
        (scroll.x, scroll.y)
    }

    /// How far below the top of the view the element of that id begins, in device pixels.
    pub(super) fn top_of(&self, id: &str) -> f64 {
        let document = self.view.document.as_ref().expect("it is shown");
        let node = document.get_element_by_id(id).expect("it is there");
        let bounds = text::bounds(document.get_node(node).expect("it is there"));
        (bounds.y0 - self.scroll().1) * self.view.scale()
    }

    pub(super) fn press(&mut self, (x, y): (f32, f32), button: Button, modifiers: Modifiers) {
        self.input(InputEvent::PointerMove { x, y, modifiers });
        self.input(InputEvent::PointerDown {
            x,
            y,
            button,
            modifiers,
        });
    }

    pub(super) fn release(&mut self, (x, y): (f32, f32), button: Button) {
        let modifiers = PLAIN;
        self.input(InputEvent::PointerMove { x, y, modifiers });
        self.input(InputEvent::PointerUp {
            x,
            y,
            button,
            modifiers,
        });
    }

    pub(super) fn click(&mut self, at: (f32, f32)) {
        self.press(at, Button::Left, PLAIN);
        self.release(at, Button::Left);
    }

    pub(super) fn drag(&mut self, from: (f32, f32), to: (f32, f32)) {
        self.press(from, Button::Left, PLAIN);
        self.release(to, Button::Left);
    }

    /// What Ctrl+A and the menu do.
    pub(super) fn select_all(&mut self) {
        self.view.select_all();
        self.settle();
    }

    pub(super) fn selected(&self) -> Option<String> {
        self.view.page_selection_text()
    }
}
