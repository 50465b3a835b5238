//! The main thread: reads the control channel and every fetch channel, and hands each load to a
//! worker.
//!
//! Owns: the channels, and the browser contexts. Trusts: the broker, no renderer: one that
//! misbehaves loses its channel and is reported, and the others go on. Never: blocks on anything
//! but all channels at once, or on sending to the broker, which always reads.

use crate::client::Client;
use crate::contexts::Contexts;
use crate::cookies::{By, Jar};
use crate::fetch::{Fetch, FetchChannel, Wish};
use crate::navigation::Navigation;
use crate::queue::{Job, Owner};
use crate::tls::TlsSetupError;
use crate::to_broker::{Teller, ToBroker};
use crate::traffic::{Desk, Turn};
use crate::under_way::UnderWay;
use crate::uploads::{Room, Uploads};
use crate::wait::Stop;
use crate::web::origin::Initiator;
use crate::workers::Pool;
use ipc::poll::{self, Interest};
use ipc::{Endpoint, Handles, Misbehaviour, Rate, Receiver, RecvError};
use protocol::bootstrap::NetworkConfig;
use protocol::error::LoadError;
use protocol::fetch;
use protocol::ids::{ContextId, NavigationId, ProcessId, TabId};
use protocol::limits::{FETCHES_PER_CHANNEL_MAX, MESSAGES_PER_TURN_MAX, PROCESSES_MAX};
use protocol::network::{FromNetwork, ToNetwork};
use protocol::site::Site;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use thiserror::Error;

/// Most navigations under way or waiting; the broker asks for at most one for each tab.
const NAVIGATIONS_MAX: usize = PROCESSES_MAX * FETCHES_PER_CHANNEL_MAX;

/// Why the network process cannot start, or go on.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// The broker broke the protocol.
    #[error("the broker misbehaved: {0}")]
    Broker(Misbehaviour),
    /// A system call failed.
    #[error("the network process cannot work: {0}")]
    System(#[from] io::Error),
    /// TLS could not be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
}

/// The network process's work.
pub struct Service {
    contexts: Contexts,
    to_broker: Arc<ToBroker>,
    receiver: Receiver<ToNetwork>,
    channels: Vec<OpenChannel>,
    channels_opened: u64,
    room: Room,
    devtools: Desk,
    // Last, so that it is dropped last: its workers use what stands above.
    pool: Pool,
}

struct OpenChannel {
    channel: Arc<FetchChannel>,
    receiver: Receiver<fetch::ToNetwork>,
    rate: Rate,
    /// The document that the renderer shows, by its word; an address of its site.
    document: Option<Arc<Initiator>>,
    /// The navigation that brought it, by its word as well.
    navigation: NavigationId,
    uploads: Uploads<Fetch>,
}

impl OpenChannel {
    /// The cookies and the document of a channel; none for a site that has no cookies.
    fn may_have_cookies(&self) -> Result<Option<(&Jar, &Initiator)>, Misbehaviour> {
        match &self.document {
            Some(document) => Ok(Some((&self.channel.partition.jar, document))),
            None if self.channel.site.may_fetch() => Err(Misbehaviour::WrongState),
            None => Ok(None),
        }
    }

    /// Those that scripts of the document see, as a header has them.
    fn cookies_of_scripts(&self) -> Result<String, Misbehaviour> {
        let cookies = self.may_have_cookies()?.map(|(jar, document)| {
            let now = SystemTime::now();
            jar.get(&self.channel.site, &document.url, By::Script, now)
        });
        Ok(cookies.unwrap_or_default())
    }
}

/// What a turn at a channel has left it as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChannelState {
    Open,
    Closed,
    /// Its renderer broke the protocol.
    Broken(Misbehaviour),
}

impl Service {
    /// Sets everything up; after this, no call is made that the sandbox forbids.
    pub fn new(
        config: &NetworkConfig,
        control: Endpoint<FromNetwork, ToNetwork>,
    ) -> Result<Service, ServiceError> {
        let (sender, receiver) = control.split();
        Ok(Service {
            contexts: Contexts::new(Client::new(config)?),
            to_broker: Arc::new(ToBroker {
                sender,
                under_way: UnderWay::default(),
                teller: Teller::default(),
            }),
            receiver,
            channels: Vec::new(),
            channels_opened: 0,
            room: Room::default(),
            devtools: Desk::default(),
            pool: Pool::new()?,
        })
    }

