//! One client's connection: HTTP until it becomes a WebSocket, or a pipe.
//!
//! Owns: the socket and what waits to be written. Never: blocks, or keeps more for a client that
//! does not read than its bound.

use crate::domains::browser;
use crate::http::{Bad, REQUEST_BYTES_MAX, Request, Response};
use crate::hub::{CallKind, Hub};
use crate::methods;
use crate::pipe::Pipe;
use crate::session::{ClientId, Target};
use crate::tab::For;
use protocol::devtools::Wish;
use protocol::ids::{ContextId, TabId};
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};

/// Bytes of one message of a client. A longer one ends its connection.
pub const MESSAGE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Bytes that wait for a client that does not read; past them it is let go.
pub const WAITING_BYTES_MAX: usize = 96 * 1024 * 1024;
/// Messages of one client before the others have their turn.
const MESSAGES_PER_TURN_MAX: usize = 64;

/// A connection.
pub struct Connection {
    state: State,
    /// When something came or went last.
    pub active: Instant,
    /// Whether something waits until the socket is writable.
    pub waits_to_write: bool,
    /// Whether more messages may have been read than were dealt with.
    pub has_more: bool,
    /// It ends once everything is written.
    is_ending: bool,
}

enum State {
    Http {
        stream: TcpStream,
        read: Vec<u8>,
        written: Vec<u8>,
        /// The broker works on its request.
        is_waiting: bool,
    },
    Socket(Box<WebSocket<TcpStream>>),
    Pipe(Box<Pipe>),
    Gone,
}

/// The connection is over.
#[derive(Debug, PartialEq, Eq)]
pub struct Over;

impl Connection {
    pub fn new(stream: TcpStream, now: Instant) -> Connection {
        Connection {
            state: State::Http {
                stream,
                read: Vec::new(),
                written: Vec::new(),
                is_waiting: false,
            },
            active: now,
            waits_to_write: false,
            has_more: false,
            is_ending: false,
        }
    }

    /// That of the client at a pipe.
    pub fn of_pipe(pipe: Pipe, now: Instant) -> Connection {
        Connection {
            state: State::Pipe(Box::new(pipe)),
            active: now,
            waits_to_write: false,
            has_more: false,
            is_ending: false,
        }
    }

