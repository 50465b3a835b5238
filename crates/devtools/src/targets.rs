//! Targets: the browser, tabs and their pages; who is told of them, and who is attached.

use crate::domains::target::status_of;
use crate::filter::Filter;
use crate::hub::{Hub, Output};
use crate::names;
use crate::reply::Failure;
use crate::session::{ClientId, SessionKey, Target, Way};
use crate::tab::Tab;
use protocol::devtools::Ending;
use protocol::ids::{ContextId, TabId};
use serde_json::{Value, json};

impl Hub {
    /// All targets, oldest first.
    pub fn targets(&self) -> Vec<Target> {
        let tabs = self.tabs.keys();
        let tabs = tabs.flat_map(|tab| [Target::Tab(*tab), Target::Page(*tab)]);
        tabs.chain([Target::Browser]).collect()
    }

    /// The target of that name.
    pub fn target_named(&self, name: &str) -> Option<Target> {
        if name == self.config.browser_id {
            return Some(Target::Browser);
        }
        self.tabs.iter().find_map(|(id, tab)| match name {
            _ if name == tab.page => Some(Target::Page(*id)),
            _ if name == tab.name => Some(Target::Tab(*id)),
            _ => None,
        })
    }

    pub fn name_of(&self, target: Target) -> String {
        let tab = target.tab().and_then(|tab| self.tabs.get(&tab));
        match (target, tab) {
            (Target::Page(_), Some(tab)) => tab.page.clone(),
            (Target::Tab(_), Some(tab)) => tab.name.clone(),
            _ => self.config.browser_id.clone(),
        }
    }

    /// What the protocol says of a target.
    pub fn info(&self, target: Target) -> Value {
        let is_attached = self.sessions.values().any(|it| it.target == target);
        let tab = target.tab().and_then(|tab| self.tabs.get(&tab));
        let (title, url) = tab.map_or(("", ""), |tab| (tab.shown_title(), tab.url.as_str()));
        let mut info = json!({
            "targetId": self.name_of(target),
            "type": target.kind(),
            "title": title,
            "url": url,
            "attached": is_attached || target == Target::Browser,
            "canAccessOpener": false,
        });
        if let Some(tab) = target.tab() {
            let context = self
                .tabs
                .get(&tab)
                .map_or(ContextId::DEFAULT, |it| it.context);
            info["browserContextId"] = json!(self.name_of_context(context));
            if let Target::Tab(_) = target {
                let place = self.tabs.keys().position(|it| *it == tab).unwrap_or(0);
                info["embedderData"] = json!({
                    "tabActive": self.active == Some(tab),
                    "tabPinned": false,
                    "tabStripIndex": place,
                });
            }
        }
        info
    }

    /// A page as `/json/list` tells of it.
    pub fn listed(&self, tab: TabId) -> Option<Value> {
        let tab = self.tabs.get(&tab)?;
        let socket = format!(
            "127.0.0.1:{}/devtools/page/{}",
            self.config.port.unwrap_or_default(),
            tab.page
        );
        Some(json!({
            "description": "",
            "devtoolsFrontendUrl": format!("/devtools/inspector.html?ws={socket}"),
            "id": tab.page,
            "title": tab.shown_title(),
            "type": "page",
            "url": tab.url,
            "webSocketDebuggerUrl": format!("ws://{socket}"),
        }))
    }

    // Discovery

    /// Those who want to hear of targets of that kind.
    fn discoverers(&self, kind: &str) -> Vec<SessionKey> {
        let wants = |filter: &Filter| filter.has(kind);
        let all = self.sessions.iter();
        all.filter(|(_, it)| it.discover.as_ref().is_some_and(wants))
            .map(|(key, _)| *key)
            .collect()
    }

    fn tell_discoverers(&mut self, kind: &str, method: &str, params: &Value) {
        for key in self.discoverers(kind) {
            self.tell(key, method, params.clone());
        }
    }

    /// Something about a target is different now.
    pub fn tell_changed(&mut self, target: Target) {
        if target
            .tab()
            .is_some_and(|tab| !self.tabs.contains_key(&tab))
        {
            return;
        }
        let params = json!({"targetInfo": self.info(target)});
        self.tell_discoverers(target.kind(), "Target.targetInfoChanged", &params);
    }

    pub fn tell_tab_changed(&mut self, tab: TabId) {
        self.tell_changed(Target::Tab(tab));
        self.tell_changed(Target::Page(tab));
    }

    /// Tells a session of all targets that there are.
    pub fn discover(&mut self, key: SessionKey, filter: Option<Filter>) {
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        let before = std::mem::replace(&mut session.discover, filter.clone());
        let Some(filter) = filter else { return };
        for target in self.targets() {
            let is_known = before.as_ref().is_some_and(|it| it.has(target.kind()));
            if filter.has(target.kind()) && !is_known {
                let params = json!({"targetInfo": self.info(target)});
                self.tell(key, "Target.targetCreated", params);
            }
        }
    }

    // Attachment

