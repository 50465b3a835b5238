//! The loop itself, without a sandbox: real connections, and a broker that is made up.

use crate::serve::{CONNECTIONS_MAX, Doors, serve};
use ipc::{Endpoint, Receiver, Sender};
use protocol::bootstrap::DevtoolsConfig;
use protocol::devtools::{Answer, FromDevtools, ToDevtools, Wish};
use protocol::ids::{ContextId, NavigationId, TabId};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;
use std::time::Duration;
use tungstenite::{Message, WebSocket};

/// Long enough for any machine; nothing waits so long unless it hangs.
const WATCHDOG: Duration = Duration::from_secs(60);

struct Running {
    address: SocketAddr,
    to: Option<Sender<ToDevtools>>,
    from: Option<Receiver<FromDevtools>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Running {
    fn start() -> Running {
        Running::with_pipe(None)
    }

    fn with_pipe(pipe: Option<(OwnedFd, OwnedFd)>) -> Running {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
        let address = listener.local_addr().expect("bound");
        let config = DevtoolsConfig {
            port: Some(address.port()),
            has_pipe: pipe.is_some(),
            browser_id: "secret".to_owned(),
            origins: Vec::new(),
            version: "0.1.0".to_owned(),
            user_agent: "x".to_owned(),
        };
        let doors = Doors::new(Some(listener), pipe).expect("sockets");
        let (broker, control) = Endpoint::<ToDevtools, FromDevtools>::pair().expect("a channel");
        let (to, from) = broker.split();
        let thread = std::thread::spawn(move || serve(control, doors, config));
        let running = Running {
            address,
            to: Some(to),
            from: Some(from),
            thread: Some(thread),
        };
        let (tab, url) = (TabId(1), "http://a.b/".to_owned());
        running.tell(ToDevtools::Opened {
            tab,
            context: ContextId::DEFAULT,
            url: url.clone(),
        });
        running.tell(ToDevtools::Committed {
            tab,
            navigation: NavigationId(1),
            url,
            error: None,
            status: 200,
            content_type: None,
            title: String::new(),
        });
        running.tell(ToDevtools::Told);
        running
    }

    fn tell(&self, message: ToDevtools) {
        let to = self.to.as_ref().expect("it runs");
        to.send(message).expect("it reads");
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it accepts");
        stream.set_read_timeout(Some(WATCHDOG)).expect("a socket");
        stream.set_write_timeout(Some(WATCHDOG)).expect("a socket");
        stream
    }

    fn socket(&self) -> WebSocket<TcpStream> {
        let url = format!("ws://{}/devtools/browser/secret", self.address);
        let (socket, _) = tungstenite::client(url, self.connect()).expect("a handshake");
        socket
    }

    /// The status and the body of an answer.
    fn http(&self, request: &str) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        let status = text.split(' ').nth(1).and_then(|it| it.parse().ok());
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status.unwrap_or(0), body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.http(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    /// It still answers.
    fn is_well(&self) {
        let mut socket = self.socket();
        let answer = ask(
            &mut socket,
            json!({"id": 1, "method": "Browser.getVersion"}),
        );
        assert_eq!(answer["result"]["protocolVersion"], "1.3");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.to = None;
        self.from = None;
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(matches!(ended, Some(Ok(Ok(())))), "{ended:?}");
        }
    }
}

fn ask(socket: &mut WebSocket<TcpStream>, command: Value) -> Value {
    socket
        .send(Message::text(command.to_string()))
        .expect("it reads");
    loop {
        if let Message::Text(text) = socket.read().expect("it answers") {
            return serde_json::from_str(text.as_str()).expect("JSON");
        }
    }
}

#[test]
fn a_client_at_the_pipe_is_answered_and_its_end_is_that_of_the_browser() {
    let (reader, mut client) = std::io::pipe().expect("a pipe");
    let (answers, writer) = std::io::pipe().expect("a pipe");
    let running = Running::with_pipe(Some((reader.into(), writer.into())));
    let mut answers = BufReader::new(answers);
    let mut ask = |command: &str| {
        client.write_all(command.as_bytes()).expect("it reads");
        client.write_all(&[0]).expect("it reads");
        let mut answer = Vec::new();
        answers.read_until(0, &mut answer).expect("it answers");
        assert_eq!(answer.pop(), Some(0));
        serde_json::from_slice::<Value>(&answer).expect("JSON")
    };
    for id in 0..200 {
        let command = json!({"id": id, "method": "Browser.getVersion"});
        let answer = ask(&command.to_string());
        assert_eq!(
            (&answer["id"], &answer["result"]["protocolVersion"]),
            (&json!(id), &json!("1.3"))
        );
    }
    assert_eq!(ask("nonsense")["error"]["code"], -32700);
    running.is_well();
    drop(client);
    let from = running.from.as_ref().expect("it runs");
    let told = from.recv().expect("it is told").message;
    let is_end = matches!(
        told,
        FromDevtools::Call {
            wish: Wish::CloseBrowser,
            ..
        }
    );
    assert!(is_end, "{told:?}");
}

#[test]
fn the_addresses_of_chromium_are_there() {
    let running = Running::start();
    for path in ["/json/version", "/json/version/"] {
        let (status, body) = running.get(path);
        let version: Value = serde_json::from_str(&body).expect("JSON");
        let url = format!("ws://{}/devtools/browser/secret", running.address);
        assert_eq!(
            (status, &version["webSocketDebuggerUrl"]),
            (200, &json!(url))
        );
    }
    let (_, body) = running.get("/json/list");
    let list: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(list[0]["url"], "http://a.b/");
    assert_eq!(running.get("/json").1, body);
    let page = list[0]["id"].as_str().expect("a name");
    let (status, body) = running.get(&format!("/json/activate/{page}"));
    assert_eq!((status, body.as_str()), (200, "Target activated"));
    let (status, body) = running.get(&format!("/json/close/{page}"));
    assert_eq!((status, body.as_str()), (200, "Target is closing"));
    assert_eq!(
        running.get("/json/close/X"),
        (404, "No such target id: X".to_owned())
    );
    assert_eq!(
        running.get("/json/bogus"),
        (404, "Unknown command: bogus".to_owned())
    );
    assert_eq!(running.get("/json/new?about:blank").0, 405);
    assert_eq!(running.get("/elsewhere").0, 404);
    let (status, body) = running.get("/json/protocol");
    let protocol: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &protocol["version"]["major"]), (200, &json!("1")));
}