    /// What is read from, and written to where that is the same.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.state {
            State::Http { stream, .. } => Some(stream.as_fd()),
            State::Socket(socket) => Some(socket.get_ref().as_fd()),
            State::Pipe(pipe) => Some(pipe.reader()),
            State::Gone => None,
        }
    }

    /// What is written to, where it is another one.
    pub fn writer(&self) -> Option<BorrowedFd<'_>> {
        match &self.state {
            State::Pipe(pipe) => Some(pipe.writer()),
            _ => None,
        }
    }

    /// Whether it may be let go to make room: nobody has a session there.
    pub fn is_plain(&self) -> bool {
        matches!(self.state, State::Http { .. })
    }

    /// Reads what has come, and has it dealt with.
    pub fn read(&mut self, id: ClientId, hub: &mut Hub) -> Result<(), Over> {
        match &mut self.state {
            State::Http { .. } => self.read_http(id, hub),
            State::Socket(_) => self.read_messages(id, hub),
            State::Pipe(_) => self.read_pipe(id, hub),
            State::Gone => Err(Over),
        }
    }

    fn read_http(&mut self, id: ClientId, hub: &mut Hub) -> Result<(), Over> {
        let State::Http { stream, read, .. } = &mut self.state else {
            return Err(Over);
        };
        let mut buffer = [0; 4096];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return Err(Over),
                Ok(count) if read.len() + count <= 2 * REQUEST_BYTES_MAX => {
                    read.extend_from_slice(&buffer[..count]);
                }
                Ok(_) => return Err(Over),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Over),
            }
        }
        self.take_requests(id, hub)
    }

    /// Deals with the requests that are whole, one after another.
    fn take_requests(&mut self, id: ClientId, hub: &mut Hub) -> Result<(), Over> {
        loop {
            let State::Http {
                read, is_waiting, ..
            } = &mut self.state
            else {
                return Ok(());
            };
            if *is_waiting || self.is_ending {
                return self.flush();
            }
            let request = Request::parse(read).and_then(|request| match request {
                Some(request) => request.check(&hub.config.origins).map(|()| Some(request)),
                None => Ok(None),
            });
            match request {
                Ok(None) => return self.flush(),
                Ok(Some(request)) => {
                    read.drain(..request.bytes);
                    self.is_ending = request.is_last;
                    self.serve(id, hub, &request)?;
                }
                Err(Bad(response)) => {
                    self.is_ending = true;
                    self.respond(&response)?;
                }
            }
        }
    }

    fn serve(&mut self, id: ClientId, hub: &mut Hub, request: &Request) -> Result<(), Over> {
        if let Some(key) = &request.key {
            return self.upgrade(id, hub, &request.path, key);
        }
        if let Some(response) = respond(id, hub, request) {
            return self.respond(&response);
        }
        if let State::Http { is_waiting, .. } = &mut self.state {
            *is_waiting = true;
        }
        Ok(())
    }

    /// Writes an answer to the request that was read last.
    pub fn respond(&mut self, response: &Response) -> Result<(), Over> {
        if let State::Http {
            written,
            is_waiting,
            ..
        } = &mut self.state
        {
            written.extend(response.to_bytes());
            *is_waiting = false;
        }
        self.flush()
    }

    /// Goes on with the requests that came meanwhile.
    pub fn resume(&mut self, id: ClientId, hub: &mut Hub) -> Result<(), Over> {
        self.take_requests(id, hub)
    }

    fn upgrade(&mut self, id: ClientId, hub: &mut Hub, path: &str, key: &str) -> Result<(), Over> {
        let target = match socket_target(hub, path) {
            Ok(target) => target,
            Err(response) => {
                self.is_ending = true;
                return self.respond(&response);
            }
        };
        if hub.connect(id, target).is_err() {
            self.is_ending = true;
            return self.respond(&Response::text(503, "There are too many sessions"));
        }
        self.flush()?;
        let State::Http {
            mut stream,
            read,
            written,
            ..
        } = std::mem::replace(&mut self.state, State::Gone)
        else {
            return Err(Over);
        };
        let accept = derive_accept_key(key.as_bytes());
        let head = format!(
            "HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        // A client that has asked for nothing before has room for so little.
        if !written.is_empty() || stream.write(head.as_bytes()).ok() != Some(head.len()) {
            return Err(Over);
        }
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX))
            .max_write_buffer_size(WAITING_BYTES_MAX);
        let socket = WebSocket::from_partially_read(stream, read, Role::Server, Some(config));
        self.state = State::Socket(Box::new(socket));
        self.is_ending = false;
        self.read_messages(id, hub)
    }

    fn read_messages(&mut self, id: ClientId, hub: &mut Hub) -> Result<(), Over> {
        let State::Socket(socket) = &mut self.state else {
            return Err(Over);
        };
        self.has_more = false;
        for _ in 0..MESSAGES_PER_TURN_MAX {
            match socket.read() {
                Ok(Message::Text(text)) => hub.take_text(id, text.as_str()),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                // The protocol has no binary messages.
                Ok(Message::Binary(_) | Message::Close(_)) => {
                    let _ = socket.close(None);
                    let _ = socket.flush();
                    return Err(Over);
                }
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err(Over),
            }
        }
        // Some may be in memory already, of which no descriptor tells.
        self.has_more = true;
        Ok(())
    }

    fn read_pipe(&mut self, id: ClientId, hub: &mut Hub) -> Result<(), Over> {
        let State::Pipe(pipe) = &mut self.state else {
            return Err(Over);
        };
        self.has_more = false;
        for _ in 0..MESSAGES_PER_TURN_MAX {
            match pipe.next().map_err(|_| Over)? {
                Some(text) => hub.take_text(id, &text),
                None => return Ok(()),
            }
        }
        self.has_more = pipe.has_message();
        Ok(())
    }

    /// Sends a text, or keeps it until the socket takes it.
    pub fn send(&mut self, text: String) -> Result<(), Over> {
        let socket = match &mut self.state {
            State::Socket(socket) => socket,
            State::Pipe(pipe) => {
                self.waits_to_write = true;
                return pipe.send(&text).map_err(|_| Over);
            }
            _ => return Err(Over),
        };
        match socket.write(Message::text(text)) {
            Ok(()) => {}
            Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {}
            // It does not read.
            Err(_) => return Err(Over),
        }
        self.waits_to_write = true;
        Ok(())
    }

    /// Ends it once everything is written.
    pub fn end(&mut self) {
        self.is_ending = true;
        if let State::Socket(socket) = &mut self.state {
            let _ = socket.close(None);
        }
        self.waits_to_write = true;
    }

    /// Writes as much as the socket takes.
    pub fn flush(&mut self) -> Result<(), Over> {
        let is_done = match &mut self.state {
            State::Gone => return Err(Over),
            State::Socket(socket) => match socket.flush() {
                Ok(()) => true,
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => false,
                Err(_) => return Err(Over),
            },
            State::Pipe(pipe) => pipe.flush().map_err(|_| Over)?,
            State::Http {
                stream, written, ..
            } => write_some(stream, written)?,
        };
        self.waits_to_write = !is_done;
        let is_waiting = matches!(
            self.state,
            State::Http {
                is_waiting: true,
                ..
            }
        );
        match is_done && self.is_ending && !is_waiting {
            true => Err(Over),
            false => Ok(()),
        }
    }
}

