//! Keeps the focus, typed text, ticked boxes and the pages in frames when a longer text of the same
//! document is parsed.
//!
//! It assumes that the tree of the longer text begins like that of the shorter one, and never
//! focuses an element of another kind.

use crate::document::attributes::input_kind;
use crate::document::elements::{LIST, has};
use crate::document::text_fields::{given_text, set_text};
use crate::document::{forms, frames, parts};
use blitz_dom::{BaseDocument, ElementData, NodeId, local_name};

/// Puts what the user did in `previous` into `document`.
pub(crate) fn state(previous: &BaseDocument, document: &mut BaseDocument) {
    let mut controls = Vec::new();
    previous.visit(|id, node| {
        let is_control = |element: &ElementData| {
            element.text_input_data().is_some()
                || element.checkbox_input_checked().is_some()
                || element.name.local == local_name!("select")
                || matches!(&*input_kind(element), "range" | "color")
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
    for (id, url) in frames::addresses(previous) {
        if let Some(new_id) = twin(previous, id, document)
            && frames::address(document, new_id) != Some(&url)
        {
            frames::load(document, new_id, &url);
        }
    }
    focus(previous, document);
}

fn control(previous: &BaseDocument, id: NodeId, document: &mut BaseDocument, new_id: NodeId) {
    let Some(old) = previous.get_node(id).and_then(|node| node.element_data()) else {
        return;
    };
    if old.name.local == local_name!("select") {
        return choice(previous, id, document, new_id);
    }
    let value = old.attr(local_name!("value")).unwrap_or_default();
    match &*input_kind(old) {
        "range" => {
            let value = value.parse().unwrap_or_default();
            return parts::set_range(&mut document.mutate(), new_id, value);
        }
        "color" => return parts::set_color(&mut document.mutate(), new_id, value),
        _ => {}
    }
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
    let typed = old
        .text_input_data()
        .map(|input| input.editor.text().to_string());
    // The page's own text may have become longer meanwhile.
    let own = given_text(previous, id);
    if let Some(typed) = typed.filter(|typed| is_text && *typed != own) {
        set_text(document, new_id, &typed);
    }
}

/// The options that the user chose, by their places; unless the page's own are chosen.
fn choice(previous: &BaseDocument, id: NodeId, document: &mut BaseDocument, new_id: NodeId) {
    let chosen = forms::chosen(previous, id);
    let is_list = has(previous, id, LIST);
    if chosen == forms::initially_chosen(previous, id, is_list) {
        return;
    }
    let old = forms::options(previous, id);
    let new = forms::options(document, new_id);
    let places = chosen
        .iter()
        .filter_map(|option| old.iter().position(|other| other == option));
    let chosen: Vec<NodeId> = places.filter_map(|place| new.get(place).copied()).collect();
    forms::choose(document, new_id, &chosen);
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
            Some(input.editor.text().to_string())
        });
        if let Some(text) = text {
            // Puts the caret where the user continues to type.
            set_text(document, new_id, &text);
        }
    }
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
