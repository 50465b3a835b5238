//! All that is known, and how answers, events and calls leave. It reads no descriptor: everything
//! comes in by a function and goes out by a queue.
//!
//! Owns: sessions, targets, and calls that have not been answered. Never: answers a command twice,
//! or keeps a command of a target that has died.

use crate::contexts::Context;
use crate::picture::Job;
use crate::reply::{self, Failure, Outcome};
use crate::session::{ClientId, Session, SessionKey, Target, Trace};
use crate::streams::Streams;
use crate::tab::{Asked, Asker, For, Tab, Waiting};
use crate::traffic::state::Traffic;
use protocol::bootstrap::DevtoolsConfig;
use protocol::devtools::{FromDevtools, Row, Wish};
use protocol::ids::{ContextId, TabId};
use protocol::inspector::ToInspector;
use protocol::limits::DEVTOOLS_CALLS_MAX;
use protocol::traffic::ToNetwork;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// Send a client that text.
    Send(ClientId, String),
    /// Give a client the time to deal with what it was sent before it gets more.
    Pause(ClientId),
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
    /// Tell the network process.
    Traffic(ToNetwork),
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
    /// `Bulkhead.chaos`, and the seed of what begins.
    Chaos(Option<u64>),
    /// What `Target.closeTarget` answers.
    Close,
    CloseContext(ContextId),
    /// The tab has taken an input.
    Input,
    /// `Page.navigate`, and whether the address breaks the page instead of replacing it.
    Navigate {
        breaks: bool,
    },
    /// The end of a trace, and to whom it is told; none: to nobody.
    EndTrace(Option<Trace>),
    /// A frame for those who have a screencast of the page, newer than that one.
    Frame {
        after: u64,
    },
    History,
    Open,
    /// `Target.createBrowserContext`, and the session with whose end the context is closed.
    OpenContext(Option<SessionKey>),
    Picture(Job),
    /// `SystemInfo.getProcessInfo`, or `Bulkhead.processes`.
    Processes {
        is_ours: bool,
        rows: Vec<Row>,
    },
    /// A report, and the name of what holds it in the answer.
    Report(&'static str),
    /// Of messages between processes.
    StartTap,
    StartTrace,
}

/// All that is known.
pub struct Hub {
    pub config: DevtoolsConfig,
    /// All contexts, the user's own among them.
    pub contexts: BTreeMap<ContextId, Context>,
    pub tabs: BTreeMap<TabId, Tab>,
    pub active: Option<TabId>,
    pub sessions: BTreeMap<SessionKey, Session>,
    pub by_name: HashMap<String, SessionKey>,
    pub clients: BTreeMap<ClientId, SessionKey>,
    pub calls: BTreeMap<u32, Call>,
    pub streams: Streams,
    /// The trace that is being written.
    pub tracing: Option<Trace>,
    /// Whether the broker tells of messages between processes.
    pub is_tapped: bool,
    /// Loads, and what waits for the network process.
    pub traffic: Traffic,
    /// Calls so far.
    called: u32,
    /// Sessions so far.
    pub begun: u32,
    outputs: VecDeque<Output>,
}

impl Hub {
    pub fn new(config: DevtoolsConfig) -> Hub {
        Hub {
            config,
            contexts: BTreeMap::from([(ContextId::DEFAULT, Context::new(None))]),
            tabs: BTreeMap::new(),
            active: None,
            sessions: BTreeMap::new(),
            by_name: HashMap::new(),
            clients: BTreeMap::new(),
            calls: BTreeMap::new(),
            streams: Streams::default(),
            tracing: None,
            is_tapped: false,
            traffic: Traffic::default(),
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

    pub fn answer(&mut self, asker: Asker, outcome: Outcome) {
        if let Some(session) = self.sessions.get(&asker.session) {
            let text = reply::answer(Some(asker.id), session.name_outside(), outcome);
            self.send(asker.session, text);
        }
    }

    pub fn tell(&mut self, key: SessionKey, method: &str, params: Value) {
        if let Some(session) = self.sessions.get(&key) {
            let text = reply::event(session.name_outside(), method, params);
            self.send(key, text);
        }
    }

    /// Sends what a session says. That of a nested one goes within a message of its parent, which
    /// is none.
    pub fn send(&mut self, key: SessionKey, text: String) {
        let Some(session) = self.sessions.get(&key) else {
            return;
        };
        let parent = session.parent.filter(|_| session.is_nested);
        let Some(parent) = parent else {
            let client = session.client;
            return self.push(Output::Send(client, text));
        };
        let params = json!({
            "sessionId": session.name,
            "message": text,
            "targetId": self.name_of(session.target),
        });
        self.tell(parent, "Target.receivedMessageFromTarget", params);
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
        let Some(for_) = waiting else { return };
        let client = match &for_ {
            For::Session(asker) => self.sessions.get(&asker.session).map(|it| it.client),
            _ => None,
        };
        self.settle(for_, outcome);
        // A client begins to wait for `Page.loadEventFired` when it has this answer. Chromium tells
        // that milliseconds later, and not in the same packet.
        if let Some(client) = client {
            self.push(Output::Pause(client));
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
        it.frame_after = None;
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
        let frames = json!({"frame": it.frame(), "resources": []});
        for asked in std::mem::take(&mut it.asked).into_values() {
            match asked {
                // What is known without the document.
                Asked::FrameTree(asker) if *failure != Failure::crashed() => {
                    self.answer(asker, Ok(json!({"frameTree": frames.clone()})));
                }
                Asked::Client(asker) | Asked::FrameTree(asker) | Asked::Metrics(asker, _) => {
                    self.answer(asker, Err(failure.clone()));
                }
                Asked::Standing(asker) => self.answer(asker, Ok(json!({}))),
                Asked::Script {
                    name,
                    asker: Some(asker),
                    ..
                } => self.answer(asker, Ok(json!({"identifier": name}))),
                Asked::Shot(key, shot) => {
                    if let Some(session) = self.sessions.get_mut(&key) {
                        session.screencast.acknowledge(shot.number);
                    }
                }
                Asked::Script { asker: None, .. } | Asked::Nobody => {}
            }
        }
    }
}
