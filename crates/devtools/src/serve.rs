//! The loop: one thread, one `poll`, a bounded number of connections.
//!
//! Owns: every descriptor of the process. Trusts: no client and no renderer. Never: lets one keep
//! another waiting.

use crate::channel::{Channel, Lost};
use crate::connection::{Connection, MESSAGE_BYTES_MAX, Over, WAITING_BYTES_MAX};
use crate::hub::{CallKind, Hub, Output};
use crate::pipe::Pipe;
use crate::session::{ClientId, Target};
use crate::tab::For;
use ipc::poll::{Interest, Readiness, wait};
use ipc::{Endpoint, Handles, Receiver, RecvError, SendError, Sender};
use protocol::bootstrap::DevtoolsConfig;
use protocol::devtools::{Answer, FromDevtools, ToDevtools, Wish};
use protocol::geometry::Size;
use protocol::ids::TabId;
use protocol::inspector::{FromInspector, ToInspector};
use protocol::traffic;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

/// Connections at once. A further one takes the place of one without a session that has been idle
/// for longest, or is refused.
pub const CONNECTIONS_MAX: usize = 512;
/// Connections accepted before the existing ones have their turn.
const CONNECTIONS_PER_TURN_MAX: usize = 16;
/// How long a connection may say nothing before it asks for anything.
const IDLE: Duration = Duration::from_secs(30);
/// Messages of the network process before the others have their turn: more than a
/// socket holds.
const TRAFFIC_PER_TURN_MAX: usize = 4_096;
/// Messages of one channel before the others have their turn.
const MESSAGES_PER_TURN_MAX: usize = 64;
/// How long a client may deal with an answer before it gets what follows.
const PAUSE: Duration = Duration::from_millis(3);

/// The client at the pipe. The others are counted from 1.
const AT_PIPE: ClientId = ClientId(0);

/// Where clients come in.
pub struct Doors {
    listener: Option<TcpListener>,
    pipe: Option<Pipe>,
}

impl Doors {
    /// Takes what the broker has sent along.
    ///
    /// # Errors
    /// It is not there, or the system refuses to make it non-blocking.
    pub fn take(handles: &mut Handles, config: &DevtoolsConfig) -> io::Result<Doors> {
        let listener = config
            .port
            .map(|_| handles.listener().map(TcpListener::from));
        let listener = listener.transpose().map_err(io::Error::other)?;
        let mut end = || handles.byte_stream().map_err(io::Error::other);
        let ends = config
            .has_pipe
            .then(|| Ok::<_, io::Error>((end()?, end()?)));
        Doors::new(listener, ends.transpose()?)
    }

    /// See [`Doors::take`].
    ///
    /// # Errors
    /// The system refuses to make them non-blocking.
    pub fn new(
        listener: Option<TcpListener>,
        pipe: Option<(OwnedFd, OwnedFd)>,
    ) -> io::Result<Doors> {
        if let Some(listener) = &listener {
            listener.set_nonblocking(true)?;
        }
        let bounds = (MESSAGE_BYTES_MAX, WAITING_BYTES_MAX);
        let pipe = pipe.map(|(reader, writer)| Pipe::new(reader, writer, bounds));
        Ok(Doors {
            listener,
            pipe: pipe.transpose()?,
        })
    }
}

/// The channel to a document's process.
type Inspected = Channel<ToInspector, FromInspector>;

struct Server {
    hub: Hub,
    to_broker: Sender<FromDevtools>,
    broker: Receiver<ToDevtools>,
    /// What waits for the broker.
    queue: VecDeque<FromDevtools>,
    connections: BTreeMap<ClientId, Connection>,
    connected: u32,
    /// Clients that get nothing for a moment, until when, and what they get then.
    paused: BTreeMap<ClientId, (Instant, VecDeque<Output>)>,
    inspected: BTreeMap<TabId, Inspected>,
    traffic: Option<Channel<traffic::ToNetwork, traffic::FromNetwork>>,
    /// Whether the broker has told of all that there is; nobody is let in before.
    is_told: bool,
    /// Where a client is, until it is let in.
    pipe: Option<Pipe>,
}

