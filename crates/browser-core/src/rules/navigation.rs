//! Navigations: each is begun once, brings a head or a failure, and ends exactly once: committed,
//! failed (with an error page) or superseded.
//!
//! Trusts: no address that a child names before this file has checked it. Never: opens a file or a
//! built-in page for web content, or ends a navigation without giving back what it held (fetch,
//! body, process).

use crate::action::{self, Action, Body};
use crate::death::DeathCause;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::dialog::Leave;
use crate::state::injection;
use crate::state::liveness::{Slowness, UNANSWERED_MAX};
use crate::state::navigation::{Document, LoadStage, Navigation, NavigationKind};
use crate::state::tab::Crash;
use crate::{address, text};
use protocol::devtools::ToDevtools;
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::ids::{NavigationId, ProcessId, TabId};
use protocol::limits::URL_BYTES_MAX;
use protocol::site::Site;
use url::Url;

/// What an address means: a URL as it is, or else what a user may have meant by it.
pub(crate) fn resolve(text: &str) -> Result<Url, LoadError> {
    let url = match Url::parse(text.trim()) {
        Ok(url)
            if matches!(
                url.scheme(),
                "http" | "https" | "file" | "data" | "bulkhead"
            ) || address::is_blank(&url) =>
        {
            url
        }
        _ => address::parse(text)?,
    };
    if url.as_str().len() > URL_BYTES_MAX {
        return Err(LoadError::InvalidUrl {
            reason: "the address is too long".to_owned(),
        });
    }
    Ok(url)
}

impl Core {
    /// To an address that the user or the automation typed. The break-it addresses break.
    pub(crate) fn navigate_typed(&mut self, tab: TabId, address: &str, kind: NavigationKind) {
        if self.tabs.find(tab).is_none() {
            return;
        }
        let target = resolve(address);
        match target.as_ref().ok().and_then(injection::injection_of) {
            Some(Ok(injection)) => self.inject_or_explain(tab, injection),
            Some(Err(error)) => self.start(tab, address, kind, Err(error)),
            None if kind == NavigationKind::New && self.go_within(tab, &target) => {}
            None => self.start(tab, address, kind, target),
        }
    }

    /// To an address of the core's own choice (history, built-in pages) or one already checked.
    pub(crate) fn begin(&mut self, tab: TabId, address: &str, kind: NavigationKind) {
        self.start(tab, address, kind, resolve(address));
    }

    /// The present page again; after its process's death in a new one.
    pub(crate) fn reload(&mut self, id: TabId) {
        let Some(tab) = self.tabs.find(id) else {
            return;
        };
        let (url, kind) = match tab.history.current() {
            Some(entry) => (entry.url.clone(), NavigationKind::Reload),
            None => (tab.requested.clone(), NavigationKind::New),
        };
        // The user asks again: worth another network process at once.
        self.services.network.restarts.hurry();
        self.begin(id, &url, kind);
    }

    pub(crate) fn go_back(&mut self, tab: TabId) {
        if let Some(index) = self
            .tabs
            .find(tab)
            .and_then(|tab| tab.history.back_of_user())
        {
            self.leave(tab, Leave::Entry(index));
        }
    }

    pub(crate) fn go_forward(&mut self, tab: TabId) {
        if let Some(index) = self.tabs.find(tab).and_then(|tab| tab.history.forward()) {
            self.leave(tab, Leave::Entry(index));
        }
    }

    pub(crate) fn go_to_entry(&mut self, id: TabId, index: usize) {
        if self.go_to_entry_within(id, index) {
            return;
        }
        if let Some(entry) = self.tabs.find(id).and_then(|tab| tab.history.get(index)) {
            let url = entry.url.clone();
            self.begin(id, &url, NavigationKind::History(index));
        }
    }

