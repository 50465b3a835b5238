//! Where things are. Layout is done first, if the document has changed.

use crate::document::aim;
use crate::document::bounds;
use crate::document::elements::element;
use crate::document::media;
use crate::document::svg_inline;
use crate::script::handles::{Handle, List, OrNull};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::nodes::{is_connected, is_own};
use crate::script::sheets::follow_disabled;
use blitz_dom::{BaseDocument, BoundingRect, NodeId, ScrollBehavior, ScrollLogicalPosition};
use rquickjs::{Object, Result};
use std::rc::Rc;

/// Lays out what has changed.
pub(crate) fn settle(host: &Host) {
    // The engine looks at the clock every so many steps, of which this is one.
    if host.must_stop() || !host.is_unsettled.replace(false) {
        return;
    }
    let now = host.epoch.elapsed().as_secs_f64();
    let mut document = host.write();
    document.handle_messages();
    follow_disabled(&host.disabled_links, &mut document);
    bounds::apply(&mut document, now);
    document.resolve(now);
    svg_inline::apply(&mut document);
}

fn numbers(rect: BoundingRect) -> List<f64> {
    List(vec![rect.x, rect.y, rect.width, rect.height])
}

/// An element of the document that has a box.
pub(crate) fn is_laid_out(document: &BaseDocument, id: NodeId) -> bool {
    is_connected(document, id)
        && element(document, id).is_some()
        && document.get_node(id).is_some_and(|node| node.has_boxes())
        && is_placed(document, id)
}

/// Whether all boxes around a node's box are there. Blitz may leave a box in one that it has
/// dropped, and panics when it is asked where that is.
fn is_placed(document: &BaseDocument, id: NodeId) -> bool {
    let mut at = Some(id);
    while let Some(id) = at {
        let Some(node) = document.get_node(id) else {
            return false;
        };
        at = node.containing_block();
    }
    true
}

/// The size of the view, in pixels of the layout.
pub(crate) fn view_size(document: &BaseDocument) -> (f64, f64) {
    let viewport = document.viewport();
    let scale = viewport.scale_f64();
    let (width, height) = viewport.window_size;
    (f64::from(width) / scale, f64::from(height) / scale)
}

fn is_root(document: &BaseDocument, id: NodeId) -> bool {
    document
        .try_root_element()
        .is_some_and(|root| root.id == id)
}

/// Client width and height, width and height of what is scrolled, and the scroll.
fn metrics(document: &BaseDocument, id: NodeId) -> Vec<f64> {
    let Some(node) = document.get_node(id).filter(|_| is_laid_out(document, id)) else {
        return vec![0.0; 6];
    };
    let scrolled = (
        f64::from(node.scroll_width()),
        f64::from(node.scroll_height()),
    );
    if is_root(document, id) {
        let (width, height) = view_size(document);
        let scroll = document.viewport_scroll();
        let (all_x, all_y) = (scrolled.0.max(width), scrolled.1.max(height));
        return vec![width, height, all_x, all_y, scroll.x, scroll.y];
    }
    let scroll = node.scroll_offset();
    vec![
        f64::from(node.client_width()),
        f64::from(node.client_height()),
        scrolled.0,
        scrolled.1,
        scroll.x,
        scroll.y,
    ]
}

fn scroll(host: &Host, id: NodeId, x: f64, y: f64) {
    settle(host);
    let mut document = host.write();
    if !x.is_finite() || !y.is_finite() {
        return;
    }
    if id == document.root_node().id || is_root(&document, id) {
        let now = document.viewport_scroll();
        document.scroll_viewport_by(now.x - x, now.y - y);
        host.has_scrolled.set(true);
    } else if is_laid_out(&document, id) {
        document.scroll_to(id, x, y, ScrollBehavior::Instant);
    }
    host.has_changed.set(true);
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "rect", host, |node: Handle| {
        settle(&host);
        let document = host.read();
        let rect = is_laid_out(&document, node.0)
            .then(|| document.get_client_bounding_rect(node.0))
            .flatten();
        rect.map_or_else(|| List(vec![0.0; 4]), numbers)
    });
    native!(natives, "rects", host, |node: Handle| {
        settle(&host);
        let document = host.read();
        let rects = match is_laid_out(&document, node.0) {
            true => document.node_client_rects(node.0),
            false => Vec::new(),
        };
        List(rects.into_iter().map(numbers).collect())
    });
    native!(natives, "offset", host, |node: Handle| {
        settle(&host);
        let document = host.read();
        let rect = is_laid_out(&document, node.0)
            .then(|| document.offset_rect(node.0))
            .flatten();
        rect.map_or_else(|| List(vec![0.0; 4]), numbers)
    });
    native!(natives, "offsetParent", host, |node: Handle| {
        settle(&host);
        let document = host.read();
        let node = document
            .get_node(node.0)
            .filter(|node| is_laid_out(&document, node.id));
        let parent = node.and_then(|node| node.offset_parent());
        OrNull(parent.map(|parent| Handle(parent.id)))
    });
    scrolling(natives, host)?;
    queries(natives, host)
}

fn scrolling(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "metrics", host, |node: Handle| {
        settle(&host);
        List(metrics(&host.read(), node.0))
    });
    native!(natives, "view", host, || {
        let document = host.read();
        let (width, height) = view_size(&document);
        let scroll = document.viewport_scroll();
        List(vec![
            width,
            height,
            scroll.x,
            scroll.y,
            document.viewport().scale_f64(),
        ])
    });
    native!(natives, "scroll", host, |node: Handle, x: f64, y: f64| {
        scroll(&host, node.0, x, y);
    });
    native!(
        natives,
        "scrollIntoView",
        host,
        |node: Handle, place: String| {
            settle(&host);
            let mut document = host.write();
            if is_laid_out(&document, node.0) {
                let place = match &*place {
                    "end" => ScrollLogicalPosition::End,
                    "center" => ScrollLogicalPosition::Center,
                    "nearest" => ScrollLogicalPosition::Nearest,
                    _ => ScrollLogicalPosition::Start,
                };
                let nearest = ScrollLogicalPosition::Nearest;
                document.scroll_into_view(node.0, ScrollBehavior::Instant, place, nearest);
                host.has_scrolled.set(true);
                host.has_changed.set(true);
            }
        }
    );
    Ok(())
}

fn queries(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "matchesMedia", host, |query: String| {
        media::matches(&mut host.write(), &query)
    });
    native!(natives, "fromPoint", host, |x: f64, y: f64| {
        settle(&host);
        let document = host.read();
        let found = aim::element_at(&document, (x as f32, y as f32));
        let is_page = |id: &NodeId| {
            document
                .get_node(*id)
                .is_some_and(|node| !is_own(&document, node))
        };
        OrNull(found.filter(is_page).map(Handle))
    });
    Ok(())
}
