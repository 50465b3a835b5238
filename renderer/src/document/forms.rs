//! Adds the form entries that Blitz leaves out: the choice of a `<select>`, and the name of a
//! pressed `<input type=submit>`. Hidden inputs stand in for them.
//!
//! Blitz has no way to change a choice after parsing, so choices are read once.
//!
//! Source: the HTML standard, "Constructing the entry list".

use blitz_dom::node::Attribute;
use blitz_dom::{BaseDocument, DocumentMutator, NodeId};
use html5ever::{LocalName, QualName, local_name, ns};

/// Gives every `<select>` with a name a hidden input for each option that is chosen.
pub(crate) fn complete_selects(mutator: &mut DocumentMutator<'_>) {
    let mut entries = Vec::new();
    mutator.doc.visit(|id, node| {
        let select = node
            .element_data()
            .filter(|element| element.name.local == local_name!("select"));
        let Some(select) = select.filter(|select| select.attr(local_name!("disabled")).is_none())
        else {
            return;
        };
        if let Some(name) = select.attr(local_name!("name")) {
            let is_multiple = select.attr(local_name!("multiple")).is_some();
            for value in chosen(mutator.doc, id, is_multiple) {
                entries.push((id, name.to_owned(), value));
            }
        }
    });
    for (select, name, value) in entries {
        let input = hidden_input(mutator, &name, &value);
        mutator.append_children(select, &[input]);
    }
}

/// The values of the options that are chosen: those that say so, else the first one of a list from
/// which one is chosen.
fn chosen(document: &BaseDocument, select: NodeId, is_multiple: bool) -> Vec<String> {
    let mut options = Vec::new();
    let mut waiting = vec![select];
    while let Some(node) = waiting.pop().and_then(|id| document.get_node(id)) {
        waiting.extend(node.children.iter().rev());
        let is_option = |name: &LocalName| *name == local_name!("option");
        if let Some(option) = node.element_data().filter(|e| is_option(&e.name.local)) {
            let is_enabled = option.attr(local_name!("disabled")).is_none();
            let is_selected = option.attr(local_name!("selected")).is_some();
            let value = option.attr(local_name!("value")).map(str::to_owned);
            let value = value.unwrap_or_else(|| {
                let text = node.text_content();
                text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
            });
            options.push((is_selected, is_enabled, value));
        }
    }
    if is_multiple {
        options.retain(|(is_selected, is_enabled, _)| *is_selected && *is_enabled);
        return options.into_iter().map(|(.., value)| value).collect();
    }
    let at = options
        .iter()
        .rposition(|(is_selected, ..)| *is_selected)
        .or_else(|| options.iter().position(|(_, is_enabled, _)| *is_enabled));
    let choice = at.map(|at| options.swap_remove(at));
    let enabled = choice.filter(|(_, is_enabled, _)| *is_enabled);
    enabled.map(|(.., value)| value).into_iter().collect()
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
    let attributes = [("type", "hidden"), ("name", name), ("value", value)];
    let attributes = attributes.map(|(name, value)| Attribute {
        name: QualName::new(None, ns!(), LocalName::from(name)),
        value: value.to_owned(),
    });
    let name = QualName::new(None, ns!(html), local_name!("input"));
    mutator.create_element(name, attributes.to_vec())
}
