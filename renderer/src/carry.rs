//! What is kept when a document is parsed again because more of it has come: the focus, and the
//! text typed into the focused input.
//!
//! Owns: nothing. Trusts: that the tree of a longer text begins like that of a shorter one. Never:
//! focuses an element of another kind.

use blitz_dom::{BaseDocument, NodeId};

/// Focuses in `document` what has the focus in `previous`, with the text typed into it.
pub(crate) fn focus(previous: &BaseDocument, document: &mut BaseDocument) {
    let Some(id) = previous.get_focussed_node_id() else {
        return;
    };
    let Some(old) = previous.get_node(id) else {
        return;
    };
    let Some(old_element) = old.element_data().filter(|_| old.is_focussable()) else {
        return;
    };
    let Some(path) = path_of(previous, id) else {
        return;
    };
    let Some(new_id) = node_at(document, &path) else {
        return;
    };
    let is_same_kind = document
        .get_node(new_id)
        .and_then(|node| node.element_data())
        .is_some_and(|element| element.name == old_element.name);
    if !is_same_kind {
        return;
    }
    document.set_focus_to(new_id);
    if let Some(input) = old_element.text_input_data() {
        let text = input.editor.raw_text().to_owned();
        set_text(document, new_id, &text);
    }
}

/// Replaces the text of a text input and puts the caret at its end.
pub(crate) fn set_text(document: &mut BaseDocument, input: NodeId, text: &str) {
    document.with_text_input(input, |mut driver| {
        driver.editor.set_text(text);
        driver.refresh_layout();
        driver.move_to_text_end();
    });
}

/// Which child of which child, from the root.
fn path_of(document: &BaseDocument, id: NodeId) -> Option<Vec<usize>> {
    let mut path = Vec::new();
    let mut at = document.get_node(id)?;
    while let Some(parent) = at.parent.and_then(|parent| document.get_node(parent)) {
        path.push(parent.children.iter().position(|child| *child == at.id)?);
        at = parent;
    }
    path.reverse();
    Some(path)
}

fn node_at(document: &BaseDocument, path: &[usize]) -> Option<NodeId> {
    let mut at = document.root_node();
    for index in path {
        at = document.get_node(*at.children.get(*index)?)?;
    }
    Some(at.id)
}