/// Who is ready.
#[derive(Clone, Copy, Debug)]
enum Source {
    Broker,
    Listener,
    Client(ClientId),
    Inspected(TabId),
    Traffic,
}

/// Serves until the broker closes the channel.
///
/// # Errors
/// `poll` or `accept` fails, or the broker breaks the protocol.
pub fn serve(
    control: Endpoint<FromDevtools, ToDevtools>,
    Doors { listener, pipe }: Doors,
    config: DevtoolsConfig,
) -> io::Result<()> {
    let (to_broker, broker) = control.split();
    let mut server = Server {
        hub: Hub::new(config),
        to_broker,
        broker,
        queue: VecDeque::new(),
        connections: BTreeMap::new(),
        connected: 0,
        paused: BTreeMap::new(),
        inspected: BTreeMap::new(),
        traffic: None,
        is_told: false,
        pipe,
    };
    loop {
        let ready = server.wait(listener.as_ref())?;
        for (source, readiness) in ready {
            match source {
                Source::Broker => {
                    if !server.read_broker()? {
                        return Ok(());
                    }
                }
                Source::Listener => {
                    if let Some(listener) = &listener {
                        server.accept(listener)?;
                    }
                }
                Source::Client(id) => server.serve_client(id, readiness),
                Source::Inspected(tab) => server.read_inspected(tab),
                Source::Traffic => server.read_traffic(),
            }
            server.carry_out();
        }
        server.end_pauses();
        server.flush_all();
        server.drop_idle();
    }
}

