//! The texts of `<style>` elements while they arrive. Blitz reads an element's text whenever it is
//! given some, so it gets the whole text at once, when the element is closed, and made safe.

use crate::document::stylesheet;
use blitz_dom::{BaseDocument, DocumentMutator, NodeId};
use std::cell::RefCell;
use std::collections::HashSet;
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
        let mut mutator = document.mutate();
        let text = mutator.create_text_node(&disarmed(text, base));
        if is_in_document {
            return mutator.append_children(style, &[text]);
        }
        // Blitz would read the sheet of a template, too.
        set_child(&mut mutator, style, text);
    }
}

fn set_child(mutator: &mut DocumentMutator<'_>, parent: NodeId, child: NodeId) {
    if let Some(node) = mutator.doc.get_node_mut(child) {
        node.parent = Some(parent);
    }
    if let Some(node) = mutator.doc.get_node_mut(parent) {
        node.children.push(child);
    }
}

/// The text of a style sheet such that Blitz may read it: it takes character references in it for
/// characters.
fn disarmed(text: String, base: &Url) -> String {
    let text = stylesheet::safe(&text, base).unwrap_or(text);
    match text.contains('&') {
        true => text.replace('&', "&amp;"),
        false => text,
    }
}
