//! What the clients, the broker and the documents say, and what follows from it. It reads no
//! descriptor: everything comes in by a function and goes out by a queue.
//!
//! Owns: sessions, targets, and calls that have not been answered. Never: answers a command twice,
//! or keeps a command of a target that has died.

use crate::command::{self, Command, Params};
use crate::domains::page::Head;
use crate::domains::{self, standing};
use crate::inspector::{self, Inspector, Subject};
use crate::methods::{self, How};
use crate::names;
use crate::picture::Job;
use crate::reply::{self, Failure, Outcome};
use crate::session::{ClientId, Session, SessionKey, Standing, Target};
use crate::tab::{Asked, Asker, Early, Tab, Waiting, error_text};
use protocol::bootstrap::DevtoolsConfig;
use protocol::devtools::{Answer, FromDevtools, Row, ToDevtools, Wish};
use protocol::geometry::Size;
use protocol::ids::TabId;
use protocol::inspector::{FromInspector, ToInspector};
use protocol::limits::{DEVTOOLS_CALLS_MAX, INSPECTOR_TEXT_BYTES_MAX};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Sessions of all clients; further ones are refused.
pub const SESSIONS_MAX: usize = 4_096;
/// Commands of one tab that are not answered; further ones are refused.
const TAB_COMMANDS_MAX: usize = 4_096;
/// Bytes of those that wait for a document.
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of events of a document that is not committed yet; past them it is not heard any more.
const EARLY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// Send a client that text.
    Send(ClientId, String),
    /// End a client's connection, after what was sent.
    Close(ClientId),
    /// Answer the HTTP request that a client waits for.
    Respond(ClientId, crate::http::Response),
    /// Tell the broker.
    Broker(FromDevtools),
    /// Tell the document's process.
    Inspector(TabId, ToInspector),
    /// Close the channel to the document's process.
    CloseInspector(TabId),
}

/// Whom the answer of the broker is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum For {
    Session(Asker),
    /// A request of HTTP.
    Http(ClientId),
    Nobody,
}

/// A call that the broker works on.
#[derive(Debug)]
pub struct Call {
    pub for_: For,
    /// The tab whose death ends it.
    pub tab: Option<TabId>,
    pub kind: CallKind,
}

/// What is made of the broker's answer.
#[derive(Debug)]
pub enum CallKind {
    /// An empty object.
    Plain,
    /// What `Target.closeTarget` answers.
    Close,
    /// The tab has taken an input.
    Input,
    /// `Page.navigate`, and whether the address breaks the page instead of replacing it.
    Navigate {
        breaks: bool,
    },
    History,
    Open,
    Picture(Job),
    /// `SystemInfo.getProcessInfo`, or `Bulkhead.processes`.
    Processes {
        is_ours: bool,
        rows: Vec<Row>,
    },
}

/// All that is known.
pub struct Hub {
    pub config: DevtoolsConfig,
    /// The name of the one context that all pages are in.
    pub context: String,
    pub tabs: BTreeMap<TabId, Tab>,
    pub active: Option<TabId>,
    pub sessions: BTreeMap<SessionKey, Session>,
    pub by_name: HashMap<String, SessionKey>,
    clients: BTreeMap<ClientId, SessionKey>,
    calls: BTreeMap<u32, Call>,
    called: u32,
    begun: u32,
    outputs: VecDeque<Output>,
}

