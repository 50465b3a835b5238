//! Adds the form entries that Blitz leaves out: the choice of a `<select>`, and the name of a
//! pressed `<input type=submit>`. Hidden inputs stand in for them.
//!
//! Source: the HTML standard, "Constructing the entry list".

use crate::document::attributes::input_kind;
use crate::document::elements::{CHOSEN, GIVEN, LIST, attribute, element, has, is, mark};
use crate::document::parts;
use crate::document::steps;
use crate::document::text_fields;
use blitz_dom::node::Attribute;
use blitz_dom::{BaseDocument, DocumentMutator, NodeId};
use html5ever::{LocalName, QualName, local_name, ns};
use style_dom::ElementState;

/// The options of a select, in order.
pub(crate) fn options(document: &BaseDocument, select: NodeId) -> Vec<NodeId> {
    let mut options = Vec::new();
    let mut waiting = vec![select];
    while let Some(node) = waiting.pop().and_then(|id| document.get_node(id)) {
        waiting.extend(node.children.iter().rev());
        if is(document, node.id, &local_name!("option")) {
            options.push(node.id);
        }
    }
    options
}

/// Whether an option cannot be chosen, itself or with its group.
pub(crate) fn is_disabled(document: &BaseDocument, option: NodeId) -> bool {
    let group = document.get_node(option).and_then(|node| node.parent);
    let group = group.filter(|group| is(document, *group, &local_name!("optgroup")));
    has(document, option, "disabled") || group.is_some_and(|group| has(document, group, "disabled"))
}

/// The options that are chosen at first: those that say so, else the first one of a menu.
pub(crate) fn initially_chosen(
    document: &BaseDocument,
    select: NodeId,
    is_list: bool,
) -> Vec<NodeId> {
    let options = options(document, select);
    let is_selected = |option: &NodeId| has(document, *option, "selected");
    if has(document, select, "multiple") {
        return options.into_iter().filter(is_selected).collect();
    }
    let last = options.iter().rfind(|option| is_selected(option));
    let first = options
        .iter()
        .find(|option| !is_disabled(document, **option));
    let choice = last.or(first.filter(|_| !is_list));
    choice.copied().into_iter().collect()
}

