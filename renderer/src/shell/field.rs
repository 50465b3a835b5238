//! A text field of the shell's documents.

use crate::document::text_fields;
use crate::view::View;
use blitz_dom::NodeId;

/// The field with that id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) id: &'static str,
}

impl Field {
    fn node(self, view: &View) -> Option<NodeId> {
        view.document.as_ref()?.get_element_by_id(self.id)
    }

    /// Its text.
    pub(crate) fn typed(self, view: &View) -> String {
        let document = view.document.as_ref();
        let node = document
            .zip(self.node(view))
            .and_then(|(document, id)| document.get_node(id));
        let input = node.and_then(|node| node.element_data()?.text_input_data());
        input
            .map(|input| input.editor.raw_text().to_owned())
            .unwrap_or_default()
    }

    pub(crate) fn set_text(self, view: &mut View, text: &str) {
        let node = self.node(view);
        if let Some((document, id)) = view.document.as_mut().zip(node) {
            text_fields::set_text(document, id, text);
        }
        view.touch();
    }

    /// Gives it the keyboard and selects its text.
    pub(crate) fn focus(self, view: &mut View) {
        let node = self.node(view);
        if let Some((document, id)) = view.document.as_mut().zip(node) {
            document.set_focus_to(id);
            document.with_text_input(id, |mut driver| driver.select_all());
        }
        view.touch();
    }

    /// Takes the keyboard away from it.
    pub(crate) fn blur(self, view: &mut View) {
        if let Some(document) = &mut view.document {
            document.clear_focus();
        }
        view.touch();
    }
}
