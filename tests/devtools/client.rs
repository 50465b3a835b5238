//! A client of the Chrome DevTools Protocol, as small as can be.

use serde_json::{Value, json};
use std::net::TcpStream;
use std::time::Duration;
use testkit::Browser;
use tungstenite::{Message, WebSocket};

/// Nothing waits so long unless it hangs.
const WATCHDOG: Duration = Duration::from_secs(60);

/// A connection.
pub struct Client {
    socket: WebSocket<TcpStream>,
    /// Messages that nobody has asked for yet.
    pending: Vec<Value>,
    id: i64,
}

/// Where the browser says that tools connect.
pub fn address(browser: &Browser) -> String {
    browser.wait_for_stderr("the address for tools", |text| {
        let (_, rest) = text.split_once("DevTools listening on ws://")?;
        let (address, _) = rest.split_once('\n')?;
        Some(address.to_owned())
    })
}

impl Client {
    /// Connects to `HOST:PORT/PATH`.
    pub fn connect(address: &str) -> Client {
        Client::try_connect(address).expect("a connection")
    }

    /// The same, where nobody may be there at the moment.
    pub fn try_connect(address: &str) -> Option<Client> {
        let (host, _) = address.split_once('/').expect("a path");
        let stream = TcpStream::connect(host).ok()?;
        stream.set_read_timeout(Some(WATCHDOG)).expect("a socket");
        let (socket, _) = tungstenite::client(format!("ws://{address}"), stream).ok()?;
        Some(Client {
            socket,
            pending: Vec::new(),
            id: 0,
        })
    }

    /// Sends a command; returns its number.
    pub fn send(&mut self, session: Option<&str>, method: &str, params: Value) -> i64 {
        self.id += 1;
        let mut command = json!({"id": self.id, "method": method, "params": params});
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        let text = Message::text(command.to_string());
        self.socket.send(text).expect("the command is taken");
        self.id
    }

    /// The answer to that command.
    pub fn answer(&mut self, id: i64) -> Value {
        self.wait("an answer", |message| message["id"] == id)
    }

    /// Sends a command, and waits for its result.
    pub fn ask(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        let id = self.send(session, method, params);
        let mut answer = self.answer(id);
        assert_eq!(answer.get("error"), None, "{method}");
        answer["result"].take()
    }

    /// The next event of that name.
    pub fn event(&mut self, method: &str) -> Value {
        self.wait(method, |message| message["method"] == method)
    }

    /// The next message for which that holds; those before stay for later.
    pub fn wait(&mut self, what: &str, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        if let Some(at) = self.pending.iter().position(&mut is_it) {
            return self.pending.remove(at);
        }
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let value: Value = serde_json::from_str(text.as_str()).expect("JSON");
                    if is_it(&value) {
                        return value;
                    }
                    self.pending.push(value);
                }
                Ok(_) => {}
                Err(error) => panic!("{what}: {error}; came before: {:#?}", self.pending),
            }
        }
    }

    /// Whether an event of that name has come before the last message that was waited for.
    pub fn has(&self, method: &str) -> bool {
        self.pending.iter().any(|it| it["method"] == method)
    }

    /// Waits until the connection has ended.
    pub fn wait_for_end(&mut self) {
        loop {
            match self.socket.read() {
                Ok(Message::Close(_)) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }

    /// A new tab, and a session of its page.
    pub fn open(&mut self, url: &str) -> (String, String) {
        let created = self.ask(None, "Target.createTarget", json!({"url": url}));
        let target = created["targetId"].as_str().expect("a name").to_owned();
        let params = json!({"targetId": target, "flatten": true});
        let attached = self.ask(None, "Target.attachToTarget", params);
        let session = attached["sessionId"].as_str().expect("a name").to_owned();
        (target, session)
    }

    /// Waits until the page of that target has that title.
    pub fn wait_for_title(&mut self, target: &str, title: &str) {
        self.wait(title, |message| {
            let info = &message["params"]["targetInfo"];
            info["targetId"] == target && info["title"] == title
        });
    }
}
