//! Lays out and paints a small hidden document before the sandbox is applied. This initialises
//! whatever needs more than the sandbox allows.

use crate::load::fetcher::Fetcher;
use crate::view::view::View;
use anyrender::ImageRenderer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use parley::FontContext;
use protocol::geometry::Size;

const SIZE: Size = Size::new(320, 240);

/// One of each thing that is lazily initialised: text in three families and two weights, a list, a
/// table, form controls, an inline SVG with text, images in each format's decoder, a transition.
const MARKUP: &str = include_str!("warm_up.html");

/// Makes Blitz fill its database of fonts for pictures.
const PICTURE: &str = "<svg width=1 height=1></svg>";

/// Lays out and paints the warm-up document.
pub(crate) fn warm_up(fonts: &FontContext) {
    without_files(|| laid_out(fonts, PICTURE));
    let mut view = laid_out(fonts, MARKUP);
    let mut pixels = vec![0; SIZE.frame_bytes().unwrap_or(0)];
    let mut painter = VelloCpuImageRenderer::new(SIZE.width, SIZE.height);
    painter.render(|scene| view.paint(scene, SIZE), &mut pixels);
}

fn laid_out(fonts: &FontContext, markup: &str) -> View {
    let mut fetcher = Fetcher::default();
    let mut view = View::new(fonts.clone(), &fetcher);
    view.set_size(SIZE);
    view.show(markup, "bulkhead://warm-up/");
    view.settle(&mut fetcher);
    view
}

/// Does that while nothing can be opened. Blitz's database of fonts for pictures would read every
/// font of the machine, and nothing is looked up in it: [`crate::document::svg_text`] has made
/// outlines of the text before.
fn without_files<T>(body: impl FnOnce() -> T) -> T {
    let limits = getrlimit(Resource::RLIMIT_NOFILE);
    if let Ok((_, hard)) = limits {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, 0, hard);
    }
    let result = body();
    if let Ok((soft, hard)) = limits {
        // What was allowed before is allowed again.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, soft, hard);
    }
    result
}
