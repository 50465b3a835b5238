//! The frames within the page as the inspector knows them, and the media that it wants.

use crate::document::media::Emulated;
use crate::inspect::fault::{Fault, Params};
use crate::inspect::{Command, frames};
use crate::page::Page;

impl Page {
    /// Tells what has become of the frames, of the document that clients know.
    pub(crate) fn tell_frames(&mut self) {
        let navigation = self.load.as_ref().map(|load| load.navigation);
        let Page {
            view, inspector, ..
        } = self;
        let (Some(inspector), Some(shown)) = (inspector.as_deref_mut(), &view.document) else {
            return;
        };
        let known = inspector.document.as_ref().map(|it| it.navigation);
        // The document before it is still on show.
        if known == navigation && view.next.is_none() {
            inspector.compare_frames(frames::find(shown));
        }
    }

    /// Has the view look as sessions want it.
    pub(crate) fn emulate_media(&mut self) {
        let sessions = self.inspector.as_ref().map(|it| it.sessions.values());
        let wishes = sessions.into_iter().flatten().map(|it| &it.emulated);
        let wanted = Emulated::of(wishes);
        self.view.emulate(wanted);
    }

    /// Whether a command about values is about a context of the page.
    pub(crate) fn check_frame(&self, command: &Command) -> Result<(), Fault> {
        let document = self.inspector.as_ref().and_then(|it| it.document.as_ref());
        let Some(document) = document else {
            return Ok(());
        };
        let params = Params(&command.params);
        let name = match &*command.method {
            "Runtime.evaluate" => "contextId",
            "Runtime.callFunctionOn" | "Runtime.compileScript" | "Runtime.runScript" => {
                "executionContextId"
            }
            _ => return Ok(()),
        };
        document
            .frames
            .check(params.int(name)?, params.text("uniqueContextId")?)
    }
}
