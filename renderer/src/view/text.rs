//! The text of a laid out document: which boxes hold it, in which order it is read, where it is.
//!
//! A box that holds text directly is an inline root in Blitz's words. Positions are in pixels of
//! the layout, from the top left corner of the document.

use blitz_dom::node::TextLayout;
use blitz_dom::{BaseDocument, Node, NodeId, local_name};
use kurbo::{Point, Rect, Vec2};
use parley::{Affinity, Cursor, Selection};
use std::collections::BTreeMap;
use std::ops::Range;
use style::computed_values::position::T as Position;
use style::computed_values::visibility::T as Visibility;
use style::values::computed::{Overflow, UserSelect};

/// An inline root, such that it is found again after another layout: boxes that Blitz makes for
/// bare text are made anew and named by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootRef {
    /// An element of the document.
    Element(NodeId),
    /// The box of that number among those made for bare text in an element.
    Made(NodeId, usize),
}

impl RootRef {
    pub(crate) fn of(document: &BaseDocument, root: NodeId) -> RootRef {
        let made = || {
            let node = document.get_node(root).filter(|node| node.is_anonymous())?;
            let parent = node.parent?;
            let number = made_boxes(document, parent)
                .iter()
                .position(|id| *id == root)?;
            Some(RootRef::Made(parent, number))
        };
        made().unwrap_or(RootRef::Element(root))
    }

    pub(crate) fn resolve(self, document: &BaseDocument) -> Option<NodeId> {
        let id = match self {
            RootRef::Element(id) => id,
            RootRef::Made(parent, number) => *made_boxes(document, parent).get(number)?,
        };
        layout_of(document, id).map(|_| id)
    }
}

fn made_boxes(document: &BaseDocument, parent: NodeId) -> Vec<NodeId> {
    let mut boxes = layout_children(document, parent);
    boxes.retain(|id| document.get_node(*id).is_some_and(Node::is_anonymous));
    boxes
}

fn layout_children(document: &BaseDocument, id: NodeId) -> Vec<NodeId> {
    let children = document
        .get_node(id)
        .map(|node| node.layout_children.borrow());
    let children = children.as_ref().and_then(|children| children.as_ref());
    children.map(|ids| ids.to_vec()).unwrap_or_default()
}

/// All inline roots that are laid out, in the order of reading.
pub(crate) fn roots(document: &BaseDocument) -> Vec<NodeId> {
    let mut roots = Vec::new();
    let mut waiting: Vec<NodeId> = document
        .try_root_element()
        .map(|it| it.id)
        .into_iter()
        .collect();
    while let Some(id) = waiting.pop() {
        if layout_of(document, id).is_some() {
            roots.push(id);
        }
        waiting.extend(layout_children(document, id).into_iter().rev());
    }
    roots
}

/// The text of an inline root, laid out.
pub(crate) fn layout_of(document: &BaseDocument, root: NodeId) -> Option<&TextLayout> {
    let node = document.get_node(root)?;
    if !node.flags.is_inline_root() || !node.flags.is_in_document() {
        return None;
    }
    node.element_data()?.inline_layout_data.as_deref()
}

/// Where the text of an inline root begins.
pub(crate) fn origin(document: &BaseDocument, root: NodeId) -> Option<Point> {
    let text = layout_of(document, root)?;
    let node = document.get_node(root)?;
    let layout = node.final_layout();
    let left = layout.padding.left + layout.border.left;
    let top = layout.padding.top + layout.border.top + text.block_offset;
    let at = node.absolute_position(left, top);
    Some(Point::new(f64::from(at.x), f64::from(at.y)))
}

/// The box of a node.
pub(crate) fn bounds(node: &Node) -> Rect {
    let scroll = node.scroll_offset();
    let at = node.absolute_position(scroll.x as f32, scroll.y as f32);
    let size = node.final_layout().size;
    let corner = Point::new(f64::from(at.x), f64::from(at.y));
    Rect::from_origin_size(corner, (f64::from(size.width), f64::from(size.height)))
}

