//! Puts parts into form controls that Blitz does not know, while a document is parsed: the choice
//! of a select, the thumb of a range, the swatch of a colour, the words on a button.
//!
//! What no selector can say of an element stands in attributes of our own, for `ua.css`.

use crate::document::attributes::input_kind;
use crate::document::elements::{GIVEN, LIST, attribute, element, has, part};
use crate::document::forms;
use crate::document::parts::{set_color, set_range};
use crate::document::steps;
use blitz_dom::{BaseDocument, DocumentMutator, NodeId, local_name};

/// Gives a new control, or a group of options, what it needs of parts.
pub(crate) fn begin(mutator: &mut DocumentMutator<'_>, id: NodeId) {
    let Some(element) = element(mutator.doc, id) else {
        return;
    };
    if element.name.local == local_name!("optgroup") {
        return name_group(mutator, id);
    }
    if element.name.local != local_name!("input") {
        return;
    }
    let value = element.attr(local_name!("value")).unwrap_or_default();
    let value = value.to_owned();
    match &*input_kind(element) {
        "range" => {
            part_of(mutator, id, "-bulkhead-thumb");
            let value = steps::range_value(mutator.doc, id);
            set_range(mutator, id, value);
            keep_given(mutator, id);
        }
        "color" => {
            part_of(mutator, id, "-bulkhead-swatch");
            set_color(mutator, id, &value);
            keep_given(mutator, id);
        }
        "submit" => name_button(mutator, id, "Submit"),
        "reset" => name_button(mutator, id, "Reset"),
        _ => {}
    }
}

/// Likewise for one that has come into the document later, with all that is in it.
pub(crate) fn complete_one(mutator: &mut DocumentMutator<'_>, id: NodeId) {
    begin(mutator, id);
    let children = mutator.child_ids(id);
    if element(mutator.doc, id).is_some_and(|data| data.name.local == local_name!("optgroup"))
        && let (Some(first), Some(heading)) = (children.first(), children.last())
        && first != heading
    {
        mutator.insert_nodes_before(*first, &[*heading]);
    }
}

/// A select whose options may be others now: it keeps its choice, if it still has one.
pub(crate) fn complete_select_again(document: &mut BaseDocument, select: NodeId) {
    if forms::chosen(document, select).is_empty() {
        complete_select(document, select);
    }
    forms::send_choice(&mut document.mutate(), select);
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

fn name_group(mutator: &mut DocumentMutator<'_>, group: NodeId) {
    let label = element(mutator.doc, group).and_then(|group| group.attr(local_name!("label")));
    let label = label.unwrap_or_default().to_owned();
    let text = mutator.create_text_node(&label);
    let heading = part(mutator, "-bulkhead-label");
    mutator.append_children(heading, &[text]);
    mutator.append_children(group, &[heading]);
}

/// Chooses the options of a select that the page wants chosen; returns them.
pub(crate) fn complete_select(document: &mut BaseDocument, select: NodeId) -> Vec<NodeId> {
    let Some(data) = element(document, select) else {
        return Vec::new();
    };
    let rows = data
        .attr(local_name!("size"))
        .and_then(|size| size.trim().parse::<u32>().ok());
    let is_list = data.attr(local_name!("multiple")).is_some() || rows.is_some_and(|rows| rows > 1);
    if is_list && !has(document, select, LIST) {
        let mut mutator = document.mutate();
        mutator.set_attribute(select, attribute(LIST), "");
    }
    let chosen = forms::initially_chosen(document, select, is_list);
    forms::choose(document, select, &chosen);
    chosen
}
