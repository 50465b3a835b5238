//! Where things are, in pixels of the view.

use crate::inspect::fault::{Answer, Fault};
use crate::script::host::Host;
use crate::script::natives::layout::{is_laid_out, settle, view_size};
use blitz_dom::{BaseDocument, BoundingRect, NodeId, ScrollBehavior, ScrollLogicalPosition};
use serde_json::{Value, json};

/// A rectangle by its sides.
#[derive(Clone, Copy)]
struct Sides {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Sides {
    fn of(rect: &BoundingRect) -> Sides {
        Sides {
            left: rect.x,
            top: rect.y,
            right: rect.x + rect.width,
            bottom: rect.y + rect.height,
        }
    }

    fn within(self, edges: [f32; 4]) -> Sides {
        let [left, top, right, bottom] = edges.map(f64::from);
        Sides {
            left: self.left + left,
            top: self.top + top,
            right: self.right - right,
            bottom: self.bottom - bottom,
        }
    }

    /// Its corners, with the clock.
    fn quad(self) -> Value {
        let Sides {
            left,
            top,
            right,
            bottom,
        } = self;
        json!([left, top, right, top, right, bottom, left, bottom])
    }
}

/// The boxes of an element: content, padding, border, margin.
pub(crate) fn model(host: &Host, id: NodeId) -> Answer {
    settle(host);
    let document = host.read();
    let rect = is_laid_out(&document, id)
        .then(|| document.get_client_bounding_rect(id))
        .flatten();
    let (Some(rect), Some(node)) = (rect, document.get_node(id)) else {
        return Err(Fault::server("Could not compute box model."));
    };
    let border = Sides::of(&rect);
    let is_inline = document.inline_fragment_rects(id).is_some();
    let layout = node.final_layout();
    let edges = |of: [f32; 4]| if is_inline { [0.0; 4] } else { of };
    let (b, p, m) = (layout.border, layout.padding, layout.margin);
    let padding = border.within(edges([b.left, b.top, b.right, b.bottom]));
    let content = padding.within(edges([p.left, p.top, p.right, p.bottom]));
    let margin = border.within(edges([-m.left, -m.top, -m.right, -m.bottom]));
    Ok(json!({ "model": {
        "content": content.quad(),
        "padding": padding.quad(),
        "border": border.quad(),
        "margin": margin.quad(),
        "width": rect.width.round(),
        "height": rect.height.round(),
    } }))
}

/// The boxes of an element's lines.
pub(crate) fn quads(host: &Host, id: NodeId) -> Answer {
    settle(host);
    let document = host.read();
    let rects = match is_laid_out(&document, id) {
        true => document.node_client_rects(id),
        false => Vec::new(),
    };
    let quads: Vec<Value> = rects.iter().map(|rect| Sides::of(rect).quad()).collect();
    Ok(json!({ "quads": quads }))
}

/// Scrolls to an element that is not seen in whole.
pub(crate) fn scroll_to(host: &Host, id: NodeId) -> Answer {
    settle(host);
    let mut document = host.write();
    let rect = is_laid_out(&document, id)
        .then(|| document.get_client_bounding_rect(id))
        .flatten();
    let Some(rect) = rect else {
        return Err(Fault::server("Node does not have a layout object"));
    };
    if !is_seen(&document, id, &rect) {
        let centre = ScrollLogicalPosition::Center;
        let nearest = ScrollLogicalPosition::Nearest;
        document.scroll_into_view(id, ScrollBehavior::Instant, centre, nearest);
        host.has_scrolled.set(true);
        host.has_changed.set(true);
    }
    Ok(json!({}))
}

/// Whether neither the view nor any box around an element cuts it off.
fn is_seen(document: &BaseDocument, id: NodeId, rect: &BoundingRect) -> bool {
    let inner = Sides::of(rect);
    let (width, height) = view_size(document);
    let is_in = |outer: Sides| {
        outer.left <= inner.left
            && outer.top <= inner.top
            && inner.right <= outer.right
            && inner.bottom <= outer.bottom
    };
    let view = Sides {
        left: 0.0,
        top: 0.0,
        right: width,
        bottom: height,
    };
    let root = document.try_root_element().map(|root| root.id);
    let around = crate::script::nodes::path(document, id);
    let mut scrollers = around.into_iter().skip(1).filter(|around| {
        let node = document.get_node(*around);
        Some(*around) != root
            && is_laid_out(document, *around)
            && node.is_some_and(|node| {
                let (width, height) = (node.scroll_width(), node.scroll_height());
                width > node.client_width() || height > node.client_height()
            })
    });
    is_in(view)
        && scrollers.all(|around| {
            let rect = document.get_client_bounding_rect(around);
            rect.is_none_or(|rect| is_in(Sides::of(&rect)))
        })
}

/// The view, and the page in it.
pub(crate) fn metrics(host: &Host) -> Answer {
    settle(host);
    let document = host.read();
    let (width, height) = view_size(&document);
    let scroll = document.viewport_scroll();
    let root = document.try_root_element().map(|root| root.id);
    let root = root.filter(|root| is_laid_out(&document, *root));
    let node = root.and_then(|root| document.get_node(root));
    let (all_x, all_y) = node.map_or((0.0, 0.0), |node| {
        (
            f64::from(node.scroll_width()),
            f64::from(node.scroll_height()),
        )
    });
    let layout = json!({
        "pageX": scroll.x.round(), "pageY": scroll.y.round(),
        "clientWidth": width.round(), "clientHeight": height.round(),
    });
    let visual = json!({
        "offsetX": 0, "offsetY": 0, "pageX": scroll.x, "pageY": scroll.y,
        "clientWidth": width, "clientHeight": height, "scale": 1, "zoom": 1,
    });
    let content = json!({
        "x": 0, "y": 0, "width": all_x.max(width).ceil(), "height": all_y.max(height).ceil(),
    });
    Ok(json!({
        "layoutViewport": layout, "visualViewport": visual, "contentSize": content,
        "cssLayoutViewport": layout, "cssVisualViewport": visual, "cssContentSize": content,
    }))
}
