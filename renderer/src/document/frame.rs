//! The document of a frame. Blitz passes it the events of its own area.

use crate::document::activation::Activation;
use blitz_dom::{BaseDocument, DocGuard, DocGuardMut, Document, EventDriver};
use blitz_traits::events::UiEvent;

pub(crate) struct FrameDocument(pub(crate) BaseDocument);

impl Document for FrameDocument {
    fn inner(&self) -> DocGuard<'_> {
        DocGuard::Ref(&self.0)
    }

    fn inner_mut(&mut self) -> DocGuardMut<'_> {
        DocGuardMut::Ref(&mut self.0)
    }

    fn handle_ui_event(&mut self, event: UiEvent) {
        EventDriver::new(&mut self.0, Activation).handle_ui_event(event);
    }
}
