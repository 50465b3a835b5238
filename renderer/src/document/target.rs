//! The element that an address's fragment names, and `:target`, which Blitz does not know.
//!
//! Source: the HTML standard, "Scrolling to a fragment".

use crate::document::elements::{TARGET, has, mark};
use blitz_dom::{BaseDocument, NodeId};
use percent_encoding::percent_decode_str;

/// The element that a fragment names: as it stands in the address, or else decoded.
pub(crate) fn named(document: &BaseDocument, fragment: &str) -> Option<NodeId> {
    if fragment.is_empty() {
        return None;
    }
    document.get_fragment_target(fragment).or_else(|| {
        let decoded = percent_decode_str(fragment).decode_utf8_lossy();
        document.get_fragment_target(&decoded)
    })
}

/// Makes what the fragment names the target of the document, and nothing else. Returns whether
/// that changed anything.
pub(crate) fn show(document: &mut BaseDocument, fragment: Option<&str>) -> bool {
    let new = fragment.and_then(|fragment| named(document, fragment));
    let mut old = Vec::new();
    document.visit(|id, _| {
        if Some(id) != new && has(document, id, TARGET) {
            old.push(id);
        }
    });
    let mut is_changed = false;
    for id in old {
        is_changed |= mark(document, id, TARGET, false);
    }
    if let Some(new) = new {
        is_changed |= mark(document, new, TARGET, true);
    }
    is_changed
}
