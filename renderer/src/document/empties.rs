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
pub(crate) fn changes(document: &BaseDocument) -> Vec<(NodeId, Arc<ComputedValues>)> {
    let mut changes = Vec::new();
    for (_, node) in document.tree().iter() {
        let parent = node.parent.filter(|_| is_empty(document, node));
        let parent = parent.and_then(|parent| document.get_node(parent));
        if let Some(parent) = parent
            && is_alone(document, parent, node)
            && let Some(style) = node.primary_styles()
        {
            let mut style = ComputedValues::clone(&style);
            style.mutate_box().set_display(Display::Block);
            changes.push((node.id, Arc::new(style)));
        }
    }
    changes
}

/// Whether a line of `parent` has nothing but empty elements, of which `node` is one.
fn is_alone(document: &BaseDocument, parent: &Node, node: &Node) -> bool {
    let Some(style) = parent.primary_styles() else {
        return false;
    };
    let display = style.clone_display();
    let has_lines = matches!(
        display.inside(),
        DisplayInside::Flow | DisplayInside::FlowRoot | DisplayInside::TableCell
    ) && display.outside() != DisplayOutside::Inline
        && style.clone_white_space_collapse() == WhiteSpaceCollapse::Collapse;
    let Some(place) = parent.children.iter().position(|id| *id == node.id) else {
        return false;
    };
    if !has_lines {
        return false;
    }
    let part_of = |id: &NodeId| {
        document
            .get_node(*id)
            .map_or(Part::Apart, |node| part(document, node))
    };
    let is_end = |part: &Part| matches!(part, Part::Block | Part::Content);
    let mut backwards = parent.children[..place].iter().rev().map(part_of);
    let mut onwards = parent.children[place + 1..].iter().map(part_of);
    let (before, after) = (backwards.find(is_end), onwards.find(is_end));
    match (before, after) {
        (Some(Part::Content), _) | (_, Some(Part::Content)) => false,
        (None, None) => style.clone_height() != Size::Auto && !display.is_list_item(),
        _ => true,
    }
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
