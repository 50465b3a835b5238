//! What renderers and the shell's document say of themselves.
//!
//! Trusts: each renderer about its own committed document only. Never: lets a message change a tab
//! that its sender does not serve, or that has moved on.

use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::dialog::Leave;
use crate::state::injection::{self, Injection};
use crate::state::navigation::NavigationKind;
use crate::state::tab::{Named, Tab};
use crate::text;
use protocol::devtools::ToDevtools;
use protocol::ids::{ContextId, NavigationId, ProcessId, Role, TabId};
use protocol::limits::TITLE_BYTES_MAX;
use protocol::misbehaviour::Misbehaviour;
use protocol::renderer::FromRenderer;
use protocol::site::Site;
use url::Url;

/// Bytes of the link under the pointer that are shown.
const LINK_BYTES_MAX: usize = 1024;

impl Core {
    pub(crate) fn on_renderer(&mut self, id: ProcessId, message: FromRenderer) {
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        process.note(name_of(&message));
        let is_shell = process.role == Role::Shell;
        let may_speak = process.is_ready() && (is_shell || process.role == Role::Renderer);
        let has_document = is_shell || !process.navigations.is_empty();
        if !may_speak {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        match message {
            FromRenderer::Done { sequence } => {
                process.asked.retain(|(asked, _)| *asked != sequence);
                self.on_done(id, sequence);
            }
            FromRenderer::Copied { sequence, bytes } => self.on_copied(id, sequence, bytes),
            FromRenderer::Inspected { sequence, target } => {
                self.on_inspected(id, sequence, &target);
            }
            FromRenderer::LeaveAnswer { sequence, stays } => {
                self.on_leave_answer(id, sequence, stays);
            }
            _ if !has_document => self.on_misbehaved(id, Misbehaviour::WrongState),
            FromRenderer::Hover { cursor, link } => {
                process.cursor = cursor;
                process.hover_link = link.map(|link| text::clean(&link, LINK_BYTES_MAX));
            }
            FromRenderer::Title { navigation, .. }
            | FromRenderer::Painted { navigation }
            | FromRenderer::Scripted { navigation }
            | FromRenderer::ScriptStopped { navigation }
            | FromRenderer::Loaded { navigation, .. }
            | FromRenderer::Incomplete { navigation, .. }
            | FromRenderer::Console { navigation, .. }
            | FromRenderer::Dialog { navigation, .. }
            | FromRenderer::GuardsLeaving { navigation }
            | FromRenderer::Replace { navigation, .. }
            | FromRenderer::Reload { navigation }
            | FromRenderer::Traverse { navigation, .. }
            | FromRenderer::PushState { navigation, .. }
            | FromRenderer::CloseTab { navigation }
            | FromRenderer::Navigate { navigation, .. }
            | FromRenderer::Found { navigation, .. }
            | FromRenderer::NavigateNamed { navigation, .. }
            | FromRenderer::WentWithin { navigation, .. }
            | FromRenderer::Refresh { navigation, .. }
            | FromRenderer::Icon { navigation, .. }
            | FromRenderer::Stored { navigation, .. }
            | FromRenderer::StorageTaken { navigation }
            | FromRenderer::OpenStream { navigation, .. }
            | FromRenderer::Act { navigation, .. }
            | FromRenderer::Scrolled { navigation, .. } => {
                self.on_word_of(id, navigation, message);
            }
        }
    }

    /// Something about a document that the process has, or had.
    fn on_word_of(&mut self, id: ProcessId, navigation: NavigationId, message: FromRenderer) {
        let process = self.processes.living_mut(id);
        let Some(process) = process.filter(|process| process.navigations.has(navigation)) else {
            return self.on_misbehaved(id, Misbehaviour::ForeignId);
        };
        // Whatever document it was: the process has run scripts.
        process.scripts.have_run |= matches!(message, FromRenderer::Scripted { .. });
        let tab = self.tab_showing(id, navigation);
        match message {
            FromRenderer::Stored { area, change, .. } => {
                self.on_stored(id, navigation, area, change);
            }
            FromRenderer::StorageTaken { .. } => self.on_storage_taken(id, navigation),
            FromRenderer::OpenStream { stream, .. } => {
                self.on_open_stream(id, navigation, stream, tab.is_some());
            }
            FromRenderer::Act { request, act, .. } if tab.is_some() => {
                self.on_act(id, navigation, request, act);
            }
            FromRenderer::Found { request, .. } if !self.was_asked(id, request) => {}
            FromRenderer::Dialog { dialog, .. } => self.on_dialog(id, navigation, tab, dialog),
            message => {
                if let Some(tab) = tab {
                    self.on_document(tab, id, message);
                }
            }
        }
    }

    /// The tab of that process, if that navigation is the one committed in it.
    fn tab_showing(&self, process: ProcessId, navigation: NavigationId) -> Option<TabId> {
        let tab = self.processes.get(process)?.tab?;
        let committed = self.tabs.find(tab)?.committed.as_ref()?;
        let is_current =
            committed.navigation == navigation && self.current_process(tab) == Some(process);
        is_current.then_some(tab)
    }

    fn on_document(&mut self, id: TabId, process: ProcessId, message: FromRenderer) {
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        let Some(committed) = &mut tab.committed else {
            return;
        };
        match message {
            FromRenderer::Title { title, .. } => {
                let title = text::clean(&title, TITLE_BYTES_MAX);
                if committed.title == title {
                    return;
                }
                committed.title.clone_from(&title);
                if let Some(entry) = tab.history.current_mut() {
                    entry.title.clone_from(&title);
                }
                let told = title.clone();
                self.name_visit(id, &title);
                self.record(RecordKind::Title { title }, Some(id), Some(process));
                self.tell_devtools(|| ToDevtools::Titled {
                    tab: id,
                    title: told,
                });
            }
            FromRenderer::Scripted { .. } => self.renew_storage(process),
            FromRenderer::Painted { .. } => {
                committed.is_painted = true;
                self.inject_waiting(id);
            }
            FromRenderer::Loaded {
                navigation,
                failed_resources,
            } => {
                if std::mem::replace(&mut committed.is_loaded, true) {
                    return;
                }
                let url = committed.url.clone();
                let loaded = RecordKind::Loaded {
                    navigation,
                    url,
                    failed_resources,
                };
                self.record(loaded, Some(id), Some(process));
            }
            FromRenderer::Incomplete { reason, .. } => self.incomplete(id, reason),
            FromRenderer::Navigate { url, new_tab, .. } => {
                self.by_page(process, |core| core.on_link(id, process, &url, new_tab));
            }
            FromRenderer::Scrolled { y, .. } => {
                if let Some(entry) = tab.history.current_mut() {
                    entry.scroll_y = Some(y);
                }
            }
            FromRenderer::Found {
                request, matches, ..
            } => self.on_found(id, request, matches),
            FromRenderer::NavigateNamed { url, name, .. } => {
                self.by_page(process, |core| core.on_named_link(id, process, &url, name));
            }
            FromRenderer::WentWithin { fragment, .. } => {
                self.on_went_within(id, process, &fragment);
            }
            FromRenderer::Refresh { url, after_s, .. } => {
                self.on_refresh(id, process, url, after_s);
            }
            FromRenderer::Icon { pixels, .. } => self.on_icon(id, process, pixels),
            message => self.on_script(id, process, message),
        }
    }

    /// The user has been to the tab's page, which has that title.
    fn name_visit(&mut self, id: TabId, title: &str) {
        let tab = self.tabs.find(id);
        if let Some(tab) = tab.filter(|tab| tab.context == ContextId::DEFAULT) {
            self.visits.name(tab.url(), title);
        }
    }

    /// Carries out what a page asks for. A navigation that comes of it is by its site.
    pub(crate) fn by_page(&mut self, process: ProcessId, act: impl FnOnce(&mut Self)) {
        self.asking = self.processes.get(process).and_then(|p| p.site.clone());
        act(self);
        self.asking = None;
    }

    /// What only a document with scripts says.
    fn on_script(&mut self, tab: TabId, process: ProcessId, message: FromRenderer) {
        match message {
            FromRenderer::ScriptStopped { .. } => self.on_script_stopped(tab, process),
            FromRenderer::Console { line, .. } => self.on_console(tab, process, line),
            FromRenderer::GuardsLeaving { navigation } => {
                if let Some(process) = self.processes.living_mut(process) {
                    process.guards = Some(navigation);
                }
            }
            FromRenderer::Replace { url, .. } => {
                self.follow(tab, process, &url, NavigationKind::Replace);
            }
            FromRenderer::Reload { .. } if self.may_navigate(tab, process) => {
                self.leave(tab, Leave::Reload);
            }
            FromRenderer::Traverse { by, .. } => self.on_traverse(tab, process, by),
            FromRenderer::PushState {
                url,
                state,
                replaces,
                ..
            } => self.on_push_state(tab, process, &url, state, replaces),
            FromRenderer::CloseTab { .. } => {
                let opened = self.tabs.find(tab).is_some_and(|it| it.named.is_some());
                if opened {
                    return self.leave(tab, Leave::Close);
                }
                let reason = "the page tried to close a tab that no page opened";
                self.record_refusal(tab, reason.to_owned());
            }
            _ => {}
        }
    }

    /// A page asks to go elsewhere in its own tab.
    fn follow(&mut self, tab: TabId, process: ProcessId, link: &str, kind: NavigationKind) {
        let Some(fault) = self.may_open(tab, process, link) else {
            return;
        };
        if !self.may_navigate(tab, process) {
            return;
        }
        match fault {
            Some(injection) => self.inject_or_explain(tab, injection),
            None => self.leave(tab, Leave::Link(link.to_owned(), kind)),
        }
    }

    /// A page asks to go elsewhere.
    pub(crate) fn on_link(&mut self, tab: TabId, process: ProcessId, link: &str, new_tab: bool) {
        if !new_tab {
            return self.follow(tab, process, link, NavigationKind::New);
        }
        let Some(fault) = self.may_open(tab, process, link) else {
            return;
        };
        if !self.may_navigate(tab, process) {
            return;
        }
        match fault {
            Some(injection) => self.inject_or_explain(tab, injection),
            None => {
                self.open_from_page(tab, process, link, false);
            }
        }
    }

    /// A page asks to open an address in the tab of that name; without a name in a new one.
    fn on_named_link(&mut self, tab: TabId, process: ProcessId, link: &str, name: String) {
        let Some(fault) = self.may_open(tab, process, link) else {
            return;
        };
        if !self.may_navigate(tab, process) {
            return;
        }
        if let Some(injection) = fault {
            return self.inject_or_explain(tab, injection);
        }
        let Some(site) = self.processes.get(process).and_then(|p| p.site.clone()) else {
            return;
        };
        let named = Named {
            name,
            opener: tab,
            site,
        };
        let is_it = |other: &Tab| other.named.as_ref() == Some(&named);
        let known = self.tabs.iter().find(|other| is_it(other)).map(|t| t.id);
        let own = self.tabs.find(tab).and_then(|tab| tab.named.as_ref());
        if own.is_some_and(|own| own.name == named.name && !own.name.is_empty()) {
            return self.begin(tab, link, NavigationKind::New);
        }
        match known.filter(|_| !named.name.is_empty()) {
            Some(known) if self.take_activation(tab, process, link) => {
                self.activate(known);
                self.begin(known, link, NavigationKind::New);
            }
            Some(_) => {}
            None => {
                let new = self.open_from_page(tab, process, link, true);
                if let Some(new) = new.and_then(|new| self.tabs.find_mut(new)) {
                    new.named = Some(named);
                }
            }
        }
    }

    /// Whether a page may open that address at all; with the fault that a break-it address stands
    /// for. A refusal is told.
    pub(crate) fn may_open(
        &mut self,
        tab: TabId,
        process: ProcessId,
        link: &str,
    ) -> Option<Option<Injection>> {
        let site = self.processes.get(process).and_then(|p| p.site.clone())?;
        let Ok(url) = Url::parse(link) else {
            self.refuse(tab, "the page asked for an invalid URL".to_owned());
            return None;
        };
        let fault = injection::injection_of(&url).and_then(Result::ok);
        let may_break = site.as_str() == injection::PAGE;
        let is_allowed = match url.scheme() {
            "http" | "https" => true,
            "bulkhead" => site.is_builtin() && (fault.is_none() || may_break),
            _ => false,
        };
        if !is_allowed {
            self.refuse_link(tab, &site, &url);
            return None;
        }
        Some(fault)
    }

    /// Whether a page does not navigate too often.
    pub(crate) fn may_navigate(&mut self, tab: TabId, process: ProcessId) -> bool {
        let now = self.now;
        let may_go = self
            .processes
            .living_mut(process)
            .is_some_and(|process| process.navigations_asked.allow(now));
        if !may_go {
            let notice = "the page tried to navigate too often";
            self.refuse(tab, notice.to_owned());
        }
        may_go
    }

    fn refuse_link(&mut self, tab: TabId, site: &Site, url: &Url) {
        let scheme = text::clean(url.scheme(), 50);
        let who = if site.is_builtin() {
            "this page"
        } else {
            "a web page"
        };
        self.refuse(tab, format!("{who} may not open {scheme}: addresses"));
    }

    /// A new tab beside the page's own; one for each thing that the user did.
    fn open_from_page(
        &mut self,
        tab: TabId,
        process: ProcessId,
        link: &str,
        activate: bool,
    ) -> Option<TabId> {
        if !self.take_activation(tab, process, link) {
            return None;
        }
        let at = self
            .tabs
            .iter()
            .position(|t| t.id == tab)
            .map_or(0, |at| at + 1);
        // A page that nobody sees cannot bring another one to the front.
        let activate = activate && self.tabs.active == Some(tab);
        let new = self.add_tab(link, self.context_of(tab), activate, at)?;
        self.begin(new, link, NavigationKind::New);
        Some(new)
    }

    /// Uses up what the user did on the page; a page that was not acted on is told no.
    fn take_activation(&mut self, tab: TabId, process: ProcessId, link: &str) -> bool {
        let process = self.processes.living_mut(process);
        let is_activated = process.is_some_and(|p| std::mem::take(&mut p.activated));
        if !is_activated {
            let notice = "the page tried to open a tab without a click or key of the user";
            self.refuse(tab, notice.to_owned());
            // The strip names what was refused, and offers to open it.
            if let Some(tab) = self.tabs.find_mut(tab) {
                tab.notice = None;
                tab.blocked_popup = Some(link.to_owned());
            }
        }
        is_activated
    }

    /// The user wants to see what the tab's page tried to open.
    pub(crate) fn open_blocked(&mut self, id: TabId) {
        let tab = self.tabs.find_mut(id);
        let link = tab.and_then(|tab| tab.blocked_popup.take());
        let place = self.tabs.place_of(id).map_or(0, |place| place + 1);
        if let Some(link) = link
            && let Some(new) = self.add_tab(&link, self.context_of(id), true, place)
        {
            self.begin(new, &link, NavigationKind::New);
        }
    }
}

/// The message's name as it stands among the last messages of a card.
fn name_of(message: &FromRenderer) -> &'static str {
    match message {
        FromRenderer::Title { .. } => "< Title",
        FromRenderer::Painted { .. } => "< Painted",
        FromRenderer::Scripted { .. } => "< Scripted",
        FromRenderer::ScriptStopped { .. } => "< ScriptStopped",
        FromRenderer::Loaded { .. } => "< Loaded",
        FromRenderer::Incomplete { .. } => "< Incomplete",
        FromRenderer::Console { .. } => "< Console",
        FromRenderer::Dialog { .. } => "< Dialog",
        FromRenderer::GuardsLeaving { .. } => "< GuardsLeaving",
        FromRenderer::Replace { .. } => "< Replace",
        FromRenderer::Reload { .. } => "< Reload",
        FromRenderer::Traverse { .. } => "< Traverse",
        FromRenderer::PushState { .. } => "< PushState",
        FromRenderer::CloseTab { .. } => "< CloseTab",
        FromRenderer::LeaveAnswer { .. } => "< LeaveAnswer",
        FromRenderer::Navigate { .. } => "< Navigate",
        FromRenderer::NavigateNamed { .. } => "< NavigateNamed",
        FromRenderer::WentWithin { .. } => "< WentWithin",
        FromRenderer::Refresh { .. } => "< Refresh",
        FromRenderer::Icon { .. } => "< Icon",
        FromRenderer::Scrolled { .. } => "< Scrolled",
        FromRenderer::Found { .. } => "< Found",
        FromRenderer::Hover { .. } => "< Hover",
        FromRenderer::Copied { .. } => "< Copied",
        FromRenderer::Inspected { .. } => "< Inspected",
        FromRenderer::Done { .. } => "< Done",
        FromRenderer::Stored { .. } => "< Stored",
        FromRenderer::StorageTaken { .. } => "< StorageTaken",
        FromRenderer::OpenStream { .. } => "< OpenStream",
        FromRenderer::Act { .. } => "< Act",
    }
}