    /// Serves until the broker closes the control channel.
    pub fn run(&mut self) -> Result<(), ServiceError> {
        loop {
            let receivers = self.channels.iter().map(|open| open.receiver.as_fd());
            let fds = std::iter::once(self.receiver.as_fd())
                .chain(receivers)
                .map(|fd| (fd, Interest::Read));
            let devtools = self.devtools.source().map(|(receiver, has_more)| {
                let interest = match has_more {
                    true => Interest::ReadWrite,
                    false => Interest::Read,
                };
                (receiver.as_fd(), interest)
            });
            let fds: Vec<_> = fds.chain(devtools).collect();
            let ready: Vec<bool> = poll::wait(&fds, None)?
                .iter()
                .map(|readiness| readiness.any())
                .collect();
            let devtools_at = self.devtools.source().map(|_| self.channels.len() + 1);
            // From the last to the first, so that a closed one's place does not shift the others;
            // the control channel after them, because it adds channels.
            for index in (0..self.channels.len()).rev() {
                if !ready[index + 1] {
                    continue;
                }
                let state = self.serve_channel(index);
                if state != ChannelState::Open {
                    let closed = self.channels.swap_remove(index);
                    self.close(&closed);
                    self.report(&closed.channel, state);
                }
            }
            if devtools_at.is_some_and(|at| ready.get(at) == Some(&true)) {
                let turn = self.devtools.serve(&self.contexts);
                self.end_turn(turn);
            }
            if ready[0] && self.serve_control()? == ChannelState::Closed {
                return Ok(());
            }
        }
    }

    fn serve_control(&mut self) -> Result<ChannelState, ServiceError> {
        for _ in 0..MESSAGES_PER_TURN_MAX {
            match self.receiver.try_recv() {
                Ok(Some(received)) => self
                    .handle(received.message, received.handles)
                    .map_err(ServiceError::Broker)?,
                Ok(None) => break,
                Err(RecvError::Closed) => return Ok(ChannelState::Closed),
                Err(RecvError::Misbehaved(how)) => return Err(ServiceError::Broker(how)),
                Err(RecvError::Failed(error)) => return Err(error.into()),
            }
        }
        Ok(ChannelState::Open)
    }

    fn handle(&mut self, message: ToNetwork, mut handles: Handles) -> Result<(), Misbehaviour> {
        match message {
            ToNetwork::Navigate {
                navigation,
                tab,
                context,
                url,
                initiator,
            } => self.navigate((navigation, tab, context), (url, initiator), &mut handles),
            ToNetwork::Cancel { navigation } => {
                if let Some(stop) = self.to_broker.under_way.cancel(&navigation) {
                    self.pool.stop(&stop);
                }
                Ok(())
            }
            ToNetwork::OpenFetch {
                process,
                tab,
                context,
                site,
            } => self.open((process, tab, context), site, &mut handles),
            ToNetwork::OpenContext { context } => {
                self.contexts.open(context);
                Ok(())
            }
            ToNetwork::CloseContext { context } => {
                self.contexts.close(context);
                Ok(())
            }
            ToNetwork::OpenTraffic { process } => {
                let turn = self.devtools.open(process, Endpoint::take(&mut handles)?);
                self.end_turn(turn);
                Ok(())
            }
            ToNetwork::Requests {
                tab,
                sequence,
                rules,
            } => {
                self.devtools.set_rules(tab, sequence, rules);
                Ok(())
            }
            ToNetwork::Ping { sequence } => {
                // By the thread of the loads: the broker is to learn when either thread hangs. It
                // asks once at a time, so there is room; a closed channel is noticed below.
                let to_broker = self.to_broker.clone();
                self.pool.send_on_errand(Box::new(move || {
                    let _ = to_broker.sender.send(FromNetwork::Done { sequence });
                }));
                Ok(())
            }
            ToNetwork::Watch { is_on } => {
                self.to_broker.teller.set(is_on);
                Ok(())
            }
            ToNetwork::Inject(action) => {
                let channels = self.channels.iter();
                child::inject(
                    &action,
                    &child::Reach {
                        fetch: channels.map(|open| open.receiver.as_fd()).collect(),
                        ..child::Reach::control(self.to_broker.sender.as_fd())
                    },
                );
                Ok(())
            }
        }
    }

