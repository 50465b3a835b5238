//! The texts of `<style>` elements while they arrive. Blitz would read an element's text whenever
//! it is given some, and character references in it; so it gets a sheet of the whole text, made
//! safe, when the element is closed. The tree has the text as it is.

use crate::document::elements::ALL_DAMAGE;
use crate::document::stylesheet;
use blitz_dom::node::NodeFlags;
use blitz_dom::{BaseDocument, NodeId};
use std::cell::RefCell;
use std::collections::HashSet;
use style::stylesheets::Origin;
use url::Url;

/// The `<style>` elements that are open.
#[derive(Default)]
pub(crate) struct StyleTexts(RefCell<Vec<StyleText>>);

struct StyleText {
    style: NodeId,
    /// `None` if the sheet is not in use.
    text: Option<String>,
}

impl StyleTexts {
    /// A `<style>` has been made.
    pub(crate) fn open(&self, style: NodeId, is_in_use: bool) {
        let text = is_in_use.then(String::new);
        self.0.borrow_mut().push(StyleText { style, text });
    }

    /// Takes text that is to go into `parent`, if that is an open `<style>` or stands in one.
    pub(crate) fn take(&self, document: &BaseDocument, parent: NodeId, text: &str) -> bool {
        let mut open = self.0.borrow_mut();
        if open.is_empty() {
            return false;
        }
        let mut at = Some(parent);
        while let Some(node) = at.and_then(|id| document.get_node(id)) {
            if let Some(style) = open.iter_mut().find(|style| style.style == node.id) {
                if let Some(all) = &mut style.text {
                    all.push_str(text);
                }
                return true;
            }
            at = node.parent;
        }
        false
    }

    /// Closes all but these elements.
    pub(crate) fn close_all_but(
        &self,
        document: &mut BaseDocument,
        open: &HashSet<NodeId>,
        base: &Url,
    ) {
        let all: Vec<NodeId> = self.0.borrow().iter().map(|it| it.style).collect();
        for style in all.into_iter().filter(|style| !open.contains(style)) {
            self.close(document, style, base);
        }
    }

    /// A `<style>` is closed: it gets its text. `base` is what its URLs are resolved against.
    pub(crate) fn close(&self, document: &mut BaseDocument, style: NodeId, base: &Url) {
        let mut open = self.0.borrow_mut();
        let Some(at) = open.iter().rposition(|open| open.style == style) else {
            return;
        };
        let text = open.remove(at).text.unwrap_or_default();
        let Some(node) = document.get_node(style).filter(|_| !text.is_empty()) else {
            return;
        };
        let is_in_document = node.flags.is_in_document();
        let own = document.mutate().create_text_node(&text);
        put(document, style, own, is_in_document);
        // Blitz would read the sheet of a template, too.
        if is_in_document {
            let safe = stylesheet::safe(&text, base).unwrap_or(text);
            let sheet = document.make_stylesheet(&safe, Origin::Author);
            document.add_stylesheet_for_node(sheet, style);
        }
    }
}

/// Puts a text into a `<style>` without Blitz reading it.
fn put(document: &mut BaseDocument, style: NodeId, text: NodeId, is_in_document: bool) {
    if let Some(node) = document.get_node_mut(text) {
        node.parent = Some(style);
        node.flags.set(NodeFlags::IS_IN_DOCUMENT, is_in_document);
    }
    if let Some(node) = document.get_node_mut(style) {
        node.children.push(text);
        node.insert_damage(ALL_DAMAGE);
        node.mark_ancestors_dirty();
    }
}
