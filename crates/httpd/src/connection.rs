//! One client's connection: the bytes received, the bytes left to send, and when to send them.
//!
//! Owns: the socket and its buffers. Trusts: no client; the bytes held for one are bounded. Never:
//! waits: every call goes as far as the socket allows.

use crate::request::{self, HEAD_BYTES_MAX, Parsed, Request};
use crate::response::{Piece, Response, chunk};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, send};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Instant;

/// Answers requests.
pub trait Handler {
    /// The streamed bodies; [`NoStream`](crate::NoStream) for a handler without any.
    type Stream: Iterator<Item = Piece>;

    /// The response to a request.
    fn respond(&self, request: &Request) -> Response<Self::Stream>;

    /// The response with `status` to bytes that are not an acceptable request, and `why`.
    fn refuse(&self, status: u16, why: &str) -> Response<Self::Stream> {
        Response {
            status,
            ..Response::ok("text/plain; charset=utf-8", why.as_bytes().to_vec())
        }
    }
}

/// A connection.
pub struct Connection<S> {
    socket: TcpStream,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
    sent: usize,
    streaming: Option<Streaming<S>>,
    ends: bool,
    /// Whether the client has closed its sending half. It may still read.
    has_asked_all: bool,
    /// When bytes last moved; the connection idle for longest makes room for a new one.
    pub active: Instant,
}

/// A streamed body under way.
struct Streaming<S> {
    stream: S,
    is_chunked: bool,
    /// The next piece and when to send it; none once the stream has ended.
    next: Option<(Instant, Piece)>,
}

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// The client's next request.
    Read,
    /// Room in the socket.
    Write,
    /// A point in time.
    Until(Instant),
}

/// The connection has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over;

impl<S: Iterator<Item = Piece>> Connection<S> {
    /// A new connection.
    pub fn new(socket: TcpStream, now: Instant) -> Connection<S> {
        // A failure costs nothing but speed.
        let _ = socket.set_nodelay(true);
        Connection {
            socket,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            sent: 0,
            streaming: None,
            ends: false,
            has_asked_all: false,
            active: now,
        }
    }

    /// What this connection waits for.
    pub fn waits(&self) -> Waits {
        if self.sent < self.outgoing.len() {
            return Waits::Write;
        }
        match self
            .streaming
            .as_ref()
            .and_then(|streaming| streaming.next.as_ref())
        {
            Some((due, _)) => Waits::Until(*due),
            None => Waits::Read,
        }
    }

    /// Goes on as far as possible: sends waiting bytes, makes the next piece if it is due, and
    /// answers requests. `readable` says that the socket has bytes. Returns `true` if there is more
    /// to do at once, but other connections should have their turn first.
    pub fn go_on(
        &mut self,
        handler: &impl Handler<Stream = S>,
        readable: bool,
        now: Instant,
    ) -> Result<bool, Over> {
        if readable && self.waits() == Waits::Read {
            self.receive(now)?;
        }
        for _ in 0..STEPS_PER_TURN_MAX {
            self.flush(now)?;
            match self.waits() {
                Waits::Write => return Ok(false),
                Waits::Until(due) if due > now => return Ok(false),
                Waits::Until(_) => self.next_piece(now),
                Waits::Read if self.ends => {
                    // Unread bytes are taken first: to close over them would reset the connection
                    // and cost the client the end of the answer.
                    let _ = self.socket.shutdown(Shutdown::Write);
                    let _ = self.receive(now);
                    return Err(Over);
                }
                Waits::Read if !self.answer(handler, now) => {
                    return if self.has_asked_all {
                        Err(Over)
                    } else {
                        Ok(false)
                    };
                }
                Waits::Read => {}
            }
        }
        Ok(true)
    }

    fn receive(&mut self, now: Instant) -> Result<(), Over> {
        let mut buffer = [0; 4096];
        loop {
            match recv(self.socket.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
                Ok(0) => {
                    self.has_asked_all = true;
                    return Ok(());
                }
                Ok(length) => {
                    self.active = now;
                    self.incoming.extend_from_slice(&buffer[..length]);
                    if self.incoming.len() >= HEAD_BYTES_MAX {
                        return Ok(());
                    }
                }
                Err(Errno::EAGAIN) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(_) => return Err(Over),
            }
        }
    }

    fn flush(&mut self, now: Instant) -> Result<(), Over> {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        while self.sent < self.outgoing.len() {
            match send(self.socket.as_raw_fd(), &self.outgoing[self.sent..], flags) {
                Ok(length) => {
                    self.active = now;
                    self.sent += length;
                }
                Err(Errno::EAGAIN) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(_) => return Err(Over),
            }
        }
        self.outgoing.clear();
        self.sent = 0;
        Ok(())
    }

    /// Answers the next complete request among the bytes received, if there is one.
    fn answer(&mut self, handler: &impl Handler<Stream = S>, now: Instant) -> bool {
        match request::parse(&self.incoming) {
            Parsed::Partial => false,
            Parsed::Complete { request, bytes } => {
                self.incoming.drain(..bytes);
                self.begin(handler.respond(&request), &request, now);
                true
            }
            Parsed::Refused(status, why) => {
                self.incoming.clear();
                let request = Request {
                    keep_alive: false,
                    ..Request::get("/")
                };
                self.begin(handler.refuse(status, &why), &request, now);
                true
            }
        }
    }

    fn begin(&mut self, response: Response<S>, request: &Request, now: Instant) {
        tracing::debug!(path = request.path, status = response.status, "answering");
        self.ends = response.ends_connection(request);
        let (bytes, stream) = response.into_parts(request);
        self.outgoing = bytes;
        self.streaming = stream.map(|mut stream| {
            let next = stream.next().map(|piece| (now + piece.pause, piece));
            Streaming {
                stream,
                is_chunked: request.is_http_1_1,
                next,
            }
        });
    }

    fn next_piece(&mut self, now: Instant) {
        let Some(streaming) = &mut self.streaming else {
            return;
        };
        if let Some((_, piece)) = streaming.next.take() {
            self.outgoing = if streaming.is_chunked {
                chunk(&piece.bytes)
            } else {
                piece.bytes
            };
        }
        streaming.next = streaming
            .stream
            .next()
            .map(|piece| (now + piece.pause, piece));
        if streaming.next.is_none() {
            if streaming.is_chunked {
                self.outgoing.extend_from_slice(&chunk(b""));
            }
            self.streaming = None;
        }
    }
}

impl<S> AsFd for Connection<S> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Most responses and pieces of one connection before the others have their turn.
const STEPS_PER_TURN_MAX: usize = 8;