    fn start(
        &mut self,
        id: TabId,
        text: &str,
        kind: NavigationKind,
        target: Result<Url, LoadError>,
    ) {
        self.supersede(id);
        self.refuse_dialog(id);
        let initiator = self.asking.take();
        let navigation = self.ids.navigation();
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        let url = match &target {
            Ok(url) => url.to_string(),
            Err(_) => text::clean(text, URL_BYTES_MAX / 3),
        };
        if tab.committed.is_none() {
            tab.requested = url.clone();
        }
        tab.injection_when_painted = None;
        tab.refresh = None;
        tab.quick_refreshes = 0;
        tab.pending = Some(Navigation {
            id: navigation,
            url: url.clone(),
            kind,
            initiator,
            stage: LoadStage::WaitNetwork,
            is_body_held: false,
            is_repeated: false,
            body_from: None,
            body_error: None,
        });
        let (call, told) = (self.devtools.navigating.take(), url.clone());
        self.tell_devtools(|| ToDevtools::Began {
            tab: id,
            navigation,
            url: told,
            call,
            is_reload: kind == NavigationKind::Reload,
        });
        let target = match target {
            Ok(target) => target,
            Err(error) => return self.fail(id, error),
        };
        // The source of a page is fetched like the page.
        let page = address::source_of(&url).and_then(|page| Url::parse(page).ok());
        let url = page.as_ref().map_or(url.clone(), Url::to_string);
        match page.as_ref().unwrap_or(&target).scheme() {
            "http" | "https" => self.fetch(id),
            "about" | "bulkhead" => self.build(id, Action::BuildPage { navigation, url }),
            "file" => self.build(id, Action::OpenFile { navigation, url }),
            "data" => self.place_local(id, &target, None, Body::Url),
            scheme => {
                let scheme = scheme.to_owned();
                self.fail(id, LoadError::UnsupportedScheme { scheme });
            }
        }
    }

    fn build(&mut self, id: TabId, request: Action) {
        let Some(pending) = self.pending_mut(id) else {
            return;
        };
        pending.stage = LoadStage::Building;
        let navigation = pending.id;
        self.building.insert(navigation);
        self.emit(request);
    }

    /// Asks the network process, or waits for one.
    pub(crate) fn fetch(&mut self, id: TabId) {
        let Some(network) = self.ready_service(&self.services.network) else {
            let service = &self.services.network;
            if service.is_failing() && !service.is_missing(self.now) {
                self.fail(id, LoadError::Offline);
            }
            return;
        };
        let Some(pending) = self.pending_mut(id) else {
            return;
        };
        pending.stage = LoadStage::Fetching(network);
        pending.is_body_held = true;
        let page = address::source_of(&pending.url).unwrap_or(&pending.url);
        let (navigation, url) = (pending.id, page.to_owned());
        let initiator = pending.initiator.clone();
        let context = self.context_of(id);
        if let Some(process) = self.processes.living_mut(network) {
            process.navigations.grant(navigation);
        }
        self.emit(Action::Fetch(action::Fetch {
            navigation,
            tab: id,
            context,
            network,
            url,
            initiator,
        }));
    }

    pub(crate) fn pending_mut(&mut self, tab: TabId) -> Option<&mut Navigation> {
        self.tabs.find_mut(tab)?.pending.as_mut()
    }

    /// The tab whose pending navigation that is.
    pub fn tab_of_pending(&self, navigation: NavigationId) -> Option<TabId> {
        let is_its = |pending: &Navigation| pending.id == navigation;
        self.tabs
            .iter()
            .find(|tab| tab.pending.as_ref().is_some_and(is_its))
            .map(|tab| tab.id)
    }