impl Server {
    fn wait(&self, listener: Option<&TcpListener>) -> io::Result<Vec<(Source, Readiness)>> {
        let of = |waits| match waits {
            true => Interest::ReadWrite,
            false => Interest::Read,
        };
        let mut sources = vec![Source::Broker];
        let mut fds: Vec<(BorrowedFd<'_>, Interest)> =
            vec![(self.broker.as_fd(), of(!self.queue.is_empty()))];
        if let Some(listener) = listener.filter(|_| self.is_told) {
            sources.push(Source::Listener);
            fds.push((listener.as_fd(), Interest::Read));
        }
        for (id, connection) in &self.connections {
            let writer = connection.writer();
            if let Some(fd) = connection.fd() {
                sources.push(Source::Client(*id));
                fds.push((fd, of(connection.waits_to_write && writer.is_none())));
            }
            if let Some(fd) = writer.filter(|_| connection.waits_to_write) {
                sources.push(Source::Client(*id));
                fds.push((fd, Interest::Write));
            }
        }
        for (tab, inspected) in &self.inspected {
            sources.push(Source::Inspected(*tab));
            fds.push((inspected.receiver.as_fd(), of(inspected.has_more())));
        }
        if let Some(traffic) = &self.traffic {
            sources.push(Source::Traffic);
            fds.push((traffic.receiver.as_fd(), of(traffic.has_more())));
        }
        let mut connections = self.connections.values();
        let timeout = match connections.any(|it| it.has_more) {
            true => Some(Duration::ZERO),
            false => self.rest().or(self.has_plain().then_some(IDLE)),
        };
        let ready = wait(&fds, timeout)?;
        let mut ready: Vec<(Source, Readiness)> = sources.into_iter().zip(ready).collect();
        for (source, readiness) in &mut ready {
            if let Source::Client(id) = source {
                let connection = self.connections.get(id);
                readiness.readable |= connection.is_some_and(|it| it.has_more);
            }
        }
        ready.retain(|(_, readiness)| readiness.any());
        Ok(ready)
    }

    /// The rest of the first pause that ends.
    fn rest(&self) -> Option<Duration> {
        let first = self.paused.values().map(|(until, _)| *until).min();
        first.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Sends what has waited for the end of a pause.
    fn end_pauses(&mut self) {
        let now = Instant::now();
        let over = self.paused.extract_if(.., |_, (until, _)| *until <= now);
        let outputs: Vec<Output> = over.flat_map(|(_, (_, outputs))| outputs).collect();
        for output in outputs {
            self.carry_out_one(output);
        }
        self.carry_out();
    }

    fn has_plain(&self) -> bool {
        self.connections.values().any(Connection::is_plain)
    }

    /// Returns whether the channel is open.
    fn read_broker(&mut self) -> io::Result<bool> {
        for _ in 0..MESSAGES_PER_TURN_MAX {
            let mut received = match self.broker.try_recv() {
                Ok(Some(received)) => received,
                Ok(None) => return Ok(true),
                Err(RecvError::Closed) => return Ok(false),
                Err(RecvError::Misbehaved(how)) => return Err(io::Error::other(how.to_string())),
                Err(RecvError::Failed(error)) => return Err(error),
            };
            let mut pixels = None;
            match &received.message {
                ToDevtools::Inspector { tab } => {
                    let channel =
                        Endpoint::<ToInspector, FromInspector>::take(&mut received.handles);
                    let channel = Channel::new(channel.map_err(io::Error::other)?);
                    self.inspected.insert(*tab, channel);
                }
                ToDevtools::Traffic => {
                    let channel = Endpoint::take(&mut received.handles);
                    self.traffic = Some(Channel::new(channel.map_err(io::Error::other)?));
                }
                // The network process has told of the response before the broker.
                ToDevtools::Committed { .. } => self.read_traffic(),
                ToDevtools::Answer {
                    answer: Answer::Picture { size, .. },
                    ..
                } => {
                    let region = received.handles.region().map_err(io::Error::other)?;
                    pixels = pixels_of(region, *size);
                }
                ToDevtools::Answer {
                    answer: Answer::Report { bytes } | Answer::Trace { bytes, .. },
                    ..
                } => {
                    let region = received.handles.region().map_err(io::Error::other)?;
                    pixels = bytes_of_region(region, *bytes as usize);
                }
                _ => {}
            }
            let is_told = received.message == ToDevtools::Told;
            if let ToDevtools::Inject(fault) = &received.message {
                let traffic = self.traffic.iter().map(|it| it.receiver.as_fd());
                let reach = child::Reach {
                    fetch: traffic.collect(),
                    ..child::Reach::control(self.broker.as_fd())
                };
                child::inject(fault, &reach);
            }
            self.hub.take_broker(received.message, pixels);
            if is_told {
                self.let_in();
            }
            self.carry_out();
        }
        Ok(true)
    }

    /// Clients may come.
    fn let_in(&mut self) {
        self.is_told = true;
        if let Some(pipe) = self.pipe.take()
            && self.hub.connect(AT_PIPE, Target::Browser).is_ok()
        {
            let connection = Connection::of_pipe(pipe, Instant::now());
            self.connections.insert(AT_PIPE, connection);
        }
    }

    fn accept(&mut self, listener: &TcpListener) -> io::Result<()> {
        for _ in 0..CONNECTIONS_PER_TURN_MAX {
            let stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Ok(()),
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => continue,
                    // Probably out of descriptors.
                    _ if self.make_room() => continue,
                    _ => return Err(error),
                },
            };
            if self.connections.len() >= CONNECTIONS_MAX && !self.make_room() {
                // Dropped: everybody there has sessions.
                continue;
            }
            if stream.set_nonblocking(true).is_err() {
                continue;
            }
            // Without it, small answers are late, no more.
            let _ = stream.set_nodelay(true);
            self.connected += 1;
            let id = ClientId(self.connected);
            self.connections
                .insert(id, Connection::new(stream, Instant::now()));
        }
        Ok(())
    }

    /// Drops the connection without a session that has been idle for longest.
    fn make_room(&mut self) -> bool {
        let plain = self.connections.iter().filter(|(_, it)| it.is_plain());
        let idlest = plain.min_by_key(|(_, it)| it.active).map(|(id, _)| *id);
        idlest.is_some_and(|id| self.connections.remove(&id).is_some())
    }

