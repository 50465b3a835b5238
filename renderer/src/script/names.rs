//! Ids and names of elements, which are properties of the window.

use crate::script::elements::page_attributes;
use crate::script::host::Host;

/// Looks for what the parser has brought since.
pub(crate) fn find(host: &Host) {
    let document = host.read();
    let count = document.tree().len();
    if host.nodes_named.replace(count) != count {
        document.visit(|_, node| {
            for attribute in node.element_data().into_iter().flat_map(page_attributes) {
                host.note_name(&attribute.name, &attribute.value);
            }
        });
    }
}