    pub(crate) fn on_body_ready(
        &mut self,
        navigation: NavigationId,
        result: Result<ResponseHead, LoadError>,
    ) {
        if !self.building.remove(&navigation) {
            if let Err(error) = result {
                self.fetch_not_begun(navigation, error);
            }
            return;
        }
        // Stopped meanwhile, it may be pending still: for the error page that says so.
        let tab = self.tab_of_pending(navigation);
        let waiting = tab.and_then(|tab| {
            let pending = self.pending_mut(tab)?;
            matches!(pending.stage, LoadStage::Building).then_some((tab, pending))
        });
        let Some((tab, pending)) = waiting else {
            if result.is_ok() {
                self.emit(Action::DropBody { navigation });
            }
            return;
        };
        let head = match result {
            Ok(head) => head,
            Err(error) => return self.fail(tab, error),
        };
        pending.is_body_held = true;
        // A file's URL may have become another one (a folder's gets its slash), never another
        // scheme.
        let asked = Url::parse(&pending.url).expect("what was built has a URL");
        let answered = Url::parse(&head.final_url).ok();
        let url = answered
            .filter(|url| url.scheme() == asked.scheme())
            .unwrap_or(asked);
        self.place_local(tab, &url, head.content_type, Body::Held);
    }

    /// The event loop had no pipe for the body, so the network process was asked for nothing.
    fn fetch_not_begun(&mut self, navigation: NavigationId, error: LoadError) {
        let Some(tab) = self.tab_of_pending(navigation) else {
            return;
        };
        if let Some(pending) = self.pending_mut(tab)
            && matches!(pending.stage, LoadStage::Fetching(_))
        {
            pending.stage = LoadStage::WaitNetwork;
            self.fail(tab, error);
        }
    }

    fn place_local(&mut self, tab: TabId, url: &Url, content_type: Option<String>, body: Body) {
        let site = Site::of(url, self.ids.opaque_site());
        self.place(
            tab,
            Document {
                url: url.to_string(),
                status: 200,
                content_type,
                refresh: None,
                body,
                site,
            },
        );
    }

    /// Commits the document in the tab's process if that is locked to its site, else in another one
    /// as soon as that is ready.
    pub(crate) fn place(&mut self, tab: TabId, document: Document) {
        if let Some(process) = self.reusable_process(tab, &document.site) {
            self.commit(tab, process, document, false);
            return;
        }
        // A tab has at most one process besides the one on show.
        self.swap(tab);
        let Some(process) = self.acquire_renderer(tab) else {
            let cause = DeathCause::SpawnFailed("there are too many processes".to_owned());
            return self.no_process(tab, &document.body, cause);
        };
        if let Some(pending) = self.pending_mut(tab) {
            pending.stage = LoadStage::WaitProcess { process, document };
        }
        if self.processes.is_ready(process) {
            self.awaited_process_ready(tab, process);
        }
    }

    /// The tab's process, if it may take a document of that site and answers. One that has run
    /// scripts takes no other document: nothing of them is left over in the next one.
    pub(crate) fn reusable_process(&self, tab: TabId, site: &Site) -> Option<ProcessId> {
        let process = self.answering_process(tab, site)?;
        let process = self.processes.get(process)?;
        (!process.scripts.have_run).then_some(process.id)
    }

    /// The process of the tab's document, if it is locked to that site and answers.
    pub(crate) fn answering_process(&self, tab: TabId, site: &Site) -> Option<ProcessId> {
        let process = self.processes.get(self.current_process(tab)?)?;
        let is_fit = process.is_ready()
            && process.site.as_ref() == Some(site)
            && process.unanswered.slowness == Slowness::None
            && process.unanswered.count() < UNANSWERED_MAX;
        is_fit.then_some(process.id)
    }

    pub(crate) fn awaited_process_ready(&mut self, id: TabId, ready: ProcessId) {
        let Some(pending) = self.pending_mut(id) else {
            return;
        };
        match std::mem::replace(&mut pending.stage, LoadStage::WaitNetwork) {
            LoadStage::WaitProcess { process, document } if process == ready => {
                self.commit(id, process, document, true);
            }
            stage => pending.stage = stage,
        }
    }

