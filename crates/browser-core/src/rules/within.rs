//! Places of one document: addresses that differ by their fragment, or that a script gave it. No
//! document is loaded.
//!
//! Trusts: a renderer on the fragment, and on addresses of its own origin.
//! Never: lets a page fill the history without the user.

use crate::action::Action;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::dialog::Leave;
use crate::state::tab::Tab;
use protocol::devtools::ToDevtools;
use protocol::error::LoadError;
use protocol::ids::{ContextId, ProcessId, TabId};
use protocol::limits::URL_BYTES_MAX;
use protocol::misbehaviour::Misbehaviour;
use protocol::renderer::GoWithin;
use protocol::site::may_rewrite;
use url::{Position, Url};

/// What a place does to the history.
enum Place {
    New,
    Same,
    Entry(usize),
    /// With a script's state, and whether the user has acted since the entry before.
    NewState(Option<String>, bool),
    SameState(Option<String>),
}

impl Core {
    /// To a typed address, if it is a place of the document that is shown.
    pub(crate) fn go_within(&mut self, id: TabId, target: &Result<Url, LoadError>) -> bool {
        let Ok(target) = target else { return false };
        let is_place = self.document(id).is_some_and(|url| is_same(&url, target));
        let Some(process) = self.process_within(id) else {
            return false;
        };
        if !is_place || target.fragment().is_none() {
            return false;
        }
        self.supersede(id);
        self.enter_within(id, process, target.as_str(), Place::New);
        self.tell_within(id, process, None);
        true
    }

    /// To an entry of the history, if it is a place of the document that is shown.
    pub(crate) fn go_to_entry_within(&mut self, id: TabId, index: usize) -> bool {
        let Some(process) = self.process_within(id) else {
            return false;
        };
        let Some(tab) = self.tabs.find(id) else {
            return false;
        };
        let shown = tab.committed.as_ref().map(|committed| committed.navigation);
        let Some(entry) = tab.history.get(index).filter(|e| e.document == shown) else {
            return false;
        };
        let (text, scroll_y) = (entry.url.clone(), entry.scroll_y);
        let target = Url::parse(&text).ok().zip(self.document(id));
        if target.is_none_or(|(target, url)| !may_rewrite(&url, &target)) {
            return false;
        }
        self.supersede(id);
        self.enter_within(id, process, &text, Place::Entry(index));
        self.tell_within(id, process, Some(scroll_y.unwrap_or(0)));
        true
    }

    /// A page says that a link within it was followed.
    pub(crate) fn on_went_within(&mut self, id: TabId, process: ProcessId, fragment: &str) {
        let has_error = |tab: &Tab| {
            tab.committed
                .as_ref()
                .is_none_or(|committed| committed.error.is_some())
        };
        let Some(mut url) = self.document(id) else {
            return;
        };
        if self.tabs.find(id).is_none_or(has_error) {
            return;
        }
        url.set_fragment(Some(fragment));
        if url.as_str().len() > URL_BYTES_MAX {
            return self.refuse(id, "the link\u{2019}s address is too long".to_owned());
        }
        // What the user did makes an entry; what the page does by itself changes the present one.
        // Nor may the entries shift under a navigation that leads to one of them.
        let is_pending = self.tabs.find(id).is_some_and(|tab| tab.pending.is_some());
        let process_state = self.processes.living_mut(process);
        let is_users = process_state.is_some_and(|p| std::mem::take(&mut p.acted));
        let place = if is_users && !is_pending {
            Place::New
        } else {
            Place::Same
        };
        if !is_users && !self.may_navigate(id, process) {
            return;
        }
        self.enter_within(id, process, url.as_str(), place);
    }

