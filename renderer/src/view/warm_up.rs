//! Lays out and paints a small hidden document before the sandbox is applied. This initialises
//! whatever needs more than the sandbox allows: the font database of SVG reads directories.

use crate::load::fetcher::Fetcher;
use crate::view::view::View;
use anyrender::ImageRenderer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use parley::FontContext;
use protocol::geometry::Size;

const SIZE: Size = Size::new(320, 240);

/// One of each thing that is lazily initialised: text in three families and two weights, a list, a
/// table, form controls, an inline SVG with text, images in each format's decoder, a transition.
const MARKUP: &str = include_str!("warm_up.html");

/// Lays out and paints the warm-up document.
pub(crate) fn warm_up(fonts: &FontContext) {
    let mut fetcher = Fetcher::default();
    let mut view = View::new(fonts.clone(), &fetcher);
    view.set_size(SIZE);
    let (document, _) = view.parse(
        crate::document::markup::Markup::Html,
        MARKUP,
        "bulkhead://warm-up/",
    );
    view.show(document, false);
    view.settle(&mut fetcher);
    let mut pixels = vec![0; SIZE.frame_bytes().unwrap_or(0)];
    let mut painter = VelloCpuImageRenderer::new(SIZE.width, SIZE.height);
    painter.render(|scene| view.paint(scene, SIZE), &mut pixels);
}
