//! Loading a document: its head goes to the broker, its body into the pipe that a renderer reads.
//!
//! Owns: the write end of the pipe. Trusts: the broker; nothing that the server sends. Never:
//! stores a body (bytes are passed on as they arrive), or waits for a renderer after the broker has
//! cancelled the navigation.

use crate::channel::{Undelivered, send};
use crate::client::{Partition, Response};
use crate::to_broker::ToBroker;
use crate::told::Telling;
use crate::traffic::shared::Traffic;
use crate::traffic::watched::Watched;
use crate::wait::{self, Stop};
use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::unistd::write;
use protocol::error::LoadError;
use protocol::ids::{NavigationId, TabId};
use protocol::limits::DOCUMENT_BYTES_MAX;
use protocol::network::FromNetwork;
use protocol::site::Site;
use protocol::traffic::Kind;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

/// Bytes of one read from the connection.
const READ_BYTES: usize = 32 * 1024;
/// `PIPE_BUF`: a pipe that is ready for writing takes that much without blocking (pipe(7)), whether
/// or not the broker made it non-blocking.
const PIPE_WRITE_BYTES: usize = 4096;

/// One navigation.
pub struct Navigation {
    /// Where to answer.
    pub to_broker: Arc<ToBroker>,
    /// Whose connections to use.
    pub partition: Partition,
    /// Who looks at requests.
    pub traffic: Arc<Traffic>,
    /// The tab that it is for.
    pub tab: TabId,
    /// Its id.
    pub id: NavigationId,
    /// Where to.
    pub url: String,
    /// The site of the page that asked for it.
    pub initiator: Option<Site>,
    /// Where the body goes.
    pub pipe: OwnedFd,
    /// Ends it.
    pub stop: Arc<Stop>,
}

impl Navigation {
    /// Loads the document. In a worker.
    pub fn run(self) {
        let _span = flight::span(flight::Step::Navigation, self.id.0 as u32);
        let mut telling = Telling::begin(&self.to_broker, None, &self.url);
        let watched = Watched::begin(&self.traffic, self.tab, self.id, Kind::Document);
        let seen = watched.as_ref();
        let last = match self.partition.get(&self.url, self.initiator.as_ref(), seen) {
            Err(error) => FromNetwork::Failed {
                navigation: self.id,
                error,
            },
            Ok(response) => {
                telling.head(response.head().status);
                match self.deliver(response, seen) {
                    Ok(last) => last,
                    Err(Undelivered) => return,
                }
            }
        };
        let (bytes, error) = match &last {
            FromNetwork::BodyEnd { bytes, error, .. } => (*bytes, error.as_ref()),
            FromNetwork::Failed { error, .. } => (0, Some(error)),
            _ => (0, None),
        };
        telling.end(bytes, error);
        if let Some(watched) = watched {
            watched.end(error.map_or(Ok(bytes), Err));
        }
        self.end(last);
    }

    /// Ends the navigation with `last`, unless it was cancelled.
    pub fn end(self, last: FromNetwork) {
        if self.to_broker.under_way.end(&self.id, &self.stop) {
            // Undelivered: the broker is gone, and this process exits with it.
            let _ = send(&self.to_broker.sender, last);
        }
        // Only now does the pipe close: the broker knows of a cut before the renderer sees the end.
    }

    fn deliver(
        &self,
        mut response: Response,
        watched: Option<&Watched>,
    ) -> Result<FromNetwork, Undelivered> {
        let head = response.head().clone();
        send(
            &self.to_broker.sender,
            FromNetwork::Head {
                navigation: self.id,
                head,
            },
        )?;
        let mut bytes = 0;
        let error = self.copy(&mut response, &mut bytes, watched).err();
        Ok(FromNetwork::BodyEnd {
            navigation: self.id,
            bytes,
            error,
        })
    }

    fn copy(
        &self,
        response: &mut Response,
        written: &mut u64,
        watched: Option<&Watched>,
    ) -> Result<(), LoadError> {
        const LIMIT: u64 = DOCUMENT_BYTES_MAX as u64;
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let length = response.read(&mut buffer)?;
            if length == 0 {
                return Ok(());
            }
            if let Some(watched) = watched {
                watched.body(&buffer[..length])?;
            }
            let room = usize::try_from(LIMIT - *written).unwrap_or(usize::MAX);
            self.write(&buffer[..length.min(room)], written)?;
            if length > room {
                return Err(LoadError::BodyTooLarge { limit: LIMIT });
            }
        }
    }

    /// Fails with `Cancelled` when the reader has closed the pipe.
    fn write(&self, bytes: &[u8], written: &mut u64) -> Result<(), LoadError> {
        let mut left = bytes;
        while !left.is_empty() {
            let ready = wait::until_room(self.pipe.as_fd()).map_err(|_| LoadError::Cancelled)?;
            if ready.contains(PollFlags::POLLERR) {
                return Err(LoadError::Cancelled);
            }
            match write(&self.pipe, &left[..left.len().min(PIPE_WRITE_BYTES)]) {
                Ok(length) => {
                    left = &left[length..];
                    *written += length as u64;
                }
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(Errno::EPIPE) => return Err(LoadError::Cancelled),
                Err(errno) => {
                    return Err(LoadError::Transport {
                        reason: errno.to_string(),
                    });
                }
            }
        }
        Ok(())
    }
}