/// Returns whether all is written.
fn write_some(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<bool, Over> {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(0) => return Err(Over),
            Ok(count) => drop(bytes.drain(..count)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(Over),
        }
    }
    Ok(true)
}

/// What a WebSocket of that path is about.
fn socket_target(hub: &Hub, path: &str) -> Result<Target, Response> {
    if let Some(name) = path.strip_prefix("/devtools/browser/") {
        return match name == hub.config.browser_id {
            true => Ok(Target::Browser),
            false => Err(Response::text(404, "")),
        };
    }
    if let Some(name) = path.strip_prefix("/devtools/page/") {
        let target = hub.target_named(name).filter(|it| it.tab().is_some());
        let why = format!("No such target id: {name}");
        return target.ok_or_else(|| Response::text(500, &why));
    }
    Err(Response::text(404, ""))
}

/// The answer to a request, unless the broker has to do something first.
fn respond(id: ClientId, hub: &mut Hub, request: &Request) -> Option<Response> {
    let path = request.path.trim_end_matches('/');
    if path.is_empty() {
        return Some(Response::text(200, ""));
    }
    let Some(command) = path.strip_prefix("/json") else {
        return Some(Response::text(404, ""));
    };
    let command = command.trim_start_matches('/');
    let (name, target) = command.split_once('/').unwrap_or((command, ""));
    match name {
        "" | "list" => {
            let tabs: Vec<TabId> = hub.tabs.keys().copied().collect();
            let list = tabs.into_iter().filter_map(|tab| hub.listed(tab));
            Some(Response::json(&Value::Array(list.collect())))
        }
        "version" => Some(Response::json(&json!({
            "Browser": browser::product(hub),
            "Protocol-Version": "1.3",
            "User-Agent": hub.config.user_agent,
            "webSocketDebuggerUrl": format!(
                "ws://127.0.0.1:{}/devtools/browser/{}",
                hub.config.port.unwrap_or_default(), hub.config.browser_id
            ),
        }))),
        "protocol" => Some(Response::json(&methods::description())),
        "new" if request.method != "PUT" => {
            let method = &request.method;
            let why = format!(
                "Using unsafe HTTP verb {method} to invoke /json/new. This action supports only \
                 PUT verb."
            );
            Some(Response::word(405, why))
        }
        "new" => {
            let query = request.query.as_deref().unwrap_or("about:blank");
            let url = percent_decoded(query);
            let url = crate::domains::page::plain_url(&url);
            let wish = Wish::Open {
                url: url.unwrap_or_else(|| "about:blank".to_owned()),
                activate: true,
                context: ContextId::DEFAULT,
            };
            wait_for(hub, id, None, CallKind::Open, wish)
        }
        "activate" | "close" => {
            let Some(tab) = hub.target_named(target).and_then(Target::tab) else {
                return Some(Response::word(404, format!("No such target id: {target}")));
            };
            let (wish, word) = match name {
                "activate" => (Wish::Activate(tab), "Target activated"),
                _ => (Wish::Close(tab), "Target is closing"),
            };
            let called = hub.call(For::Nobody, None, CallKind::Plain, wish);
            Some(match called {
                Ok(()) => Response::word(200, word),
                Err(failure) => Response::failed(&failure),
            })
        }
        other => Some(Response::word(404, format!("Unknown command: {other}"))),
    }
}

fn wait_for(
    hub: &mut Hub,
    id: ClientId,
    tab: Option<TabId>,
    kind: CallKind,
    wish: Wish,
) -> Option<Response> {
    let called = hub.call(For::Http(id), tab, kind, wish);
    called.err().map(|failure| Response::failed(&failure))
}

fn percent_decoded(text: &str) -> String {
    // One pair without `=` is the whole text, decoded; `+` stays what it is.
    let text = text.replace('+', "%2B");
    let text = text.replace('&', "%26").replace('=', "%3D");
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    pairs
        .next()
        .map_or(String::new(), |(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_query_is_decoded_once() {
        assert_eq!(percent_decoded("about:blank%23x"), "about:blank#x");
        assert_eq!(
            percent_decoded("http://a/?b=c&d=e+f%2520"),
            "http://a/?b=c&d=e+f%20"
        );
        assert_eq!(percent_decoded(""), "");
    }
}
