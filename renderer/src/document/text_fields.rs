//! The text of text fields.

use blitz_dom::{BaseDocument, NodeId, local_name};

/// The text that the page itself puts into an input.
pub(crate) fn given_text(document: &BaseDocument, input: NodeId) -> String {
    let Some(node) = document.get_node(input) else {
        return String::new();
    };
    match node.element_data() {
        Some(element) if element.name.local == local_name!("textarea") => node.text_content(),
        Some(element) => element
            .attr(local_name!("value"))
            .unwrap_or_default()
            .to_owned(),
        None => String::new(),
    }
}

/// Replaces the text of a text input and puts the caret at its end.
pub(crate) fn set_text(document: &mut BaseDocument, input: NodeId, text: &str) {
    document.with_text_input(input, |mut driver| {
        driver.editor.set_text(text);
        driver.refresh_layout();
        driver.move_to_text_end();
    });
}
