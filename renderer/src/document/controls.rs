//! Puts parts into form controls that Blitz does not know, once a document is parsed: the choice
//! of a select, the thumb of a range, the swatch of a colour, the words on a button.
//!
//! What no selector can say of an element stands in attributes of our own, for `ua.css`.

use crate::document::attributes::input_kind;
use crate::document::elements::{CHOSEN, GIVEN, LIST, attribute, element, part};
use crate::document::forms;
use crate::document::parts::{set_color, set_range};
use crate::document::steps;
use blitz_dom::{DocumentMutator, NodeId, local_name};

/// Completes all controls of a parsed document.
pub(crate) fn complete(mutator: &mut DocumentMutator<'_>) {
    let mut found = Vec::new();
    mutator.doc.visit(|id, node| {
        if let Some(element) = node.element_data() {
            let name = &element.name.local;
            if *name == local_name!("input") {
                found.push((id, input_kind(element)));
            } else if *name == local_name!("select") || *name == local_name!("optgroup") {
                found.push((id, name.to_string()));
            }
        }
    });
    for (id, kind) in found {
        match &*kind {
            "select" => complete_select(mutator, id),
            "optgroup" => complete_group(mutator, id),
            "range" => {
                part_of(mutator, id, "-bulkhead-thumb");
                let value = steps::range_value(mutator.doc, id);
                set_range(mutator, id, value);
                keep_given(mutator, id);
            }
            "color" => {
                part_of(mutator, id, "-bulkhead-swatch");
                let value = mutator.doc.get_node(id).and_then(|node| {
                    node.element_data()?
                        .attr(local_name!("value"))
                        .map(str::to_owned)
                });
                set_color(mutator, id, &value.unwrap_or_default());
                keep_given(mutator, id);
            }
            "submit" => name_button(mutator, id, "Submit"),
            "reset" => name_button(mutator, id, "Reset"),
            _ => {}
        }
    }
}

/// Keeps what the page gave a control, for a reset: the user's choice takes its place.
fn keep_given(mutator: &mut DocumentMutator<'_>, control: NodeId) {
    let value = element(mutator.doc, control).and_then(|e| e.attr(local_name!("value")));
    let value = value.unwrap_or_default().to_owned();
    mutator.set_attribute(control, attribute(GIVEN), &value);
}

fn part_of(mutator: &mut DocumentMutator<'_>, control: NodeId, name: &str) {
    let part = part(mutator, name);
    mutator.append_children(control, &[part]);
}

/// A button without a value has a name all the same.
fn name_button(mutator: &mut DocumentMutator<'_>, button: NodeId, name: &str) {
    let has_value = element(mutator.doc, button)
        .is_some_and(|element| element.attr(local_name!("value")).is_some());
    if !has_value {
        let text = mutator.create_text_node(name);
        mutator.append_children(button, &[text]);
    }
}

fn complete_group(mutator: &mut DocumentMutator<'_>, group: NodeId) {
    let label = element(mutator.doc, group).and_then(|group| group.attr(local_name!("label")));
    let label = label.unwrap_or_default().to_owned();
    let text = mutator.create_text_node(&label);
    let heading = part(mutator, "-bulkhead-label");
    mutator.append_children(heading, &[text]);
    match mutator.child_ids(group).first() {
        Some(first) => mutator.insert_nodes_before(*first, &[heading]),
        None => mutator.append_children(group, &[heading]),
    }
}

fn complete_select(mutator: &mut DocumentMutator<'_>, select: NodeId) {
    let Some(data) = element(mutator.doc, select) else {
        return;
    };
    let rows = data
        .attr(local_name!("size"))
        .and_then(|size| size.trim().parse::<u32>().ok());
    let is_list = data.attr(local_name!("multiple")).is_some() || rows.is_some_and(|rows| rows > 1);
    if is_list {
        mutator.set_attribute(select, attribute(LIST), "");
    }
    for option in forms::initially_chosen(mutator.doc, select, is_list) {
        mutator.set_attribute(option, attribute(CHOSEN), "");
    }
    forms::send_choice(mutator, select);
}
