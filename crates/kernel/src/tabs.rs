//! Tabs: opened, shown, closed; what is committed in them, what is on show, and what is left after
//! the death of their process.
//!
//! Owns: the list of tabs in the order of the strip. Never: shows an address that was not committed
//! (before a tab's first commit: the one asked for), or lets the end of one tab touch another.

use crate::action::Action;
use crate::breaks::Fault;
use crate::event::Time;
use crate::exit::DeathCause;
use crate::history::History;
use crate::input::Focus;
use crate::kernel::Kernel;
use crate::navigation::{Kind, Navigation, Stage};
use crate::record::RecordKind;
use protocol::error::LoadError;
use protocol::ids::{NavigationId, ProcessId, SurfaceId, TabId};
use protocol::limits::{STALE_PAGE_MS_MAX, TABS_MAX};
use protocol::site::Site;

/// One tab.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) id: TabId,
    /// The address asked for first; shown until something is committed.
    pub(crate) requested: String,
    pub(crate) history: History,
    pub(crate) committed: Option<Committed>,
    /// What is on show.
    pub(crate) front: Option<Slot>,
    /// What is committed but has painted nothing yet; then `front` is the page before it.
    pub(crate) next: Option<Slot>,
    pub(crate) pending: Option<Navigation>,
    pub(crate) crash: Option<Crash>,
    /// A remark on the page; goes with the next commit.
    pub(crate) notice: Option<String>,
    /// A fault to inject once the page of the break-it addresses is on show.
    pub(crate) fault_when_painted: Option<Fault>,
}

/// A process and its surface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// `None` once it has died.
    pub(crate) process: Option<ProcessId>,
    pub(crate) surface: SurfaceId,
    pub(crate) since: Time,
}

/// The committed page.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) navigation: NavigationId,
    pub(crate) url: String,
    pub(crate) site: Site,
    /// Of an error page: what failed.
    pub(crate) error: Option<LoadError>,
    pub(crate) title: String,
    pub(crate) is_painted: bool,
    /// Whether it is complete, or never will be.
    pub(crate) is_loaded: bool,
    /// The network process that still writes its body.
    pub(crate) body_from: Option<ProcessId>,
}

/// The death of a tab's process.
#[derive(Debug)]
pub(crate) struct Crash {
    pub(crate) cause: DeathCause,
    /// Lines for the card.
    pub(crate) details: Vec<String>,
}

impl Tab {
    fn new(id: TabId, requested: String) -> Tab {
        Tab {
            id,
            requested,
            history: History::default(),
            committed: None,
            front: None,
            next: None,
            pending: None,
            crash: None,
            notice: None,
            fault_when_painted: None,
        }
    }

    /// The slot of the committed page.
    pub(crate) fn current(&self) -> Option<&Slot> {
        self.next.as_ref().or(self.front.as_ref())
    }

    /// The committed URL, or the one asked for.
    pub(crate) fn url(&self) -> &str {
        self.committed
            .as_ref()
            .map_or(&self.requested, |committed| &committed.url)
    }

    /// The process that the pending navigation waits for.
    pub(crate) fn awaited_process(&self) -> Option<ProcessId> {
        match self.pending.as_ref()?.stage {
            Stage::WaitProcess { process, .. } => Some(process),
            _ => None,
        }
    }

    pub(crate) fn swap_deadline(&self) -> Option<Time> {
        self.front?;
        Some(Time(self.next?.since.0 + STALE_PAGE_MS_MAX))
    }
}

impl Kernel {
    pub(crate) fn tab_ids(&self) -> Vec<TabId> {
        self.tabs.iter().map(|tab| tab.id).collect()
    }

    pub(crate) fn find_tab(&self, tab: TabId) -> Option<&Tab> {
        self.tabs.iter().find(|t| t.id == tab)
    }

