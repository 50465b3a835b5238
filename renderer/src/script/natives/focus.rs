//! The focus.

use crate::document::elements::element;
use crate::script::handles::{Handle, OrNull};
use crate::script::host::{Host, Lent};
use crate::script::native::native;
use crate::script::nodes::is_connected;
use rquickjs::{Object, Result};
use std::rc::Rc;

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "focus", host, |node: Handle| {
        let mut document = host.write();
        let can = is_connected(&document, node.0)
            && document
                .get_node(node.0)
                .is_some_and(|node| node.is_focussable());
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
        let active = document.get_focussed_node_id();
        let is_element = |id: &blitz_dom::NodeId| element(&document, *id).is_some();
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