    /// A further session, which hears of it first.
    pub fn attach(
        &mut self,
        by: SessionKey,
        target: Target,
        way: Way,
        is_waiting: bool,
    ) -> Result<String, Failure> {
        let client = self.sessions.get(&by).map(|session| session.client);
        let client = client.ok_or_else(|| Failure::server("The session is gone"))?;
        let name = names::random();
        let key = self.begin_session(Some(name.clone()), client, target, Some(by))?;
        if let Some(session) = self.sessions.get_mut(&key) {
            session.is_nested = way == Way::Nested;
        }
        self.tell_changed(target);
        let params = json!({
            "sessionId": name,
            "targetInfo": self.info(target),
            "waitingForDebugger": is_waiting,
        });
        self.tell(by, "Target.attachedToTarget", params);
        Ok(name)
    }

    /// From now on, a session is attached to targets by itself; and to those that there are.
    pub fn auto_attach(&mut self, key: SessionKey, filter: Option<Filter>) -> Result<(), Failure> {
        let Some(session) = self.sessions.get_mut(&key) else {
            return Ok(());
        };
        let target = session.target;
        session.auto_attach = filter;
        let related = match target {
            Target::Browser => self.targets(),
            // The page is the one thing that is inside of a tab.
            Target::Tab(tab) => vec![Target::Page(tab)],
            Target::Page(_) => Vec::new(),
        };
        for target in related {
            self.attach_if_wanted(key, target, false)?;
        }
        Ok(())
    }

    fn attach_if_wanted(
        &mut self,
        key: SessionKey,
        target: Target,
        is_waiting: bool,
    ) -> Result<(), Failure> {
        let Some(session) = self.sessions.get(&key) else {
            return Ok(());
        };
        let filter = session.auto_attach.as_ref();
        let is_wanted = filter.is_some_and(|it| it.has(target.kind()));
        let is_related = match (session.target, target) {
            (_, Target::Browser) => false,
            (Target::Browser, _) => true,
            (Target::Tab(tab), Target::Page(page)) => tab == page,
            _ => false,
        };
        let mut all = self.sessions.values();
        let is_attached = all.any(|it| it.parent == Some(key) && it.target == target);
        if is_wanted && is_related && !is_attached {
            self.attach(key, target, Way::Flat, is_waiting)?;
        }
        Ok(())
    }

    /// A session ends because somebody asked for it, or because its target is gone.
    pub fn detach(&mut self, key: SessionKey) {
        let Some(session) = self.sessions.get(&key) else {
            return;
        };
        let (parent, name, target) = (session.parent, session.name.clone(), session.target);
        self.end_session(key);
        if let (Some(parent), Some(name)) = (parent, name) {
            let target = self.name_of(target);
            let params = json!({"sessionId": name, "targetId": target});
            self.tell(parent, "Target.detachedFromTarget", params);
        }
    }

    // Tabs

    pub fn tab_opened(&mut self, id: TabId, context: ContextId, url: String) {
        let tab = Tab::new(context, names::random(), names::random(), url);
        self.tabs.insert(id, tab);
        for target in [Target::Tab(id), Target::Page(id)] {
            let params = json!({"targetInfo": self.info(target)});
            self.tell_discoverers(target.kind(), "Target.targetCreated", &params);
            for key in self.sessions.keys().copied().collect::<Vec<_>>() {
                let is_tab = matches!(target, Target::Tab(_));
                if let Err(failure) = self.attach_if_wanted(key, target, is_tab) {
                    tracing::warn!("a session is not attached: {}", failure.message);
                }
            }
        }
    }

    pub fn tab_closed(&mut self, id: TabId) {
        self.fail_calls(id, &Failure::navigated());
        self.end_navigating(id, Err(Failure::navigated()));
        let mut ended: Vec<ClientId> = Vec::new();
        for target in [Target::Page(id), Target::Tab(id)] {
            for key in self.sessions_of(target) {
                let Some(session) = self.sessions.get(&key) else {
                    continue;
                };
                if session.name.is_none() {
                    ended.push(session.client);
                }
                if matches!(target, Target::Page(_)) {
                    let params = json!({"reason": "Render process gone."});
                    self.tell(key, "Inspector.detached", params);
                }
                self.detach(key);
            }
            let params = json!({"targetId": self.name_of(target)});
            self.tell_discoverers(target.kind(), "Target.targetDestroyed", &params);
        }
        self.tabs.remove(&id);
        self.forget_loads(id, None);
        self.push(Output::CloseInspector(id));
        for client in ended {
            self.push(Output::Close(client));
        }
        if self.active == Some(id) {
            self.active = None;
        }
    }

    /// Every call of the page fails at once; then those who look are told.
    pub fn tab_crashed(&mut self, id: TabId, ending: Ending) {
        if !self.tabs.contains_key(&id) {
            return;
        }
        self.fail_calls(id, &Failure::crashed());
        self.end_navigating(id, Err(Failure::crashed()));
        if let Some(tab) = self.tabs.get_mut(&id) {
            tab.is_crashed = true;
            tab.is_inspected = false;
            tab.inspector = None;
            tab.early.clear();
            tab.early_bytes = 0;
        }
        self.push(Output::CloseInspector(id));
        for key in self.sessions_of(Target::Page(id)) {
            self.tell(key, "Inspector.targetCrashed", json!({}));
        }
        let (status, code) = status_of(ending);
        let target = Target::Page(id);
        let params = json!({
            "targetId": self.name_of(target), "status": status, "errorCode": code,
        });
        self.tell_discoverers(target.kind(), "Target.targetCrashed", &params);
    }
}
