//! The service over real channels, against real servers on loopback.

mod cookies;
mod crowds;
mod fetches;
mod navigations;
mod secure;
mod server;
mod traffic;
mod walls;

use crate::service::Service;
use ipc::poll::{self, Interest};
use ipc::{Endpoint, Message, Receiver, RecvError, Sender};
use protocol::bootstrap::NetworkConfig;
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::fetch::{self, Destination, FetchOptions};
use protocol::ids::{ContextId, NavigationId, ProcessId, RequestId, TabId};
use protocol::misbehaviour::Misbehaviour;
use protocol::network::{FromNetwork, ToNetwork};
use protocol::site::Site;
use protocol::web::Header;
use std::cell::Cell;
use std::io::{PipeReader, Read};
use std::os::fd::AsFd;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use url::Url;

/// The tab of all requests.
pub const TAB: TabId = TabId(7);
pub const WATCHDOG: Duration = Duration::from_secs(60);

/// A running service and the broker's end of it.
pub struct Net {
    broker: Option<(Sender<ToNetwork>, Receiver<FromNetwork>)>,
    thread: Option<JoinHandle<()>>,
    next: u64,
    opened: Cell<u32>,
    /// That of the navigations and channels that are opened next.
    pub context: ContextId,
}

pub fn config() -> NetworkConfig {
    NetworkConfig {
        connect_timeout_ms: 20_000,
        read_timeout_ms: 20_000,
        user_agent: "Bulkhead/test".to_owned(),
        ..NetworkConfig::default()
    }
}

impl Net {
    pub fn start() -> Net {
        Net::with(&config())
    }

    pub fn with(config: &NetworkConfig) -> Net {
        let (near, far) = Endpoint::pair().expect("pair");
        let mut service = Service::new(config, far).expect("service");
        let thread = thread::spawn(move || service.run().expect("service runs"));
        Net {
            broker: Some(near.split()),
            thread: Some(thread),
            next: 0,
            opened: Cell::new(0),
            context: ContextId::DEFAULT,
        }
    }

    pub fn sender(&self) -> &Sender<ToNetwork> {
        &self.broker.as_ref().expect("running").0
    }

    pub fn receiver(&self) -> &Receiver<FromNetwork> {
        &self.broker.as_ref().expect("running").1
    }

    /// Starts a navigation; gives its id and the pipe with the body.
    pub fn navigate(&mut self, url: &str) -> (NavigationId, PipeReader) {
        self.navigate_by(url, None)
    }

    /// The same for a page of that site.
    pub fn navigate_by(
        &mut self,
        url: &str,
        initiator: Option<Site>,
    ) -> (NavigationId, PipeReader) {
        self.next += 1;
        let navigation = NavigationId(self.next);
        let (reader, writer) = std::io::pipe().expect("pipe");
        let message = ToNetwork::Navigate {
            navigation,
            tab: TAB,
            context: self.context,
            url: url.to_owned(),
            initiator,
        };
        self.sender()
            .send_with(message, vec![writer.into()])
            .expect("sent");
        (navigation, reader)
    }

    /// The head of a navigation that must succeed.
    pub fn head(&self, navigation: NavigationId) -> ResponseHead {
        match next(self.receiver()) {
            FromNetwork::Head {
                navigation: n,
                head,
            } if n == navigation => head,
            other => panic!("no head: {other:?}"),
        }
    }

    /// The end of a navigation's body.
    pub fn body_end(&self, navigation: NavigationId) -> (u64, Option<LoadError>) {
        match next(self.receiver()) {
            FromNetwork::BodyEnd {
                navigation: n,
                bytes,
                error,
            } if n == navigation => (bytes, error),
            other => panic!("no end of a body: {other:?}"),
        }
    }

    /// A whole navigation.
    pub fn load(&mut self, url: &str) -> Result<Loaded, LoadError> {
        self.load_by(url, None)
    }

    /// The same for a page of that site.
    pub fn load_by(&mut self, url: &str, initiator: Option<Site>) -> Result<Loaded, LoadError> {
        let (navigation, mut pipe) = self.navigate_by(url, initiator);
        let head = match next(self.receiver()) {
            FromNetwork::Head {
                navigation: n,
                head,
            } if n == navigation => head,
            FromNetwork::Failed {
                navigation: n,
                error,
            } if n == navigation => return Err(error),
            other => panic!("neither head nor failure: {other:?}"),
        };
        let reader = thread::spawn(move || {
            let mut body = Vec::new();
            pipe.read_to_end(&mut body).expect("pipe");
            body
        });
        let (bytes, error) = self.body_end(navigation);
        let body = reader.join().expect("reader");
        assert_eq!(bytes, body.len() as u64);
        let headers = Vec::new();
        Ok(Loaded {
            head,
            body,
            headers,
            error,
        })
    }

    /// The failure of a navigation that must fail before its head.
    pub fn failure(&mut self, url: &str) -> LoadError {
        match self.load(url) {
            Err(error) => error,
            Ok(loaded) => panic!("loaded: {:?}", loaded.head),
        }
    }

