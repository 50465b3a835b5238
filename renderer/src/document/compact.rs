//! Takes the spare room out of a document that rests: what the layout of its texts reserved and
//! did not need. A page of many short texts is for a quarter such room.

use blitz_dom::{BaseDocument, Node, NodeId};

/// Nodes whose layout is copied before the old one is freed. What many free at once makes whole
/// pages, which go back to the system; what one alone frees is a hole. More at once would need more
/// memory on the way.
const PART: usize = 256;

/// Copies the layout of each node to as much memory as it needs: a copied vector has no spare room.
/// In the order of their addresses, so that what is freed lies together.
pub(crate) fn compact(document: &mut BaseDocument) {
    let nodes = document.tree().iter();
    let mut laid_out: Vec<(usize, NodeId)> = nodes
        .filter_map(|(id, node)| Some((address(node)?, id)))
        .collect();
    laid_out.sort_unstable();
    for part in laid_out.chunks(PART) {
        let copy = |&(_, id): &(usize, NodeId)| {
            let element = document.get_node(id)?.element_data()?;
            let text = element.inline_layout_data.clone();
            Some((id, element.layout_data.clone(), text))
        };
        let copies: Vec<_> = part.iter().filter_map(copy).collect();
        for (id, layout, text) in copies {
            let node = document.get_node_mut(id);
            if let Some(element) = node.and_then(Node::element_data_mut) {
                element.layout_data = layout;
                element.inline_layout_data = text;
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

/// Where the layout of a node is, if it has one.
fn address(node: &Node) -> Option<usize> {
    let element = node.element_data()?;
    let layout = element.layout_data.as_deref();
    let text = element.inline_layout_data.as_deref();
    layout
        .map(|layout| std::ptr::from_ref(layout).addr())
        .or(text.map(|text| std::ptr::from_ref(text).addr()))
}
