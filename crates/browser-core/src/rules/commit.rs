//! The commit: the one moment in which a tab's address changes.
//!
//! Owns: the order of locking, granting and committing. Trusts: that the caller chose a process
//! that is ready and either new or locked to the document's site. Never: locks a process twice, or
//! commits in one that is locked to another site.

use crate::action::{self, Action, Body};
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::dialog::Dialogs;
use crate::state::history::{Entry, History};
use crate::state::live_pages::is_live;
use crate::state::navigation::{Document, Navigation, NavigationKind};
use crate::state::rate_limit::RateLimit;
use crate::state::tab::{Committed, Slot, Untold};
use protocol::error::LoadError;
use protocol::ids::{ContextId, NavigationId, ProcessId, TabId};
use protocol::limits::{BUILTIN_NAVIGATIONS_MAX, PAGE_NAVIGATIONS_WINDOW_MS};
use protocol::renderer::HistoryPlace;
use protocol::site::Site;
use protocol::surface::SurfacePart;

impl Core {
    pub(crate) fn commit(
        &mut self,
        id: TabId,
        process: ProcessId,
        document: Document,
        is_new: bool,
    ) {
        self.stop_body(id);
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        let Some(navigation) = tab.pending.take() else {
            return;
        };
        let entry = entry_before(&tab.history, navigation.kind);
        if is_new {
            self.lock(process, &document.site);
            self.fill_slot(id, process);
        }
        self.tell_zoom(id, &document.url);
        let sequence = self.grant_document(process, navigation.id, &document.site);
        let script = self.begin_scripts(id, process, navigation.id, &document);
        let untold = Untold::of(sequence, &document);
        // What a script gave another address is none of this one's business.
        let state = entry.state.clone().filter(|_| entry.url == document.url);
        let place = self.place_after(id, navigation.kind, &document.url);
        self.emit(Action::Commit(action::Commit {
            process,
            sequence,
            navigation: navigation.id,
            url: document.url.clone(),
            status: document.status,
            content_type: document.content_type,
            refresh: document.refresh,
            body: document.body.clone(),
            scroll_y: entry.scroll_y,
            state,
            place,
            script,
        }));
        let error = match document.body {
            Body::Error(error) => Some(error),
            Body::Held | Body::Url => None,
        };
        self.record_commit(
            id,
            process,
            &navigation,
            &document.url,
            &document.site,
            error.as_ref(),
        );
        self.enter(
            id,
            &navigation,
            document.url,
            document.site,
            error,
            entry.title,
        );
        self.tell_of_commit_later(id, untold);
        if let Some(error) = navigation.body_error {
            self.incomplete(id, error.to_string());
        }
        // Nobody sees that tab, so it may never paint: it is broken without.
        if self.tabs.active != Some(id) || self.window.gpu.is_none() {
            self.inject_waiting(id);
        }
    }

    /// The process may speak of that document. Returns the number of its commit.
    fn grant_document(&mut self, id: ProcessId, navigation: NavigationId, site: &Site) -> u32 {
        let now = self.now;
        let process = self
            .processes
            .living_mut(id)
            .expect("the caller chose one that is ready");
        debug_assert_eq!(process.site.as_ref(), Some(site));
        process.navigations.grant(navigation);
        process.hover_link = None;
        process.unanswered.send(now)
    }

    /// Whether its scripts may run; then it gets what its origin keeps.
    fn begin_scripts(
        &mut self,
        tab: TabId,
        process: ProcessId,
        navigation: NavigationId,
        document: &Document,
    ) -> bool {
        let is_off = self.tabs.find(tab).is_some_and(|tab| tab.scripts_off);
        let script = !is_off && self.may_run_scripts(document);
        self.begin_storage(tab, process, navigation, &document.url, script);
        script
    }

    /// Of what the broker makes, only the live pages have scripts; pages for errors have none. The
    /// word is the commit's, whatever stands in the page.
    fn may_run_scripts(&self, document: &Document) -> bool {
        let is_plain = document.site.is_builtin() && !is_live(&document.site);
        let has_none = is_plain || matches!(document.body, Body::Error(_));
        self.config.script && !has_none && self.scripts_off.allow(&document.url)
    }

