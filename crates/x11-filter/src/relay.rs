//! The relay: one wait over client, server and broker; bytes both ways.
//!
//! Owns: the bytes under way. Trusts: neither side to read or to send. Never: blocks on one side
//! while the other has something to do, or lets more wait than a flow holds.

use crate::filter::{Filter, Refusal};
use crate::flow::Flow;
use crate::socket::{Outcome, receive, send};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::os::fd::BorrowedFd;

/// Why a relay ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// The broker closed its channel.
    Broker,
    /// The client closed the connection, in order or by its death.
    Client,
    /// The client asked for what it may not have.
    Refused(Refusal),
    /// The server closed the connection.
    Server,
    /// The kernel refused to wait.
    Wait(Errno),
}

/// Relays until one side ends. `broker` is only waited for: no message ever comes.
pub fn relay(
    filter: Filter,
    client: BorrowedFd<'_>,
    server: BorrowedFd<'_>,
    broker: BorrowedFd<'_>,
) -> End {
    let mut relay = Relay {
        filter,
        client,
        server,
        to_client: Flow::default(),
        to_server: Flow::default(),
        buffer: vec![0; READ_BYTES],
        is_client_gone: false,
    };
    loop {
        match relay.turn(broker) {
            Ok(()) => {}
            Err(end) => return end,
        }
    }
}

struct Relay<'a> {
    filter: Filter,
    client: BorrowedFd<'a>,
    server: BorrowedFd<'a>,
    to_client: Flow,
    to_server: Flow,
    buffer: Vec<u8>,
    /// What it said last is still passed on.
    is_client_gone: bool,
}

impl Relay<'_> {
    fn turn(&mut self, broker: BorrowedFd<'_>) -> Result<(), End> {
        if self.is_client_gone && !self.to_server.is_waiting() {
            return Err(End::Client);
        }
        let entry = |socket, wanted| PollFd::from_borrowed_fd(socket, wanted);
        let mut entries = [
            entry(broker, PollFlags::IN),
            entry(self.server, wants(&self.to_client, &self.to_server)),
            entry(self.client, wants(&self.to_server, &self.to_client)),
        ];
        // A client that is gone would wake us again and again.
        let count = if self.is_client_gone { 2 } else { 3 };
        let timeout = self.is_client_gone.then_some(&LAST_WORDS);
        match poll(&mut entries[..count], timeout) {
            Ok(0) => return Err(End::Client),
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(()),
            Err(errno) => return Err(End::Wait(errno)),
        }
        let [broker, server, client] = entries.map(|entry| entry.revents());
        if !broker.is_empty() {
            return Err(End::Broker);
        }
        self.server_turn(server)?;
        self.client_turn(client)
    }

    fn server_turn(&mut self, found: PollFlags) -> Result<(), End> {
        if !found.is_empty() && self.to_client.room() > 0 {
            match receive(self.server, &mut self.to_client, &mut self.buffer) {
                Outcome::Bytes(count) => self.answer(count)?,
                Outcome::Blocked => {}
                Outcome::Closed | Outcome::BadDescriptor => return Err(End::Server),
            }
        }
        let has_hung_up = found.intersects(PollFlags::HUP | PollFlags::ERR);
        if found.contains(PollFlags::OUT) {
            self.send_server()?;
        } else if has_hung_up && self.to_client.room() == 0 {
            return Err(End::Server);
        }
        Ok(())
    }

    /// Passes on what the server has just sent; no reply to a request on the list has a descriptor.
    fn answer(&mut self, count: usize) -> Result<(), End> {
        self.to_client.drop_loose();
        let said = self.filter.read_server(self.to_client.unchecked());
        said.map_err(|_| End::Server)?;
        self.to_client.pass(count);
        if !self.is_client_gone {
            self.send_client()?;
        }
        Ok(())
    }

    fn client_turn(&mut self, found: PollFlags) -> Result<(), End> {
        if found.contains(PollFlags::OUT) {
            self.send_client()?;
        }
        if self.to_server.room() == 0 {
            // What it may have said besides is lost: the server takes no more.
            self.is_client_gone |= found.intersects(PollFlags::HUP | PollFlags::ERR);
            return Ok(());
        }
        if found.is_empty() || self.is_client_gone {
            return Ok(());
        }
        match receive(self.client, &mut self.to_server, &mut self.buffer) {
            Outcome::Bytes(_) => {
                let checked = self.filter.check_client(&mut self.to_server);
                // What was allowed before it is passed on, whatever comes next.
                self.send_server()?;
                checked.map_err(End::Refused)
            }
            Outcome::Blocked => Ok(()),
            Outcome::Closed => {
                self.is_client_gone = true;
                Ok(())
            }
            Outcome::BadDescriptor => Err(End::Refused(Refusal {
                request: "a descriptor".to_owned(),
                why: "is no memory, or one too many",
            })),
        }
    }

    fn send_client(&mut self) -> Result<(), End> {
        match send(self.client, &mut self.to_client) {
            Outcome::Bytes(_) | Outcome::Blocked => {}
            Outcome::Closed | Outcome::BadDescriptor => self.is_client_gone = true,
        }
        Ok(())
    }

    fn send_server(&mut self) -> Result<(), End> {
        match send(self.server, &mut self.to_server) {
            Outcome::Bytes(_) | Outcome::Blocked => Ok(()),
            Outcome::Closed | Outcome::BadDescriptor => Err(End::Server),
        }
    }
}

/// What to wait for on a socket.
fn wants(from_it: &Flow, to_it: &Flow) -> PollFlags {
    let mut wanted = PollFlags::empty();
    wanted.set(PollFlags::IN, from_it.room() > 0);
    wanted.set(PollFlags::OUT, to_it.is_waiting());
    wanted
}

/// Most bytes of one read.
const READ_BYTES: usize = 64 * 1024;
/// How long the server may take for the last requests of a client that has gone.
const LAST_WORDS: Timespec = Timespec {
    tv_sec: 2,
    tv_nsec: 0,
};
