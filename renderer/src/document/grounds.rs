//! Backgrounds of inline elements behind the text of elements inside them. Blitz paints a
//! background behind an element's own text alone, so the elements inside get a mix of their own
//! colour and those around them.
//!
//! Owns: the styles that were changed, and what they were. Style computes a background from no
//! other, so a change of one does not reach the elements inside by itself.

use crate::document::bounds::put;
use blitz_dom::{BaseDocument, Node, NodeId};
use std::collections::HashMap;
use style::color::{AbsoluteColor, ColorSpace};
use style::properties::ComputedValues;
use style::servo_arc::Arc;
use style::values::generics::color::GenericColor;

/// What has `display: inline` but is painted as a box, or shows no text of its children.
const BOXES: [&str; 11] = [
    "audio", "button", "canvas", "iframe", "meter", "object", "progress", "select", "svg",
    "textarea", "video",
];

/// The changed styles of a document and its frames.
#[derive(Default)]
pub(crate) struct Grounds(HashMap<(usize, NodeId), Changed>);

struct Changed {
    was: Arc<ComputedValues>,
    is: Arc<ComputedValues>,
}

impl Grounds {
    /// Gives the elements inside coloured inline elements their ground, after each layout.
    pub(crate) fn apply(&mut self, document: &mut BaseDocument) {
        self.restore(document);
        for (id, ground) in grounds(document) {
            let style = document.get_node(id).and_then(Node::primary_styles);
            let Some(was) = style.map(|style| Arc::clone(&style)) else {
                continue;
            };
            let mut is = ComputedValues::clone(&was);
            let color = GenericColor::Absolute(ground);
            is.mutate_background().set_background_color(color);
            let is = Arc::new(is);
            put(document, id, None, is.clone());
            self.0.insert((document.id(), id), Changed { was, is });
        }
        for frame in document.sub_document_node_ids() {
            let node = document.get_node_mut(frame);
            if let Some(inside) = node.and_then(|node| node.subdoc_mut()) {
                self.apply(&mut inside.inner_mut());
            }
        }
    }

    /// Takes back the changes of styles that have not been computed anew since.
    fn restore(&mut self, document: &mut BaseDocument) {
        let own = document.id();
        let of_it = self.0.extract_if(|(of, _), _| *of == own);
        for ((_, id), Changed { was, is }) in of_it.collect::<Vec<_>>() {
            let style = document.get_node(id).and_then(Node::primary_styles);
            if style.is_some_and(|style| Arc::ptr_eq(&style, &is)) {
                put(document, id, None, was);
            }
        }
    }
}

/// The elements that stand in a coloured inline element, each with the colour behind its text.
fn grounds(document: &BaseDocument) -> Vec<(NodeId, AbsoluteColor)> {
    let has_ground = |node: &Node| {
        let inside = node.children.iter().filter_map(|id| document.get_node(*id));
        let mut inside = inside.chain(pseudo_elements(document, node));
        inside.any(Node::is_element) && is_inline(node) && own(node).is_some()
    };
    let mut nodes = document.tree().iter().map(|(_, node)| node);
    if !nodes.any(has_ground) {
        return Vec::new();
    }
    let mut known = HashMap::new();
    let mut grounds = Vec::new();
    for (id, node) in document.tree().iter() {
        let is_text = is_inline(node) && !node.children.is_empty();
        if is_text
            && let Some(parent) = node.parent
            && let Some(around) = ground(document, parent, &mut known)
        {
            grounds.push((id, over(own(node), around)));
        }
    }
    grounds
}

fn pseudo_elements<'d>(
    document: &'d BaseDocument,
    node: &'d Node,
) -> impl Iterator<Item = &'d Node> {
    let ids = node.before().into_iter().chain(node.after());
    ids.filter_map(|id| document.get_node(id))
}

/// Whether the element is part of the text that it stands in.
fn is_inline(node: &Node) -> bool {
    let is_box = |name: &str| BOXES.contains(&name);
    node.element_data()
        .is_some_and(|element| !is_box(&element.name.local))
        && node.primary_styles().is_some_and(|style| {
            let display = style.clone_display();
            display.is_inline_flow() || display.is_contents()
        })
}

/// An element's own background, if it has one and a box that shows it.
fn own(node: &Node) -> Option<AbsoluteColor> {
    let style = node.primary_styles()?;
    let color = style
        .get_background()
        .background_color
        .resolve_to_absolute(&style.clone_color())
        .to_color_space(ColorSpace::Srgb);
    (color.alpha > 0.0 && !style.clone_display().is_contents()).then_some(color)
}

/// The colour behind the text of an inline element; none outside of inline elements.
fn ground(
    document: &BaseDocument,
    id: NodeId,
    known: &mut HashMap<NodeId, Option<AbsoluteColor>>,
) -> Option<AbsoluteColor> {
    let mut chain = Vec::new();
    let mut at = Some(id);
    let mut ground = None;
    while let Some(node) = at.and_then(|id| document.get_node(id)) {
        if let Some(found) = known.get(&node.id) {
            ground = *found;
            break;
        }
        if !is_inline(node) {
            break;
        }
        chain.push(node);
        at = node.parent;
    }
    for node in chain.into_iter().rev() {
        ground = match (own(node), ground) {
            (own, Some(around)) => Some(over(own, around)),
            (own, None) => own,
        };
        known.insert(node.id, ground);
    }
    ground
}

/// One colour on top of another.
fn over(top: Option<AbsoluteColor>, below: AbsoluteColor) -> AbsoluteColor {
    let Some(top) = top else { return below };
    let (above, under) = (top.raw_components(), below.raw_components());
    let rest = under[3] * (1.0 - above[3]);
    let alpha = above[3] + rest;
    let mix = |part: usize| (above[part] * above[3] + under[part] * rest) / alpha;
    AbsoluteColor::new(ColorSpace::Srgb, mix(0), mix(1), mix(2), alpha)
}
