//! Places within a page: what its address names, frames that a link leads into, and the link under
//! the pointer.

use crate::document::frames;
use crate::document::target;
use crate::view::links::link_under;
use crate::view::view::View;
use blitz_dom::{BaseDocument, NodeId};
use protocol::limits::URL_BYTES_MAX;
use url::Url;

impl View {
    /// Sets which fragment names the target of the next document.
    pub(crate) fn set_target(&mut self, fragment: Option<String>) {
        self.target = fragment;
    }

    /// Makes the target of the document what it is now.
    pub(crate) fn show_target(&mut self) {
        if let Some(document) = &mut self.document
            && target::show(document, self.target.as_deref())
        {
            self.touch();
        }
    }

    /// Leads a frame to an address.
    pub(crate) fn go_in_frame(&mut self, path: &[NodeId], url: &Url) {
        if let Some(document) = &mut self.document {
            frames::go(document, path, url);
            self.touch();
        }
    }

    /// Scrolls the documents in frames that have been laid out to what their addresses name.
    pub(crate) fn scroll_frames(&mut self) {
        let Some(document) = &mut self.document else {
            return;
        };
        for (id, fragment) in self.events.take_frame_anchors() {
            // A document that is not there yet belongs to one that is still to be shown.
            let path = frames::path_of(document, id);
            let is_done = path.and_then(|path| {
                frames::change(document, &path, |inside| {
                    let is_ready = !inside.has_pending_critical_resources();
                    is_ready && {
                        inside.scroll_to_fragment(&fragment);
                        true
                    }
                })
            });
            if is_done == Some(false) {
                self.events.add_frame_anchor(id, fragment);
            }
        }
    }

    /// The link under the pointer.
    pub(crate) fn hovered_link(&self) -> Option<String> {
        let at = self.coords();
        let document: &BaseDocument = self.document.as_ref()?;
        let url = String::from(link_under(document, (at.page_x, at.page_y))?);
        (url.len() <= URL_BYTES_MAX).then_some(url)
    }

    /// Whether the pointer is over a text input.
    pub(crate) fn hovers_text_input(&self) -> bool {
        let document = self.document.as_ref();
        let node = document.and_then(|d| d.get_node(d.get_hover_node_id()?));
        let element = node.and_then(|node| node.element_data());
        element.is_some_and(|element| element.text_input_data().is_some())
    }

    /// The focused text input.
    pub(crate) fn focused_text_input(&self) -> Option<NodeId> {
        let document = self.document.as_ref()?;
        let id = document.get_focussed_node_id()?;
        let element = document.get_node(id)?.element_data()?;
        element.text_input_data().map(|_| id)
    }
}
