//! What the network process says, and what follows from its death.
//!
//! Trusts: the network process on what a server answered, for navigations that it was asked for.
//! Never: lets it commit anything but http and https, or speak of a navigation that it was not
//! given.

use crate::action::{Action, Body};
use crate::address;
use crate::state::core::Core;
use crate::state::navigation::{Document, LoadStage};
use crate::state::process::Process;
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::ids::{NavigationId, ProcessId, Role, TabId};
use protocol::limits::URL_BYTES_MAX;
use protocol::misbehaviour::Misbehaviour;
use protocol::network::FromNetwork;
use protocol::site::Site;
use url::Url;

/// Where a navigation of the network process stands.
enum Place {
    /// Its head is awaited.
    Head(TabId),
    /// Its body is being written, for a page that is not committed yet.
    PendingBody(TabId),
    /// Its body is being written, for the committed page.
    Body(TabId),
    /// Nobody waits for it any more.
    Stale,
}

impl Core {
    pub(crate) fn on_network(&mut self, id: ProcessId, message: FromNetwork) {
        let Some(process) = self.processes.living(id) else {
            return;
        };
        if process.role != Role::Network || !process.is_ready() {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        let navigation = match message {
            FromNetwork::Head { navigation, .. }
            | FromNetwork::Failed { navigation, .. }
            | FromNetwork::BodyEnd { navigation, .. } => navigation,
            FromNetwork::Done { sequence } => return self.on_done(id, sequence),
            FromNetwork::Request(news) => return self.emit(Action::NoteRequest { news }),
            FromNetwork::ClientMisbehaved {
                process,
                misbehaviour,
            } => return self.on_client_misbehaved(id, process, misbehaviour),
        };
        if !process.navigations.has(navigation) {
            return self.on_misbehaved(id, Misbehaviour::ForeignId);
        }
        match (self.place_of(id, navigation), message) {
            (Place::Head(tab), FromNetwork::Head { head, .. }) => self.on_head(id, tab, head),
            (Place::Head(tab), FromNetwork::Failed { error, .. }) => {
                if let Some(pending) = self.pending_mut(tab) {
                    pending.stage = LoadStage::WaitNetwork;
                }
                self.fail(tab, error);
            }
            (Place::PendingBody(tab), FromNetwork::BodyEnd { error, .. }) => {
                if let Some(pending) = self.pending_mut(tab) {
                    pending.body_from = None;
                    pending.body_error = error;
                }
            }
            (Place::Body(tab), FromNetwork::BodyEnd { error, .. }) => {
                self.end_body(tab, error);
            }
            (Place::Stale, _) => {}
            _ => self.on_misbehaved(id, Misbehaviour::WrongState),
        }
    }

    /// A client that is gone is no news; one that has no channel with that network process is none
    /// of its business.
    fn on_client_misbehaved(&mut self, network: ProcessId, client: ProcessId, how: Misbehaviour) {
        let connected = |process: &Process| match process.role {
            Role::Devtools => self.devtools.network,
            _ => process.network,
        };
        match self.processes.living(client).map(connected) {
            Some(Some(its)) if its == network => self.on_misbehaved(client, how),
            None if self.ids.was_process(client) => {}
            _ => self.on_misbehaved(network, Misbehaviour::ForeignId),
        }
    }

    fn place_of(&self, id: ProcessId, navigation: NavigationId) -> Place {
        for tab in self.tabs.iter() {
            if let Some(pending) = tab.pending.as_ref().filter(|p| p.id == navigation) {
                return match pending.stage {
                    LoadStage::Fetching(network) if network == id => Place::Head(tab.id),
                    _ if pending.body_from == Some(id) => Place::PendingBody(tab.id),
                    _ => Place::Stale,
                };
            }
            if let Some(committed) = &tab.committed
                && committed.navigation == navigation
                && committed.body_from == Some(id)
            {
                return Place::Body(tab.id);
            }
        }
        Place::Stale
    }

    fn on_head(&mut self, id: ProcessId, tab: TabId, head: ResponseHead) {
        let url = Url::parse(&head.final_url).ok();
        let is_legal = |url: &Url| {
            matches!(url.scheme(), "http" | "https") && url.as_str().len() <= URL_BYTES_MAX
        };
        let Some(url) = url.filter(is_legal) else {
            return self.on_misbehaved(id, Misbehaviour::ValueOutOfRange);
        };
        let Some(pending) = self.pending_mut(tab) else {
            return;
        };
        pending.stage = LoadStage::WaitNetwork;
        pending.body_from = Some(id);
        // The text of a page is not replaced when the page would be.
        let (url, refresh) = match address::source_of(&pending.url) {
            Some(_) => match address::of_source(&url) {
                Ok(source) => (source, None),
                Err(error) => return self.fail(tab, error),
            },
            None => (url, head.refresh),
        };
        if self.has_nothing_to_show(tab, head.status) {
            return;
        }
        let site = Site::of(&url, self.ids.opaque_site());
        let document = Document {
            url: url.to_string(),
            status: head.status,
            content_type: head.content_type,
            refresh,
            body: Body::Held,
            site,
        };
        self.place(tab, document);
    }

    /// An answer that asks to leave the page as it is. Where there is no page, it is committed.
    ///
    /// Source: the HTML standard, "Creating navigation params by fetching".
    fn has_nothing_to_show(&mut self, id: TabId, status: u16) -> bool {
        const NO_CONTENT: u16 = 204;
        const RESET_CONTENT: u16 = 205;
        let has_page = self
            .tabs
            .find(id)
            .is_some_and(|tab| tab.committed.is_some());
        if !has_page || !matches!(status, NO_CONTENT | RESET_CONTENT) {
            return false;
        }
        self.supersede(id);
        self.set_notice(
            id,
            format!("The server has nothing to show (status {status})."),
        );
        true
    }

    fn end_body(&mut self, tab: TabId, error: Option<LoadError>) {
        if let Some(committed) = self
            .tabs
            .find_mut(tab)
            .and_then(|tab| tab.committed.as_mut())
        {
            committed.body_from = None;
        }
        if let Some(error) = error {
            self.incomplete(tab, error.to_string());
        }
    }

    /// A network process is ready: whoever waits for one goes on.
    pub(crate) fn network_ready(&mut self, network: ProcessId) {
        self.tell_contexts();
        self.open_traffic();
        let mut cut_off = Vec::new();
        for process in self.processes.values_mut() {
            if process.is_ready()
                && let Some(site) = process.site.clone().filter(Site::may_fetch)
                && let Some(tab) = process.tab
                && process.network != Some(network)
            {
                process.network = Some(network);
                cut_off.push((process.id, tab, site));
            }
        }
        for (process, tab, site) in cut_off {
            let context = self.context_of(tab);
            self.emit(Action::ReplaceFetch {
                process,
                tab,
                context,
                site,
                network,
            });
        }
        for tab in self.tabs.ids() {
            let pending = self.pending_mut(tab);
            if pending.is_some_and(|pending| matches!(pending.stage, LoadStage::WaitNetwork)) {
                self.fetch(tab);
            }
        }
    }

    /// The network process has died. What had brought nothing yet is asked for once more, what was
    /// under way is cut short.
    pub(crate) fn network_lost(&mut self, id: ProcessId) {
        self.devtools.network = self.devtools.network.filter(|&network| network != id);
        for process in self.processes.values_mut() {
            process.network = process.network.filter(|&network| network != id);
        }
        for tab in self.tabs.ids() {
            self.pending_lost_network(tab, id);
            let is_cut = |tab: &crate::state::tab::Tab| {
                tab.committed
                    .as_ref()
                    .is_some_and(|c| c.body_from == Some(id))
            };
            if self.tabs.find(tab).is_some_and(is_cut) {
                self.end_body(tab, Some(LoadError::NetworkProcessDied));
            }
        }
    }

    fn pending_lost_network(&mut self, tab: TabId, id: ProcessId) {
        let is_failing = self.services.network.is_failing();
        let Some(pending) = self.pending_mut(tab) else {
            return;
        };
        if pending.body_from == Some(id) {
            pending.body_from = None;
            pending.body_error = Some(LoadError::NetworkProcessDied);
        }
        match pending.stage {
            LoadStage::Fetching(network) if network == id => {
                if pending.is_repeated {
                    return self.fail(tab, LoadError::NetworkProcessDied);
                }
                pending.is_repeated = true;
                pending.is_body_held = false;
                pending.stage = LoadStage::WaitNetwork;
                let navigation = pending.id;
                self.emit(Action::DropBody { navigation });
                self.fetch(tab);
            }
            LoadStage::WaitNetwork if is_failing => self.fail(tab, LoadError::Offline),
            _ => {}
        }
    }
}