/// The text of an option, as it is shown.
pub(crate) fn label(document: &BaseDocument, option: NodeId) -> String {
    let text = document.get_node(option).map(|node| node.text_content());
    let text = text.unwrap_or_default();
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Chooses these options of a select and no others.
pub(crate) fn choose(document: &mut BaseDocument, select: NodeId, chosen: &[NodeId]) {
    for option in options(document, select) {
        mark(document, option, CHOSEN, chosen.contains(&option));
    }
    send_choice(&mut document.mutate(), select);
}

/// The chosen options of a select.
pub(crate) fn chosen(document: &BaseDocument, select: NodeId) -> Vec<NodeId> {
    let mut options = options(document, select);
    options.retain(|option| has(document, *option, CHOSEN));
    options
}

/// Gives a select a hidden input for each option that is chosen, in place of those it had.
pub(crate) fn send_choice(mutator: &mut DocumentMutator<'_>, select: NodeId) {
    let old: Vec<NodeId> = mutator
        .child_ids(select)
        .into_iter()
        .filter(|child| is(mutator.doc, *child, &local_name!("input")))
        .collect();
    for input in old {
        mutator.remove_and_drop_node(input);
    }
    let Some(data) = element(mutator.doc, select) else {
        return;
    };
    let name = data
        .attr(local_name!("name"))
        .filter(|name| !name.is_empty());
    let Some(name) = name.filter(|_| data.attr(local_name!("disabled")).is_none()) else {
        return;
    };
    let name = name.to_owned();
    let form = data.attr(local_name!("form")).map(str::to_owned);
    for option in chosen(mutator.doc, select) {
        if is_disabled(mutator.doc, option) {
            continue;
        }
        let value = element(mutator.doc, option).and_then(|o| o.attr(local_name!("value")));
        let value = value.map_or_else(|| label(mutator.doc, option), str::to_owned);
        let input = hidden_input(mutator, &name, &value);
        if let Some(form) = &form {
            mutator.set_attribute(input, attribute("form"), form);
        }
        mutator.append_children(select, &[input]);
    }
}

/// Sends the form that a control belongs to, as if that submit button was pressed.
pub(crate) fn submit(document: &mut BaseDocument, button: NodeId) {
    if let Some(form) = owner(document, button) {
        pressing(document, Some(button), |document| {
            steps::without_bad_input(document, |document| document.submit_form(form, button));
        });
    }
}

/// Ticks a radio button, and unticks the others of its name in its form.
pub(crate) fn tick_radio(document: &mut BaseDocument, radio: NodeId) {
    for id in radio_group(document, radio) {
        document.snapshot_node_and(id, ElementState::CHECKED, |node| {
            if let Some(element) = node.element_data_mut() {
                element.set_checkbox_input_checked(id == radio);
            }
            node.mark_ancestors_dirty();
        });
    }
    document.shell_provider.request_redraw();
}

/// The radio buttons of a button's name and form, itself among them.
pub(crate) fn radio_group(document: &BaseDocument, radio: NodeId) -> Vec<NodeId> {
    let name_of = |id| {
        let name = element(document, id)?.attr(local_name!("name"))?;
        Some(name.to_owned()).filter(|name| !name.is_empty())
    };
    let (name, form) = (name_of(radio), owner(document, radio));
    let mut group = Vec::new();
    document.visit(|id, node| {
        let is_radio = node.element_data().is_some_and(|element| {
            element.name.local == local_name!("input") && input_kind(element) == "radio"
        });
        let is_other = || name.is_some() && name_of(id) == name && owner(document, id) == form;
        if is_radio && (id == radio || is_other()) {
            group.push(id);
        }
    });
    group
}

/// Gives all controls of a button's form what the page gave them.
pub(crate) fn reset(document: &mut BaseDocument, button: NodeId) {
    if let Some(form) = owner(document, button) {
        reset_form(document, form);
    }
}

/// Gives all controls of a form what the page gave them.
pub(crate) fn reset_form(document: &mut BaseDocument, form: NodeId) {
    let mut controls = Vec::new();
    document.visit(|id, node| {
        if node.element_data().is_some() && owner(document, id) == Some(form) {
            controls.push(id);
        }
    });
    for id in controls {
        if let Some(given) = element(document, id).and_then(|e| e.attr(LocalName::from(GIVEN))) {
            let given = given.to_owned();
            let mutator = &mut document.mutate();
            match given.parse() {
                Ok(value) => parts::set_range(mutator, id, value),
                Err(_) => parts::set_color(mutator, id, &given),
            }
        } else if is(document, id, &local_name!("select")) {
            let is_list = has(document, id, LIST);
            let chosen = initially_chosen(document, id, is_list);
            choose(document, id, &chosen);
        } else if element(document, id).is_some_and(|e| e.checkbox_input_checked().is_some()) {
            let is_checked = has(document, id, "checked");
            document.snapshot_node_and(id, ElementState::CHECKED, |node| {
                if let Some(element) = node.element_data_mut() {
                    element.set_checkbox_input_checked(is_checked);
                }
                node.mark_ancestors_dirty();
            });
        } else if element(document, id).is_some_and(|e| e.text_input_data().is_some()) {
            let text = text_fields::given_text(document, id);
            text_fields::set_text(document, id, &text);
        }
    }
    document.shell_provider.request_redraw();
}

/// The form of a control: the one that it names, or else the one that it is in.
pub(crate) fn owner(document: &BaseDocument, control: NodeId) -> Option<NodeId> {
    let is_form = |id: &NodeId| is(document, *id, &local_name!("form"));
    if let Some(name) = element(document, control)?.attr(local_name!("form")) {
        return document.get_element_by_id(name).filter(is_form);
    }
    let mut at = document.get_node(control)?.parent;
    while let Some(id) = at {
        if is_form(&id) {
            return Some(id);
        }
        at = document.get_node(id)?.parent;
    }
    None
}

/// Runs `press` with an entry for the submit button `button` in its form, if it is an `<input>`
/// with a name.
pub(crate) fn pressing<T>(
    document: &mut BaseDocument,
    button: Option<NodeId>,
    press: impl FnOnce(&mut BaseDocument) -> T,
) -> T {
    let entry = button.and_then(|id| Some((id, entry_of_button(document, id)?)));
    let Some((button, (name, value))) = entry else {
        return press(document);
    };
    let mut mutator = document.mutate();
    let input = hidden_input(&mut mutator, &name, &value);
    mutator.insert_nodes_before(button, &[input]);
    drop(mutator);
    let result = press(document);
    document.mutate().remove_and_drop_node(input);
    result
}

fn entry_of_button(document: &BaseDocument, button: NodeId) -> Option<(String, String)> {
    let element = document.get_node(button)?.element_data()?;
    let is_submit = element.name.local == local_name!("input")
        && element.attr(local_name!("type")) == Some("submit")
        && element.attr(local_name!("disabled")).is_none();
    let name = element.attr(local_name!("name"))?;
    let value = element.attr(local_name!("value")).unwrap_or("");
    (is_submit && !name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

fn hidden_input(mutator: &mut DocumentMutator<'_>, name: &str, value: &str) -> NodeId {
    // Blitz would give it the focus.
    let attributes = [
        ("type", "hidden"),
        ("name", name),
        ("value", value),
        ("tabindex", "-1"),
    ];
    let attributes = attributes.map(|(name, value)| Attribute {
        name: QualName::new(None, ns!(), LocalName::from(name)),
        value: value.to_owned(),
    });
    let name = QualName::new(None, ns!(html), local_name!("input"));
    mutator.create_element(name, attributes.to_vec())
}