    fn navigate(
        &mut self,
        (id, tab, context): (NavigationId, TabId, ContextId),
        (url, initiator): (String, Option<Site>),
        handles: &mut Handles,
    ) -> Result<(), Misbehaviour> {
        let pipe = handles.pipe_writer()?;
        let partition = self.contexts.navigations(context)?.clone();
        let stop = self.to_broker.under_way.begin(id, NAVIGATIONS_MAX);
        let stop = stop.ok_or(Misbehaviour::WrongState)?;
        let navigation = Navigation {
            to_broker: self.to_broker.clone(),
            partition,
            traffic: self.devtools.traffic.clone(),
            tab,
            id,
            url,
            initiator,
            pipe,
            stop: stop.clone(),
        };
        let run = Box::new(move || navigation.run());
        if let Err(full) = self.pool.submit(Job {
            owner: Owner::Navigation,
            stop: stop.clone(),
            run,
        }) {
            self.to_broker.under_way.end(&id, &stop);
            let error = LoadError::Transport {
                reason: full.to_string(),
            };
            if self
                .to_broker
                .sender
                .try_send(FromNetwork::Failed {
                    navigation: id,
                    error,
                })
                .is_err()
            {
                tracing::error!(%id, "cannot tell the broker that a navigation was refused");
            }
        }
        Ok(())
    }

    fn open(
        &mut self,
        (process, tab, context): (ProcessId, TabId, ContextId),
        site: Site,
        handles: &mut Handles,
    ) -> Result<(), Misbehaviour> {
        let (sender, receiver) = Endpoint::take(handles)?.split();
        let partition = self.contexts.partition(context, &site)?;
        self.channels_opened += 1;
        let number = self.channels_opened;
        let under_way = UnderWay::default();
        let channel = FetchChannel {
            number,
            process,
            site,
            sender,
            partition,
            under_way,
            to_broker: self.to_broker.clone(),
            tab,
            traffic: self.devtools.traffic.clone(),
        };
        self.channels.push(OpenChannel {
            channel: Arc::new(channel),
            receiver,
            rate: Rate::default(),
            document: None,
            navigation: NavigationId(0),
            uploads: Uploads::default(),
        });
        Ok(())
    }

    fn serve_channel(&mut self, index: usize) -> ChannelState {
        let now = Instant::now();
        for _ in 0..MESSAGES_PER_TURN_MAX {
            let OpenChannel {
                channel,
                receiver,
                rate,
                ..
            } = &mut self.channels[index];
            let message = match receiver.try_recv() {
                Ok(Some(received)) => received.message,
                Ok(None) => return ChannelState::Open,
                Err(RecvError::Closed) => return ChannelState::Closed,
                Err(RecvError::Misbehaved(how)) => return ChannelState::Broken(how),
                Err(RecvError::Failed(error)) => {
                    tracing::error!(process = %channel.process, "fetch channel: {error}");
                    return ChannelState::Closed;
                }
            };
            if rate.excess(now).is_some() {
                return ChannelState::Broken(Misbehaviour::Flood);
            }
            if let Err(how) = self.handle_fetch(index, message) {
                return ChannelState::Broken(how);
            }
        }
        ChannelState::Open
    }

    /// Tells the broker of a renderer that broke the protocol.
    fn report(&self, channel: &FetchChannel, state: ChannelState) {
        let ChannelState::Broken(misbehaviour) = state else {
            return;
        };
        let FetchChannel { process, site, .. } = channel;
        tracing::warn!(%process, %site, "renderer misbehaved on its fetch channel: {misbehaviour}");
        self.accuse(*process, misbehaviour);
    }

