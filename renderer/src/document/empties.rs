//! Empty inline elements between blocks: what many manuals have for places to link to. A line
//! without text takes no room and keeps no margins apart, but for Blitz it does, so such elements
//! become empty blocks, which take no room in Blitz either.
//!
//! Source: CSS 2.2, "Inline formatting contexts" and "Collapsing margins".

use crate::document::elements::has_pseudo_elements;
use blitz_dom::{BaseDocument, Node, NodeId};
use style::computed_values::float::T as Float;
use style::computed_values::white_space_collapse::T as WhiteSpaceCollapse;
use style::properties::ComputedValues;
use style::servo_arc::Arc;
use style::values::computed::{Display, Length, LengthPercentage, Margin, Size};
use style::values::specified::box_::{DisplayInside, DisplayOutside};

/// The elements that show nothing of their own.
const NAMES: [&str; 10] = [
    "a", "b", "del", "em", "font", "i", "ins", "small", "span", "strong",
];

/// What a child is to the line that it may stand in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Ends the line.
    Block,
    /// Part of a line, but empty.
    Empty,
    /// Something to be seen in a line.
    Content,
    /// Takes no part in lines.
    Apart,
}

/// The styles that take the place of others.
pub(crate) fn changes(
    document: &BaseDocument,
    nodes: &[NodeId],
) -> Vec<(NodeId, Arc<ComputedValues>)> {
    let mut changes = Vec::new();
    for parent in nodes.iter().filter_map(|id| document.get_node(*id)) {
        for id in alone(document, parent) {
            if let Some(style) = document.get_node(id).and_then(Node::primary_styles) {
                let mut style = ComputedValues::clone(&style);
                style.mutate_box().set_display(Display::Block);
                changes.push((id, Arc::new(style)));
            }
        }
    }
    changes
}

/// The empty elements of those lines of `parent` that have nothing else.
fn alone(document: &BaseDocument, parent: &Node) -> Vec<NodeId> {
    let (mut found, mut line) = (Vec::new(), Vec::new());
    let Some(style) = parent.primary_styles().filter(|style| has_lines(style)) else {
        return found;
    };
    let (mut has_content, mut has_block) = (false, false);
    for id in &parent.children {
        let node = document.get_node(*id);
        match node.map_or(Part::Apart, |node| part(document, node)) {
            Part::Apart => {}
            Part::Empty => line.push(*id),
            Part::Content => has_content = true,
            Part::Block => {
                if !has_content {
                    found.append(&mut line);
                }
                line.clear();
                has_content = false;
                has_block = true;
            }
        }
    }
    if !has_content {
        found.append(&mut line);
    }
    let has_height = style.clone_height() != Size::Auto && !style.clone_display().is_list_item();
    if has_block || has_height {
        found
    } else {
        Vec::new()
    }
}

fn has_lines(style: &ComputedValues) -> bool {
    let display = style.clone_display();
    matches!(
        display.inside(),
        DisplayInside::Flow | DisplayInside::FlowRoot | DisplayInside::TableCell
    ) && display.outside() != DisplayOutside::Inline
        && style.clone_white_space_collapse() == WhiteSpaceCollapse::Collapse
}

fn part(document: &BaseDocument, node: &Node) -> Part {
    if let Some(text) = node.text_data() {
        let is_blank = text.content.chars().all(|c| c.is_ascii_whitespace());
        return if is_blank { Part::Apart } else { Part::Content };
    }
    let Some(style) = node.primary_styles() else {
        return Part::Apart;
    };
    let display = style.clone_display();
    let is_away =
        style.clone_position().is_absolutely_positioned() || style.clone_float() != Float::None;
    if display.is_none() || is_away {
        Part::Apart
    } else if display.outside() == DisplayOutside::Block {
        Part::Block
    } else if is_empty(document, node) {
        Part::Empty
    } else {
        Part::Content
    }
}

/// Whether a node is an inline element that shows nothing and takes no room.
fn is_empty(document: &BaseDocument, node: &Node) -> bool {
    let Some(element) = node.element_data() else {
        return false;
    };
    let is_blank = |id: &NodeId| {
        let text = document.get_node(*id).and_then(Node::text_data);
        text.is_some_and(|text| text.content.chars().all(|c| c.is_ascii_whitespace()))
    };
    NAMES.contains(&element.name.local.as_ref())
        && node.children.iter().all(is_blank)
        && !has_pseudo_elements(node)
        && node
            .primary_styles()
            .is_some_and(|style| takes_no_room(&style))
}

fn takes_no_room(style: &ComputedValues) -> bool {
    let is_zero = |length: &LengthPercentage| length.resolve(Length::new(1024.0)).px() == 0.0;
    let paddings = [
        style.clone_padding_left(),
        style.clone_padding_right(),
        style.clone_padding_top(),
        style.clone_padding_bottom(),
    ];
    let margins = [
        style.clone_margin_left(),
        style.clone_margin_right(),
        style.clone_margin_top(),
        style.clone_margin_bottom(),
    ];
    let borders = [
        style.clone_border_left_style(),
        style.clone_border_right_style(),
        style.clone_border_top_style(),
        style.clone_border_bottom_style(),
    ];
    let is_none = |margin: &Margin| match margin {
        Margin::LengthPercentage(length) => is_zero(length),
        Margin::Auto => true,
        _ => false,
    };
    style.clone_display().is_inline_flow()
        && !style.clone_position().is_absolutely_positioned()
        && paddings.iter().all(|padding| is_zero(&padding.0))
        && margins.iter().all(is_none)
        && borders.iter().all(|style| style.none_or_hidden())
        && style.clone_width() == Size::Auto
        && style.clone_height() == Size::Auto
}