    /// Opens the fetch channel of a renderer of the site of `url`.
    pub fn open(&self, url: &str) -> Renderer {
        let renderer = self.open_silent(url);
        if renderer.site.may_fetch() {
            renderer.show(url);
        }
        renderer
    }

    /// The same for one that has not said which document it shows.
    pub fn open_silent(&self, url: &str) -> Renderer {
        let process = ProcessId(self.opened.get() + 1);
        self.opened.set(process.0);
        let (near, far) = Endpoint::<fetch::ToNetwork, fetch::FromNetwork>::pair().expect("pair");
        let site = Site::of(&Url::parse(url).expect("test URL"), 1);
        let message = ToNetwork::OpenFetch {
            process,
            tab: TAB,
            context: self.context,
            site: site.clone(),
        };
        self.sender()
            .send_with(message, vec![far.into_fd()])
            .expect("sent");
        let (sender, receiver) = near.split();
        Renderer {
            process,
            site,
            sender,
            receiver,
        }
    }

    /// That renderer is reported to the broker for that.
    pub fn expect_accusation(&self, renderer: &Renderer, how: Misbehaviour) {
        let expected = FromNetwork::ClientMisbehaved {
            process: renderer.process,
            misbehaviour: how,
        };
        assert_eq!(next(self.receiver()), expected);
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        self.broker = None;
        if let Some(thread) = self.thread.take()
            && let Err(panic) = thread.join()
            && !thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

/// A document that was loaded, and why it is not whole.
#[derive(Debug)]
pub struct Loaded {
    pub head: ResponseHead,
    pub body: Vec<u8>,
    /// Those that a script sees.
    pub headers: Vec<Header>,
    pub error: Option<LoadError>,
}

/// A renderer's end of a fetch channel.
pub struct Renderer {
    pub process: ProcessId,
    pub site: Site,
    pub sender: Sender<fetch::ToNetwork>,
    pub receiver: Receiver<fetch::FromNetwork>,
}

impl Renderer {
    /// Says which document it shows.
    pub fn show(&self, url: &str) {
        let url = url.to_owned();
        let navigation = NavigationId(0);
        let message = fetch::ToNetwork::Document { navigation, url };
        self.sender.send(message).expect("sent");
    }

    pub fn fetch(&self, id: u32, url: &str) {
        self.ask(id, url, Destination::Image, FetchOptions::default());
    }

    pub fn ask(&self, id: u32, url: &str, destination: Destination, options: FetchOptions) {
        let message = fetch::ToNetwork::Fetch {
            request: RequestId(id),
            url: url.to_owned(),
            destination,
            options,
        };
        self.sender.send(message).expect("sent");
    }

    /// A whole fetch, the only one under way.
    pub fn load(&self, id: u32, url: &str) -> Result<Loaded, LoadError> {
        self.fetch(id, url);
        self.answer()
    }

    /// The answer to the only fetch under way.
    pub fn answer(&self) -> Result<Loaded, LoadError> {
        let mut head = None;
        let mut body = Vec::new();
        let mut headers = Vec::new();
        loop {
            match next(&self.receiver) {
                fetch::FromNetwork::Head { head: h, .. } => head = Some(h),
                fetch::FromNetwork::Body { bytes, .. } => body.extend(bytes),
                fetch::FromNetwork::Headers { headers: h, .. } => headers = h,
                fetch::FromNetwork::Cookies { .. } => panic!("nobody has asked for cookies"),
                fetch::FromNetwork::Opaque { .. } => panic!("an opaque answer"),
                fetch::FromNetwork::End { .. } => {
                    return Ok(Loaded {
                        head: head.expect("a head first"),
                        body,
                        headers,
                        error: None,
                    });
                }
                fetch::FromNetwork::Failed { error, .. } => match head {
                    Some(head) => {
                        return Ok(Loaded {
                            head,
                            body,
                            headers,
                            error: Some(error),
                        });
                    }
                    None => return Err(error),
                },
            }
        }
    }

    /// Waits until the network process has closed the channel.
    pub fn expect_closed(&self) {
        loop {
            match next_or_closed(&self.receiver) {
                None => return,
                Some(fetch::FromNetwork::End { .. }) => panic!("answered"),
                Some(_) => {}
            }
        }
    }
}

pub fn next<T: Message>(receiver: &Receiver<T>) -> T {
    next_or_closed(receiver).expect("the channel is open")
}

pub fn next_or_closed<T: Message>(receiver: &Receiver<T>) -> Option<T> {
    loop {
        match receiver.try_recv() {
            Ok(Some(received)) => return Some(received.message),
            Ok(None) => {}
            Err(RecvError::Closed) => return None,
            Err(error) => panic!("{error}"),
        }
        let ready = poll::wait_one(receiver.as_fd(), Interest::Read, Some(WATCHDOG));
        assert!(ready.expect("poll").any(), "watchdog: no message");
    }
}
