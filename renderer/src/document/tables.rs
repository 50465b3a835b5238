//! Stands in for the anonymous boxes of tables, which Blitz does not make: it shows nothing in a
//! table but rows of cells, and knows no rows or cells outside of one. Where a box is missing, a
//! computed `display` is changed to one that gives the same picture.
//!
//! Source: CSS 2.2, "Anonymous table objects".

use blitz_dom::{BaseDocument, Node, NodeId};
use std::collections::{HashMap, HashSet};
use style::color::ColorSpace;
use style::properties::ComputedValues;
use style::servo_arc::Arc;
use style::values::computed::{Display, Size};
use style::values::specified::box_::{DisplayInside, DisplayOutside};

/// Tables in one another that are fitted: each doubles the work of layout.
const NESTED_MAX: usize = 4;

/// What a box is to the table that it may stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A row, or a group of rows.
    Row,
    Cell,
    /// Takes no part in the grid: a column, a caption, what is out of flow, or not shown.
    Apart,
    /// Anything else, text too.
    Other,
}

/// The styles that take the place of others.
pub(crate) fn changes(
    document: &BaseDocument,
    nodes: &[NodeId],
) -> Vec<(NodeId, Arc<ComputedValues>)> {
    let nodes = || nodes.iter().filter_map(|id| document.get_node(*id));
    let mut displays = HashMap::new();
    for node in nodes() {
        if inside(node) == Some(DisplayInside::Table) {
            fit_table(document, node, &mut displays);
        }
    }
    let mut fitted = HashSet::new();
    for node in nodes() {
        if matches!(kind(node), Some(Kind::Row | Kind::Cell))
            && let Some(around) = around(document, node)
            && fitted.insert(around.id)
            && !displays.contains_key(&around.id)
        {
            fit_around(document, around, &mut displays);
        }
    }
    displays
        .into_iter()
        .filter_map(|(id, display)| Some((id, changed(document.get_node(id)?, display)?)))
        .collect()
}

/// Sees to it that what stands in a table is shown.
fn fit_table(document: &BaseDocument, table: &Node, displays: &mut HashMap<NodeId, Display>) {
    if is_replaced_table(table) {
        displays.insert(table.id, flow_for(table));
        return;
    }
    let parts = parts(document, table);
    let has = |wanted: Kind| parts.iter().any(|(kind, _)| *kind == wanted);
    if !has(Kind::Other) || has(Kind::Cell) {
        return;
    }
    let others = parts.iter().filter(|(kind, _)| *kind == Kind::Other);
    let wrappers: Option<Vec<(NodeId, Display)>> = others
        .map(|(_, node)| Some((node.id, wrapper(document, node)?)))
        .collect();
    if let Some(wrappers) = wrappers {
        displays.extend(wrappers);
    } else if !has(Kind::Row) && !is_deep(document, table) {
        // All of it is one cell.
        displays.insert(table.id, flow_for(table));
    }
}

/// What a table is instead, if it is none.
pub(crate) fn flow_for(table: &Node) -> Display {
    match outside(table) == Some(DisplayOutside::Inline) {
        true => Display::InlineBlock,
        false => Display::Block,
    }
}

/// Whether what is in an element's box is not its children. Such a box is no table; as one, Blitz
/// panics when it lays it out.
pub(crate) fn is_replaced(node: &Node) -> bool {
    let name = node.element_data().map(|data| &*data.name.local);
    matches!(
        name,
        Some("img" | "svg" | "canvas" | "iframe" | "video" | "embed")
    )
}

/// Whether the page wants a table of it all the same.
pub(crate) fn is_replaced_table(node: &Node) -> bool {
    is_replaced(node) && inside(node) == Some(DisplayInside::Table)
}

/// Whether a table stands in so many others that measuring each in each would take too long.
fn is_deep(document: &BaseDocument, table: &Node) -> bool {
    let around = std::iter::successors(Some(table), |node| document.get_node(node.parent?));
    let fitted = around.skip(1).filter(|node| {
        let style = node.primary_styles();
        inside(node) == Some(DisplayInside::Table)
            || style.is_some_and(|style| style.clone_width() == Size::FitContent)
    });
    fitted.count() >= NESTED_MAX
}

/// What a box in a table must be so that the rows, or cells, in it are the table's.
fn wrapper(document: &BaseDocument, node: &Node) -> Option<Display> {
    if inside(node) != Some(DisplayInside::Flow) {
        return None;
    }
    match only_kind(&parts(document, node))? {
        Kind::Row => Some(Display::TableRowGroup),
        Kind::Cell => Some(Display::TableRow),
        _ => None,
    }
}