    pub(crate) fn awaited_process_lost(&mut self, id: TabId, cause: DeathCause) {
        let Some(pending) = self.pending_mut(id) else {
            return;
        };
        match std::mem::replace(&mut pending.stage, LoadStage::WaitNetwork) {
            LoadStage::WaitProcess { document, .. } => self.no_process(id, &document.body, cause),
            stage => pending.stage = stage,
        }
    }

    /// There is no process for a document: an error page instead; if that was one already, nothing
    /// but the card is left.
    fn no_process(&mut self, id: TabId, body: &Body, cause: DeathCause) {
        let Body::Error(error) = body else {
            return self.fail(
                id,
                LoadError::Process {
                    reason: cause.to_string(),
                },
            );
        };
        self.give_back(id);
        let process = self.current_process(id);
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        let Some(navigation) = tab.pending.take() else {
            return;
        };
        if process.is_some() {
            tab.notice = Some(text::clean(&error.to_string(), text::REMARK_BYTES_MAX));
        } else if tab.crash.is_none() {
            let text = cause.to_string();
            let told = cause.clone();
            tab.crash = Some(Crash {
                cause,
                details: Vec::new(),
            });
            self.record(RecordKind::TabCrashed { cause: text }, Some(id), None);
            self.tell_devtools_of_crash(id, &told);
        }
        let failed = RecordKind::Failed {
            navigation: navigation.id,
            url: navigation.url,
            code: error.code().to_owned(),
            reason: error.to_string(),
        };
        self.record(failed, Some(id), None);
        let navigation = navigation.id;
        self.tell_devtools(|| ToDevtools::Ended {
            tab: id,
            navigation,
        });
    }

    /// The page could not be had: an error page stands at its address.
    pub(crate) fn fail(&mut self, id: TabId, error: LoadError) {
        self.give_back(id);
        let Some(pending) = self.pending_mut(id) else {
            return;
        };
        pending.body_error = None;
        let document = Document {
            url: pending.url.clone(),
            status: 200,
            content_type: None,
            refresh: None,
            body: Body::Error(error),
            site: Site::error_pages(),
        };
        self.place(id, document);
    }

    /// Ends the pending navigation, if there is one, for the benefit of another or of nothing.
    pub(crate) fn supersede(&mut self, id: TabId) {
        self.give_back(id);
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        if let Some(Navigation { id: navigation, .. }) = tab.pending.take() {
            self.record(RecordKind::Superseded { navigation }, Some(id), None);
            self.tell_devtools(|| ToDevtools::Ended {
                tab: id,
                navigation,
            });
        }
    }

    /// Gives back all that the pending navigation holds: its fetch, its body, its process.
    fn give_back(&mut self, id: TabId) {
        let Some(pending) = self.pending_mut(id) else {
            return;
        };
        let navigation = pending.id;
        let stage = std::mem::replace(&mut pending.stage, LoadStage::WaitNetwork);
        let is_body_held = std::mem::take(&mut pending.is_body_held);
        let asked = match stage {
            LoadStage::Fetching(network) => Some(network),
            _ => pending.body_from.take(),
        };
        if let Some(network) = asked
            && self.processes.is_ready(network)
        {
            self.emit(Action::CancelFetch {
                navigation,
                network,
            });
        }
        if is_body_held {
            self.emit(Action::DropBody { navigation });
        }
        if let LoadStage::WaitProcess { process, .. } = stage {
            self.release_renderer(process);
        }
    }

    /// The user stops the load. What is there stays; of a tab with nothing in it, an error page
    /// says that it was stopped.
    pub(crate) fn stop(&mut self, id: TabId) {
        let process = self.current_process(id);
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        tab.refresh = None;
        if tab.pending.is_some() {
            if tab.committed.is_some() || tab.crash.is_some() {
                self.supersede(id);
            } else {
                self.fail(id, LoadError::Cancelled);
            }
        } else if let Some(process) = process
            && let Some(committed) = &mut tab.committed
            && !committed.is_loaded
        {
            committed.is_loaded = true;
            self.stop_body(id);
            self.emit(Action::Stop { process });
        }
    }
}
