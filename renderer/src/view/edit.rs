//! Copy, cut, paste and select all, and what lies under the pointer for a context menu.
//!
//! Never: touches the clipboard; the broker asks for the text or brings it.

use crate::document::aim;
use crate::view::view::View;
use blitz_dom::{BaseDocument, ElementData, NodeId, local_name};
use protocol::clipboard::Target;
use protocol::limits::URL_BYTES_MAX;

/// Bytes of text that are pasted into an input of one line: nobody can use more, and a line is laid
/// out as a whole.
const LINE_BYTES_MAX: usize = 32 * 1024;
/// Pixels from the corner of what has the focus to the menu that the keyboard opens there.
const MENU_OFFSET: f32 = 8.0;

impl View {
    /// The selected text: of the focused input, else of the document. A password is nobody's.
    pub(crate) fn selected_text(&self) -> Option<String> {
        let document = self.document.as_ref()?;
        let text = match self.focused_text_input() {
            Some(input) => {
                let element = element(document, input)?;
                let editor = &element.text_input_data()?.editor;
                let selected = editor.selected_text().filter(|_| !is_password(element));
                selected.map(str::to_owned)
            }
            None => self.page_selection_text(),
        };
        text.filter(|text| !text.is_empty())
    }

    /// Deletes the selected text of the focused input.
    pub(crate) fn delete_selection(&mut self) {
        self.with_editable(|driver| driver.delete_selection());
    }

    /// Puts text in place of what is selected in the focused input.
    pub(crate) fn paste(&mut self, text: &str) {
        let is_multiline = self.focused_input_is_multiline();
        let mut text: String = text
            .replace("\r\n", "\n")
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        if !is_multiline {
            text = text.replace(['\n', '\t'], " ").trim().to_owned();
            text.truncate(text.floor_char_boundary(LINE_BYTES_MAX));
        }
        if !text.is_empty() {
            self.with_editable(|driver| driver.insert_or_replace_selection(&text));
        }
    }

    /// Selects all of the focused input, or of the document.
    pub(crate) fn select_all(&mut self) {
        match self.focused_text_input() {
            Some(input) => {
                if let Some(document) = &mut self.document {
                    document.with_text_input(input, |mut driver| driver.select_all());
                }
            }
            None => self.select_document(),
        }
        self.touch();
    }

    fn focused_input_is_multiline(&self) -> bool {
        let input = self.focused_text_input();
        let document = self.document.as_ref();
        let element = document.zip(input).and_then(|(d, id)| element(d, id));
        let data = element.and_then(ElementData::text_input_data);
        data.is_some_and(|data| data.is_multiline)
    }

    fn with_editable(&mut self, edit: impl FnOnce(&mut EditorDriver<'_>)) {
        let input = self.focused_text_input();
        self.watch_controls();
        let Some((document, input)) = self.document.as_mut().zip(input) else {
            return;
        };
        let is_fixed = |element: &ElementData| {
            element.has_attr(local_name!("readonly")) || element.has_attr(local_name!("disabled"))
        };
        if element(document, input).is_none_or(is_fixed) {
            return;
        }
        document.with_text_input(input, |mut driver| edit(&mut driver));
        self.touch();
        self.tell_changes(true);
    }

    /// What lies at a place of the surface; without a place, what has the focus. An input there
    /// gets the focus, so that what the menu does happens in it.
    pub(crate) fn target(&mut self, at: Option<(f32, f32)>) -> Target {
        let scale = self.scale() as f32;
        let place = at.map(|(x, y)| self.document_point(x, y));
        let Some(document) = &mut self.document else {
            return Target::default();
        };
        let scroll = document.viewport_scroll();
        let (left, top) = (scroll.x as f32, scroll.y as f32);
        let node = match place {
            Some(at) => aim::hit(document, (at.x as f32, at.y as f32)),
            None => document.get_focussed_node_id(),
        };
        let mut target = Target::default();
        (target.x, target.y) = at.unwrap_or_else(|| {
            let corner = node.and_then(|id| document.get_node(id));
            let corner = corner.map(|node| node.absolute_position(0.0, 0.0));
            let (x, y) = corner.map_or((left, top), |corner| (corner.x, corner.y));
            let place =
                |v: f32, scroll: f32| ((v - scroll + MENU_OFFSET) * scale).clamp(0.0, 1.0e5);
            (place(x, left), place(y, top))
        });
        let Some(node) = node else {
            target.has_selection = self.selected_text().is_some();
            return target;
        };
        target.link = ancestor_url(document, node, |element| {
            let is_link = matches!(&*element.name.local, "a" | "area");
            is_link.then(|| element.attr(local_name!("href"))).flatten()
        });
        target.image = ancestor_url(document, node, |element| {
            let is_image = &*element.name.local == "img";
            is_image.then(|| element.attr(local_name!("src"))).flatten()
        });
        let is_input = element(document, node).is_some_and(|it| it.text_input_data().is_some());
        if is_input && document.get_focussed_node_id() != Some(node) {
            document.set_focus_to(node);
            self.touch();
        }
        target.is_editable = is_input;
        target.has_selection = self.selected_text().is_some();
        target
    }
}

type EditorDriver<'a> = parley::PlainEditorDriver<'a, blitz_dom::node::TextBrush>;

fn element(document: &BaseDocument, id: NodeId) -> Option<&ElementData> {
    document.get_node(id)?.element_data()
}

fn is_password(element: &ElementData) -> bool {
    element
        .attr(local_name!("type"))
        .is_some_and(|kind| kind.eq_ignore_ascii_case("password"))
}

/// The absolute form of the first address that `attribute` finds, from `node` upwards.
fn ancestor_url(
    document: &BaseDocument,
    node: NodeId,
    attribute: impl Fn(&ElementData) -> Option<&str>,
) -> Option<String> {
    let mut at = Some(node);
    while let Some(node) = at.and_then(|id| document.get_node(id)) {
        if let Some(href) = node.element_data().and_then(&attribute) {
            let url = String::from(document.base_url().join(href).ok()?);
            // Longer ones are of no use in a menu.
            return (url.len() <= URL_BYTES_MAX / 4).then_some(url);
        }
        at = node.parent;
    }
    None
}