    fn accuse(&self, process: ProcessId, misbehaviour: Misbehaviour) {
        let accusation = FromNetwork::ClientMisbehaved {
            process,
            misbehaviour,
        };
        // A broker that is gone ends the loop.
        let _ = self.to_broker.sender.send(accusation);
    }

    /// Does what a turn at the devtools process has come to.
    fn end_turn(&self, turn: Turn) {
        turn.woken.iter().for_each(|stop| self.pool.wake(stop));
        if let Some((process, misbehaviour)) = turn.broken {
            tracing::warn!(%process, "the devtools process misbehaved: {misbehaviour}");
            self.accuse(process, misbehaviour);
        }
    }

    fn handle_fetch(
        &mut self,
        index: usize,
        message: fetch::ToNetwork,
    ) -> Result<(), Misbehaviour> {
        use fetch::ToNetwork as Ask;
        let open = &mut self.channels[index];
        let channel = open.channel.clone();
        let is_of_body = matches!(message, Ask::Body { .. } | Ask::Cancel { .. });
        if open.uploads.is_waiting() && !is_of_body {
            return Err(Misbehaviour::WrongState);
        }
        match message {
            Ask::Document { navigation, url } => {
                open.navigation = navigation;
                let document = Initiator::new(&url, &channel.site);
                open.document = Some(Arc::new(document.ok_or(Misbehaviour::ForeignOrigin)?));
            }
            Ask::Fetch {
                request,
                url,
                destination,
                options,
            } => {
                if open.document.is_none() && channel.site.may_fetch() {
                    return Err(Misbehaviour::WrongState);
                }
                let body_bytes = options.body_bytes;
                let wish = Wish {
                    url,
                    destination,
                    options,
                    initiator: open.document.clone(),
                    navigation: open.navigation,
                };
                let fetch = Fetch::begin(&channel, request, wish)?;
                match body_bytes {
                    None => self.submit(fetch),
                    Some(bytes) => self.expect_body(index, fetch, bytes as usize),
                }
            }
            Ask::ReadCookies { sequence } => {
                let text = open.cookies_of_scripts()?;
                // Who does not read asks again.
                let cookies = fetch::FromNetwork::Cookies { sequence, text };
                let _ = channel.sender.try_send(cookies);
            }
            Ask::WriteCookie { text } => {
                if let Some((jar, document)) = open.may_have_cookies()? {
                    let now = SystemTime::now();
                    jar.set(&channel.site, &document.url, &text, By::Script, now);
                }
            }
            Ask::Body { request, bytes } => {
                if let Some((fetch, body)) = open.uploads.add(request, &bytes)? {
                    self.submit(fetch.with_body(body));
                }
            }
            Ask::Cancel { request } => {
                open.uploads.cancel(request);
                if let Some(stop) = channel.under_way.cancel(&request) {
                    self.pool.stop(&stop);
                }
            }
        }
        Ok(())
    }

    /// A fetch whose body comes next.
    fn expect_body(&mut self, index: usize, fetch: Fetch, bytes: usize) {
        let request = fetch.id();
        let fetch = match self.room.take(bytes) {
            Some(taken) => Some((fetch, taken)),
            None => {
                fetch
                    .refusal()
                    .send("too many request bodies are waiting to be sent");
                None
            }
        };
        let uploads = &mut self.channels[index].uploads;
        uploads.expect(request, bytes, fetch);
        // One without a byte is whole.
        if bytes == 0
            && let Ok(Some((fetch, body))) = uploads.add(request, &[])
        {
            self.submit(fetch.with_body(body));
        }
    }

    fn submit(&self, fetch: Fetch) {
        let (owner, stop) = (fetch.owner(), fetch.stop().clone());
        let refusal = fetch.refusal();
        let run = Box::new(move || fetch.run());
        if let Err(full) = self.pool.submit(Job { owner, stop, run }) {
            refusal.send(&full.to_string());
        }
    }

    fn close(&self, closed: &OpenChannel) {
        let stops: Vec<Arc<Stop>> = closed.channel.under_way.cancel_all();
        stops.iter().for_each(|stop| self.pool.stop(stop));
    }
}
