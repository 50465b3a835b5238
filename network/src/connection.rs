//! Connections for ureq: TCP or TLS over TCP, interruptible and bounded in time.
//!
//! Owns: one connected stream each. Trusts: no server; ureq and rustls parse what arrives. Never:
//! connects to an address that the resolver did not give, or reuses a connection that has unread
//! bytes.

use crate::failure::{self, Failure};
use crate::socket::Stream;
use crate::{dns, tls, wait};
use protocol::error::LoadError;
use rustls::{ClientConfig, ClientConnection};
use rustls_pki_types::ServerName;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use ureq::unversioned::transport::time::Duration;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

/// Makes the connections of one partition.
pub struct Connect {
    tls: Arc<ClientConfig>,
}

impl Connect {
    /// With the TLS configuration of the partition.
    pub fn new(tls: Arc<ClientConfig>) -> Connect {
        Connect { tls }
    }

    fn secure(
        &self,
        details: &ConnectionDetails<'_>,
        host: &str,
        stream: &mut Stream,
    ) -> Result<Box<ClientConnection>, LoadError> {
        let tls = |reason: String| LoadError::Tls {
            host: host.to_owned(),
            reason,
        };
        let bare = details.uri.host().unwrap_or_default();
        let bare = bare
            .trim_start_matches('[')
            .trim_end_matches(']')
            .trim_end_matches('.');
        let name = ServerName::try_from(bare)
            .map_err(|_| tls("no certificate can be for this host name".to_owned()))?
            .to_owned();
        let mut session = ClientConnection::new(self.tls.clone(), name)
            .map_err(|error| tls(tls::explain(&error)))?;
        while session.is_handshaking() {
            session
                .complete_io(stream)
                .map_err(|error| match Failure::from(error) {
                    Failure::Reset => {
                        tls("the server closed the connection during the handshake".to_owned())
                    }
                    other => other.into_load_error(host, failure::CONNECTING),
                })?;
        }
        Ok(Box::new(session))
    }
}

impl Connector for Connect {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<Connection>, ureq::Error> {
        wait::note_connection();
        wait::note_time(|times| &mut times.name);
        let host = host_and_port(details.uri);
        let deadline = deadline(details.timeout);
        let boxed = |error: LoadError| ureq::Error::Other(error.into());
        // Decided by the address, whatever name led to it, and before anything is sent there.
        let is_allowed = |address: &SocketAddr| wait::may_reach(address.ip());
        let addresses: Vec<SocketAddr> = details.addrs.iter().copied().filter(is_allowed).collect();
        if addresses.is_empty() {
            return Err(boxed(too_near()));
        }
        let mut stream = Stream::connect_any(&addresses, deadline).map_err(|error| {
            boxed(Failure::from(error).into_load_error(&host, failure::CONNECTING))
        })?;
        wait::note_time(|times| &mut times.connected);
        let tls = match details.needs_tls() {
            true => Some(self.secure(details, &host, &mut stream).map_err(boxed)?),
            false => None,
        };
        if tls.is_some() {
            wait::note_time(|times| &mut times.secured);
        }
        let (input, output) = (
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        let buffers = LazyBuffers::new(input, output);
        Ok(Some(Connection {
            stream,
            tls,
            buffers,
        }))
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect").finish_non_exhaustive()
    }
}

/// One connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    tls: Option<Box<ClientConnection>>,
    buffers: LazyBuffers,
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        // A connection of the pool was made for another load, which may have been allowed more.
        if !wait::may_reach(self.stream.peer()) {
            return Err(ureq::Error::Other(too_near().into()));
        }
        wait::note_peer(self.stream.peer());
        self.stream.set_deadline(deadline(timeout.for_write()));
        let bytes = &self.buffers.output()[..amount];
        let written = match &mut self.tls {
            None => self.stream.write_all(bytes),
            Some(tls) => {
                let mut stream = rustls::Stream::new(&mut **tls, &mut self.stream);
                stream.write_all(bytes).and_then(|()| stream.flush())
            }
        };
        wait::note_time(|times| &mut times.sent);
        written.map_err(|error| Failure::from(error).into())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.set_deadline(deadline(timeout.for_read()));
        let buffer = self.buffers.input_append_buf();
        let read = match &mut self.tls {
            None => self.stream.read(buffer),
            Some(tls) => rustls::Stream::new(&mut **tls, &mut self.stream).read(buffer),
        };
        let length = read.map_err(Failure::from)?;
        self.buffers.input_appended(length);
        Ok(length > 0)
    }

    fn is_open(&mut self) -> bool {
        match &mut self.tls {
            None => self.stream.is_quiet(),
            Some(tls) => is_quiet(tls, &self.stream),
        }
    }

    fn is_tls(&self) -> bool {
        self.tls.is_some()
    }
}

/// TLS may say something between two requests (tickets, new keys), but no plaintext.
fn is_quiet(tls: &mut ClientConnection, stream: &Stream) -> bool {
    struct Now<'a>(&'a Stream);
    impl Read for Now<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read_now(buffer)
        }
    }
    loop {
        match tls.process_new_packets() {
            Ok(state) if state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed() => {}
            _ => return false,
        }
        match tls.read_tls(&mut Now(stream)) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        }
    }
}

/// The same for whatever is or is not there: a page learns nothing of a network that is not its
/// own.
fn too_near() -> LoadError {
    LoadError::Blocked {
        reason: "a page of a public network may not reach a private network".to_owned(),
    }
}

/// Host and port, as errors name them.
pub fn host_and_port(uri: &ureq::http::Uri) -> String {
    format!("{}:{}", uri.host().unwrap_or_default(), dns::port_of(uri))
}

fn deadline(timeout: NextTimeout) -> Option<Instant> {
    match timeout.after {
        Duration::Exact(time) => wait::deadline_after(time),
        Duration::NotHappening => None,
    }
}
