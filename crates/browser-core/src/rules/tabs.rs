//! Tabs: opened, shown, closed, and what is left of one after the death of its process.
//!
//! Never: shows an address that was not committed
//! (before a tab's first commit: the one asked for), or lets the end of one tab touch another.

use crate::action::Action;
use crate::death::DeathCause;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::dialog::{Dialog, Leave};
use crate::state::history::History;
use crate::state::input::Focus;
use crate::state::navigation::NavigationKind;
use crate::state::tab::{Crash, Slot, Tab};
use protocol::devtools::ToDevtools;
use protocol::ids::{ContextId, ProcessId, TabId};

impl Core {
    pub(crate) fn set_notice(&mut self, tab: TabId, notice: String) {
        if let Some(tab) = self.tabs.find_mut(tab) {
            tab.notice = Some(notice);
        }
    }

    /// The tab's page asked for something that it may not have.
    pub(crate) fn refuse(&mut self, tab: TabId, reason: String) {
        self.set_notice(tab, reason.clone());
        self.record_refusal(tab, reason);
    }

    /// Writes down what the tab's page may not have, so often and no oftener: a page must not drown
    /// the records.
    pub(crate) fn record_refusal(&mut self, tab: TabId, reason: String) {
        let now = self.now;
        let id = self.current_process(tab);
        let process = id.and_then(|id| self.processes.living_mut(id));
        if process.is_none_or(|process| process.refusals.allow(now)) {
            self.record(RecordKind::Refused { reason }, Some(tab), id);
        }
    }

    /// A new tab of the user's at an address as typed; `None` at the limit.
    pub(crate) fn open_typed(&mut self, address: &str, activate: bool) -> Option<TabId> {
        self.open_typed_in(ContextId::DEFAULT, address, activate)
    }

    /// Likewise, in a context that is open.
    pub(crate) fn open_typed_in(
        &mut self,
        context: ContextId,
        address: &str,
        activate: bool,
    ) -> Option<TabId> {
        let after = self.tabs.len();
        let tab = self.add_tab(address, context, activate, after)?;
        self.navigate_typed(tab, address, NavigationKind::New);
        Some(tab)
    }

    /// The user wants a new tab to type an address into.
    pub(crate) fn open_new_tab(&mut self) {
        let address = self.config.new_tab_url.clone();
        if self.open_typed(&address, true).is_some() {
            self.focus_address();
        }
    }

    /// A tab of a context at that place in the strip; `None` at the limit.
    pub(crate) fn add_tab(
        &mut self,
        address: &str,
        context: ContextId,
        activate: bool,
        at: usize,
    ) -> Option<TabId> {
        if !self.has_room_for_tab() {
            return None;
        }
        let id = self.ids.tab();
        let requested = crate::text::shorten(address.trim(), protocol::limits::URL_BYTES_MAX / 3);
        let tab = Tab::new(id, context, requested.clone());
        self.tabs.insert(at.min(self.tabs.len()), tab);
        let url = requested.clone();
        self.record(RecordKind::TabOpened { url: requested }, Some(id), None);
        self.tell_devtools(|| ToDevtools::Opened {
            tab: id,
            context,
            url,
        });
        if activate || self.tabs.active.is_none() {
            self.activate(id);
        }
        Some(id)
    }

    /// Whether there may be another tab. If not, that is told.
    fn has_room_for_tab(&mut self) -> bool {
        let tabs = self.config.capacity.tabs;
        if self.tabs.len() < tabs {
            return true;
        }
        if let Some(active) = self.tabs.active {
            let notice = format!("{tabs} tabs are open, the most possible: close one first");
            self.set_notice(active, notice);
        }
        self.record(RecordKind::TabLimit { tabs }, None, None);
        false
    }

    pub(crate) fn activate(&mut self, tab: TabId) {
        if self.tabs.find(tab).is_some() && self.tabs.active != Some(tab) {
            self.tabs.shown_before = self.tabs.active.replace(tab);
            self.input.focus = Focus::Page;
            self.tell_devtools(|| ToDevtools::Shown { tab });
        }
    }

