//! The channels between the broker and one child, by role.
//!
//! Owns: the broker's end of each channel. Trusts: no message that arrives. Never: blocks.

use crate::child::outbox::{Outbox, QueueFull};
use browser_core::Event;
use ipc::{Endpoint, Receiver, RecvError};
use protocol::Message;
use protocol::demo::Nothing;
use protocol::devtools::{FromDevtools, ToDevtools};
use protocol::gpu::{FromGpu, ToGpu};
use protocol::ids::{ProcessId, Role};
use protocol::limits::TABS_MAX;
use protocol::network::{FromNetwork, ToNetwork};
use protocol::renderer::{FromRenderer, ToRenderer};
use protocol::shell::{FromShell, ToShell};
use protocol::x11_filter::FromX11Filter;
use std::io;
use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Messages to the devtools process about one tab that may wait for it.
const MESSAGES_PER_TAB: usize = 16;

/// One channel: the messages that wait for the child, and those from the child.
pub struct Lane<Tx, Rx> {
    out: Outbox<Tx>,
    input: Receiver<Rx>,
}

/// The common part of all lanes, whatever their messages.
pub trait AnyLane: AsFd {
    /// Sends as many messages as the channel accepts now.
    fn flush(&mut self);
    /// Whether a message waits until the channel is writable.
    fn is_waiting(&self) -> bool;
    /// Whether the system refused a message although the channel has room.
    fn is_refused(&self) -> bool;
    /// Reads at most `max` messages; also returns the state of the channel after them.
    fn read(&mut self, from: ProcessId, max: usize) -> (Vec<Event>, Result<(), RecvError>);
}

/// The lanes of a child of each role.
pub enum Lanes {
    /// Carries no message; closing the channel ends the demo server.
    Demo(Lane<Nothing, Nothing>),
    /// See [`protocol::devtools`].
    Devtools(Lane<ToDevtools, FromDevtools>),
    /// See [`protocol::gpu`].
    Gpu(Lane<ToGpu, FromGpu>),
    /// See [`protocol::network`].
    Network(Lane<ToNetwork, FromNetwork>),
    /// See [`protocol::renderer`].
    Renderer(Lane<ToRenderer, FromRenderer>),
    /// See [`protocol::shell`].
    Shell {
        /// As of a renderer.
        page: Lane<ToRenderer, FromRenderer>,
        /// The state to show, and the commands of the user.
        commands: Lane<ToShell, FromShell>,
    },
    /// See [`protocol::x11_filter`].
    X11Filter(Lane<Nothing, FromX11Filter>),
}

impl Lanes {
    /// Opens the lanes that a child of that role needs. Also returns the child's ends, in the order
    /// of its bootstrap message.
    pub fn open(role: Role) -> io::Result<(Lanes, Vec<OwnedFd>)> {
        Ok(match role {
            Role::Demo => one(Lanes::Demo)?,
            Role::Devtools => {
                let (lane, end) = Lane::open()?;
                (Lanes::Devtools(lane.with_room_for_tabs()), vec![end])
            }
            Role::Gpu => one(Lanes::Gpu)?,
            Role::Network => one(Lanes::Network)?,
            Role::Renderer => one(Lanes::Renderer)?,
            Role::X11Filter => one(Lanes::X11Filter)?,
            Role::Shell => {
                let (page, page_end) = Lane::open()?;
                let (commands, commands_end) = Lane::open()?;
                (
                    Lanes::Shell { page, commands },
                    vec![page_end, commands_end],
                )
            }
        })
    }

    /// All lanes; the index of a lane is its number in [`crate::poller::Source::Lane`].
    pub fn all(&mut self) -> impl Iterator<Item = &mut dyn AnyLane> {
        let (first, second): (&mut dyn AnyLane, Option<&mut dyn AnyLane>) = match self {
            Lanes::Demo(lane) => (lane, None),
            Lanes::Devtools(lane) => (lane, None),
            Lanes::Gpu(lane) => (lane, None),
            Lanes::Network(lane) => (lane, None),
            Lanes::Renderer(lane) => (lane, None),
            Lanes::Shell { page, commands } => (page, Some(commands)),
            Lanes::X11Filter(lane) => (lane, None),
        };
        iter::once(first).chain(second)
    }
}