    pub(crate) fn find_tab_mut(&mut self, tab: TabId) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|t| t.id == tab)
    }

    /// The living process of the tab's committed page.
    pub(crate) fn current_process(&self, tab: TabId) -> Option<ProcessId> {
        let tab = self.find_tab(tab)?;
        tab.committed.as_ref()?;
        tab.current()?.process
    }

    pub(crate) fn set_notice(&mut self, tab: TabId, notice: String) {
        if let Some(tab) = self.find_tab_mut(tab) {
            tab.notice = Some(notice);
        }
    }

    /// The tab's page asked for something that it may not have.
    pub(crate) fn refuse(&mut self, tab: TabId, reason: String) {
        let process = self.current_process(tab);
        self.set_notice(tab, reason.clone());
        self.record(RecordKind::Refused { reason }, Some(tab), process);
    }

    /// A new tab at an address as typed; `None` at the limit.
    pub(crate) fn open_typed(&mut self, address: &str, activate: bool) -> Option<TabId> {
        let after = self.tabs.len();
        let tab = self.add_tab(address, activate, after)?;
        self.navigate_typed(tab, address, Kind::New);
        Some(tab)
    }

    /// The person wants a new tab to type an address into.
    pub(crate) fn open_new_tab(&mut self) {
        let address = self.config.new_tab_url.clone();
        if self.open_typed(&address, true).is_some() {
            self.focus_address();
        }
    }

    /// A tab at that place in the strip; `None` at the limit.
    pub(crate) fn add_tab(&mut self, address: &str, activate: bool, at: usize) -> Option<TabId> {
        if self.tabs.len() >= TABS_MAX {
            if let Some(active) = self.active {
                self.set_notice(
                    active,
                    format!("there are {TABS_MAX} tabs: close one first"),
                );
            }
            return None;
        }
        let id = self.ids.tab();
        let requested = crate::text::shorten(address.trim(), protocol::limits::URL_BYTES_MAX / 3);
        self.tabs
            .insert(at.min(self.tabs.len()), Tab::new(id, requested.clone()));
        self.record(RecordKind::TabOpened { url: requested }, Some(id), None);
        if activate || self.active.is_none() {
            self.activate(id);
        }
        Some(id)
    }

    pub(crate) fn activate(&mut self, tab: TabId) {
        if self.find_tab(tab).is_some() && self.active != Some(tab) {
            self.active = Some(tab);
            self.input.focus = Focus::Page;
        }
    }

    /// Shows the tab so many places further to the right, round and round.
    pub(crate) fn cycle_tabs(&mut self, by: isize) {
        let Some(at) = self.tabs.iter().position(|tab| Some(tab.id) == self.active) else {
            return;
        };
        let to = (at as isize + by).rem_euclid(self.tabs.len() as isize) as usize;
        self.activate(self.tabs[to].id);
    }

    /// Closing the last tab ends the browser.
    pub(crate) fn close_tab(&mut self, id: TabId) {
        let Some(at) = self.tabs.iter().position(|tab| tab.id == id) else {
            return;
        };
        self.supersede(id);
        self.stop_body(id);
        let tab = self.tabs.remove(at);
        for slot in [tab.front, tab.next].into_iter().flatten() {
            self.drop_slot(slot);
        }
        self.record(RecordKind::TabClosed, Some(id), None);
        if self.tabs.is_empty() {
            self.active = None;
            self.quit();
        } else if self.active == Some(id) {
            self.active = None;
            self.activate(self.tabs[at.min(self.tabs.len() - 1)].id);
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
        let Some(tab) = self.find_tab_mut(tab) else {
            return;
        };
        let Some(next) = tab.next.take() else { return };
        if let Some(old) = tab.front.replace(next) {
            self.drop_slot(old);
        }
    }

    /// Swaps what need not or must not wait for its first frame any longer.
    pub(crate) fn check_swaps(&mut self) {
        for tab in self.tab_ids() {
            let is_shown = self.active == Some(tab) && self.window.gpu.is_some();
            let deadline = self.find_tab(tab).and_then(Tab::swap_deadline);
            if !is_shown || deadline.is_none_or(|at| at <= self.now) {
                self.swap(tab);
            }
        }
    }

    /// A process of the tab has died. What it means depends on which one it was.
    pub(crate) fn tab_process_lost(&mut self, id: TabId, process: ProcessId, cause: DeathCause) {
        let Some(tab) = self.find_tab_mut(id) else {
            return;
        };
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
        let Some(tab) = self.find_tab_mut(id) else {
            return;
        };
        if let Some(slot) = &mut tab.front {
            slot.process = None;
        }
        if let Some(committed) = &mut tab.committed {
            committed.is_loaded = true;
        }
        tab.fault_when_painted = None;
        let text = cause.in_full();
        tab.crash = Some(Crash { cause, details });
        self.record(
            RecordKind::TabCrashed { cause: text },
            Some(id),
            Some(process),
        );
    }

    fn crash_details(&self, id: ProcessId) -> Vec<String> {
        let Some(process) = self.processes.get(&id) else {
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
            .find_tab_mut(tab)
            .and_then(|tab| tab.committed.as_mut())
        else {
            return;
        };
        let navigation = committed.navigation;
        if let Some(network) = committed.body_from.take()
            && self.is_ready(network)
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
