//! A hub, one client, and all that has come out.

use crate::hub::{Hub, Output};
use crate::session::{ClientId, Target};
use protocol::bootstrap::DevtoolsConfig;
use protocol::devtools::{Answer, FromDevtools, ToDevtools, Wish};
use protocol::geometry::Size;
use protocol::ids::{ContextId, NavigationId, TabId};
use protocol::inspector::{FromInspector, Piece, ToInspector};
use protocol::traffic::{FromNetwork, ToNetwork};
use serde_json::{Value, json};

pub const TAB: TabId = TabId(7);

pub struct Rig {
    pub hub: Hub,
    /// What the client was sent and has not been asked for.
    pub texts: Vec<Value>,
    /// What the broker was told.
    pub told: Vec<FromDevtools>,
    /// What the document was told.
    pub asked: Vec<ToInspector>,
    /// What the network process was told.
    pub to_network: Vec<ToNetwork>,
    /// Everything, in order, in short.
    pub order: Vec<String>,
    id: i64,
}

impl Rig {
    /// A client at the browser.
    pub fn new() -> Rig {
        let config = DevtoolsConfig {
            port: Some(9222),
            has_pipe: false,
            browser_id: "B".to_owned(),
            origins: Vec::new(),
            version: "0.1.0".to_owned(),
            user_agent: "Bulkhead/0.1.0 (Linux)".to_owned(),
        };
        let mut hub = Hub::new(config);
        hub.connect(ClientId(1), Target::Browser).expect("room");
        Rig {
            hub,
            texts: Vec::new(),
            told: Vec::new(),
            asked: Vec::new(),
            to_network: Vec::new(),
            order: Vec::new(),
            id: 0,
        }
    }

    /// With a tab that shows a document, and a session of its page.
    pub fn with_page() -> (Rig, String) {
        let mut rig = Rig::new();
        rig.open();
        let page = rig.page();
        let attached = rig.command(
            "Target.attachToTarget",
            json!({"targetId": page, "flatten": true}),
        );
        let session = attached["result"]["sessionId"]
            .as_str()
            .expect("a name")
            .to_owned();
        rig.clear();
        (rig, session)
    }

    /// A tab with a document.
    pub fn open(&mut self) {
        let url = "http://a.b/".to_owned();
        self.broker(ToDevtools::Opened {
            tab: TAB,
            context: ContextId::DEFAULT,
            url,
        });
        self.begin(1, None);
        self.commit(1);
    }

    pub fn page(&self) -> String {
        self.hub.tabs[&TAB].page.clone()
    }

    pub fn begin(&mut self, navigation: u64, call: Option<u32>) {
        self.broker(ToDevtools::Began {
            tab: TAB,
            navigation: NavigationId(navigation),
            url: format!("http://a.b/{navigation}"),
            call,
            is_reload: false,
        });
    }

    /// The tab gets a new process, and that a document.
    pub fn commit(&mut self, navigation: u64) {
        self.broker(ToDevtools::Inspector { tab: TAB });
        self.greet();
        self.commit_there(navigation);
    }

    /// The process answers all that it has been asked.
    pub fn greet(&mut self) {
        let calls = self.asked.iter().filter_map(|message| match message {
            ToInspector::Command { call, .. } => Some(*call),
            _ => None,
        });
        for call in calls.collect::<Vec<_>>() {
            let piece = whole(&json!({"result": {}}));
            let answer = FromInspector::Answer { call, piece };
            self.hub.take_inspector(TAB, answer);
        }
        self.collect();
    }

    /// The tab's process gets a document.
    pub fn commit_there(&mut self, navigation: u64) {
        self.broker(ToDevtools::Committed {
            tab: TAB,
            navigation: NavigationId(navigation),
            url: format!("http://a.b/{navigation}"),
            error: None,
            status: 200,
            content_type: None,
            title: String::new(),
        });
    }

    pub fn broker(&mut self, message: ToDevtools) {
        self.hub.take_broker(message, None);
        self.collect();
    }

    /// With what is in the region that comes along.
    pub fn broker_with(&mut self, message: ToDevtools, bytes: Vec<u8>) {
        self.hub.take_broker(message, Some(bytes));
        self.collect();
    }

