//! Looks at elements of a document, and marks them with attributes of our own for `ua.css`.

use blitz_dom::{
    BaseDocument, DocumentMutator, ElementData, LocalName, Node, NodeId, QualName, ns,
};
use style::selector_parser::{PseudoElement, RestyleDamage};

/// The element that has the focus by keyboard, or takes text.
pub(crate) const RING: &str = "-bulkhead-ring";
/// The element that the address's fragment names.
pub(crate) const TARGET: &str = "-bulkhead-target";
/// A chosen option.
pub(crate) const CHOSEN: &str = "-bulkhead-chosen";
/// The value that the page gave a range or colour.
pub(crate) const GIVEN: &str = "-bulkhead-given";
/// A select that shows its options all the time.
pub(crate) const LIST: &str = "-bulkhead-list";
/// An empty text field that shows its placeholder.
pub(crate) const PLACEHOLDER: &str = "-bulkhead-placeholder";

/// What Blitz calls so: a box is to be made anew, with everything in it.
pub(crate) const ALL_DAMAGE: RestyleDamage = RestyleDamage::from_bits_retain(0b1110_1111);

/// A name of ours for an attribute.
pub(crate) fn attribute(name: &str) -> QualName {
    QualName::new(None, ns!(), LocalName::from(name))
}

/// A new element of ours.
pub(crate) fn part(mutator: &mut DocumentMutator<'_>, name: &str) -> NodeId {
    let name = QualName::new(None, ns!(html), LocalName::from(name));
    mutator.create_element(name, Vec::new())
}

/// The element of a node.
pub(crate) fn element(document: &BaseDocument, id: NodeId) -> Option<&ElementData> {
    document.get_node(id)?.element_data()
}

/// Whether style gives an element anything before or after what is in it.
pub(crate) fn has_pseudo_elements(node: &Node) -> bool {
    let data = node.try_stylo_element_data();
    data.and_then(|data| data.get()).is_some_and(|data| {
        let pseudos = &data.styles.pseudos;
        let sides = [PseudoElement::Before, PseudoElement::After];
        sides.iter().any(|side| pseudos.get(side).is_some())
    })
}

/// Whether a node is an element of that name.
pub(crate) fn is(document: &BaseDocument, id: NodeId, name: &LocalName) -> bool {
    element(document, id).is_some_and(|element| element.name.local == *name)
}

/// Whether an element has an attribute of ours, or of the page's own.
pub(crate) fn has(document: &BaseDocument, id: NodeId, name: &str) -> bool {
    let name = LocalName::from(name);
    element(document, id).is_some_and(|element| element.attr(name).is_some())
}

/// Gives an element an attribute of ours, or takes it away. Returns whether that changed anything.
pub(crate) fn mark(document: &mut BaseDocument, id: NodeId, name: &str, is_on: bool) -> bool {
    if document.get_node(id).is_none() || has(document, id, name) == is_on {
        return false;
    }
    let mut mutator = document.mutate();
    if is_on {
        mutator.set_attribute(id, attribute(name), "");
    } else {
        mutator.clear_attribute(id, attribute(name));
    }
    true
}
