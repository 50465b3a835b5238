//! What can only be done to parts of a document once they are whole, or before they are shown: the
//! choice of a select, the forms that controls name.
//!
//! It is done in one go before layout, because it drops nodes: what is painted without a layout
//! still knows those of the last one.

use crate::document::controls;
use crate::document::elements::ALL_DAMAGE;
use crate::document::forms;
use crate::document::text_fields::{given_text, set_text};
use blitz_dom::{BaseDocument, NodeId};
use html5ever::{Attribute, QualName, expanded_name, local_name, ns};
use std::cell::RefCell;
use std::collections::HashSet;

/// The parts of one document that still want something.
#[derive(Default)]
pub(crate) struct Unfinished(RefCell<Parts>);

#[derive(Default)]
struct Parts {
    selects: Vec<Select>,
    fields: Vec<Field>,
    pictures: Vec<NodeId>,
    /// Controls that name a form, which may be still to come.
    named: Vec<NodeId>,
}

struct Select {
    id: NodeId,
    /// What was chosen for the user so far. Another choice is the user's own.
    chosen: Option<Vec<NodeId>>,
}

/// A text area.
struct Field {
    id: NodeId,
    /// The text that it was given so far. Another text is the user's own.
    given: String,
}

impl Unfinished {
    /// Notes an element that has just been made.
    pub(crate) fn add(&self, id: NodeId, name: &QualName, attributes: &[Attribute]) {
        let mut parts = self.0.borrow_mut();
        match name.expanded() {
            expanded_name!(html "select") => parts.selects.push(Select { id, chosen: None }),
            expanded_name!(html "textarea") => parts.fields.push(Field {
                id,
                given: String::new(),
            }),
            expanded_name!(svg "svg") => parts.pictures.push(id),
            _ => {}
        }
        let is_form = |attribute: &Attribute| attribute.name.local == local_name!("form");
        if attributes.iter().any(is_form) {
            parts.named.push(id);
        }
    }

    /// Does what is to be done before the document is laid out. Parts in `open` elements may become
    /// more.
    pub(crate) fn finish(&self, document: &mut BaseDocument, open: &HashSet<NodeId>) {
        let parts = &mut *self.0.borrow_mut();
        let is_there = |document: &BaseDocument, id: NodeId| document.get_node(id).is_some();
        parts.selects.retain_mut(|select| {
            let is_there = is_there(document, select.id);
            if is_there {
                choose(document, select);
            }
            is_there && open.contains(&select.id)
        });
        parts.fields.retain_mut(|field| {
            fill(document, field);
            open.contains(&field.id)
        });
        parts.pictures.retain(|picture| {
            if let Some(node) = document.get_node_mut(*picture) {
                // It may have been shown as far as it was there.
                node.insert_damage(ALL_DAMAGE);
            }
            open.contains(picture)
        });
        parts.named.retain(|control| is_there(document, *control));
        for control in &parts.named {
            document.reset_form_owner(*control);
        }
    }
}

fn choose(document: &mut BaseDocument, select: &mut Select) {
    let is_ours = |chosen: &Vec<NodeId>| *chosen == forms::chosen(document, select.id);
    if select.chosen.as_ref().is_none_or(is_ours) {
        select.chosen = Some(controls::complete_select(document, select.id));
    }
}

/// Gives a text area that was shown before all of its text was there the rest of it.
fn fill(document: &mut BaseDocument, field: &mut Field) {
    let given = given_text(document, field.id);
    let typed = document.get_node(field.id).and_then(|node| {
        let input = node.element_data()?.text_input_data()?;
        Some(input.editor.text().to_string())
    });
    if typed.is_some_and(|typed| typed == field.given && typed != given) {
        set_text(document, field.id, &given);
    }
    field.given = given;
}
