//! Ids and names of elements, which are properties of the window.

use crate::script::elements::page_attributes;
use crate::script::host::Host;

/// Looks for those that the parser has brought, where it has not noted them.
pub(crate) fn find(host: &Host) {
    if host.has_unnoted_names.take() {
        host.read().visit(|_, node| {
            for attribute in node.element_data().into_iter().flat_map(page_attributes) {
                host.note_name(&attribute.name, &attribute.value);
            }
        });
    }
}
