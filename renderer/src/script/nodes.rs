//! The tree as scripts see it: parts that this browser puts into controls are nobody's children.

use crate::document::elements::is;
use crate::script::host::Host;
use blitz_dom::{BaseDocument, Node, NodeId, local_name};
use protocol::limits::DOCUMENT_DEPTH_MAX;

/// The name of an element that stands for a fragment.
pub(crate) const FRAGMENT: &str = "#document-fragment";
/// What the names of our own parts begin with.
pub(crate) const OWN: &str = "-bulkhead-";

/// What has the focus. When nothing has, Blitz says that the root has.
pub(crate) fn focused(document: &BaseDocument) -> Option<NodeId> {
    let root = document.try_root_element().map(|root| root.id);
    let focus = document.get_focussed_node_id();
    focus.filter(|focus| Some(*focus) != root)
}

/// Whether a node is a fragment.
pub(crate) fn is_fragment(node: &Node) -> bool {
    node.element_data()
        .is_some_and(|element| &*element.name.local == FRAGMENT)
}

/// Whether a node is one of our own parts, and none of the page's.
pub(crate) fn is_own(document: &BaseDocument, node: &Node) -> bool {
    if let Some(element) = node.element_data()
        && element.name.local.starts_with(OWN)
    {
        return true;
    }
    // Asked for each step of each walk.
    let parent = node.parent.and_then(|id| document.get_node(id));
    let Some(around) = parent.and_then(Node::element_data) else {
        return false;
    };
    match &around.name.local {
        name if *name == local_name!("input") => true,
        name if *name == local_name!("select") => is(document, node.id, &local_name!("input")),
        name => name.starts_with(OWN),
    }
}

/// The children of a node that are the page's.
pub(crate) fn children(document: &BaseDocument, id: NodeId) -> Vec<NodeId> {
    let Some(node) = document.get_node(id) else {
        return Vec::new();
    };
    let all = node.children.iter().copied();
    all.filter(|child| is_page(document, *child)).collect()
}

/// What a node stands in.
pub(crate) fn parent(host: &Host, id: NodeId) -> Option<NodeId> {
    host.read().get_node(id)?.parent
}

/// The first child of a node that is the page's.
pub(crate) fn first(host: &Host, id: NodeId) -> Option<NodeId> {
    let document = host.read();
    let mut all = document.get_node(id)?.children.iter().copied();
    all.find(|child| is_page(&document, *child))
}

/// The last child of a node that is the page's.
pub(crate) fn last(host: &Host, id: NodeId) -> Option<NodeId> {
    let document = host.read();
    let mut all = document.get_node(id)?.children.iter().rev().copied();
    all.find(|child| is_page(&document, *child))
}

fn is_page(document: &BaseDocument, id: NodeId) -> bool {
    let node = document.get_node(id);
    node.is_some_and(|node| !is_own(document, node))
}

/// The sibling so many places after a node, or before it.
pub(crate) fn sibling(host: &Host, id: NodeId, step: isize) -> Option<NodeId> {
    let document = host.read();
    let parent = document.get_node(document.get_node(id)?.parent?)?;
    // Walks from sibling to sibling would else be quadratic.
    let known = host.place.get().filter(|(of, _)| *of == parent.id);
    let near = known.and_then(|(_, at)| {
        let around = at.saturating_sub(1)..=at + 1;
        around
            .into_iter()
            .find(|at| parent.children.get(*at) == Some(&id))
    });
    let mut at = near.or_else(|| parent.index_of_child(id))?;
    host.place.set(Some((parent.id, at)));
    loop {
        at = at.checked_add_signed(step)?;
        let next = document.get_node(*parent.children.get(at)?)?;
        if !is_own(&document, next) {
            host.place.set(Some((parent.id, at)));
            return Some(next.id);
        }
    }
}

/// The top of the tree that a node stands in.
pub(crate) fn root_of(document: &BaseDocument, mut id: NodeId) -> NodeId {
    while let Some(parent) = document.get_node(id).and_then(|node| node.parent) {
        id = parent;
    }
    id
}

/// Whether a node stands in the document.
pub(crate) fn is_connected(document: &BaseDocument, id: NodeId) -> bool {
    id == document.root_node().id
        || document
            .get_node(id)
            .is_some_and(|node| node.flags.is_in_document())
}

/// A node and all that it stands in.
pub(crate) fn path(document: &BaseDocument, id: NodeId) -> Vec<NodeId> {
    let parent = |id: &NodeId| document.get_node(*id).and_then(|node| node.parent);
    std::iter::successors(document.get_node(id).map(|node| node.id), parent).collect()
}

/// Calls `visit` for a node and all in it, in order. What it returns false for is not gone into.
pub(crate) fn walk(document: &BaseDocument, id: NodeId, mut visit: impl FnMut(&Node) -> bool) {
    let mut waiting = vec![id];
    while let Some(node) = waiting.pop().and_then(|id| document.get_node(id)) {
        if visit(node) {
            waiting.extend(node.children.iter().rev());
        }
    }
}

/// How many levels a tree has; not counted further than the bound.
pub(crate) fn height(document: &BaseDocument, id: NodeId) -> usize {
    let (mut height, mut waiting) = (0, vec![(id, 1)]);
    while let Some((id, depth)) = waiting.pop() {
        height = height.max(depth);
        if height > DOCUMENT_DEPTH_MAX {
            break;
        }
        if let Some(node) = document.get_node(id) {
            waiting.extend(node.children.iter().map(|child| (*child, depth + 1)));
            let inside = node.element_data().and_then(|e| e.template_contents);
            waiting.extend(inside.map(|inside| (inside, depth + 1)));
        }
    }
    height
}
