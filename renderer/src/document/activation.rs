//! What a click on a form control or a label does, in place of Blitz.
//!
//! Blitz goes up from a control to its label, and from there to the control again, until the stack
//! is full. Here a label leads to its control once, and a control leads nowhere.
//!
//! Source: the HTML standard, "The label element" and "Interactive content".

use crate::document::attributes::input_kind;
use crate::document::elements::{element, has, is};
use crate::document::forms;
use blitz_dom::{BaseDocument, Document, EventDriver, EventHandler, LocalName, NodeId};
use blitz_dom::{NoopEventHandler, local_name};
use blitz_traits::events::{DomEvent, DomEventData, EventState};

/// Handles clicks where Blitz would go wrong, and leaves it the others.
pub(crate) struct Activation;

impl EventHandler for Activation {
    fn handle_event(
        &mut self,
        _chain: &[NodeId],
        event: &mut DomEvent,
        document: &mut dyn Document,
        state: &mut EventState,
    ) {
        if let DomEventData::Click(_) = event.data
            && activate(&mut document.inner_mut(), event.target)
        {
            state.prevent_default();
        }
    }
}

/// Does what a click on `target` does. Returns false where Blitz does it right.
pub(crate) fn activate(document: &mut BaseDocument, target: NodeId) -> bool {
    let Some(hit) = activated(document, target) else {
        return false;
    };
    let is_label = is(document, hit, &local_name!("label"));
    let control = match is_label {
        true => labeled(document, hit),
        false => Some(hit),
    };
    let Some(control) = control.filter(|control| !has(document, *control, "disabled")) else {
        return true;
    };
    match element(document, control)
        .map(|element| (element.name.local.clone(), input_kind(element)))
    {
        // Blitz stops at these.
        Some((name, _)) if name == local_name!("a") || name == local_name!("summary") => false,
        Some((name, kind)) if name == local_name!("input") => {
            activate_input(document, control, &kind, is_label)
        }
        Some((name, kind)) if name == local_name!("button") => {
            document.set_focus_to(control);
            match &*kind {
                "button" => {}
                "reset" => forms::reset(document, control),
                _ => forms::submit(document, control),
            }
            true
        }
        Some(_) => {
            document.set_focus_to(control);
            true
        }
        None => true,
    }
}

fn activate_input(document: &mut BaseDocument, input: NodeId, kind: &str, is_label: bool) -> bool {
    match kind {
        "checkbox" if !is_label => return false,
        "checkbox" => {
            // Blitz stops at a box, so that this goes no further.
            let click = document
                .get_node(input)
                .map(|node| node.synthetic_click_event_data(keyboard_types::Modifiers::empty()));
            if let Some(click) = click {
                let mut driver = EventDriver::new(document, NoopEventHandler);
                driver.handle_dom_event(DomEvent::new(input, DomEventData::Click(click)));
            }
        }
        "radio" => {
            forms::tick_radio(document, input);
            document.set_focus_to(input);
        }
        "submit" | "image" => {
            document.set_focus_to(input);
            forms::submit(document, input);
        }
        "reset" => {
            document.set_focus_to(input);
            forms::reset(document, input);
        }
        "hidden" => {}
        _ => {
            document.set_focus_to(input);
        }
    }
    true
}

/// The nearest control, link or label that a click on `target` is for.
fn activated(document: &BaseDocument, target: NodeId) -> Option<NodeId> {
    let mut at = Some(target);
    while let Some(id) = at {
        let node = document.get_node(id)?;
        let found = node.element_data().is_some_and(|element| {
            let name = &element.name.local;
            is_labelable(name)
                || *name == local_name!("label")
                || *name == local_name!("summary") && is_heading(document, id)
                || *name == local_name!("a") && element.attr(local_name!("href")).is_some()
        });
        if found {
            return Some(id);
        }
        at = node.parent;
    }
    None
}

fn is_labelable(name: &LocalName) -> bool {
    [
        local_name!("input"),
        local_name!("select"),
        local_name!("textarea"),
        local_name!("button"),
    ]
    .contains(name)
}

/// Whether it is the summary that opens its details.
fn is_heading(document: &BaseDocument, summary: NodeId) -> bool {
    let parent = document.get_node(summary).and_then(|node| node.parent);
    let Some(details) = parent.filter(|parent| is(document, *parent, &local_name!("details")))
    else {
        return false;
    };
    let children = document.get_node(details).map(|node| node.children.clone());
    let children = children.unwrap_or_default();
    children
        .iter()
        .find(|child| is(document, **child, &local_name!("summary")))
        == Some(&summary)
}

/// The control of a label: the one that it names, or else the first one in it.
pub(crate) fn labeled(document: &BaseDocument, label: NodeId) -> Option<NodeId> {
    let is_control = |id: NodeId| {
        element(document, id).is_some_and(|element| {
            is_labelable(&element.name.local) && input_kind(element) != "hidden"
        })
    };
    if let Some(name) = element(document, label)?.attr(local_name!("for")) {
        return document
            .get_element_by_id(name)
            .filter(|id| is_control(*id));
    }
    let mut waiting: Vec<NodeId> = document
        .get_node(label)?
        .children
        .iter()
        .rev()
        .copied()
        .collect();
    while let Some(id) = waiting.pop() {
        if is_control(id) {
            return Some(id);
        }
        waiting.extend(document.get_node(id)?.children.iter().rev());
    }
    None
}
