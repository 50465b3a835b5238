//! The server's loop: one thread, one `poll`, a bounded number of connections.
//!
//! Owns: the connections and the time. Trusts: no client. Never: lets one client keep another
//! waiting, or wakes up without work to do.

use crate::connection::{Connection, Handler, Over, Waits};
use crate::response::Piece;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Answers with `handler` on `listener`, which must be non-blocking, until `stop` is readable or
/// hangs up.
///
/// # Errors
/// `poll` or `accept` fails.
pub fn serve<H: Handler>(
    handler: &H,
    listener: &TcpListener,
    stop: BorrowedFd<'_>,
) -> io::Result<()> {
    let mut connections: Vec<Connection<H::Stream>> = Vec::new();
    let mut has_work = false;
    loop {
        let timeout = if has_work {
            PollTimeout::ZERO
        } else {
            timeout(&connections)
        };
        let mut fds = vec![
            PollFd::new(stop, PollFlags::POLLIN),
            PollFd::new(listener.as_fd(), PollFlags::POLLIN),
        ];
        fds.extend(
            connections
                .iter()
                .map(|c| PollFd::new(c.as_fd(), interest(c.waits()))),
        );
        match poll(&mut fds, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let events: Vec<PollFlags> = fds
            .iter()
            .map(|fd| fd.revents().unwrap_or(PollFlags::empty()))
            .collect();
        if !events[0].is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        let mut events_left = events[2..].iter();
        has_work = false;
        connections.retain_mut(|connection| {
            let events = events_left.next().copied().unwrap_or(PollFlags::empty());
            let going = go_on(handler, connection, events, now);
            has_work |= going == Ok(true);
            going.is_ok()
        });
        if !events[1].is_empty() {
            accept(listener, &mut connections, now)?;
        }
    }
}

fn go_on<H: Handler>(
    handler: &H,
    connection: &mut Connection<H::Stream>,
    events: PollFlags,
    now: Instant,
) -> Result<bool, Over> {
    let broken = events.intersects(PollFlags::POLLERR | PollFlags::POLLNVAL);
    let hung_up = events.contains(PollFlags::POLLHUP);
    // Between two pieces, no read or write would notice the hang-up.
    if broken || (hung_up && matches!(connection.waits(), Waits::Until(_))) {
        return Err(Over);
    }
    connection.go_on(handler, hung_up || events.contains(PollFlags::POLLIN), now)
}

fn accept<S: Iterator<Item = Piece>>(
    listener: &TcpListener,
    connections: &mut Vec<Connection<S>>,
    now: Instant,
) -> io::Result<()> {
    for _ in 0..CONNECTIONS_PER_TURN_MAX {
        match listener.accept() {
            Ok((socket, _)) => {
                if connections.len() >= CONNECTIONS_MAX {
                    drop_idlest(connections);
                }
                connections.push(Connection::new(socket, now));
            }
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock => return Ok(()),
                io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => {}
                // Probably out of descriptors: dropping one client is better than ending the
                // server.
                _ if drop_idlest(connections) => tracing::warn!("making room: {error}"),
                _ => return Err(error),
            },
        }
    }
    Ok(())
}

fn drop_idlest<S>(connections: &mut Vec<Connection<S>>) -> bool {
    let idlest = (0..connections.len()).min_by_key(|index| connections[*index].active);
    idlest.map(|index| connections.swap_remove(index)).is_some()
}

fn interest(waits: Waits) -> PollFlags {
    match waits {
        Waits::Read => PollFlags::POLLIN,
        Waits::Write => PollFlags::POLLOUT,
        Waits::Until(_) => PollFlags::empty(),
    }
}

/// The time until the first piece of any connection is due; no timeout if none is.
fn timeout<S: Iterator<Item = Piece>>(connections: &[Connection<S>]) -> PollTimeout {
    let now = Instant::now();
    let due = connections
        .iter()
        .filter_map(|connection| match connection.waits() {
            Waits::Until(due) => Some(due.saturating_duration_since(now)),
            Waits::Read | Waits::Write => None,
        });
    match due.min() {
        // Rounded up: waking too early means waiting again.
        Some(wait) => {
            PollTimeout::try_from(wait + Duration::from_micros(999)).unwrap_or(PollTimeout::MAX)
        }
        None => PollTimeout::NONE,
    }
}

/// A server on a free loopback port, in a thread of this process and without a sandbox: for tests.
/// Dropping this ends the server.
pub struct Running {
    address: SocketAddr,
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Running {
    /// Starts serving.
    ///
    /// # Errors
    /// No port or no thread is available.
    pub fn start(handler: impl Handler + Send + 'static) -> io::Result<Running> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = UnixStream::pair()?;
        let thread = std::thread::Builder::new()
            .name("httpd".to_owned())
            .spawn(move || serve(&handler, &listener, stopped.as_fd()))?;
        Ok(Running {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The absolute URL of a path on the server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If the server panicked, its own thread has reported it.
            let _ = thread.join();
        }
    }
}

/// Most connections at once; a further one replaces the one idle for longest.
pub const CONNECTIONS_MAX: usize = 64;
/// Most connections accepted before the existing ones have their turn.
const CONNECTIONS_PER_TURN_MAX: usize = 16;
