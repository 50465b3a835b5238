//! What the user does, as scripts are told of it.

use crate::script::nodes::is_own;
use blitz_dom::{BaseDocument, NodeId};
use blitz_traits::events::{BlitzKeyEvent, BlitzPointerEvent, BlitzWheelDelta, DomEventData};
use keyboard_types::Modifiers;

/// What the page made of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What the event does by itself is not to be done, or has been.
    pub(crate) is_prevented: bool,
    pub(crate) is_stopped: bool,
}

impl Outcome {
    pub(crate) fn of(bits: i32) -> Outcome {
        Outcome {
            is_prevented: bits & 1 != 0,
            is_stopped: bits & 2 != 0,
        }
    }
}

/// The element of the page that an event at a node is for.
pub(crate) fn target(document: &BaseDocument, id: NodeId) -> Option<NodeId> {
    let mut at = document.nearest_non_anonymous_ancestor(id);
    while let Some(node) = at.and_then(|id| document.get_node(id)) {
        if node.is_element() && !is_own(document, node) {
            return Some(node.id);
        }
        at = node.parent;
    }
    None
}

/// The details of an event, in the order that the prelude knows.
pub(crate) fn details(data: &DomEventData, presses: u32) -> (Vec<f64>, Vec<String>) {
    match data {
        DomEventData::PointerMove(event)
        | DomEventData::PointerDown(event)
        | DomEventData::PointerUp(event)
        | DomEventData::PointerCancel(event)
        | DomEventData::PointerEnter(event)
        | DomEventData::PointerLeave(event)
        | DomEventData::PointerOver(event)
        | DomEventData::PointerOut(event)
        | DomEventData::MouseMove(event)
        | DomEventData::MouseDown(event)
        | DomEventData::MouseUp(event)
        | DomEventData::MouseEnter(event)
        | DomEventData::MouseLeave(event)
        | DomEventData::MouseOver(event)
        | DomEventData::MouseOut(event)
        | DomEventData::Click(event)
        | DomEventData::ContextMenu(event)
        | DomEventData::DoubleClick(event) => (pointer(event, presses), Vec::new()),
        DomEventData::Wheel(event) => {
            let (right, down) = match event.delta {
                BlitzWheelDelta::Pixels(right, down) => (-right, -down),
                BlitzWheelDelta::Lines(right, down) => (-right * 16.0, -down * 16.0),
            };
            let coords = [
                event.coords.client_x,
                event.coords.client_y,
                event.coords.page_x,
                event.coords.page_y,
                event.coords.screen_x,
                event.coords.screen_y,
            ];
            let mut numbers: Vec<f64> = coords.into_iter().map(f64::from).collect();
            numbers.extend([0.0, f64::from(event.buttons.bits())]);
            numbers.push(held(event.mods));
            numbers.extend([right, down]);
            (numbers, Vec::new())
        }
        DomEventData::KeyDown(event)
        | DomEventData::KeyUp(event)
        | DomEventData::KeyPress(event) => key(event),
        _ => (Vec::new(), Vec::new()),
    }
}

fn pointer(event: &BlitzPointerEvent, presses: u32) -> Vec<f64> {
    let coords = [
        event.coords.client_x,
        event.coords.client_y,
        event.coords.page_x,
        event.coords.page_y,
        event.coords.screen_x,
        event.coords.screen_y,
    ];
    let mut numbers: Vec<f64> = coords.into_iter().map(f64::from).collect();
    numbers.push(f64::from(event.button as u8));
    numbers.push(f64::from(event.buttons.bits()));
    numbers.push(held(event.mods));
    numbers.push(f64::from(presses));
    numbers
}

fn key(event: &BlitzKeyEvent) -> (Vec<f64>, Vec<String>) {
    let repeats = f64::from(u8::from(event.is_auto_repeating));
    (
        vec![held(event.modifiers), repeats],
        vec![event.key.to_string()],
    )
}

/// Control, shift, alt and meta as bits.
fn held(modifiers: Modifiers) -> f64 {
    let bits = [
        (Modifiers::CONTROL, 1.0),
        (Modifiers::SHIFT, 2.0),
        (Modifiers::ALT, 4.0),
        (Modifiers::META, 8.0),
    ];
    let held = bits.into_iter().filter(|(key, _)| modifiers.contains(*key));
    held.map(|(_, bit)| bit).sum()
}