/// The rectangles that a part of an inline root's text covers, one for each line and direction.
pub(crate) fn rects(document: &BaseDocument, root: NodeId, range: &Range<usize>) -> Vec<Rect> {
    let (Some(text), Some(origin)) = (layout_of(document, root), origin(document, root)) else {
        return Vec::new();
    };
    if range.end > text.text.len() {
        return Vec::new();
    }
    let scale = f64::from(text.layout.scale());
    let cursor = |at| Cursor::from_byte_index(&text.layout, at, Affinity::Downstream);
    let selection = Selection::new(cursor(range.start), cursor(range.end));
    let mut rects = Vec::new();
    selection.geometry_with(&text.layout, |rect, _| {
        let rect = Rect::new(rect.x0, rect.y0, rect.x1, rect.y1);
        rects.push(rect.scale_from_origin(1.0 / scale) + Vec2::new(origin.x, origin.y));
    });
    rects
}

/// What of an inline root can be seen past the edges of the scrolling and clipping boxes around it.
pub(crate) fn clip(document: &BaseDocument, root: NodeId) -> Rect {
    let mut clip = Rect::new(f64::MIN, f64::MIN, f64::MAX, f64::MAX);
    let mut at = document.get_node(root);
    while let Some(node) = at {
        // What the root element or the body hides is scrolled by the view.
        if scrolls(node) && !is_named(node, &["html", "body"]) {
            clip = clip.intersect(bounds(node));
        }
        at = node.containing_block().and_then(|id| document.get_node(id));
    }
    clip
}

/// Whether a box clips or scrolls its content.
pub(crate) fn scrolls(node: &Node) -> bool {
    node.primary_styles().is_some_and(|style| {
        let is_visible = |overflow| matches!(overflow, Overflow::Visible);
        !is_visible(style.clone_overflow_x()) || !is_visible(style.clone_overflow_y())
    })
}

/// Whether a node stays where it is while the document scrolls.
pub(crate) fn is_fixed(document: &BaseDocument, id: NodeId) -> bool {
    ancestors(document, id).any(|node| {
        let position = node.primary_styles().map(|style| style.clone_position());
        matches!(position, Some(Position::Fixed | Position::Sticky))
    })
}

/// The node, its parent, and so on.
pub(crate) fn ancestors(document: &BaseDocument, id: NodeId) -> impl Iterator<Item = &Node> {
    std::iter::successors(document.get_node(id), |node| {
        document.get_node(node.parent?)
    })
}

/// Whether a node is an element of one of these names.
pub(crate) fn is_named(node: &Node, names: &[&str]) -> bool {
    let element = node.element_data().filter(|_| !node.is_anonymous());
    element.is_some_and(|element| names.contains(&&*element.name.local))
}

/// Whether the user may select the text of a node.
pub(crate) fn is_selectable(document: &BaseDocument, id: NodeId) -> bool {
    let choices = ancestors(document, id).filter_map(|node| {
        let style = node.primary_styles()?;
        Some(style.clone_user_select())
    });
    let mut said = choices.filter(|choice| *choice != UserSelect::Auto);
    said.next() != Some(UserSelect::None)
}

/// What of an inline root's text is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// What cannot be seen.
    Unseen,
    /// What cannot be seen, is no text of the page's own, or may not be selected.
    Unselectable,
}

/// The parts of an inline root's text that are left out, in their order.
pub(crate) fn hidden(document: &BaseDocument, root: NodeId, which: Hidden) -> Vec<Range<usize>> {
    let Some(text) = layout_of(document, root) else {
        return Vec::new();
    };
    let mut known: BTreeMap<u64, bool> = BTreeMap::new();
    let mut is_out = |id: NodeId| {
        let entry = known.entry(id.as_u64());
        *entry.or_insert_with(|| is_hidden(document, id, which))
    };
    let mut ids = text.layout.styles().iter().map(|style| style.brush.id);
    if !ids.any(&mut is_out) {
        return Vec::new();
    }
    let runs = text.layout.lines().flat_map(|line| line.runs());
    let mut parts: Vec<Range<usize>> = Vec::new();
    for cluster in runs.flat_map(|run| run.clusters()) {
        if !is_out(cluster.style().brush.id) {
            continue;
        }
        let range = cluster.text_range();
        match parts.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => parts.push(range),
        }
    }
    parts.sort_by_key(|part| part.start);
    parts
}

fn is_hidden(document: &BaseDocument, id: NodeId, which: Hidden) -> bool {
    let Some(node) = document.get_node(id) else {
        return false;
    };
    let visibility = node.primary_styles().map(|style| style.clone_visibility());
    if matches!(visibility, Some(Visibility::Hidden | Visibility::Collapse)) {
        return true;
    }
    let parent = node.parent.and_then(|parent| document.get_node(parent));
    let is_made = parent.is_some_and(|it| it.before() == Some(id) || it.after() == Some(id));
    which == Hidden::Unselectable && (is_made || !is_selectable(document, id))
}