    /// Shows the tab so many places further to the right, round and round.
    pub(crate) fn cycle_tabs(&mut self, by: isize) {
        if let Some(neighbour) = self.tabs.neighbour(by) {
            self.activate(neighbour);
        }
    }

    /// Closing the last tab ends a browser with a window.
    pub(crate) fn close_tab(&mut self, id: TabId) {
        let Some(place) = self.tabs.place_of(id) else {
            return;
        };
        self.supersede(id);
        self.stop_body(id);
        let tab = self.tabs.remove(place);
        for slot in [tab.front, tab.next].into_iter().flatten() {
            self.drop_slot(slot);
        }
        self.storage.forget_tab(id);
        self.devtools.dialogs.remove(&id);
        self.drop_rules(id);
        if tab.context == ContextId::DEFAULT {
            self.closed_tabs.add(tab.history, place);
        }
        self.record(RecordKind::TabClosed, Some(id), None);
        self.tell_devtools(|| ToDevtools::Closed { tab: id });
        if self.tabs.active == Some(id) {
            self.tabs.active = None;
            let next = self.tabs.at(place).or(self.tabs.last());
            if let Some(next) = next.map(|tab| tab.id) {
                self.activate(next);
            }
        }
        if self.tabs.is_empty() && self.config.ends_with_last_tab {
            self.quit();
        }
    }

    /// Closes all tabs but one.
    pub(crate) fn close_others(&mut self, kept: TabId) {
        if self.tabs.find(kept).is_none() {
            return;
        }
        self.activate(kept);
        for tab in self.tabs.ids() {
            if tab != kept {
                self.leave(tab, Leave::Close);
            }
        }
    }

    /// Opens the tab again that was closed last, at its place and with its history.
    pub(crate) fn reopen_tab(&mut self) {
        if self.closed_tabs.len() > 0
            && self.has_room_for_tab()
            && let Some(closed) = self.closed_tabs.take_last()
        {
            self.open_with_history(ContextId::DEFAULT, closed.history, closed.place);
        }
    }

    /// The same page in a further tab, with the same history.
    pub(crate) fn duplicate(&mut self, id: TabId) {
        let Some(tab) = self.tabs.find(id) else {
            return;
        };
        let (context, history) = (tab.context, tab.history.clone());
        let place = self.tabs.place_of(id).map_or(0, |place| place + 1);
        self.open_with_history(context, history, place);
    }

    fn open_with_history(&mut self, context: ContextId, history: History, place: usize) {
        let Some(url) = history.current().map(|entry| entry.url.clone()) else {
            return;
        };
        let Some(id) = self.add_tab(&url, context, true, place) else {
            return;
        };
        let at = history.at();
        if let Some(tab) = self.tabs.find_mut(id) {
            tab.history = history;
        }
        self.begin(id, &url, NavigationKind::History(at));
    }

    /// Moves the active tab so many places to the right.
    pub(crate) fn move_active_tab(&mut self, by: isize) {
        let place = self.tabs.active.and_then(|tab| self.tabs.place_of(tab));
        if let (Some(tab), Some(place)) = (self.tabs.active, place)
            && let Some(to) = place.checked_add_signed(by)
        {
            self.tabs.shift(tab, to);
        }
    }

    /// The pixels and then the process.
    fn drop_slot(&mut self, slot: Slot) {
        self.drop_surface(slot.surface);
        if let Some(process) = slot.process {
            self.dismiss(process);
        }
    }

    /// The committed page comes on show; the one before it goes.
    pub(crate) fn swap(&mut self, tab: TabId) {
        let Some(tab) = self.tabs.find_mut(tab) else {
            return;
        };
        let Some(next) = tab.next.take() else { return };
        if let Some(old) = tab.front.replace(next) {
            self.drop_slot(old);
        }
    }

