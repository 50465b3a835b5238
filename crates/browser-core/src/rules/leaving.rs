//! Before a page is left for good: it may say that it does not want to be, and then the user is
//! asked.
//!
//! Trusts: no page to answer; one that does not within a second is left. Never: asks a page on
//! which the user has done nothing, or keeps the user in a page that the user wants to leave.

use crate::action::Action;
use crate::event::Time;
use crate::state::core::Core;
use crate::state::dialog::{Leave, Leaving};
use crate::state::liveness::{Slowness, UNANSWERED_MAX};
use crate::state::navigation::NavigationKind;
use crate::state::process::Asked;
use crate::state::tab::Tab;
use protocol::ids::{ProcessId, TabId};
use protocol::limits::LEAVE_MS_MAX;
use protocol::misbehaviour::Misbehaviour;

impl Core {
    /// Does what takes the tab's page away, after the page was asked. Wanted twice, it is done.
    pub(crate) fn leave(&mut self, id: TabId, leave: Leave) {
        let is_asked = self.tabs.find(id).is_some_and(|tab| tab.leaving.is_some());
        let asked = self.asks_before(id, &leave).filter(|_| !is_asked);
        let Some(process) = asked else {
            return self.do_leave(id, leave);
        };
        let now = self.now;
        let Some(entry) = self.processes.living_mut(process) else {
            return;
        };
        let sequence = entry.unanswered.send(now);
        entry.asked.push_back((sequence, Asked::Leave));
        if let Some(tab) = self.tabs.find_mut(id) {
            tab.leaving = Some(Leaving {
                leave,
                process,
                sequence,
                asked: now,
            });
        }
        self.emit(Action::AskLeave { process, sequence });
    }

    /// The process of a page that wants to be asked.
    fn asks_before(&self, id: TabId, leave: &Leave) -> Option<ProcessId> {
        let tab = self.tabs.find(id).filter(|tab| tab.crash.is_none())?;
        let committed = tab.committed.as_ref()?;
        let is_within = match leave {
            Leave::Entry(index) => self.is_entry_within(tab, *index),
            Leave::Go(address) => self.is_within(id, address),
            _ => false,
        };
        let process = self.processes.get(tab.committed_process()?)?;
        let asks = process.guards == Some(committed.navigation) && process.has_acted;
        let answers = process.is_ready()
            && process.dialog.is_none()
            && process.unanswered.slowness == Slowness::None
            && process.unanswered.count() < UNANSWERED_MAX;
        let can_ask = self.config.dialogs && self.config.shell && tab.dialogs.open.is_none();
        (asks && answers && can_ask && !is_within).then_some(process.id)
    }

    /// Does what takes the tab's page away.
    pub(crate) fn do_leave(&mut self, id: TabId, leave: Leave) {
        if let Some(tab) = self.tabs.find_mut(id) {
            tab.leaving = None;
        }
        match leave {
            Leave::Close => self.close_tab(id),
            Leave::Entry(index) => self.go_to_entry(id, index),
            Leave::Go(address) => self.navigate_typed(id, &address, NavigationKind::New),
            Leave::Link(url, kind) => self.begin(id, &url, kind),
            Leave::Reload => self.reload(id),
        }
    }

    /// The page has said whether it wants to be left.
    pub(crate) fn on_leave_answer(&mut self, id: ProcessId, sequence: u32, stays: bool) {
        if !self.take_asked(id, sequence, Asked::Leave) {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        let Some(tab) = self.tab_leaving(id, sequence) else {
            return;
        };
        let leaving = self.tabs.find_mut(tab).and_then(|tab| tab.leaving.take());
        match leaving {
            Some(leaving) if stays => self.ask_to_leave(tab, leaving.leave),
            Some(leaving) => self.do_leave(tab, leaving.leave),
            None => {}
        }
    }

    /// The tab that is to be left as soon as that question is answered.
    fn tab_leaving(&self, id: ProcessId, sequence: u32) -> Option<TabId> {
        let is_it = |tab: &&Tab| {
            let leaving = tab.leaving.as_ref();
            leaving.is_some_and(|it| it.process == id && it.sequence == sequence)
        };
        self.tabs.iter().find(is_it).map(|tab| tab.id)
    }

    /// When a page is left that has not answered.
    pub(crate) fn leave_deadline(&self) -> Option<Time> {
        let leaving = self.tabs.iter().filter_map(|tab| tab.leaving.as_ref());
        leaving.map(|it| Time(it.asked.0 + LEAVE_MS_MAX)).min()
    }

    /// Leaves the pages that have not answered in time, or never will.
    pub(crate) fn check_leaving(&mut self) {
        let is_due = |tab: &&Tab| {
            tab.leaving.as_ref().is_some_and(|it| {
                let is_late = it.asked.0 + LEAVE_MS_MAX <= self.now.0;
                let process = self.processes.living(it.process);
                let waits = process
                    .is_some_and(|process| process.asked.contains(&(it.sequence, Asked::Leave)));
                is_late || !waits
            })
        };
        let due: Vec<TabId> = self.tabs.iter().filter(is_due).map(|tab| tab.id).collect();
        for id in due {
            let leaving = self.tabs.find_mut(id).and_then(|tab| tab.leaving.take());
            if let Some(leaving) = leaving {
                self.do_leave(id, leaving.leave);
            }
        }
    }
}