    /// Where the entry of a commit will stand in the tab's history.
    fn place_after(&self, id: TabId, kind: NavigationKind, url: &str) -> HistoryPlace {
        let Some(tab) = self.tabs.find(id) else {
            return HistoryPlace::default();
        };
        let mut history = tab.history.clone();
        enter_history(&mut history, kind, url, NavigationId(0));
        history.place()
    }

    /// The committed state of the tab.
    fn enter(
        &mut self,
        id: TabId,
        navigation: &Navigation,
        url: String,
        site: Site,
        error: Option<LoadError>,
        title: String,
    ) {
        self.refuse_dialog(id);
        self.forget_untold(id);
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        tab.dialogs = Dialogs::default();
        tab.blocked_popup = None;
        tab.leaving = None;
        enter_history(&mut tab.history, navigation.kind, &url, navigation.id);
        if error.is_none() && tab.context == ContextId::DEFAULT {
            self.visits.add(&url);
        }
        let before = tab.committed.take().filter(|before| before.site == site);
        tab.refresh = None;
        tab.crash = None;
        tab.notice = None;
        tab.find = None;
        tab.committed = Some(Committed {
            navigation: navigation.id,
            url,
            site,
            error,
            title,
            icon: before.and_then(|before| before.icon),
            has_told_icon: false,
            has_told_refresh: false,
            is_painted: false,
            is_loaded: false,
            untold: None,
            body_from: navigation.body_from,
        });
    }

    fn record_commit(
        &mut self,
        id: TabId,
        process: ProcessId,
        navigation: &Navigation,
        url: &str,
        site: &Site,
        error: Option<&LoadError>,
    ) {
        let kind = match error {
            None => RecordKind::Committed {
                navigation: navigation.id,
                url: url.to_owned(),
                site: site.as_str().to_owned(),
            },
            Some(error) => RecordKind::Failed {
                navigation: navigation.id,
                url: url.to_owned(),
                code: error.code().to_owned(),
                reason: error.to_string(),
            },
        };
        self.record(kind, Some(id), Some(process));
    }

    fn lock(&mut self, id: ProcessId, site: &Site) {
        let network = if site.may_fetch() {
            self.ready_service(&self.services.network)
        } else {
            None
        };
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        let Some(tab) = process.tab else { return };
        debug_assert!(process.is_ready() && process.site.is_none());
        process.site = Some(site.clone());
        if site.is_builtin() {
            process.navigations_asked =
                RateLimit::new(BUILTIN_NAVIGATIONS_MAX, PAGE_NAVIGATIONS_WINDOW_MS);
        }
        process.network = network;
        let context = self.context_of(tab);
        self.emit(Action::Lock(action::Lock {
            process: id,
            tab,
            context,
            site: site.clone(),
            network,
        }));
        self.open_inspector(id, true);
    }

    /// A surface for a new process of the tab.
    fn fill_slot(&mut self, id: TabId, process: ProcessId) {
        let surface = self.create_surface(SurfacePart::Page, process, Some(id));
        let slot = Slot {
            process: Some(process),
            surface,
            since: self.now,
        };
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        debug_assert!(
            tab.next.is_none(),
            "a tab has at most one page that waits to be shown"
        );
        if tab.front.is_none() {
            tab.front = Some(slot);
        } else {
            tab.next = Some(slot);
        }
    }
}

/// Puts a committed document into the history.
fn enter_history(history: &mut History, kind: NavigationKind, url: &str, document: NavigationId) {
    match kind {
        NavigationKind::New => history.push(url, document),
        NavigationKind::Reload => history.replace(url, document),
        NavigationKind::Replace => history.supplant(url, document),
        NavigationKind::History(index) => history.go(index, url, document),
    }
}

/// What was known of the entry that a navigation leads to.
fn entry_before(history: &History, kind: NavigationKind) -> Entry {
    let known = match kind {
        NavigationKind::New | NavigationKind::Replace => None,
        NavigationKind::Reload => history.current(),
        NavigationKind::History(index) => history.get(index),
    };
    known.cloned().unwrap_or_default()
}
