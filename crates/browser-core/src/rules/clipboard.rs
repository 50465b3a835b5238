//! Copy, cut and paste, on the user's action only.
//!
//! Trusts: the clipboard's text with nobody but the document that the user pastes into. Never:
//! gives text to a process without a key or a choice of the user in its own document, takes text
//! from one without, or sees the text itself: the event loop keeps it.

use crate::action::Action;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::liveness::UNANSWERED_MAX;
use crate::state::process::Asked;
use crate::text::{self, REMARK_BYTES_MAX};
use protocol::clipboard::Edit;
use protocol::ids::{NavigationId, ProcessId, SurfaceId};
use protocol::limits::CLIPBOARD_BYTES_MAX;
use protocol::misbehaviour::Misbehaviour;

impl Core {
    /// Copy, cut or select all where the keyboard is.
    pub(crate) fn edit_focused(&mut self, edit: Edit) {
        if let Some(surface) = self.focus_target() {
            self.edit(surface, edit);
        }
    }

    /// Copy, cut or select all on that surface.
    pub(crate) fn edit(&mut self, surface: SurfaceId, edit: Edit) {
        let Some((process, sequence)) = self.address(surface, UNANSWERED_MAX) else {
            return;
        };
        if matches!(edit, Edit::Copy | Edit::Cut)
            && let Some(process) = self.processes.living_mut(process)
        {
            process.asked.push_back((sequence, Asked::Text));
        }
        self.emit(Action::Edit {
            process,
            surface,
            sequence,
            edit,
        });
    }

    /// A renderer says that it has written what the user copied.
    pub(crate) fn on_copied(&mut self, id: ProcessId, sequence: u32, bytes: u32) {
        if !self.take_asked(id, sequence, Asked::Text) {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        let tab = self.processes.get(id).and_then(|process| process.tab);
        if bytes as usize > CLIPBOARD_BYTES_MAX {
            return self.say_to_user(id, format!(
                "The selected text has {bytes} bytes; at most {CLIPBOARD_BYTES_MAX} can be copied."
            ));
        }
        if bytes > 0 {
            self.record(RecordKind::Copied { bytes }, tab, Some(id));
            self.emit(Action::TakeCopy {
                process: id,
                sequence,
                bytes,
            });
        }
    }

    /// Whether the process was asked for that and has not answered yet.
    pub(crate) fn take_asked(&mut self, id: ProcessId, sequence: u32, asked: Asked) -> bool {
        let Some(process) = self.processes.living_mut(id) else {
            return false;
        };
        let is_it = |entry: &(u32, Asked)| *entry == (sequence, asked);
        let at = process.asked.iter().position(is_it);
        at.and_then(|at| process.asked.remove(at)).is_some()
    }

    /// Paste where the keyboard is.
    pub(crate) fn paste_focused(&mut self) {
        if let Some(surface) = self.focus_target() {
            self.paste(surface);
        }
    }

    /// Asks for the clipboard's text, for that surface.
    pub(crate) fn paste(&mut self, surface: SurfaceId) {
        let Some(process) = self.listener(surface) else {
            return;
        };
        let navigation = self.navigation_on(surface);
        if let Some(request) = self.pastes.begin(surface, process, navigation) {
            self.emit(Action::ReadClipboard { request });
        }
    }

    /// The clipboard's text is there, for the document that the user pasted into; for no other,
    /// should it be gone by now.
    pub(crate) fn on_clipboard_read(&mut self, request: u32, result: Result<u32, String>) {
        let Some(paste) = self.pastes.take(request) else {
            return self.emit(Action::DropPaste { request });
        };
        let bytes = match result {
            Ok(bytes) => bytes,
            Err(reason) => {
                let remark = text::clean(&reason, REMARK_BYTES_MAX);
                return self.say_to_user(paste.process, remark);
            }
        };
        let is_same = self.listener(paste.surface) == Some(paste.process)
            && self.navigation_on(paste.surface) == paste.navigation
            && self.focus_target() == Some(paste.surface);
        if bytes == 0 || !is_same {
            return self.emit(Action::DropPaste { request });
        }
        let Some((process, sequence)) = self.address(paste.surface, UNANSWERED_MAX) else {
            return self.emit(Action::DropPaste { request });
        };
        let tab = self.processes.get(process).and_then(|process| process.tab);
        self.record(RecordKind::Pasted { bytes }, tab, Some(process));
        self.emit(Action::Paste {
            process,
            surface: paste.surface,
            sequence,
            request,
        });
    }

    /// The document that a page's surface shows.
    fn navigation_on(&self, surface: SurfaceId) -> Option<NavigationId> {
        let tab = self.tabs.find(self.surfaces.get(surface)?.tab?)?;
        tab.committed.as_ref().map(|committed| committed.navigation)
    }

    /// A remark on the tab of that process; on the active one where it is the shell's.
    fn say_to_user(&mut self, process: ProcessId, remark: String) {
        let tab = self.processes.get(process).and_then(|process| process.tab);
        if let Some(tab) = tab.or(self.tabs.active) {
            self.set_notice(tab, remark);
        }
    }
}
