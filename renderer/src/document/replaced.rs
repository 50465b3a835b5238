//! Keeps pictures and frames from being tables while something moves. Blitz lays out what they
//! show, which is not their children, and panics where it finds a table's rows instead.
//!
//! Without animations `tables.rs` changes their styles. Blitz computes those of an animation once
//! more before each layout; a rule of the user agent's is then stronger than the page's.

use crate::document::elements::mark;
use crate::document::tables::{flow_for, is_replaced, is_replaced_table};
use blitz_dom::{BaseDocument, NodeId};
use style::values::computed::Display;

/// The attributes that the rules ask for.
const BLOCK: &str = "-bulkhead-block";
const INLINE: &str = "-bulkhead-inline-block";

/// Lets all of them be what the page wants. Returns which there are.
pub(crate) fn release(document: &mut BaseDocument) -> Vec<NodeId> {
    let nodes = document.tree().iter();
    let replaced = nodes.filter(|(_, node)| is_replaced(node));
    let replaced: Vec<NodeId> = replaced.map(|(id, _)| id).collect();
    for id in &replaced {
        mark(document, *id, BLOCK, false);
        mark(document, *id, INLINE, false);
    }
    replaced
}

/// Looks anew at which of them are tables. Computes styles if there are any that could be.
pub(crate) fn keep_flowing(document: &mut BaseDocument, now: f64) {
    let replaced = release(document);
    if replaced.is_empty() {
        return;
    }
    document.stylist_device();
    document.resolve_stylist(now);
    for id in replaced {
        let Some(node) = document.get_node(id).filter(|node| is_replaced_table(node)) else {
            continue;
        };
        let own = match flow_for(node) {
            Display::Block => BLOCK,
            _ => INLINE,
        };
        mark(document, id, own, true);
    }
}
