//! The text of `<style>` elements that scripts make. Blitz would read it as it comes, with URLs on
//! which it panics; here it is made safe, and read once it is in the document.

use crate::document::sheet_sets;
use crate::document::stylesheet;
use crate::script::nodes::is_connected;
use blitz_dom::node::{NodeFlags, SpecialElementData};
use blitz_dom::{BaseDocument, NodeId, local_name};
use std::cell::RefCell;
use std::collections::HashSet;
use style::stylesheets::Origin;

/// Puts texts into a `<style>` element. They stand nowhere else.
pub(crate) fn put_text(
    document: &mut BaseDocument,
    style: NodeId,
    texts: &[NodeId],
    before: Option<NodeId>,
) {
    let is_connected = is_connected(document, style);
    let Some(node) = document.get_node_mut(style) else {
        return;
    };
    let at = before.and_then(|before| node.children.iter().position(|child| *child == before));
    let at = at.unwrap_or(node.children.len());
    for (step, text) in texts.iter().enumerate() {
        node.children.insert(at + step, *text);
    }
    for text in texts {
        if let Some(text) = document.get_node_mut(*text) {
            text.parent = Some(style);
            text.flags.set(NodeFlags::IS_IN_DOCUMENT, is_connected);
        }
    }
    if is_connected {
        read(document, style);
    }
}

/// Takes a text out of a `<style>` element.
pub(crate) fn take_text(document: &mut BaseDocument, style: NodeId, text: NodeId) {
    if let Some(node) = document.get_node_mut(style) {
        node.children.retain(|child| *child != text);
    }
    if let Some(node) = document.get_node_mut(text) {
        node.parent = None;
        node.flags.set(NodeFlags::IS_IN_DOCUMENT, false);
    }
    if is_connected(document, style) {
        read(document, style);
    }
}

/// Reads a `<style>` element of the document again.
pub(crate) fn read(document: &mut BaseDocument, style: NodeId) {
    let Some(node) = document.get_node(style) else {
        return;
    };
    let is_css = node.element_data().is_some_and(|element| {
        let kind = element.attr(local_name!("type")).unwrap_or_default();
        kind.is_empty() || kind.eq_ignore_ascii_case("text/css")
    });
    let text = match is_css {
        true => node.text_content(),
        false => String::new(),
    };
    let text = stylesheet::safe(&text, document.base_url()).unwrap_or(text);
    let sheet = document.make_stylesheet(&text, Origin::Author);
    document.add_stylesheet_for_node(sheet, style);
}

/// Whether an element is a `<link>` whose sheet is not wanted.
pub(crate) fn is_disabled_link(document: &BaseDocument, id: NodeId) -> bool {
    let element = document.get_node(id).and_then(|node| node.element_data());
    element.is_some_and(|it| {
        it.name.local == local_name!("link") && it.has_attr(local_name!("disabled"))
    })
}

/// Puts the sheet of a `<link>`, if it is there, into use or out of it, as its attribute says.
pub(crate) fn note_disabled(
    known: &RefCell<HashSet<NodeId>>,
    document: &mut BaseDocument,
    link: NodeId,
) {
    let is_disabled = is_disabled_link(document, link);
    document.set_stylesheet_disabled(link, is_disabled);
    if is_disabled {
        known.borrow_mut().insert(link);
    } else {
        known.borrow_mut().remove(&link);
        sheet_sets::enable(document, link);
    }
}

/// Keeps sheets that have just come out of use, if their links are disabled.
pub(crate) fn follow_disabled(known: &RefCell<HashSet<NodeId>>, document: &mut BaseDocument) {
    known.borrow_mut().retain(|link| {
        let is_disabled = is_disabled_link(document, *link);
        if is_disabled && !document.stylesheet_disabled(*link) {
            document.set_stylesheet_disabled(*link, true);
        }
        is_disabled
    });
}

/// Whether a `<link>` or `<style>` has a sheet that Blitz can take away.
pub(crate) fn has_sheet(document: &BaseDocument, id: NodeId) -> bool {
    let element = document.get_node(id).and_then(|node| node.element_data());
    element.is_some_and(|e| matches!(e.special_data, SpecialElementData::Stylesheet(_)))
}