    /// Swaps what need not or must not wait for its first frame any longer.
    pub(crate) fn check_swaps(&mut self) {
        let is_due = |tab: &&Tab| {
            let is_shown = self.tabs.active == Some(tab.id) && self.window.gpu.is_some();
            let deadline = tab.swap_deadline();
            tab.next.is_some() && (!is_shown || deadline.is_none_or(|at| at <= self.now))
        };
        let due: Vec<TabId> = self.tabs.iter().filter(is_due).map(|tab| tab.id).collect();
        for tab in due {
            self.swap(tab);
        }
    }

    /// A process of the tab has died. What it means depends on which one it was.
    pub(crate) fn tab_process_lost(&mut self, id: TabId, process: ProcessId, cause: DeathCause) {
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        let waits = |dialog: &mut Dialog| dialog.waiting.is_some_and(|(its, _)| its == process);
        tab.dialogs.open.take_if(waits);
        if tab.awaited_process() == Some(process) {
            self.awaited_process_lost(id, cause);
        } else if tab.next.is_some_and(|slot| slot.process == Some(process)) {
            // The frame on show is that of another page: it must not stand under this address.
            self.swap(id);
            self.crash(id, process, cause);
        } else if let Some(slot) = &mut tab.front
            && slot.process == Some(process)
        {
            slot.process = None;
            if tab.next.is_none() {
                self.crash(id, process, cause);
            }
        }
    }

    fn crash(&mut self, id: TabId, process: ProcessId, cause: DeathCause) {
        self.stop_body(id);
        let details = self.crash_details(process);
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        if let Some(slot) = &mut tab.front {
            slot.process = None;
        }
        if let Some(committed) = &mut tab.committed {
            committed.is_loaded = true;
        }
        tab.injection_when_painted = None;
        tab.find = None;
        tab.dialogs.open = None;
        tab.refresh = None;
        let text = cause.in_full();
        let told = cause.clone();
        tab.crash = Some(Crash { cause, details });
        self.record(
            RecordKind::TabCrashed { cause: text },
            Some(id),
            Some(process),
        );
        self.tell_of_commit(id);
        self.tell_devtools_of_crash(id, &told);
    }

    fn crash_details(&self, id: ProcessId) -> Vec<String> {
        let Some(process) = self.processes.get(id) else {
            return Vec::new();
        };
        let pid = process
            .pid
            .map_or_else(|| "never started".to_owned(), |pid| format!("pid {pid}"));
        let lived_ms = self.now.0 - process.spawned_at.0;
        let mut details = vec![format!(
            "process {id} ({pid}), lived {}.{} s",
            lived_ms / 1000,
            lived_ms / 100 % 10
        )];
        if let Some(site) = &process.site {
            details.push(format!("site {}", crate::text::shorten(site.as_str(), 200)));
        }
        if !process.notes.is_empty() {
            let notes: Vec<&str> = process.notes.iter().copied().collect();
            details.push(format!("last messages: {}", notes.join(", ")));
        }
        details
    }

    /// Whoever still writes the body of the committed page may stop.
    pub(crate) fn stop_body(&mut self, tab: TabId) {
        let Some(committed) = self
            .tabs
            .find_mut(tab)
            .and_then(|tab| tab.committed.as_mut())
        else {
            return;
        };
        let navigation = committed.navigation;
        if let Some(network) = committed.body_from.take()
            && self.processes.is_ready(network)
        {
            self.emit(Action::CancelFetch {
                navigation,
                network,
            });
        }
    }

    /// The committed page can only be shown in part.
    pub(crate) fn incomplete(&mut self, tab: TabId, reason: String) {
        let process = self.current_process(tab);
        let reason = crate::text::clean(&reason, crate::text::REMARK_BYTES_MAX);
        self.set_notice(tab, reason.clone());
        self.record(RecordKind::Incomplete { reason }, Some(tab), process);
    }
}
