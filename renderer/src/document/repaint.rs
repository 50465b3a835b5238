//! Finds out that a change of style needs no layout: then Blitz need not visit each box.

use blitz_dom::{BaseDocument, Node, NodeId, local_name};
use style::selector_parser::RestyleDamage;
use style::values::generics::image::Image;

/// Whether nothing but colours and the like has changed since the last layout. The styles must be
/// computed. If so, the changes count as laid out.
pub(crate) fn is_enough(document: &mut BaseDocument) -> bool {
    let is_elsewhere = document.has_pending_critical_resources()
        || document.is_animating()
        || !document.sub_document_node_ids().is_empty();
    if is_elsewhere {
        return false;
    }
    let Some(root) = document.try_root_element().map(|root| root.id) else {
        return false;
    };
    let Some(changed) = changed(document, root) else {
        return false;
    };
    for id in changed.into_iter().chain([document.root_node().id]) {
        if let Some(node) = document.get_node_mut(id) {
            node.clear_damage_mut();
            node.unset_damaged_descendants();
            node.unset_dirty_descendants();
        }
    }
    true
}

/// The nodes that Blitz would visit, or nothing if one of them may need layout.
fn changed(document: &BaseDocument, root: NodeId) -> Option<Vec<NodeId>> {
    let mut changed = Vec::new();
    let mut waiting = vec![root];
    while let Some(id) = waiting.pop() {
        let Some(node) = document.get_node(id) else {
            continue;
        };
        let damage = node.damage().unwrap_or(RestyleDamage::empty());
        if damage.is_empty() && !node.has_damaged_descendants() {
            continue;
        }
        if !RestyleDamage::REPAINT.contains(damage) || has_parts(node) || has_images(node) {
            return None;
        }
        changed.push(id);
        waiting.extend(&node.children);
    }
    Some(changed)
}

/// Whether Blitz makes boxes or a picture of the element's style, which change along with it.
fn has_parts(node: &Node) -> bool {
    !node.anonymous_blocks.is_empty()
        || node.before().is_some()
        || node.after().is_some()
        || node.data.is_element_with_tag_name(&local_name!("svg"))
}

/// Whether layout fetches or drops images for the element.
fn has_images(node: &Node) -> bool {
    let is_shown = node.element_data().is_some_and(|element| {
        !element.background_images.is_empty() || !element.mask_images.is_empty()
    });
    let is_wanted = node.primary_styles().is_some_and(|style| {
        let background = &style.get_background().background_image.0;
        let mask = &style.get_svg().mask_image.0;
        background
            .iter()
            .chain(mask)
            .any(|image| !matches!(image, Image::None))
    });
    is_shown || is_wanted
}
