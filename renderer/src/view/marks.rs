//! Paints what lies over a document's text: the selection, and the marks of what was found.

use crate::document::aim;
use crate::view::canvas::Canvas;
use crate::view::text;
use crate::view::view::View;
use blitz_dom::{BaseDocument, NodeId};
use kurbo::{Affine, Rect, Shape, Vec2};
use peniko::{Color, Fill};
use std::ops::Range;

/// Through all of them the text can be read, on light and on dark ground.
const SELECTED: Color = Color::from_rgba8(51, 132, 255, 90);
const FOUND: Color = Color::from_rgba8(255, 200, 0, 105);
const CURRENT: Color = Color::from_rgba8(255, 110, 0, 135);
/// Rectangles of which is looked whether something else lies over them; a frame has rarely more.
const LOOKED_AT_MAX: usize = 400;

impl View {
    /// Paints all marks that are in view.
    pub(crate) fn paint_marks(&self, canvas: &mut impl Canvas) {
        let Some(document) = &self.document else {
            return;
        };
        let mut painter = Painter {
            document,
            canvas,
            scale: document.viewport().scale_f64(),
            view: self.view_rect(),
            looked_at: 0,
        };
        for (root, range) in self.selection.parts(document) {
            painter.mark(root, &range, SELECTED);
        }
        let Some(find) = self.find.as_ref().filter(|find| !find.is_stale) else {
            return;
        };
        for (index, found) in find.matches.iter().enumerate() {
            let is_current = find.current == Some(index);
            let color = if is_current { CURRENT } else { FOUND };
            painter.mark(found.root, &found.range, color);
        }
    }

    /// The part of the document that is in view.
    fn view_rect(&self) -> Rect {
        let scroll = self.document.as_ref().map(BaseDocument::viewport_scroll);
        let corner = scroll.map_or((0.0, 0.0), |scroll| (scroll.x, scroll.y));
        Rect::from_origin_size(corner, self.view_size())
    }
}

struct Painter<'a, C> {
    document: &'a BaseDocument,
    canvas: &'a mut C,
    scale: f64,
    view: Rect,
    looked_at: usize,
}

impl<C: Canvas> Painter<'_, C> {
    fn mark(&mut self, root: NodeId, range: &Range<usize>, color: Color) {
        let Some(node) = self.document.get_node(root) else {
            return;
        };
        // Text may stick out of its box a little.
        let around = text::bounds(node).inflate(200.0, 50.0);
        if around.intersect(self.view).is_zero_area() {
            return;
        }
        let clip = text::clip(self.document, root).intersect(self.view);
        for rect in text::rects(self.document, root, range) {
            let rect = rect.intersect(clip);
            if rect.is_zero_area() || !self.is_on_top(root, rect) {
                continue;
            }
            let shown = rect - Vec2::new(self.view.x0, self.view.y0);
            let shown = shown.scale_from_origin(self.scale).to_path(0.1);
            self.canvas
                .fill(Fill::NonZero, Affine::IDENTITY, color, None, &shown);
        }
    }

    /// Whether nothing else lies over the text there, for instance a header that does not scroll.
    fn is_on_top(&mut self, root: NodeId, rect: Rect) -> bool {
        self.looked_at += 1;
        if self.looked_at > LOOKED_AT_MAX {
            return true;
        }
        let at = rect.center();
        let Some(hit) = aim::hit(self.document, (at.x as f32, at.y as f32)) else {
            return true;
        };
        let is_above = |one: NodeId, other: NodeId| {
            let mut around = text::ancestors(self.document, one);
            around.any(|node| node.id == other)
        };
        is_above(hit, root) || is_above(root, hit)
    }
}