    /// The text that has been sent last, now.
    pub fn collected_last(&mut self) -> String {
        self.collect();
        self.texts.last().map(Value::to_string).unwrap_or_default()
    }

    pub fn answer(&mut self, call: u32, answer: Answer) {
        self.broker(ToDevtools::Answer { call, answer });
    }

    /// The answer to a wish for a picture of two by two pixels.
    pub fn picture(&mut self, call: u32, frame: u64) {
        let size = Size::new(2, 2);
        let answer = Answer::Picture { size, frame };
        let message = ToDevtools::Answer { call, answer };
        self.hub.take_broker(message, Some(vec![7; 16]));
        self.collect();
    }

    /// The document answers the command that it was asked last.
    pub fn document_answers(&mut self, value: Value) {
        let last = self.asked.iter().rev().find_map(|message| match message {
            ToInspector::Command { call, .. } => Some(*call),
            _ => None,
        });
        let piece = whole(&value);
        let call = last.expect("it was asked");
        self.hub
            .take_inspector(TAB, FromInspector::Answer { call, piece });
        self.collect();
    }

    pub fn document_tells(&mut self, session: u32, navigation: u64, method: &str, params: Value) {
        let event = FromInspector::Event {
            session,
            navigation: NavigationId(navigation),
            piece: whole(&json!({"method": method, "params": params})),
        };
        self.hub.take_inspector(TAB, event);
        self.collect();
    }

    /// Sends a command of the connection's own session; returns its answer, if it came at once.
    pub fn command(&mut self, method: &str, params: Value) -> Value {
        self.command_of(None, method, params)
    }

    pub fn command_of(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        self.id += 1;
        let mut command = json!({"id": self.id, "method": method, "params": params});
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        self.text(&command.to_string());
        let id = self.id;
        self.take(|it| it["id"] == id).unwrap_or(Value::Null)
    }

    /// The number of the command sent last.
    pub fn last_id(&self) -> i64 {
        self.id
    }

    pub fn text(&mut self, text: &str) {
        self.hub.take_text(ClientId(1), text);
        self.collect();
    }

    /// The first message for which that holds; no one gets it twice.
    pub fn take(&mut self, is_it: impl FnMut(&Value) -> bool) -> Option<Value> {
        let at = self.texts.iter().position(is_it)?;
        Some(self.texts.remove(at))
    }

    /// The last thing that the broker was asked for.
    pub fn wish(&mut self) -> Option<(u32, Wish)> {
        self.told.iter().rev().find_map(|message| match message {
            FromDevtools::Call { call, wish } => Some((*call, wish.clone())),
            FromDevtools::Inspecting { .. } => None,
        })
    }

    /// The network process says something.
    pub fn network(&mut self, message: FromNetwork) {
        self.hub.take_traffic(message);
        self.collect();
    }

    pub fn clear(&mut self) {
        self.texts.clear();
        self.told.clear();
        self.asked.clear();
        self.to_network.clear();
        self.order.clear();
    }

    pub fn collect(&mut self) {
        while let Some(output) = self.hub.poll() {
            match output {
                Output::Send(_, text) => {
                    let value: Value = serde_json::from_str(&text).expect("JSON");
                    let name = value["method"].as_str().map(str::to_owned);
                    let name = name.unwrap_or_else(|| match value.get("error") {
                        Some(error) => format!("error {}", error["message"]),
                        None => "answer".to_owned(),
                    });
                    self.order.push(name);
                    self.texts.push(value);
                }
                Output::Broker(message) => {
                    if let FromDevtools::Inspecting { .. } = message {
                        self.order.push("inspecting".to_owned());
                    }
                    self.told.push(message);
                }
                Output::Inspector(_, message) => {
                    if let ToInspector::Command { piece, .. } = &message {
                        let value: Value = serde_json::from_str(&piece.text).unwrap_or_default();
                        self.order
                            .push(format!("> {}", value["method"].as_str().unwrap_or("?")));
                    }
                    self.asked.push(message);
                }
                Output::Traffic(message) => self.to_network.push(message),
                other => self.order.push(format!("{other:?}")),
            }
        }
    }
}

fn whole(value: &Value) -> Piece {
    Piece {
        text: value.to_string(),
        is_last: true,
    }
}
