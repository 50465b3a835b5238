//! The documents' side: what a process is told when it begins, and what it answers and tells.
//!
//! Trusts: the broker on which document a tab shows. Never: hands on an event of another one.

use crate::domains::{page, screencast, standing};
use crate::hub::{Hub, Output};
use crate::inspector::{self, Inspector, Subject};
use crate::methods::is_standing;
use crate::reply::Failure;
use crate::session::{SessionKey, Target};
use crate::tab::{Asked, Early, Waiting};
use protocol::devtools::FromDevtools;
use protocol::ids::{NavigationId, TabId};
use protocol::inspector::{FromInspector, ToInspector};
use serde_json::{Value, json};

/// Bytes of events of a document that is not committed yet; past them it is not heard any more.
const EARLY_BYTES_MAX: usize = 8 * 1024 * 1024;

impl Hub {
    /// The broker has made a channel to the process of the tab's next document, or of the present
    /// one.
    pub fn inspector_opened(&mut self, id: TabId) {
        self.fail_asked(id, &Failure::navigated());
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        // Else the document is still to come.
        tab.is_inspected = tab.document.is_some() && tab.pending.is_none();
        tab.inspector = Some(Inspector::default());
        tab.beginning.clear();
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
                let call = self.send_command(id, key, &text, asked);
                if let Some(tab) = self.tabs.get_mut(&id) {
                    tab.beginning.extend(call);
                }
            }
        }
        self.answer_standing(id);
        self.end_beginning(id, None);
        self.send_waiting(id);
    }

    /// The document may come once the process has answered all that is to be known before it.
    fn end_beginning(&mut self, id: TabId, answered: Option<u32>) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        let is_of_it = answered.is_none_or(|call| tab.beginning.remove(&call));
        if is_of_it && tab.beginning.is_empty() {
            self.push(Output::Broker(FromDevtools::Inspecting { tab: id }));
        }
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
                Waiting::FrameTree(asker) => page::ask_frame_tree(self, id, asker),
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
                    if let Err(failure) = page::begin_picture(self, id, asker, job) {
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
        screencast::want_frame(self, id);
    }

    fn document_answers(&mut self, id: TabId, call: u32, mut value: Value) {
        let asked = self
            .tabs
            .get_mut(&id)
            .and_then(|tab| tab.asked.remove(&call));
        let Some(asked) = asked else { return };
        self.end_beginning(id, Some(call));
        let outcome = match value.get_mut("error").map(Value::take) {
            Some(error) => Err(failure_of(&error)),
            None => Ok(value.get_mut("result").map_or(json!({}), Value::take)),
        };
        match asked {
            Asked::Client(asker) | Asked::Standing(asker) => self.answer(asker, outcome),
            Asked::Metrics(asker, job) => {
                let metrics = outcome.unwrap_or_default();
                page::place_picture(self, id, asker, job, &metrics);
            }
            Asked::FrameTree(asker) => {
                let told = outcome.unwrap_or_default();
                page::answer_frame_tree(self, id, asker, &told);
            }
            Asked::Shot(session, shot) => {
                let metrics = outcome.unwrap_or_default();
                screencast::send(self, session, &shot, &metrics);
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
        (session, navigation): (SessionKey, NavigationId),
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
}

/// The failure that a document's process tells of.
fn failure_of(error: &Value) -> Failure {
    Failure {
        code: error["code"].as_i64().unwrap_or(-32000),
        message: error["message"].as_str().unwrap_or_default().to_owned(),
        data: error["data"].as_str().map(str::to_owned),
    }
}