fn one<Tx: Message, Rx: Spoken>(
    lanes: fn(Lane<Tx, Rx>) -> Lanes,
) -> io::Result<(Lanes, Vec<OwnedFd>)> {
    let (lane, end) = Lane::open()?;
    Ok((lanes(lane), vec![end]))
}

impl<Tx: Message, Rx: Spoken> Lane<Tx, Rx> {
    /// A new channel: our end, and the child's.
    fn open() -> io::Result<(Lane<Tx, Rx>, OwnedFd)> {
        let (ours, theirs) = Endpoint::<Tx, Rx>::pair()?;
        let (sender, input) = ours.split();
        let out = Outbox::new(sender);
        Ok((Lane { out, input }, theirs.into_fd()))
    }

    /// Keeps more messages: what is said of all tabs may come at once.
    fn with_room_for_tabs(mut self) -> Lane<Tx, Rx> {
        self.out.widen(MESSAGES_PER_TAB * TABS_MAX);
        self
    }

    /// See [`Outbox::send`].
    pub fn send(&mut self, message: Tx, handles: Vec<OwnedFd>) -> Result<(), QueueFull> {
        self.out.send(message, handles)
    }

    /// See [`Outbox::send_latest`].
    pub fn send_latest(&mut self, message: Tx) -> Result<(), QueueFull> {
        self.out.send_latest(message)
    }
}

impl<Tx: Message, Rx: Spoken> AnyLane for Lane<Tx, Rx> {
    fn flush(&mut self) {
        self.out.flush();
    }

    fn is_waiting(&self) -> bool {
        self.out.is_waiting()
    }

    fn is_refused(&self) -> bool {
        self.out.is_refused()
    }

    fn read(&mut self, from: ProcessId, max: usize) -> (Vec<Event>, Result<(), RecvError>) {
        let (messages, outcome) = drain(&self.input, max);
        let events = messages.into_iter();
        let events = events.map(|received| received.message.into_event(from));
        (events.collect(), outcome)
    }
}

impl<Tx, Rx> AsFd for Lane<Tx, Rx> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.out.as_fd()
    }
}

/// A message from a child, which is an event for the core.
pub trait Spoken: Message {
    /// Makes an event of a message from that process.
    fn into_event(self, process: ProcessId) -> Event;
}

impl Spoken for FromDevtools {
    fn into_event(self, process: ProcessId) -> Event {
        let message = self;
        Event::FromDevtools { process, message }
    }
}

impl Spoken for FromGpu {
    fn into_event(self, process: ProcessId) -> Event {
        let message = self;
        Event::FromGpu { process, message }
    }
}

impl Spoken for FromNetwork {
    fn into_event(self, process: ProcessId) -> Event {
        let message = self;
        Event::FromNetwork { process, message }
    }
}

impl Spoken for FromRenderer {
    fn into_event(self, process: ProcessId) -> Event {
        let message = self;
        Event::FromRenderer { process, message }
    }
}

impl Spoken for FromShell {
    fn into_event(self, process: ProcessId) -> Event {
        let message = self;
        Event::FromShell { process, message }
    }
}

impl Spoken for FromX11Filter {
    fn into_event(self, process: ProcessId) -> Event {
        let message = self;
        Event::FromX11Filter { process, message }
    }
}

impl Spoken for Nothing {
    fn into_event(self, _: ProcessId) -> Event {
        match self {}
    }
}

/// Reads at most `max` messages; also returns the state of the channel after them.
pub fn drain<T: Message>(
    receiver: &Receiver<T>,
    max: usize,
) -> (Vec<ipc::Received<T>>, Result<(), RecvError>) {
    let mut messages = Vec::new();
    while messages.len() < max {
        match receiver.try_recv() {
            Ok(Some(received)) => messages.push(received),
            Ok(None) => break,
            Err(error) => return (messages, Err(error)),
        }
    }
    (messages, Ok(()))
}
