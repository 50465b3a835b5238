//! Rectangles of whole pixels: which pixels a shape may touch, and which it surely covers.

use kurbo::Affine;
use protocol::geometry::Rect;

/// A part of a pixel so small that covering it changes no colour; rounding moves edges by less.
const NEGLIGIBLE: f64 = 1.0 / 1024.0;

/// No pixel.
pub(crate) const NOTHING: Rect = Rect::new(0, 0, 0, 0);

/// A rectangle that no arithmetic can place: everything may be touched by it.
fn is_lost(rect: kurbo::Rect) -> bool {
    ![rect.x0, rect.y0, rect.x1, rect.y1]
        .iter()
        .all(|edge| edge.is_finite())
}

fn clamped(x0: f64, y0: f64, x1: f64, y1: f64, within: Rect) -> Rect {
    let edge =
        |value: f64, low: u32, high: u32| value.clamp(f64::from(low), f64::from(high)) as u32;
    let left = edge(x0, within.x, within.right());
    let top = edge(y0, within.y, within.bottom());
    let right = edge(x1, within.x, within.right());
    let bottom = edge(y1, within.y, within.bottom());
    Rect::new(
        left,
        top,
        right.saturating_sub(left),
        bottom.saturating_sub(top),
    )
}

/// The pixels inside `within` that a shape with those bounds may touch.
pub(crate) fn touched(rect: kurbo::Rect, transform: Affine, within: Rect) -> Rect {
    let rect = transform.transform_rect_bbox(rect);
    if is_lost(rect) {
        return within;
    }
    clamped(
        (rect.x0 + NEGLIGIBLE).floor(),
        (rect.y0 + NEGLIGIBLE).floor(),
        (rect.x1 - NEGLIGIBLE).ceil(),
        (rect.y1 - NEGLIGIBLE).ceil(),
        within,
    )
}

/// The pixels inside `within` that the rectangle covers to their edges.
pub(crate) fn covered(rect: kurbo::Rect, transform: Affine, within: Rect) -> Rect {
    let [_, skew_y, skew_x, ..] = transform.as_coeffs();
    let rect = transform.transform_rect_bbox(rect);
    if skew_x != 0.0 || skew_y != 0.0 || is_lost(rect) {
        return NOTHING;
    }
    clamped(
        rect.x0.ceil(),
        rect.y0.ceil(),
        rect.x1.floor(),
        rect.y1.floor(),
        within,
    )
}

/// Whether all of `inner` lies in `outer`.
pub(crate) fn holds(outer: Rect, inner: Rect) -> bool {
    inner.intersect(outer) == inner
}

/// `rect` moved, without what leaves `within`.
pub(crate) fn moved(rect: Rect, (dx, dy): (i32, i32), within: Rect) -> Rect {
    let edge = |value: u32, by: i32, low: u32, high: u32| {
        (i64::from(value) + i64::from(by)).clamp(i64::from(low), i64::from(high)) as u32
    };
    let left = edge(rect.x, dx, within.x, within.right());
    let right = edge(rect.right(), dx, within.x, within.right());
    let top = edge(rect.y, dy, within.y, within.bottom());
    let bottom = edge(rect.bottom(), dy, within.y, within.bottom());
    Rect::new(left, top, right - left, bottom - top)
}

/// The parts of `rect` outside `hole`.
pub(crate) fn without(rect: Rect, hole: Rect) -> [Rect; 4] {
    let hole = rect.intersect(hole);
    if hole.is_empty() {
        return [rect, NOTHING, NOTHING, NOTHING];
    }
    [
        Rect::new(rect.x, rect.y, rect.width, hole.y - rect.y),
        Rect::new(
            rect.x,
            hole.bottom(),
            rect.width,
            rect.bottom() - hole.bottom(),
        ),
        Rect::new(rect.x, hole.y, hole.x - rect.x, hole.height),
        Rect::new(
            hole.right(),
            hole.y,
            rect.right() - hole.right(),
            hole.height,
        ),
    ]
}

/// How many pixels that are.
pub(crate) fn area(rect: Rect) -> u64 {
    u64::from(rect.width) * u64::from(rect.height)
}
