//! Copy and paste: gives text to a renderer or takes it, as the core has decided.

use crate::clipboard::{Clipboard, Read};
use crate::state::Broker;
use browser_core::{Action, Event};
use protocol::clipboard::Edit;
use protocol::ids::{ProcessId, SurfaceId};
use protocol::misbehaviour::Misbehaviour;
use protocol::renderer::ToRenderer;
use shm::Region;
use std::io;
use std::os::fd::OwnedFd;

impl Broker {
    /// Performs the actions that are about text.
    pub(crate) fn perform_text(&mut self, action: Action) {
        match action {
            Action::Edit {
                process,
                surface,
                sequence,
                edit,
            } => self.edit(process, surface, sequence, edit),
            Action::Inspect {
                process,
                surface,
                sequence,
                at,
            } => {
                let message = ToRenderer::Inspect {
                    surface,
                    sequence,
                    at,
                };
                self.children.send_renderer(process, message, []);
            }
            Action::TakeCopy {
                process,
                sequence,
                bytes,
            } => self.take_copy(process, sequence, bytes),
            Action::SetClipboard { text } => self.clipboard.set(&self.poller, text),
            Action::ReadClipboard { request } => {
                let read = self.clipboard.read(&self.poller, request);
                self.report_reads(read.into_iter().collect());
            }
            Action::Paste {
                process,
                surface,
                sequence,
                request,
            } => self.paste(process, surface, sequence, request),
            Action::DropPaste { request } => drop(self.clipboard.take_text(request)),
            _ => {}
        }
    }

    /// Sends an edit; one that copies with a region for the text.
    fn edit(&mut self, process: ProcessId, surface: SurfaceId, sequence: u32, edit: Edit) {
        let handle = match edit {
            Edit::Copy | Edit::Cut => self.clipboard.begin_copy(process, sequence).map(Some),
            Edit::Paste { .. } | Edit::SelectAll => Ok(None),
        };
        let message = ToRenderer::Edit {
            surface,
            sequence,
            edit,
        };
        match handle {
            Ok(handle) => self.children.send_renderer(process, message, handle),
            Err(error) => self.children.give_up(process, &error),
        }
    }

    /// Puts on the clipboard what the user copied. What is no text is misbehaviour.
    fn take_copy(&mut self, process: ProcessId, sequence: u32, bytes: u32) {
        match self.clipboard.finish_copy(process, sequence, bytes) {
            Some(Ok(text)) => self.clipboard.set(&self.poller, text),
            Some(Err(_)) => self.children.report(Event::Misbehaved {
                process,
                misbehaviour: Misbehaviour::BadEncoding,
            }),
            None => {}
        }
    }

    /// Tells the core which texts are there.
    pub(crate) fn report_reads(&mut self, reads: Vec<Read>) {
        let events = reads
            .into_iter()
            .map(|(request, result)| Event::ClipboardRead { request, result });
        self.events.extend(events);
    }

    /// Gives the text that was read to the renderer in which the user pastes.
    fn paste(&mut self, process: ProcessId, surface: SurfaceId, sequence: u32, request: u32) {
        match text_handle(&mut self.clipboard, request) {
            Ok((bytes, handle)) => {
                let message = ToRenderer::Edit {
                    surface,
                    sequence,
                    edit: Edit::Paste { bytes },
                };
                self.children.send_renderer(process, message, [handle]);
            }
            Err(error) => self.children.give_up(process, &error),
        }
    }
}

/// The text that was read, in a region that nobody can change.
fn text_handle(clipboard: &mut Clipboard, request: u32) -> io::Result<(u32, OwnedFd)> {
    let text = clipboard.take_text(request).unwrap_or_default();
    // A region cannot be empty.
    let content = if text.is_empty() { "\n" } else { &text };
    let region = Region::create_filled("bulkhead-paste", content.as_bytes())?;
    let bytes = u32::try_from(text.len()).map_err(io::Error::other)?;
    Ok((bytes, region.read_only()?))
}