    /// A script gives its document another address, and the entry a state.
    pub(crate) fn on_push_state(
        &mut self,
        id: TabId,
        process: ProcessId,
        url: &str,
        state: Option<String>,
        replaces: bool,
    ) {
        let target = Url::parse(url).ok().zip(self.document(id));
        let Some((target, _)) = target.filter(|(target, url)| may_rewrite(url, target)) else {
            return self.on_misbehaved(process, Misbehaviour::ValueOutOfRange);
        };
        let now = self.now;
        let Some(tab) = self.tabs.find(id) else {
            return;
        };
        let is_error = tab.committed.as_ref().is_none_or(|it| it.error.is_some());
        let is_pending = tab.pending.is_some();
        let Some(entry) = self.processes.living_mut(process) else {
            return;
        };
        if is_error || target.as_str().len() > URL_BYTES_MAX {
            return;
        }
        let by_user = !replaces && std::mem::take(&mut entry.acted);
        if !by_user && !entry.states_pushed.allow(now) {
            return self.refuse(
                id,
                "the page tried to change its address too often".to_owned(),
            );
        }
        let place = match replaces || is_pending {
            true => Place::SameState(state),
            false => Place::NewState(state, by_user),
        };
        self.enter_within(id, process, target.as_str(), place);
    }

    /// A script wants to go to another entry of the history.
    pub(crate) fn on_traverse(&mut self, id: TabId, process: ProcessId, by: i32) {
        let index = self.tabs.find(id).and_then(|tab| tab.history.away(by));
        if let Some(index) = index.filter(|_| by != 0)
            && self.may_navigate(id, process)
        {
            self.leave(id, Leave::Entry(index));
        }
    }

    /// Whether an address as typed is a place of the document that is shown.
    pub(crate) fn is_within(&self, id: TabId, address: &str) -> bool {
        let target = Url::parse(address.trim()).ok();
        let target = target.filter(|target| target.fragment().is_some());
        let found = target.zip(self.document(id));
        found.is_some_and(|(target, url)| is_same(&url, &target))
    }

    /// Whether an entry of the history is one.
    pub(crate) fn is_entry_within(&self, tab: &Tab, index: usize) -> bool {
        let shown = tab.committed.as_ref().map(|committed| committed.navigation);
        let entry = tab.history.get(index);
        entry.is_some_and(|entry| entry.document == shown)
    }

    /// The committed address of a document that is no error page.
    fn document(&self, id: TabId) -> Option<Url> {
        Url::parse(&self.tabs.find(id)?.committed.as_ref()?.url).ok()
    }

    /// The process of the tab's document, if that is there to be moved in.
    fn process_within(&self, id: TabId) -> Option<ProcessId> {
        let tab = self.tabs.find(id).filter(|tab| tab.crash.is_none())?;
        let committed = tab.committed.as_ref().filter(|c| c.error.is_none())?;
        self.answering_process(id, &committed.site)
    }

    fn enter_within(&mut self, id: TabId, process: ProcessId, url: &str, place: Place) {
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        let Some(committed) = &mut tab.committed else {
            return;
        };
        committed.url = url.to_owned();
        let is_by_page = matches!(place, Place::NewState(_, false) | Place::SameState(_));
        match place {
            Place::New => tab.history.push_within(url),
            Place::Same => tab.history.replace_within(url),
            Place::Entry(index) => tab.history.go_within(index),
            Place::NewState(state, by_user) => tab.history.push_state(url, state, by_user),
            Place::SameState(state) => tab.history.replace_state(url, state),
        }
        if !is_by_page && tab.context == ContextId::DEFAULT {
            self.visits.add(url);
            self.visits.name(url, &committed.title);
        }
        let within = RecordKind::Within {
            navigation: committed.navigation,
            url: url.to_owned(),
        };
        self.record(within, Some(id), Some(process));
        self.tell_devtools(|| ToDevtools::Within {
            tab: id,
            url: url.to_owned(),
            by_script: is_by_page,
        });
    }

    fn tell_within(&mut self, id: TabId, process: ProcessId, scroll_y: Option<u32>) {
        let now = self.now;
        let Some(tab) = self.tabs.find(id) else {
            return;
        };
        let Some(committed) = &tab.committed else {
            return;
        };
        let (navigation, url) = (committed.navigation, committed.url.clone());
        let state = tab.history.current().and_then(|entry| entry.state.clone());
        let place = tab.history.place();
        let Some(entry) = self.processes.living_mut(process) else {
            return;
        };
        let go = GoWithin {
            sequence: entry.unanswered.send(now),
            navigation,
            url,
            state,
            place,
            scroll_y,
        };
        self.emit(Action::GoWithin { process, go });
    }
}

/// Whether two addresses differ by their fragment at most.
fn is_same(one: &Url, other: &Url) -> bool {
    one[..Position::AfterQuery] == other[..Position::AfterQuery]
}
