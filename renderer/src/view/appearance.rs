//! Scale, zoom and colour scheme of a view, and what keeps its place when they change.

use crate::view::text;
use blitz_dom::{BaseDocument, Node, NodeId};
use blitz_traits::shell::{ColorScheme as BlitzScheme, Viewport};
use protocol::appearance::{Appearance, ColorScheme};
use protocol::geometry::Size;

/// Pages are light unless they say that they can be dark: then the user's wish counts. Without this
/// rule Blitz takes the colours of a dark page for every page once the user wants dark ones.
pub(crate) const LIGHT_BY_DEFAULT: &str = "\
    :root { color-scheme: light; color: CanvasText; } a[href] { color: LinkText; }";

/// What is at the top of the view.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    element: NodeId,
    /// How much of its height is above the view.
    share: f64,
    /// How far below the top of the view it begins, in pixels of the layout.
    below: f64,
}

impl Place {
    /// The place as the document is scrolled now; `None` at the top.
    pub(crate) fn of(document: &BaseDocument) -> Option<Place> {
        let top = document.viewport_scroll().y;
        if top <= 0.0 {
            return None;
        }
        let is_in_view = |root: &NodeId| {
            let end = document.get_node(*root).map(|node| text::bounds(node).y1);
            end.is_some_and(|end| end > top) && !text::is_fixed(document, *root)
        };
        let root = text::roots(document).into_iter().find(is_in_view)?;
        let node = text::ancestors(document, root).find(|node| !node.is_anonymous())?;
        let bounds = text::bounds(node);
        Some(Place {
            element: node.id,
            share: ((top - bounds.y0) / bounds.height().max(1.0)).clamp(0.0, 1.0),
            below: (bounds.y0 - top).max(0.0),
        })
    }

    /// How far the document is scrolled when the place is at the top again.
    pub(crate) fn scroll_y(&self, document: &BaseDocument) -> Option<f64> {
        let bounds = text::bounds(document.get_node(self.element)?);
        Some(bounds.y0 + self.share * bounds.height() - self.below)
    }
}

/// Gives borders back that Blitz has rounded away: it rounds to whole pixels of the layout, and at
/// a scale between two whole numbers a border of one pixel of the screen is less than that.
pub(crate) fn keep_borders(document: &mut BaseDocument) {
    let mut lost = Vec::new();
    document.visit(|id, node| {
        if node.element_data().is_some() && is_any_lost(node) {
            lost.push(id);
        }
    });
    for id in lost {
        if let Some(node) = document.get_node_mut(id) {
            let real = node.unrounded_layout().border;
            let rounded = &mut node.final_layout_mut().border;
            for (rounded, real) in [
                (&mut rounded.left, real.left),
                (&mut rounded.right, real.right),
                (&mut rounded.top, real.top),
                (&mut rounded.bottom, real.bottom),
            ] {
                if *rounded <= 0.0 {
                    *rounded = real;
                }
            }
        }
    }
}

fn is_any_lost(node: &Node) -> bool {
    let (real, rounded) = (node.unrounded_layout().border, node.final_layout().border);
    let is_lost = |(real, rounded): (f32, f32)| real > 0.0 && rounded <= 0.0;
    [
        (real.left, rounded.left),
        (real.right, rounded.right),
        (real.top, rounded.top),
        (real.bottom, rounded.bottom),
    ]
    .into_iter()
    .any(is_lost)
}

/// The viewport of a document of that size and look.
pub(crate) fn viewport(size: Size, appearance: &Appearance) -> Viewport {
    let scheme = match appearance.color_scheme {
        ColorScheme::Light => BlitzScheme::Light,
        ColorScheme::Dark => BlitzScheme::Dark,
    };
    let scale = appearance.scale.factor() as f32;
    let mut viewport = Viewport::new(size.width, size.height, scale, scheme);
    viewport.set_zoom(appearance.zoom.factor() as f32);
    viewport
}
