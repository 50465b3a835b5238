//! The nodes of a document that can be shown: its tree, with the boxes that Blitz makes itself.
//! Trees that scripts hold elsewhere are not among them.

use blitz_dom::{BaseDocument, NodeId};

/// All nodes from the root on, each once: an element before what is in it.
pub(crate) fn nodes(document: &BaseDocument) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    let mut waiting = vec![document.root_node().id];
    while let Some(node) = waiting.pop().and_then(|id| document.get_node(id)) {
        nodes.push(node.id);
        let made = node.anonymous_blocks.iter().copied();
        waiting.extend(made.chain(node.before()).chain(node.after()));
        // What is in a block that Blitz made is in its element as well, or was until it moved.
        if !node.is_anonymous() {
            waiting.extend(node.children.iter().rev());
        }
    }
    nodes
}
