//! Clients and their sessions.

use crate::domains::{bulkhead, emulation, traces};
use crate::hub::{CallKind, Hub, Output};
use crate::reply::Failure;
use crate::screencast::Screencast;
use crate::session::{ClientId, Session, SessionKey, Standing, Target};
use crate::tab::For;
use crate::traffic::wants::Wants;
use protocol::devtools::Wish;
use protocol::ids::TabId;
use protocol::inspector::ToInspector;

/// Sessions of all clients; further ones are refused.
pub const SESSIONS_MAX: usize = 8_192;

impl Hub {
    /// A client has connected to that target.
    pub fn connect(&mut self, client: ClientId, target: Target) -> Result<(), Failure> {
        let key = self.begin_session(None, client, target, None)?;
        self.clients.insert(client, key);
        if target != Target::Browser {
            self.tell_changed(target);
        }
        Ok(())
    }

    /// A client is gone, with its sessions.
    pub fn disconnect(&mut self, client: ClientId) {
        self.clients.remove(&client);
        let its = self.sessions.iter().filter(|(_, it)| it.client == client);
        for key in its.map(|(key, _)| *key).collect::<Vec<_>>() {
            self.end_session(key);
        }
    }

    /// A new session; the name tells it from that of the connection itself.
    pub fn begin_session(
        &mut self,
        name: Option<String>,
        client: ClientId,
        target: Target,
        parent: Option<SessionKey>,
    ) -> Result<SessionKey, Failure> {
        if self.sessions.len() >= SESSIONS_MAX {
            return Err(Failure::server("There are too many sessions"));
        }
        self.begun += 1;
        let key = SessionKey(self.begun);
        if let Some(name) = &name {
            self.by_name.insert(name.clone(), key);
        }
        let session = Session {
            name,
            client,
            target,
            parent,
            is_nested: false,
            discover: None,
            auto_attach: None,
            has_page: false,
            has_chaos: false,
            has_tap: false,
            stops_scripts: false,
            screencast: Screencast::default(),
            wants: Wants::default(),
            standing: Standing::default(),
        };
        self.sessions.insert(key, session);
        Ok(key)
    }

    /// A session ends, and those that were attached from it. Nobody is told.
    pub fn end_session(&mut self, key: SessionKey) {
        let Some(session) = self.sessions.remove(&key) else {
            return;
        };
        if let Some(name) = &session.name {
            self.by_name.remove(name);
        }
        if let Target::Page(tab) = session.target
            && self
                .tabs
                .get(&tab)
                .is_some_and(|tab| tab.inspector.is_some())
        {
            let session = key.0;
            self.push(Output::Inspector(tab, ToInspector::End { session }));
        }
        let children = self
            .sessions
            .iter()
            .filter(|(_, it)| it.parent == Some(key));
        for child in children.map(|(child, _)| *child).collect::<Vec<_>>() {
            self.end_session(child);
        }
        self.streams.close_all_of(key);
        self.close_contexts_of(key);
        traces::session_ended(self, key);
        bulkhead::tap_if_wanted(self);
        self.tell_changed(session.target);
        if let Target::Page(tab) = session.target {
            self.take_dialogs(tab);
            if let Err(failure) = emulation::stop_scripts(self, tab, For::Nobody) {
                tracing::warn!("scripts of {tab}: {}", failure.message);
            }
            self.resume_for(key);
            self.drop_wants(&session, tab);
        }
    }

    /// The dialogs of a page are answered by whoever wants to hear of the page.
    pub fn take_dialogs(&mut self, id: TabId) {
        let mut all = self.sessions.values();
        let is_on = all.any(|it| it.target == Target::Page(id) && it.has_page);
        let tab = self.tabs.get_mut(&id);
        if tab.is_none_or(|tab| std::mem::replace(&mut tab.has_dialogs, is_on) == is_on) {
            return;
        }
        let wish = Wish::TakeDialogs(id, is_on);
        let called = self.call(For::Nobody, None, CallKind::Plain, wish);
        if let Err(failure) = called {
            tracing::warn!("dialogs of {id}: {}", failure.message);
        }
    }
}