    fn serve_client(&mut self, id: ClientId, readiness: Readiness) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.active = Instant::now();
        let written = match readiness.writable {
            true => connection.flush(),
            false => Ok(()),
        };
        let hub = &mut self.hub;
        let outcome = written.and_then(|()| match readiness.readable {
            true => connection.read(id, hub),
            false => Ok(()),
        });
        if outcome == Err(Over) {
            self.drop_client(id);
        }
    }

    fn drop_client(&mut self, id: ClientId) {
        self.connections.remove(&id);
        self.paused.remove(&id);
        self.hub.disconnect(id);
        if id == AT_PIPE {
            // As in Chromium, the browser is that of whoever has started it so.
            let wish = Wish::CloseBrowser;
            if self
                .hub
                .call(For::Nobody, None, CallKind::Plain, wish)
                .is_err()
            {
                tracing::error!("the client at the pipe is gone, and the browser goes on");
            }
        }
    }

    /// Connections that ask for nothing are let go.
    fn drop_idle(&mut self) {
        let now = Instant::now();
        let is_idle = |it: &Connection| it.is_plain() && now.duration_since(it.active) >= IDLE;
        self.connections
            .retain(|_, connection| !is_idle(connection));
    }

    /// Reads all that the network process has told. What others tell later comes after it.
    fn read_traffic(&mut self) {
        for _ in 0..TRAFFIC_PER_TURN_MAX {
            let Some(traffic) = &mut self.traffic else {
                return;
            };
            let lost = match traffic.flush().map(|()| traffic.receiver.try_recv()) {
                Ok(Ok(Some(received))) => {
                    self.hub.take_traffic(received.message);
                    self.carry_out();
                    continue;
                }
                Ok(Ok(None)) => return,
                Ok(Err(RecvError::Misbehaved(how))) => how.to_string(),
                Ok(Err(RecvError::Closed | RecvError::Failed(_))) | Err(_) => "closed".to_owned(),
            };
            tracing::info!("the channel to the network process: {lost}");
            self.traffic = None;
            self.hub.traffic_closed();
        }
    }

    fn read_inspected(&mut self, tab: TabId) {
        self.read_traffic();
        for _ in 0..MESSAGES_PER_TURN_MAX {
            let Some(inspected) = self.inspected.get_mut(&tab) else {
                return;
            };
            if inspected.flush().is_err() {
                self.inspected.remove(&tab);
                return;
            }
            match inspected.receiver.try_recv() {
                Ok(Some(received)) => self.hub.take_inspector(tab, received.message),
                Ok(None) => return,
                // The process has died, and the broker is about to say so; or it misbehaves.
                Err(RecvError::Closed | RecvError::Failed(_)) => {
                    self.inspected.remove(&tab);
                }
                Err(RecvError::Misbehaved(_)) => {
                    self.inspected.remove(&tab);
                    self.hub.give_up_inspector(tab, "broke the protocol");
                }
            }
            self.carry_out();
        }
    }

    /// Does what follows from what was said.
    fn carry_out(&mut self) {
        while let Some(output) = self.hub.poll() {
            self.carry_out_one(output);
        }
    }

    fn carry_out_one(&mut self, output: Output) {
        let paused = match &output {
            Output::Send(id, _) | Output::Close(id) | Output::Pause(id) => self.paused.get_mut(id),
            _ => None,
        };
        if let Some((_, later)) = paused {
            // One pause does for all answers in it: a client cannot have its events kept for long.
            if !matches!(output, Output::Pause(_)) {
                later.push_back(output);
            }
            return;
        }
        match output {
            Output::Pause(id) => {
                let connection = self.connections.get_mut(&id);
                if connection.is_some_and(|it| it.flush() == Err(Over)) {
                    self.drop_client(id);
                }
                let until = Instant::now() + PAUSE;
                self.paused.insert(id, (until, VecDeque::new()));
            }
            Output::Send(id, text) => {
                let connection = self.connections.get_mut(&id);
                if connection.is_some_and(|it| it.send(text) == Err(Over)) {
                    self.drop_client(id);
                }
            }
            Output::Close(id) => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.end();
                }
            }
            Output::Respond(id, response) => {
                let hub = &mut self.hub;
                let connection = self.connections.get_mut(&id);
                let outcome = connection.map_or(Ok(()), |it| {
                    it.respond(&response).and_then(|()| it.resume(id, hub))
                });
                if outcome == Err(Over) {
                    self.drop_client(id);
                }
            }
            Output::Broker(message) => {
                self.flush_clients_of(&message);
                self.queue.push_back(message);
                self.flush_broker();
            }
            Output::Inspector(tab, message) => self.send_inspected(tab, message),
            Output::CloseInspector(tab) => {
                self.inspected.remove(&tab);
            }
            Output::Traffic(message) => self.send_traffic(message),
        }
    }

    /// What ends the browser ends this process: its answer goes first.
    fn flush_clients_of(&mut self, message: &FromDevtools) {
        let FromDevtools::Call { wish, .. } = message else {
            return;
        };
        if matches!(wish, Wish::CloseBrowser | Wish::CrashBrowser) {
            self.flush_all();
        }
    }

    fn flush_all(&mut self) {
        let waiting = self
            .connections
            .iter_mut()
            .filter(|(_, it)| it.waits_to_write);
        let over = waiting.filter_map(|(id, it)| it.flush().is_err().then_some(*id));
        for id in over.collect::<Vec<_>>() {
            self.drop_client(id);
        }
        self.carry_out_quietly();
        self.flush_broker();
    }

    /// What follows from the end of a client.
    fn carry_out_quietly(&mut self) {
        if self.hub.has_output() {
            self.carry_out();
        }
    }

    fn flush_broker(&mut self) {
        while let Some(message) = self.queue.pop_front() {
            match self.to_broker.try_send(message) {
                Ok(()) => {}
                Err(SendError::Full(message, _)) => {
                    self.queue.push_front(message);
                    return;
                }
                // The end of the channel is noticed by reading.
                Err(error) => tracing::debug!("to the broker: {error}"),
            }
        }
    }

    fn send_inspected(&mut self, tab: TabId, message: ToInspector) {
        let Some(inspected) = self.inspected.get_mut(&tab) else {
            return;
        };
        let bytes = bytes_of(&message);
        match inspected.send(message, bytes) {
            Ok(()) => {}
            Err(Lost::Closed) => {
                self.inspected.remove(&tab);
            }
            Err(Lost::Behind) => {
                self.inspected.remove(&tab);
                self.hub.give_up_inspector(tab, "does not read");
            }
        }
    }

    /// A channel that is closed is noticed when it is read.
    fn send_traffic(&mut self, message: traffic::ToNetwork) {
        let bytes = match &message {
            traffic::ToNetwork::Body { bytes, .. } => bytes.len(),
            _ => 0,
        };
        let traffic = self.traffic.as_mut();
        if traffic.is_some_and(|it| it.send(message, bytes) == Err(Lost::Behind)) {
            tracing::warn!("the network process does not read");
            self.traffic = None;
            self.hub.traffic_closed();
        }
    }
}

fn bytes_of(message: &ToInspector) -> usize {
    match message {
        ToInspector::Command { piece, .. } => piece.text.len(),
        ToInspector::Begin { .. } | ToInspector::End { .. } => 0,
    }
}

/// A copy of what is in a region; nothing if it is not what the broker says it is.
fn bytes_of_region(region: OwnedFd, bytes: usize) -> Option<Vec<u8>> {
    let map = shm::map_read_only(region, bytes);
    map.inspect_err(|error| tracing::error!("a text: {error}"))
        .ok()
        .map(|map| map.to_vec())
}

/// A copy of the pixels in a region; nothing if it is not what the broker says it is.
fn pixels_of(region: OwnedFd, size: Size) -> Option<Vec<u8>> {
    let map = shm::WritableMap::new(region, size.frame_bytes()?);
    map.inspect_err(|error| tracing::error!("a picture: {error}"))
        .ok()
        .map(|map| map.read_all())
}
