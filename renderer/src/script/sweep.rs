//! Drops what nobody can reach any more: trees outside the document of which no script holds a
//! node.
//!
//! Never: runs during an event, whose driver indexes the target afterwards, or before the layout
//! that follows a change, which still knows what was removed.

use crate::script::handles::id_of;
use crate::script::host::Host;
use crate::script::nodes::{is_connected, root_of};
use blitz_dom::{BaseDocument, NodeId, local_name};
use std::collections::HashSet;

/// Drops the trees that were let go of. Returns how many nodes went.
pub(crate) fn sweep(host: &Host) -> usize {
    let mut released = host.released.take();
    for id in host.wrappers.take_gone().into_iter().map(id_of) {
        if !host.is_wrapped(id) {
            host.listening.borrow_mut().remove(&id);
        }
        released.push(id);
    }
    if released.is_empty() {
        return 0;
    }
    let mut document = host.write();
    let mut seen = HashSet::new();
    let mut dropped = 0;
    for id in released {
        if document.get_node(id).is_none() {
            continue;
        }
        let root = outermost(host, &document, id);
        if seen.insert(root)
            && !is_connected(&document, root)
            && let Some(trees) = free(host, &document, root)
        {
            dropped += drop_trees(host, &mut document, trees);
        }
    }
    if dropped > 0 {
        forget_gone_boxes(&document);
    }
    dropped
}

/// The root of a node's tree; of one in a template, that of the template's tree.
fn outermost(host: &Host, document: &BaseDocument, id: NodeId) -> NodeId {
    let mut root = root_of(document, id);
    while let Some(template) = host
        .template_of(root)
        .filter(|template| document.get_node(*template).is_some())
    {
        root = root_of(document, template);
    }
    root
}

/// A tree and those in its templates, if nobody holds anything in them.
fn free(host: &Host, document: &BaseDocument, root: NodeId) -> Option<Vec<NodeId>> {
    let parsed = host.parsed.borrow();
    let mut trees = vec![root];
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop().and_then(|id| document.get_node(id)) {
        let is_link = || {
            node.element_data()
                .is_some_and(|element| element.name.local == local_name!("link"))
        };
        // Blitz gives a link its sheet when that arrives, whether the link is there or not.
        if host.is_wrapped(node.id) || parsed.contains(&node.id) || is_link() {
            return None;
        }
        waiting.extend(node.children.iter());
        if let Some(inside) = node.element_data().and_then(|e| e.template_contents) {
            trees.push(inside);
            waiting.push(inside);
        }
    }
    Some(trees)
}

fn drop_trees(host: &Host, document: &mut BaseDocument, trees: Vec<NodeId>) -> usize {
    let mut dropped = 0;
    let mut started = host.started.borrow_mut();
    let mut specials = host.specials.borrow_mut();
    for tree in trees {
        if document.get_node(tree).is_none() {
            continue;
        }
        host.templates.borrow_mut().remove(&tree);
        let _ = document
            .mutate()
            .remove_and_drop_node_with(tree, &mut |id| {
                dropped += 1;
                started.remove(&id);
                specials.remove(&id);
            });
    }
    dropped
}

/// Takes nodes that are gone out of what Blitz remembers of the last layout of the others. It
/// indexes them: of a node that has no box any more it still knows in which one that was.
pub(crate) fn forget_gone_boxes(document: &BaseDocument) {
    let is_gone = |id: &NodeId| document.get_node(*id).is_none();
    for (_, node) in document.tree().iter() {
        for above in [&node.layout_parent, &node.oof_containing_block] {
            if above.get().as_ref().is_some_and(is_gone) {
                above.set(None);
            }
        }
        for below in [&node.layout_children, &node.paint_children] {
            let mut below = below.borrow_mut();
            if let Some(below) = below.as_mut().filter(|all| all.iter().any(is_gone)) {
                below.retain(|id| !is_gone(id));
            }
        }
        let mut hoisted = node.hoisted_children.borrow_mut();
        if hoisted.iter().any(is_gone) {
            hoisted.retain(|id| !is_gone(id));
        }
    }
}
