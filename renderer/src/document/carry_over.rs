//! Keeps the focus, typed text and ticked boxes when a longer text of the same document is parsed.
//!
//! It assumes that the tree of the longer text begins like that of the shorter one, and never
//! focuses an element of another kind.

use blitz_dom::{BaseDocument, ElementData, NodeId, local_name};

/// Puts what the user did in `previous` into `document`.
pub(crate) fn state(previous: &BaseDocument, document: &mut BaseDocument) {
    let mut controls = Vec::new();
    previous.visit(|id, node| {
        let is_control = |element: &ElementData| {
            element.text_input_data().is_some() || element.checkbox_input_checked().is_some()
        };
        if node.element_data().is_some_and(is_control) {
            controls.push(id);
        }
    });
    for id in controls {
        if let Some(new_id) = twin(previous, id, document) {
            control(previous, id, document, new_id);
        }
    }
    focus(previous, document);
}

fn control(previous: &BaseDocument, id: NodeId, document: &mut BaseDocument, new_id: NodeId) {
    let Some(old) = previous.get_node(id).and_then(|node| node.element_data()) else {
        return;
    };
    let Some(new) = document
        .get_node_mut(new_id)
        .and_then(|node| node.element_data_mut())
    else {
        return;
    };
    if let Some(is_checked) = old.checkbox_input_checked() {
        new.set_checkbox_input_checked(is_checked);
    }
    let is_text = new.text_input_data().is_some();
    let typed = old.text_input_data().map(|input| input.editor.raw_text());
    // The page's own text may have become longer meanwhile.
    let own = given_text(previous, id);
    if let Some(typed) = typed.filter(|typed| is_text && *typed != own) {
        set_text(document, new_id, typed);
    }
}

/// The text that the page itself puts into an input.
fn given_text(document: &BaseDocument, input: NodeId) -> String {
    let Some(node) = document.get_node(input) else {
        return String::new();
    };
    match node.element_data() {
        Some(element) if element.name.local == local_name!("textarea") => node.text_content(),
        Some(element) => element
            .attr(local_name!("value"))
            .unwrap_or_default()
            .to_owned(),
        None => String::new(),
    }
}

/// The element of `document` that stands where `id` stands in `previous`, if it is of its kind.
fn twin(previous: &BaseDocument, id: NodeId, document: &BaseDocument) -> Option<NodeId> {
    let new_id = node_at(document, &path_of(previous, id)?)?;
    let name_of = |document: &BaseDocument, id| {
        let element = document.get_node(id)?.element_data()?;
        Some(element.name.clone())
    };
    let name = name_of(previous, id)?;
    (name_of(document, new_id)? == name).then_some(new_id)
}

/// Moves the focus from `previous` to `document`.
fn focus(previous: &BaseDocument, document: &mut BaseDocument) {
    let focused = previous.get_focussed_node_id();
    let is_focusable = |id: &NodeId| {
        previous
            .get_node(*id)
            .is_some_and(|node| node.is_focussable())
    };
    let Some(id) = focused.filter(is_focusable) else {
        return;
    };
    if let Some(new_id) = twin(previous, id, document) {
        document.set_focus_to(new_id);
        let text = document.get_node(new_id).and_then(|node| {
            let input = node.element_data()?.text_input_data()?;
            Some(input.editor.raw_text().to_owned())
        });
        if let Some(text) = text {
            // Puts the caret where the user continues to type.
            set_text(document, new_id, &text);
        }
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