impl Hub {
    pub fn new(config: DevtoolsConfig) -> Hub {
        Hub {
            config,
            context: names::random(),
            tabs: BTreeMap::new(),
            active: None,
            sessions: BTreeMap::new(),
            by_name: HashMap::new(),
            clients: BTreeMap::new(),
            calls: BTreeMap::new(),
            called: 0,
            begun: 0,
            outputs: VecDeque::new(),
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub fn has_output(&self) -> bool {
        !self.outputs.is_empty()
    }

    pub fn push(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    // Clients

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
            discover: None,
            auto_attach: None,
            has_page: false,
            has_network: false,
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
        self.tell_changed(session.target);
        if let Target::Page(tab) = session.target {
            self.take_dialogs(tab);
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

    /// A client has sent a text.
    pub fn take_text(&mut self, client: ClientId, text: &str) {
        let command = match command::parse(text) {
            Ok(command) => command,
            Err(malformed) => {
                let answer = reply::answer(malformed.id, None, Err(malformed.failure));
                return self.push(Output::Send(client, answer));
            }
        };
        let Some(root) = self.clients.get(&client).copied() else {
            return;
        };
        let key = match &command.session {
            None => Some(root),
            Some(name) => self.by_name.get(name).copied(),
        };
        let is_its =
            |key: &SessionKey| self.sessions.get(key).is_some_and(|it| it.client == client);
        let Some(key) = key.filter(is_its) else {
            let failure = Failure::with_code(-32001, "Session with given id not found.");
            let answer = reply::answer(Some(command.id), None, Err(failure));
            return self.push(Output::Send(client, answer));
        };
        let asker = Asker {
            session: key,
            id: command.id,
        };
        match self.run(asker, command) {
            Ok(None) => {}
            Ok(Some(result)) => self.answer(asker, Ok(result)),
            Err(failure) => self.answer(asker, Err(failure)),
        }
    }

    /// The answer to a command, unless it comes later.
    fn run(&mut self, asker: Asker, command: Command) -> Result<Option<Value>, Failure> {
        let Some(session) = self.sessions.get_mut(&asker.session) else {
            return Ok(None);
        };
        let target = session.target;
        let method = methods::find(&command.method).filter(|it| it.is_for(target));
        let method = method.ok_or_else(|| Failure::no_method(&command.method))?;
        match method.how {
            How::Accept => Ok(Some(json!({}))),
            How::Own => domains::run(self, asker, target, &command),
            How::Document | How::Standing => {
                let Target::Page(tab) = target else {
                    return Err(Failure::no_method(&command.method));
                };
                self.ask(tab, asker, command.method, command.params)?;
                Ok(None)
            }
        }
    }

    // Answers and events

    pub fn answer(&mut self, asker: Asker, outcome: Outcome) {
        if let Some(session) = self.sessions.get(&asker.session) {
            let text = reply::answer(Some(asker.id), session.name.as_deref(), outcome);
            let client = session.client;
            self.push(Output::Send(client, text));
        }
    }

    pub fn tell(&mut self, key: SessionKey, method: &str, params: Value) {
        if let Some(session) = self.sessions.get(&key) {
            let text = reply::event(session.name.as_deref(), method, params);
            let client = session.client;
            self.push(Output::Send(client, text));
        }
    }

    /// The sessions of a target.
    pub fn sessions_of(&self, target: Target) -> Vec<SessionKey> {
        let its = self.sessions.iter().filter(|(_, it)| it.target == target);
        its.map(|(key, _)| *key).collect()
    }

    /// Tells those who want to hear of a page's navigations.
    pub fn tell_page(&mut self, tab: TabId, method: &str, params: &Value) {
        for key in self.sessions_of(Target::Page(tab)) {
            if self.sessions.get(&key).is_some_and(|it| it.has_page) {
                self.tell(key, method, params.clone());
            }
        }
    }

    // The broker

    /// Asks the broker for something.
    pub fn call(
        &mut self,
        for_: For,
        tab: Option<TabId>,
        kind: CallKind,
        wish: Wish,
    ) -> Result<(), Failure> {
        if self.calls.len() >= DEVTOOLS_CALLS_MAX {
            return Err(Failure::server("Too many calls are under way"));
        }
        self.called = self.called.wrapping_add(1);
        let call = self.called;
        self.calls.insert(call, Call { for_, tab, kind });
        self.push(Output::Broker(FromDevtools::Call { call, wish }));
        Ok(())
    }

    /// The broker says something. With a picture, its pixels come along.
    pub fn take_broker(&mut self, message: ToDevtools, pixels: Option<Vec<u8>>) {
        match message {
            ToDevtools::Opened { tab, url } => self.tab_opened(tab, url),
            ToDevtools::Closed { tab } => self.tab_closed(tab),
            ToDevtools::Shown { tab } => self.active = Some(tab),
            ToDevtools::Began {
                tab,
                navigation,
                url,
                call,
                is_reload,
            } => domains::page::began(self, tab, navigation, (&url, is_reload), call),
            ToDevtools::Ended { tab, navigation } => domains::page::ended(self, tab, navigation),
            ToDevtools::Committed {
                tab,
                navigation,
                url,
                error,
                status,
                content_type,
            } => {
                let head = Head {
                    url,
                    error,
                    status,
                    content_type,
                };
                domains::page::committed(self, tab, navigation, head);
            }
            ToDevtools::Within {
                tab,
                url,
                by_script,
            } => domains::page::within(self, tab, url, by_script),
            ToDevtools::Titled { tab, title } => {
                if let Some(tab) = self.tabs.get_mut(&tab) {
                    tab.title = title;
                }
                self.tell_tab_changed(tab);
            }
            ToDevtools::Inspector { tab } => self.inspector_opened(tab),
            ToDevtools::Crashed {
                tab,
                cause: _,
                ending,
            } => self.tab_crashed(tab, ending),
            ToDevtools::Answer { call, answer } => self.take_answer(call, answer, pixels),
            ToDevtools::Dialog {
                tab,
                kind,
                text,
                default_text,
            } => domains::page::dialog_opened(self, tab, kind, &text, &default_text),
            ToDevtools::DialogClosed {
                tab,
                is_accepted,
                text,
            } => domains::page::dialog_closed(self, tab, is_accepted, &text),
            ToDevtools::Inject(_) => {}
        }
    }

    fn take_answer(&mut self, number: u32, answer: Answer, pixels: Option<Vec<u8>>) {
        // Of a call that a death has ended.
        let Some(mut call) = self.calls.remove(&number) else {
            return;
        };
        if let (
            CallKind::Processes { rows, .. },
            Answer::Processes {
                rows: more,
                is_last: false,
            },
        ) = (&mut call.kind, &answer)
        {
            rows.extend(more.iter().cloned());
            self.calls.insert(number, call);
            return;
        }
        if let (CallKind::Input, Some(tab)) = (&call.kind, call.tab) {
            self.input_taken(tab);
        }
        let outcome = domains::outcome(self, &mut call, answer, pixels);
        self.settle(call.for_, outcome);
    }

    /// Answers whoever waits.
    pub fn settle(&mut self, for_: For, outcome: Outcome) {
        match for_ {
            For::Session(asker) => self.answer(asker, outcome),
            For::Http(client) => {
                let response = match &outcome {
                    Ok(value) => crate::http::Response::json(value),
                    Err(failure) => crate::http::Response::failed(failure),
                };
                self.push(Output::Respond(client, response));
            }
            For::Nobody => {}
        }
    }

    /// Takes the call of a navigation that has begun.
    pub fn take_call(&mut self, number: u32) -> Option<Call> {
        self.calls.remove(&number)
    }

    /// Answers whoever wanted the tab's navigation.
    pub fn end_navigating(&mut self, tab: TabId, outcome: Outcome) {
        let waiting = self
            .tabs
            .get_mut(&tab)
            .and_then(|tab| tab.navigating.take());
        if let Some(for_) = waiting {
            self.settle(for_, outcome);
        }
    }

    /// Ends every call of a tab.
    pub fn fail_calls(&mut self, tab: TabId, failure: &Failure) {
        let its = self.calls.extract_if(.., |_, call| call.tab == Some(tab));
        let ended: Vec<Call> = its.map(|(_, call)| call).collect();
        for call in ended {
            // It is gone, which is what was wanted.
            let is_close = matches!(call.kind, CallKind::Close);
            let outcome = match is_close {
                true => Ok(json!({"success": true})),
                false => Err(failure.clone()),
            };
            self.settle(call.for_, outcome);
        }
        let Some(it) = self.tabs.get_mut(&tab) else {
            return;
        };
        it.has_input_under_way = false;
        let doomed = std::mem::take(&mut it.doomed);
        let inputs: Vec<_> = it.inputs.drain(..).collect();
        it.waiting_bytes = 0;
        let waiting: Vec<_> = it.waiting.drain(..).collect();
        let inputs = inputs.into_iter().filter_map(|(_, asker)| asker);
        for asker in doomed.into_iter().chain(inputs) {
            self.answer(asker, Err(failure.clone()));
        }
        for waiting in waiting {
            let asker = match waiting {
                Waiting::Command { asker, .. }
                | Waiting::FrameTree(asker)
                | Waiting::Picture(asker, _) => asker,
            };
            self.answer(asker, Err(failure.clone()));
        }
        self.fail_asked(tab, failure);
    }

    /// Ends every command that a document works on. What stands for all documents has been noted.
    pub fn fail_asked(&mut self, tab: TabId, failure: &Failure) {
        let Some(it) = self.tabs.get_mut(&tab) else {
            return;
        };
        for asked in std::mem::take(&mut it.asked).into_values() {
            match asked {
                Asked::Client(asker) | Asked::Metrics(asker, _) => {
                    self.answer(asker, Err(failure.clone()));
                }
                Asked::Standing(asker) => self.answer(asker, Ok(json!({}))),
                Asked::Script {
                    name,
                    asker: Some(asker),
                    ..
                } => self.answer(asker, Ok(json!({"identifier": name}))),
                Asked::Script { asker: None, .. } | Asked::Nobody => {}
            }
        }
    }

    // Documents

    /// Has the document answer a command, now or as soon as there is one.
    pub fn ask(
        &mut self,
        id: TabId,
        asker: Asker,
        method: String,
        params: Params,
    ) -> Result<(), Failure> {
        let is_standing = is_standing(&method);
        let params = match is_standing {
            true => standing::note(self, asker, &method, params)?,
            false => params,
        };
        let tab = self.tabs.get_mut(&id).ok_or_else(Failure::no_target)?;
        if tab.is_crashed {
            if !is_standing {
                return Err(Failure::crashed());
            }
            let result = standing::result(self, asker, &method);
            self.answer(asker, Ok(result));
            return Ok(());
        }
        if tab.waiting.len() + tab.asked.len() >= TAB_COMMANDS_MAX {
            return Err(Failure::server("Too many commands are under way"));
        }
        if !tab.is_inspected || !tab.waiting.is_empty() {
            let bytes = json!(params.0).to_string().len();
            if tab.waiting_bytes + bytes > WAITING_BYTES_MAX {
                return Err(Failure::server("Too many commands are under way"));
            }
            tab.waiting_bytes += bytes;
            tab.waiting.push_back(Waiting::Command {
                asker,
                method,
                params,
            });
            return Ok(());
        }
        self.ask_now(id, asker, &method, &params)
    }

    /// Sends a command to the document that is there.
    fn ask_now(
        &mut self,
        tab: TabId,
        asker: Asker,
        method: &str,
        params: &Params,
    ) -> Result<(), Failure> {
        let asked = match standing::script_name(self, asker, method) {
            Some(name) => Asked::Script {
                session: asker.session,
                name,
                asker: Some(asker),
            },
            None if is_standing(method) => Asked::Standing(asker),
            None => Asked::Client(asker),
        };
        let text = json!({"method": method, "params": params.0}).to_string();
        if text.len() > INSPECTOR_TEXT_BYTES_MAX {
            return Err(Failure::server("The command is too long"));
        }
        self.send_command(tab, asker.session, &text, asked);
        Ok(())
    }

    /// Sends a command, and notes what is to be done with its answer.
    pub fn send_command(&mut self, id: TabId, session: SessionKey, text: &str, asked: Asked) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        let Some(inspector) = &mut tab.inspector else {
            return;
        };
        let (call, messages) = inspector.command(session.0, text);
        tab.asked.insert(call, asked);
        for message in messages {
            self.push(Output::Inspector(id, message));
        }
    }

    /// The broker has made a channel to the process of the tab's next document, or of the present
    /// one.
    fn inspector_opened(&mut self, id: TabId) {
        self.fail_asked(id, &Failure::navigated());
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        // Else the document is still to come.
        tab.is_inspected = tab.document.is_some() && tab.pending.is_none();
        tab.inspector = Some(Inspector::default());
        let frame = tab.page.clone();
        self.push(Output::Inspector(id, ToInspector::Begin { frame }));
        for key in self.sessions_of(Target::Page(id)) {
            let Some(session) = self.sessions.get(&key) else {
                continue;
            };
            for (text, script) in session.standing.commands() {
                let asked = match script {
                    Some(name) => Asked::Script {
                        session: key,
                        name,
                        asker: None,
                    },
                    None => Asked::Nobody,
                };
                self.send_command(id, key, &text, asked);
            }
        }
        self.answer_standing(id);
        self.push(Output::Broker(FromDevtools::Inspecting { tab: id }));
        self.send_waiting(id);
    }

    /// What waited and stands for all documents has just been told.
    fn answer_standing(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        for waiting in std::mem::take(&mut tab.waiting) {
            match waiting {
                Waiting::Command { asker, method, .. } if is_standing(&method) => {
                    let result = standing::result(self, asker, &method);
                    self.answer(asker, Ok(result));
                }
                waiting => {
                    if let Some(tab) = self.tabs.get_mut(&id) {
                        tab.waiting.push_back(waiting);
                    }
                }
            }
        }
    }

    /// Sends the commands that waited for a document.
    pub fn send_waiting(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        if tab.document.is_none() {
            return;
        }
        let is_inspected = tab.is_inspected;
        if is_inspected {
            tab.waiting_bytes = 0;
        }
        for waiting in std::mem::take(&mut tab.waiting) {
            match waiting {
                Waiting::FrameTree(asker) => domains::page::answer_frame_tree(self, id, asker),
                waiting if !is_inspected => {
                    if let Some(tab) = self.tabs.get_mut(&id) {
                        tab.waiting.push_back(waiting);
                    }
                }
                Waiting::Command {
                    asker,
                    method,
                    params,
                } => {
                    if let Err(failure) = self.ask_now(id, asker, &method, &params) {
                        self.answer(asker, Err(failure));
                    }
                }
                Waiting::Picture(asker, job) => {
                    if let Err(failure) = domains::page::begin_picture(self, id, asker, job) {
                        self.answer(asker, Err(failure));
                    }
                }
            }
        }
    }

    /// The document's process says something.
    pub fn take_inspector(&mut self, id: TabId, message: FromInspector) {
        let tab = self.tabs.get_mut(&id);
        let Some(inspector) = tab.and_then(|tab| tab.inspector.as_mut()) else {
            return;
        };
        match inspector.take(message) {
            Ok(None) => {}
            Ok(Some((Subject::Answer { call }, value))) => self.document_answers(id, call, value),
            Ok(Some((
                Subject::Event {
                    session,
                    navigation,
                },
                value,
            ))) => {
                let session = SessionKey(session);
                self.document_tells(id, (session, navigation), value);
            }
            Err(inspector::Broken) => self.give_up_inspector(id, "broke the rules"),
        }
    }

    /// The document is not listened to any more.
    pub fn give_up_inspector(&mut self, id: TabId, why: &str) {
        tracing::warn!("the inspector of {id} {why}");
        self.fail_asked(id, &Failure::navigated());
        if let Some(tab) = self.tabs.get_mut(&id) {
            tab.inspector = None;
            tab.is_inspected = false;
            tab.early.clear();
            tab.early_bytes = 0;
        }
        self.push(Output::CloseInspector(id));
    }

    fn document_answers(&mut self, id: TabId, call: u32, mut value: Value) {
        let asked = self
            .tabs
            .get_mut(&id)
            .and_then(|tab| tab.asked.remove(&call));
        let Some(asked) = asked else { return };
        let outcome = match value.get_mut("error").map(Value::take) {
            Some(error) => Err(failure_of(&error)),
            None => Ok(value.get_mut("result").map_or(json!({}), Value::take)),
        };
        match asked {
            Asked::Client(asker) | Asked::Standing(asker) => self.answer(asker, outcome),
            Asked::Metrics(asker, job) => {
                let metrics = outcome.unwrap_or_default();
                domains::page::place_picture(self, id, asker, job, &metrics);
            }
            Asked::Script {
                session,
                name,
                asker,
            } => {
                let there = outcome
                    .as_ref()
                    .ok()
                    .and_then(|it| it["identifier"].as_str());
                let there = there.map(str::to_owned);
                let scripts = self.sessions.get_mut(&session);
                let scripts = scripts.map(|it| &mut it.standing.scripts);
                let script = scripts.and_then(|all| all.iter_mut().find(|it| it.name == name));
                if let Some(script) = script {
                    script.name_there = there;
                }
                if let Some(asker) = asker {
                    self.answer(asker, outcome.map(|_| json!({"identifier": name})));
                }
            }
            Asked::Nobody => {}
        }
    }

    fn document_tells(
        &mut self,
        id: TabId,
        (session, navigation): (SessionKey, protocol::ids::NavigationId),
        mut value: Value,
    ) {
        let method = value["method"].as_str().unwrap_or_default().to_owned();
        let params = value.get_mut("params").map_or(json!({}), Value::take);
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        let is_its = self.sessions.get(&session).map(|it| it.target) == Some(Target::Page(id));
        // The broker has told of it, and knows better.
        let is_known = matches!(
            method.as_str(),
            "Page.frameStartedLoading" | "Page.navigatedWithinDocument"
        );
        if !is_its || is_known || !inspector::is_of_a_document(&method) {
            return;
        }
        let shown = tab.document.as_ref().map(|it| it.navigation);
        if tab.is_inspected && shown == Some(navigation) {
            return self.hand_on(id, session, &method, params);
        }
        if shown.is_some_and(|shown| shown >= navigation) {
            return;
        }
        let bytes = method.len() + params.to_string().len();
        tab.early_bytes += bytes;
        tab.early.push(Early {
            navigation,
            session,
            method,
            params,
            bytes,
        });
        if tab.early_bytes > EARLY_BYTES_MAX {
            self.give_up_inspector(id, "tells too much of a document that is not shown");
        }
    }

    /// Hands on the events of a document that is committed now.
    pub fn send_early(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        let Some(shown) = tab.document.as_ref().map(|it| it.navigation) else {
            return;
        };
        let due = tab.early.extract_if(.., |early| early.navigation <= shown);
        let due: Vec<Early> = due.collect();
        for early in due {
            if let Some(tab) = self.tabs.get_mut(&id) {
                tab.early_bytes = tab.early_bytes.saturating_sub(early.bytes);
            }
            if early.navigation == shown {
                self.hand_on(id, early.session, &early.method, early.params);
            }
        }
    }

    /// An event of the document that is shown. Where it is, the broker knows better.
    fn hand_on(&mut self, id: TabId, session: SessionKey, method: &str, mut params: Value) {
        if method == "Page.frameNavigated"
            && let Some(tab) = self.tabs.get(&id)
            && params["frame"]["parentId"].is_null()
        {
            params["frame"] = tab.frame();
            params["type"] = json!("Navigation");
        }
        self.tell(session, method, params);
    }

    // Inputs

    /// Gives the page an input once it has taken those before.
    pub fn input(&mut self, id: TabId, events: Vec<protocol::input::InputEvent>, asker: Asker) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        let Some((last, others)) = events.split_last() else {
            return self.answer(asker, Ok(json!({})));
        };
        tab.inputs.extend(others.iter().map(|event| (*event, None)));
        tab.inputs.push_back((*last, Some(asker)));
        self.send_input(id);
    }

    fn input_taken(&mut self, id: TabId) {
        if let Some(tab) = self.tabs.get_mut(&id) {
            tab.has_input_under_way = false;
        }
        self.send_input(id);
    }

    fn send_input(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        if tab.has_input_under_way {
            return;
        }
        let Some((event, asker)) = tab.inputs.pop_front() else {
            return;
        };
        tab.has_input_under_way = true;
        let for_ = asker.map_or(For::Nobody, For::Session);
        let wish = Wish::Input(id, event);
        if let Err(failure) = self.call(for_, Some(id), CallKind::Input, wish) {
            if let Some(tab) = self.tabs.get_mut(&id) {
                tab.has_input_under_way = false;
            }
            self.settle(for_, Err(failure));
        }
    }

    /// Asks for a picture of that size.
    pub fn want_picture(
        &mut self,
        id: TabId,
        asker: Asker,
        job: Job,
        size: Option<Size>,
    ) -> Result<(), Failure> {
        let wish = Wish::Picture(id, size);
        self.call(For::Session(asker), Some(id), CallKind::Picture(job), wish)
    }
}

/// Whether a new process of the page is told it as well.
fn is_standing(method: &str) -> bool {
    methods::find(method).is_some_and(|it| it.how == How::Standing)
}

/// The failure that a document's process tells of.
fn failure_of(error: &Value) -> Failure {
    Failure {
        code: error["code"].as_i64().unwrap_or(-32000),
        message: error["message"].as_str().unwrap_or_default().to_owned(),
        data: error["data"].as_str().map(str::to_owned),
    }
}

/// What the answer to a navigation says.
pub fn navigated(frame: &str, loader: Option<String>, error: Option<&str>) -> Value {
    let mut result = json!({"frameId": frame});
    if let Some(loader) = loader {
        result["loaderId"] = json!(loader);
        result["isDownload"] = json!(false);
    }
    if let Some(error) = error {
        result["errorText"] = json!(error_text(error));
    }
    result
}
