//! Places of one document: addresses that differ by their fragment alone. No document is loaded.
//!
//! Trusts: a renderer on the fragment, never on the rest of the address: that is the committed one.
//! Never: lets a page fill the history without the user.

use crate::action::Action;
use crate::record::RecordKind;
use crate::state::core::Core;
use protocol::error::LoadError;
use protocol::ids::{ProcessId, TabId};
use protocol::limits::URL_BYTES_MAX;
use protocol::renderer::GoWithin;
use url::{Position, Url};

/// What a place does to the history.
enum Place {
    New,
    Same,
    Entry(usize),
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
        self.enter_within(id, process, target.as_str(), &Place::New);
        self.tell_within(id, process, target, None);
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
        let target = Url::parse(&text).ok();
        let target = target.zip(self.document(id));
        let Some((target, _)) = target.filter(|(target, url)| is_same(url, target)) else {
            return false;
        };
        self.supersede(id);
        self.enter_within(id, process, &text, &Place::Entry(index));
        self.tell_within(id, process, &target, Some(scroll_y.unwrap_or(0)));
        true
    }

    /// A page says that a link within it was followed.
    pub(crate) fn on_went_within(&mut self, id: TabId, process: ProcessId, fragment: &str) {
        let has_error = |tab: &crate::state::tab::Tab| {
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
        let is_users = process_state.is_some_and(|p| std::mem::take(&mut p.activated));
        let place = if is_users && !is_pending {
            Place::New
        } else {
            Place::Same
        };
        if !is_users && !self.may_navigate(id, process) {
            return;
        }
        self.enter_within(id, process, url.as_str(), &place);
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

    fn enter_within(&mut self, id: TabId, process: ProcessId, url: &str, place: &Place) {
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        let Some(committed) = &mut tab.committed else {
            return;
        };
        committed.url = url.to_owned();
        match *place {
            Place::New => tab.history.push_within(url),
            Place::Same => tab.history.replace_within(url),
            Place::Entry(index) => tab.history.go_within(index),
        }
        self.visits.add(url);
        self.visits.name(url, &committed.title);
        let within = RecordKind::Within {
            navigation: committed.navigation,
            url: url.to_owned(),
        };
        self.record(within, Some(id), Some(process));
    }

    fn tell_within(&mut self, id: TabId, process: ProcessId, url: &Url, scroll_y: Option<u32>) {
        let now = self.now;
        let committed = self.tabs.find(id).and_then(|tab| tab.committed.as_ref());
        let Some(navigation) = committed.map(|committed| committed.navigation) else {
            return;
        };
        let Some(entry) = self.processes.living_mut(process) else {
            return;
        };
        let go = GoWithin {
            sequence: entry.unanswered.send(now),
            navigation,
            fragment: url.fragment().map(str::to_owned),
            scroll_y,
        };
        self.emit(Action::GoWithin { process, go });
    }
}

/// Whether two addresses differ by their fragment at most.
fn is_same(one: &Url, other: &Url) -> bool {
    one[..Position::AfterQuery] == other[..Position::AfterQuery]
}