#[test]
fn a_new_tab_is_answered_when_the_broker_has_it() {
    let running = Running::start();
    let mut stream = running.connect();
    let request =
        "PUT /json/new?http://c.d/%23e HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let from = running.from.as_ref().expect("it runs");
    let FromDevtools::Call { call, wish } = from.recv().expect("a wish").message else {
        panic!("no call");
    };
    let url = "http://c.d/#e".to_owned();
    assert_eq!(
        wish,
        Wish::Open {
            url: url.clone(),
            activate: true,
            context: ContextId::DEFAULT,
        }
    );
    let tab = TabId(2);
    running.tell(ToDevtools::Opened {
        tab,
        context: ContextId::DEFAULT,
        url,
    });
    running.tell(ToDevtools::Answer {
        call,
        answer: Answer::Opened { tab },
    });
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    assert!(
        text.starts_with("HTTP/1.1 200") && text.contains("http://c.d/#e"),
        "{text}"
    );
}

#[test]
fn pages_of_the_web_are_refused() {
    let running = Running::start();
    let (status, body) = running.http("GET /json HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    let why = "Host header is specified and is not an IP address or localhost.";
    assert_eq!((status, body.as_str()), (500, why));
    let upgrade = |path: &str, more: &str| {
        let head = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        running
            .http(&format!("GET {path} HTTP/1.1\r\n{head}\r\n{more}\r\n"))
            .0
    };
    assert_eq!(
        upgrade(
            "/devtools/browser/secret",
            "Origin: http://evil.example\r\n"
        ),
        403
    );
    assert_eq!(upgrade("/devtools/browser/guessed", ""), 404);
    assert_eq!(upgrade("/devtools/page/guessed", ""), 500);
    running.is_well();
}

#[test]
fn what_is_no_http_ends_its_connection_alone() {
    let running = Running::start();
    for text in [
        "\x16\x03\x01\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9\r\n\r\n",
    ] {
        assert_eq!(running.http(text).0, 400, "{text:?}");
    }
    let endless = format!("GET /{} HTTP/1.1\r\n", "x".repeat(20_000));
    assert_eq!(running.http(&endless).0, 400);
    running.is_well();
}

#[test]
fn a_message_of_100_megabytes_ends_its_connection_alone() {
    let running = Running::start();
    let mut socket = running.socket();
    let endless = "x".repeat(100 * 1024 * 1024);
    // It may hang up in the middle.
    let _ = socket.send(Message::text(endless));
    assert!(socket.read().is_err());
    running.is_well();
}

#[test]
fn a_binary_message_and_a_mangled_frame_end_their_connections_alone() {
    let running = Running::start();
    let mut socket = running.socket();
    socket
        .send(Message::binary(vec![1, 2, 3]))
        .expect("it reads");
    let ended = (0..3).any(|_| matches!(socket.read(), Err(_) | Ok(Message::Close(_))));
    assert!(ended);
    let mut socket = running.socket();
    // A reserved kind of frame, and no mask.
    socket
        .get_mut()
        .write_all(&[0x83, 0x05, 1, 2, 3, 4, 5])
        .expect("it reads");
    let ended = (0..3).any(|_| matches!(socket.read(), Err(_) | Ok(Message::Close(_))));
    assert!(ended);
    running.is_well();
}

#[test]
fn half_open_connections_leave_room_for_others() {
    let running = Running::start();
    let mut held = Vec::new();
    for number in 0..1_000 {
        let mut stream = running.connect();
        if number % 3 == 0 {
            // Half a request; a connection that was let go cannot take it.
            let _ = stream.write_all(b"GET /json HTTP/1.1\r\nHos");
        }
        held.push(stream);
    }
    running.is_well();
    assert!(held.len() > CONNECTIONS_MAX);
}

#[test]
fn a_client_that_never_reads_is_let_go_and_the_others_are_served() {
    let running = Running::start();
    let mut silent = running.socket();
    silent.get_ref().set_nonblocking(true).expect("a socket");
    // A long answer to each short command.
    let command = json!({"id": 1, "method": "x".repeat(60_000)}).to_string();
    let mut written = 0_usize;
    let let_go = loop {
        match silent.send(Message::text(command.clone())) {
            Ok(()) => written += command.len(),
            Err(tungstenite::Error::Io(error))
                if error.kind() == std::io::ErrorKind::WouldBlock =>
            {
                running.is_well();
            }
            Err(tungstenite::Error::WriteBufferFull(_)) => running.is_well(),
            Err(_) => break true,
        }
        if written > 1024 * 1024 * 1024 {
            break false;
        }
    };
    assert!(let_go, "{written} bytes were taken");
    running.is_well();
}

#[test]
fn a_client_may_hang_up_while_the_broker_works_for_it() {
    let running = Running::start();
    let mut socket = running.socket();
    let create =
        json!({"id": 1, "method": "Target.createTarget", "params": {"url": "http://e.f/"}});
    socket
        .send(Message::text(create.to_string()))
        .expect("it reads");
    let from = running.from.as_ref().expect("it runs");
    let FromDevtools::Call { call, .. } = from.recv().expect("a wish").message else {
        panic!("no call");
    };
    drop(socket);
    let tab = TabId(3);
    running.tell(ToDevtools::Opened {
        tab,
        context: ContextId::DEFAULT,
        url: "http://e.f/".to_owned(),
    });
    running.tell(ToDevtools::Answer {
        call,
        answer: Answer::Opened { tab },
    });
    running.tell(ToDevtools::Answer {
        call: 99,
        answer: Answer::Done,
    });
    running.is_well();
}

#[test]
fn fifty_clients_at_once_are_answered() {
    let running = Running::start();
    let mut sockets: Vec<_> = (0..50).map(|_| running.socket()).collect();
    for (id, socket) in sockets.iter_mut().enumerate() {
        let command = json!({"id": id, "method": "Target.getTargets"});
        socket
            .send(Message::text(command.to_string()))
            .expect("it reads");
    }
    for (id, socket) in sockets.iter_mut().enumerate() {
        let Message::Text(text) = socket.read().expect("it answers") else {
            panic!("no text");
        };
        let answer: Value = serde_json::from_str(text.as_str()).expect("JSON");
        assert_eq!(answer["id"], id);
    }
}