/// The text of a part of an inline root as the user can copy it.
pub(crate) fn copied(document: &BaseDocument, root: NodeId, range: &Range<usize>) -> String {
    let Some(text) = layout_of(document, root) else {
        return String::new();
    };
    let mut copied = String::new();
    let mut from = range.start;
    for part in hidden(document, root, Hidden::Unselectable) {
        let until = part.start.clamp(from, range.end.max(from));
        copied.push_str(text.text.get(from..until).unwrap_or_default());
        from = part.end.clamp(from, range.end.max(from));
    }
    copied.push_str(text.text.get(from..range.end).unwrap_or_default());
    copied
}

/// What stands between the texts of two inline roots that follow one another.
pub(crate) fn gap(document: &BaseDocument, first: NodeId, second: NodeId) -> &'static str {
    if ancestors(document, second).any(|node| node.id == first) {
        return " ";
    }
    let cell = |id| ancestors(document, id).find(|node| is_named(node, &["td", "th"]));
    if let (Some(one), Some(other)) = (cell(first), cell(second))
        && one.id != other.id
        && one.parent == other.parent
    {
        return "\t";
    }
    let is_paragraph = |id| {
        document.get_node(id).is_some_and(|node| {
            let element = node.element_data().filter(|_| !node.is_anonymous());
            element.is_some_and(|element| element.name.local == local_name!("p"))
        })
    };
    if is_paragraph(first) || is_paragraph(second) {
        "\n\n"
    } else {
        "\n"
    }
}

/// The inline root at a point, or the one nearest to it, and the place in its text.
pub(crate) fn at_point(document: &BaseDocument, at: Point) -> Option<(NodeId, usize)> {
    let exact = document.find_text_position(at.x as f32, at.y as f32);
    if let Some((root, offset)) = exact
        && layout_of(document, root).is_some()
    {
        return Some((root, offset));
    }
    let distance = |rect: Rect| {
        let beside = (rect.x0 - at.x).max(at.x - rect.x1).max(0.0);
        let above = (rect.y0 - at.y).max(at.y - rect.y1).max(0.0);
        // A line beside the pointer is nearer than one above or below it.
        above * 1000.0 + beside
    };
    let mut nearest: Option<(f64, NodeId)> = None;
    for root in roots(document) {
        let Some(node) = document.get_node(root) else {
            continue;
        };
        let is_empty = layout_of(document, root).is_none_or(|text| text.text.is_empty());
        let far = distance(bounds(node));
        if !is_empty && nearest.is_none_or(|(least, _)| far < least) {
            nearest = Some((far, root));
        }
    }
    let (_, root) = nearest?;
    let (text, origin) = (layout_of(document, root)?, origin(document, root)?);
    let bounds = bounds(document.get_node(root)?);
    if at.y < bounds.y0 {
        return Some((root, 0));
    }
    if at.y > bounds.y1 {
        return Some((root, text.text.len()));
    }
    let inside = (at - origin) * f64::from(text.layout.scale());
    let cursor = Cursor::from_point(&text.layout, inside.x as f32, inside.y as f32);
    Some((root, cursor.index().min(text.text.len())))
}

/// The word or the line up to its hard break that is at a point.
pub(crate) fn unit_at(
    document: &BaseDocument,
    at: Point,
    is_word: bool,
) -> Option<(NodeId, Range<usize>)> {
    let (root, _) = at_point(document, at)?;
    let (text, origin) = (layout_of(document, root)?, origin(document, root)?);
    let inside = (at - origin) * f64::from(text.layout.scale());
    let (x, y) = (inside.x as f32, inside.y as f32);
    let unit = if is_word {
        Selection::word_from_point(&text.layout, x, y)
    } else {
        Selection::hard_line_from_point(&text.layout, x, y)
    };
    let range = unit.text_range();
    let end = range.end.min(text.text.len());
    let range = range.start.min(end)..end;
    if !is_word {
        return Some((root, range));
    }
    // Parley's words have the spaces behind them.
    let word = text.text.get(range.clone()).unwrap_or_default();
    let length = word.trim_end().len();
    let end = if length == 0 {
        range.end
    } else {
        range.start + length
    };
    Some((root, range.start..end))
}
