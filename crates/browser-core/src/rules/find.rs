//! Finding text in a page: the bar of the shell asks, the renderer of the page answers.
//!
//! Trusts: the renderer on what its own document holds. Never: asks a renderer a second question
//! before it has answered the first, or takes an answer to a question that was not asked.

use crate::action::{self, Action};
use crate::state::core::Core;
use crate::state::find::Find;
use crate::state::input::Focus;
use crate::state::liveness::UNANSWERED_MAX;
use protocol::find::{FindCommand, FindMatches, FindStep};
use protocol::ids::{ProcessId, TabId};
use protocol::misbehaviour::Misbehaviour;

impl Core {
    /// Whether the bar is open in that tab.
    pub(crate) fn has_find(&self, tab: TabId) -> bool {
        self.tabs.find(tab).is_some_and(|tab| tab.find.is_some())
    }

    /// Opens the bar in that tab, or puts the keyboard back into it. The last text is looked for
    /// again.
    pub(crate) fn open_find(&mut self, id: TabId) {
        let Some(shell) = self.ready_service(&self.services.shell) else {
            return;
        };
        if self.current_process(id).is_none() {
            return;
        }
        let text = self.last_find.clone();
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        if tab.find.is_none() {
            let wanted = (!text.is_empty()).then_some(FindStep::Stay);
            tab.find = Some(Find {
                text,
                wanted,
                ..Find::default()
            });
        }
        self.input.focus = Focus::Find;
        self.emit(Action::FocusFind { process: shell });
        self.ask_find(id);
    }

    /// The text in the bar has changed.
    pub(crate) fn find_text(&mut self, id: TabId, text: String) {
        let Some(find) = self.tabs.find_mut(id).and_then(|tab| tab.find.as_mut()) else {
            return;
        };
        find.text.clone_from(&text);
        find.wanted = Some(FindStep::Stay);
        self.last_find = text;
        self.ask_find(id);
    }

    /// Another match; opens the bar where it is not open.
    pub(crate) fn find_step(&mut self, id: TabId, step: FindStep) {
        let Some(find) = self.tabs.find_mut(id).and_then(|tab| tab.find.as_mut()) else {
            return self.open_find(id);
        };
        // A new text is looked for before its next match is.
        if find.wanted != Some(FindStep::Stay) {
            find.wanted = Some(step);
        }
        self.ask_find(id);
    }

    /// Closes the bar. The current match stays selected.
    pub(crate) fn close_find(&mut self, id: TabId) {
        let Some(find) = self.tabs.find_mut(id).and_then(|tab| tab.find.take()) else {
            return;
        };
        if self.input.focus == Focus::Find {
            self.input.focus = Focus::Page;
        }
        let was_asked = find.waiting.is_some() || find.answered.is_some();
        if was_asked && let Some(process) = self.current_process(id) {
            self.send_find(process, FindCommand::Close);
        }
    }

    /// Asks what could not be asked before, for its page answered nothing.
    pub(crate) fn ask_finds(&mut self) {
        if let Some(tab) = self.tabs.active {
            self.ask_find(tab);
        }
    }

    /// Asks the page what is wanted, unless a question is on its way.
    fn ask_find(&mut self, id: TabId) {
        let Some(process) = self.current_process(id) else {
            return;
        };
        let Some(find) = self.tabs.find(id).and_then(|tab| tab.find.as_ref()) else {
            return;
        };
        let (Some(step), None) = (find.wanted, find.waiting) else {
            return;
        };
        let text = find.text.clone();
        let Some(asked) = self.processes.living(process).map(|p| p.finds_asked) else {
            return;
        };
        let request = asked.wrapping_add(1);
        let command = FindCommand::Search {
            request,
            text,
            step,
        };
        if !self.send_find(process, command) {
            return;
        }
        if let Some(process) = self.processes.living_mut(process) {
            process.finds_asked = request;
        }
        if let Some(find) = self.tabs.find_mut(id).and_then(|tab| tab.find.as_mut()) {
            find.wanted = None;
            find.waiting = Some(request);
        }
    }

    /// Whether the command could be sent.
    fn send_find(&mut self, id: ProcessId, command: FindCommand) -> bool {
        let now = self.now;
        let Some(process) = self.processes.living_mut(id) else {
            return false;
        };
        if !process.is_ready() || process.unanswered.count() >= UNANSWERED_MAX {
            return false;
        }
        let sequence = process.unanswered.send(now);
        self.emit(Action::Find(action::Find {
            process: id,
            sequence,
            command,
        }));
        true
    }

    /// Whether the process was asked that; else it is condemned.
    pub(crate) fn was_asked(&mut self, id: ProcessId, request: u32) -> bool {
        let asked = self.processes.living(id).map_or(0, |p| p.finds_asked);
        let was_asked = (1..=asked).contains(&request);
        if !was_asked {
            self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        was_asked
    }

    /// The page in that tab has answered.
    pub(crate) fn on_found(&mut self, id: TabId, request: u32, matches: FindMatches) {
        let find = self.tabs.find_mut(id).and_then(|tab| tab.find.as_mut());
        if find.is_some_and(|find| find.answer(request, matches)) {
            self.ask_find(id);
        }
    }
}
