//! Takes the spare room out of a document that rests: what the layout of its texts reserved and
//! did not need. A page of many short texts is for a quarter such room.

use blitz_dom::{BaseDocument, Node, NodeId};

/// Texts that are copied before the old ones are freed. What many free at once makes whole pages,
/// which go back to the system; what one alone frees is a hole. More at once would need more memory
/// on the way.
const PART: usize = 256;

/// Copies each laid-out text to as much memory as it needs: a copied vector has no spare room.
pub(crate) fn compact(document: &mut BaseDocument) {
    let has_text = |node: &Node| {
        let element = node.element_data();
        element.is_some_and(|element| element.inline_layout_data.is_some())
    };
    let nodes = document.tree().iter();
    let texts: Vec<NodeId> = nodes
        .filter(|(_, node)| has_text(node))
        .map(|(id, _)| id)
        .collect();
    for part in texts.chunks(PART) {
        let copy = |&id: &NodeId| {
            let element = document.get_node(id)?.element_data()?;
            Some((id, element.inline_layout_data.clone()?))
        };
        let copies: Vec<_> = part.iter().filter_map(copy).collect();
        for (id, copy) in copies {
            let node = document.get_node_mut(id);
            if let Some(element) = node.and_then(Node::element_data_mut) {
                element.inline_layout_data = Some(copy);
            }
        }
    }
    for frame in document.sub_document_node_ids() {
        let node = document.get_node_mut(frame);
        if let Some(inside) = node.and_then(|node| node.subdoc_mut()) {
            compact(&mut inside.inner_mut());
        }
    }
}