/// Makes a table of a box that has nothing but rows, or nothing but cells.
fn fit_around(document: &BaseDocument, around: &Node, displays: &mut HashMap<NodeId, Display>) {
    let is_flow = matches!(
        inside(around),
        Some(DisplayInside::Flow | DisplayInside::FlowRoot)
    );
    let is_plain = is_flow && !is_replaced(around);
    let Some(only) = only_kind(&parts(document, around)).filter(|_| is_plain) else {
        return;
    };
    let display = match outside(around) {
        Some(DisplayOutside::Block) if only == Kind::Cell && is_seen(around) => Display::Flex,
        Some(DisplayOutside::Block) => Display::Table,
        Some(DisplayOutside::Inline) if around.parent.is_some() => Display::InlineTable,
        _ => return,
    };
    displays.insert(around.id, display);
}

/// Whether the size of a box can be seen.
fn is_seen(node: &Node) -> bool {
    node.primary_styles().is_some_and(|style| {
        let color = style.clone_background_color();
        let color = color.resolve_to_absolute(&style.clone_color());
        let borders = [
            style.clone_border_left_style(),
            style.clone_border_right_style(),
            style.clone_border_top_style(),
            style.clone_border_bottom_style(),
        ];
        color.to_color_space(ColorSpace::Srgb).alpha > 0.0
            || borders.iter().any(|style| !style.none_or_hidden())
    })
}

/// The one kind that all parts have which are not apart.
fn only_kind(parts: &[(Kind, &Node)]) -> Option<Kind> {
    let kinds = parts.iter().map(|(kind, _)| *kind);
    let mut kinds = kinds.filter(|kind| *kind != Kind::Apart);
    let first = kinds.next()?;
    kinds.all(|kind| kind == first).then_some(first)
}

/// The boxes of an element's children, and what they are.
fn parts<'d>(document: &'d BaseDocument, node: &'d Node) -> Vec<(Kind, &'d Node)> {
    let mut parts = Vec::new();
    let mut waiting: Vec<NodeId> = node.children.iter().rev().copied().collect();
    while let Some(child) = waiting.pop().and_then(|id| document.get_node(id)) {
        match (kind(child), inside(child)) {
            (_, Some(DisplayInside::Contents)) => {
                waiting.extend(child.children.iter().rev().copied());
            }
            (Some(kind), _) => parts.push((kind, child)),
            (None, _) => {}
        }
    }
    parts
}

/// What a node is in a table; nothing if it makes no box.
fn kind(node: &Node) -> Option<Kind> {
    if let Some(text) = node.text_data() {
        let is_blank = text.content.chars().all(|c| c.is_ascii_whitespace());
        return (!is_blank).then_some(Kind::Other);
    }
    let style = node.primary_styles()?;
    if style.clone_position().is_absolutely_positioned() {
        return Some(Kind::Apart);
    }
    let display = style.clone_display();
    Some(match display.inside() {
        DisplayInside::None | DisplayInside::Contents => return None,
        DisplayInside::TableRow
        | DisplayInside::TableRowGroup
        | DisplayInside::TableHeaderGroup
        | DisplayInside::TableFooterGroup => Kind::Row,
        DisplayInside::TableCell => Kind::Cell,
        DisplayInside::TableColumn | DisplayInside::TableColumnGroup => Kind::Apart,
        _ if display.outside() == DisplayOutside::TableCaption => Kind::Apart,
        _ => Kind::Other,
    })
}

/// The element whose box a node's box stands in.
fn around<'d>(document: &'d BaseDocument, node: &Node) -> Option<&'d Node> {
    let mut at = document.get_node(node.parent?)?;
    while inside(at) == Some(DisplayInside::Contents) {
        at = document.get_node(at.parent?)?;
    }
    Some(at)
}

fn inside(node: &Node) -> Option<DisplayInside> {
    Some(node.primary_styles()?.clone_display().inside())
}

fn outside(node: &Node) -> Option<DisplayOutside> {
    Some(node.primary_styles()?.clone_display().outside())
}

/// The style of the node with another display.
fn changed(node: &Node, display: Display) -> Option<Arc<ComputedValues>> {
    let style = node.primary_styles()?;
    let was_table = style.clone_display().inside() == DisplayInside::Table;
    let mut style = ComputedValues::clone(&style);
    if was_table && style.clone_width() == Size::Auto {
        style.mutate_position().set_width(Size::FitContent);
    }
    style.mutate_box().set_display(display);
    Some(Arc::new(style))
}
