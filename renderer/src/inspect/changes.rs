//! What has changed in the part of the tree that a session knows, found by comparison: nothing has
//! to watch a document that nobody inspects.

use crate::inspect::describe::{Describer, attributes, children, text};
use crate::script::nodes::is_connected;
use blitz_dom::NodeId;
use serde_json::{Value, json};

/// An event of the domain DOM.
pub(crate) type Change = (&'static str, Value);

/// What a session is to be told; it knows it from then on.
pub(crate) fn found(describer: &mut Describer<'_>) -> Vec<Change> {
    let version = describer.host.version.get();
    if describer.dom.version == Some(version) {
        return Vec::new();
    }
    describer.dom.version = Some(version);
    let mut changes = Vec::new();
    for node in describer.dom.all() {
        // An earlier change may have taken it away.
        let Some(number) = describer.dom.id(node) else {
            continue;
        };
        let is_there = describer.host.read().get_node(node).is_some();
        if !is_there {
            describer.dom.unbind(node);
            continue;
        }
        own(describer, node, number, &mut changes);
        below(describer, node, number, &mut changes);
    }
    changes
}

/// Its attributes, and its text.
fn own(describer: &mut Describer<'_>, node: NodeId, number: u32, changes: &mut Vec<Change>) {
    let document = describer.host.read();
    let now = attributes(&document, node);
    let said = text(&document, node);
    let Some(known) = describer.dom.known_mut(node) else {
        return;
    };
    if now != known.attributes {
        for (name, value) in now.iter().filter(|pair| !known.attributes.contains(pair)) {
            let params = json!({ "nodeId": number, "name": name, "value": value });
            changes.push(("DOM.attributeModified", params));
        }
        for (name, _) in &known.attributes {
            if now.iter().all(|(left, _)| left != name) {
                let params = json!({ "nodeId": number, "name": name });
                changes.push(("DOM.attributeRemoved", params));
            }
        }
        known.attributes = now;
    }
    if known.text.is_some() && known.text != said {
        let params = json!({ "nodeId": number, "characterData": said });
        changes.push(("DOM.characterDataModified", params));
        known.text = said;
    }
}

/// What stands in it.
fn below(describer: &mut Describer<'_>, node: NodeId, number: u32, changes: &mut Vec<Change>) {
    let now = children(&describer.host.read(), node);
    let Some(known) = describer.dom.known_mut(node) else {
        return;
    };
    let count_before = std::mem::replace(&mut known.count, now.len());
    let Some(before) = known.children.replace(now.clone()) else {
        known.children = None;
        if count_before != now.len() {
            let params = json!({ "nodeId": number, "childNodeCount": now.len() });
            changes.push(("DOM.childNodeCountUpdated", params));
        }
        return;
    };
    if before == now {
        return;
    }
    let mut stays: Vec<NodeId> = before
        .iter()
        .filter(|id| now.contains(id))
        .copied()
        .collect();
    let in_order = now.iter().filter(|id| stays.contains(id)).copied();
    if !in_order.eq(stays.iter().copied()) {
        stays.clear();
    }
    for gone in before.iter().filter(|id| !stays.contains(id)) {
        if let Some(child) = describer.dom.id(*gone) {
            let params = json!({ "parentNodeId": number, "nodeId": child });
            changes.push(("DOM.childNodeRemoved", params));
        }
        describer.dom.unbind(*gone);
    }
    let mut previous = 0;
    for child in now {
        if !stays.contains(&child) {
            // It may be known where it stood before.
            describer.dom.unbind(child);
            let described = describer.node(child, 0, None);
            let params = json!({
                "parentNodeId": number, "previousNodeId": previous, "node": described,
            });
            changes.push(("DOM.childNodeInserted", params));
        }
        previous = describer.dom.bind(child);
    }
}

/// Makes a node known to a session, and what it stands in as far as it is not: with the children of
/// each. Returns the node's number, or 0 if the session has not asked for the document.
pub(crate) fn push(describer: &mut Describer<'_>, node: NodeId, told: &mut Vec<Change>) -> u32 {
    if let Some(number) = describer.dom.id(node) {
        return number;
    }
    let (path, is_there) = {
        let document = describer.host.read();
        let path = crate::script::nodes::path(&document, node);
        (path, is_connected(&document, node))
    };
    if !is_there {
        describer.binds = true;
        return describer.dom.bind(node);
    }
    let Some(&root) = path.last() else { return 0 };
    if describer.dom.id(root).is_none() {
        return 0;
    }
    describer.binds = true;
    for &around in path.iter().skip(1).rev() {
        if !describer.dom.is_open(around) {
            open(describer, around, 1, told);
        }
    }
    describer.dom.id(node).unwrap_or_else(|| {
        // White space, which is no child that clients see.
        describer.dom.bind(node)
    })
}

/// Tells a session of the children of a node that it knows.
pub(crate) fn open(
    describer: &mut Describer<'_>,
    node: NodeId,
    depth: i32,
    told: &mut Vec<Change>,
) {
    let parent = describer.dom.bind(node);
    let below = children(&describer.host.read(), node);
    let next = if depth < 0 { depth } else { (depth - 1).max(0) };
    let described: Vec<Value> = below
        .iter()
        .map(|child| describer.node(*child, next, Some(parent)))
        .collect();
    if let Some(known) = describer.dom.known_mut(node) {
        known.count = below.len();
        known.children = Some(below);
    }
    let params = json!({ "parentId": parent, "nodes": described });
    told.push(("DOM.setChildNodes", params));
}
