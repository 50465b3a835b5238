//! The focus.

use crate::document::elements::element;
use crate::script::elements::attribute;
use crate::script::handles::{Handle, OrNull};
use crate::script::host::{Host, Lent};
use crate::script::native::native;
use crate::script::natives::layout::settle;
use crate::script::nodes::{focused, is_connected};
use blitz_dom::{BaseDocument, NodeId};
use rquickjs::{Object, Result};
use std::rc::Rc;
use style::computed_values::visibility::T as Visibility;

/// Whether neither an element nor anything around it is left out of the page by its style.
fn is_shown(document: &BaseDocument, id: NodeId) -> bool {
    let is_visible = document
        .get_node(id)
        .and_then(|node| node.primary_styles())
        .is_none_or(|style| style.clone_visibility() == Visibility::Visible);
    let mut at = Some(id);
    while let Some(node) = at.and_then(|id| document.get_node(id)) {
        let style = node.primary_styles();
        if style.is_some_and(|style| style.clone_display().is_none()) {
            return false;
        }
        at = node.parent;
    }
    is_visible
}

/// Whether a script can give an element the focus: what Tab comes to, and what a negative
/// `tabindex` has it pass by.
fn is_focusable(document: &BaseDocument, id: NodeId) -> bool {
    let by_script = || {
        let element = element(document, id)?;
        let index = attribute(element, "tabindex")?.trim().parse::<i32>();
        let is_hidden = &*element.name.local == "input"
            && attribute(element, "type").is_some_and(|it| it.eq_ignore_ascii_case("hidden"));
        Some(index.is_ok() && !is_hidden && attribute(element, "disabled").is_none())
    };
    let node = document.get_node(id);
    node.is_some_and(|node| node.is_focussable()) || by_script() == Some(true)
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "focus", host, |node: Handle| {
        settle(&host);
        let mut document = host.write();
        let can = is_connected(&document, node.0)
            && is_focusable(&document, node.0)
            && is_shown(&document, node.0);
        if can {
            document.set_focus_to(node.0);
            drop(document);
            host.has_changed.set(true);
        }
    });
    native!(natives, "blur", host, |node: Handle| {
        let mut document = host.write();
        if document.get_focussed_node_id() == Some(node.0) {
            document.clear_focus();
            drop(document);
            host.has_changed.set(true);
        }
    });
    native!(natives, "active", host, || {
        let document = host.read();
        let active = focused(&document);
        let is_element = |id: &NodeId| element(&document, *id).is_some();
        OrNull(active.filter(is_element).map(Handle))
    });
    // What a click does by itself, without telling any script.
    native!(natives, "click", host, |node: Handle| {
        let can = {
            let document = host.read();
            element(&document, node.0).is_some() && is_connected(&document, node.0)
        };
        if can {
            host.defaults.click(&mut Lent(host.clone()), node.0);
            host.touch();
        }
    });
    Ok(())
}
