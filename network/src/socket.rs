//! Non-blocking sockets, waited for through `wait`.
//!
//! Owns: the system calls on sockets: `socket`, `connect`, `getsockopt`, `setsockopt`, `recvfrom`,
//! `sendto` and `poll`, all that the sandbox's policy allows. Never: blocks the thread of the
//! loads, or raises SIGPIPE.

use crate::wait::{self, WaitError};
use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockType, SockaddrStorage, connect, getsockopt, recv, send,
    setsockopt, socket, sockopt,
};
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// How long one address is tried alone before the next one is tried beside it (RFC 8305,
/// section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// A connected TCP stream whose reads and writes end at a deadline.
#[derive(Debug)]
pub struct Stream {
    fd: OwnedFd,
    peer: IpAddr,
    deadline: Option<Instant>,
}

/// A UDP socket that receives from `peer` only. The kernel picks its port at random.
pub fn datagram(peer: SocketAddr) -> io::Result<OwnedFd> {
    let fd = new_socket(peer, SockType::Datagram)?;
    connect(fd.as_raw_fd(), &SockaddrStorage::from(peer))?;
    Ok(fd)
}

impl Stream {
    /// Connects to one address.
    pub fn connect(address: SocketAddr, deadline: Option<Instant>) -> io::Result<Stream> {
        Stream::connect_any(&[address], deadline)
    }

    /// Connects to the first address that answers. Each gets a head start over the next one, so a
    /// dead address costs little.
    pub fn connect_any(addresses: &[SocketAddr], deadline: Option<Instant>) -> io::Result<Stream> {
        let mut untried = addresses.iter();
        let mut attempts: Vec<(OwnedFd, IpAddr)> = Vec::new();
        let mut failure = None;
        loop {
            let begun = untried
                .next()
                .map(|address| begin_connect(*address).map(|fd| (fd, address.ip())));
            match begun {
                Some(Ok(attempt)) => attempts.push(attempt),
                Some(Err(error)) => {
                    failure = worse(failure, error);
                    continue;
                }
                None if attempts.is_empty() => {
                    return Err(failure.unwrap_or_else(|| Errno::EADDRNOTAVAIL.into()));
                }
                None => {}
            }
            let head_start = (untried.len() > 0).then(|| wait::deadline_after(ATTEMPT_DELAY));
            let pause = [deadline, head_start.flatten()].into_iter().flatten().min();
            let connecting: Vec<_> = attempts
                .iter()
                .map(|(fd, _)| (fd.as_fd(), PollFlags::POLLOUT))
                .collect();
            match wait::until_any(&connecting, pause) {
                Ok(ready) => {
                    let done = ready.iter().position(|events| !events.is_empty());
                    let (fd, peer) = attempts.remove(done.expect("something is ready"));
                    match getsockopt(&fd, sockopt::SocketError)? {
                        0 => return Stream::new(fd, peer, deadline),
                        errno => failure = worse(failure, Errno::from_raw(errno).into()),
                    }
                }
                Err(WaitError::TimedOut) if deadline.is_none_or(|at| Instant::now() < at) => {}
                Err(error) => return Err(into_io(error)),
            }
        }
    }

    fn new(fd: OwnedFd, peer: IpAddr, deadline: Option<Instant>) -> io::Result<Stream> {
        setsockopt(&fd, sockopt::TcpNoDelay, &true)?;
        Ok(Stream { fd, peer, deadline })
    }

    /// Whom it leads to.
    pub fn peer(&self) -> IpAddr {
        self.peer
    }

    /// Sets until when later reads and writes may wait.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// Reads what is there; `WouldBlock` if nothing is.
    pub fn read_now(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(recv(self.fd.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT)?)
    }

    /// Whether the peer is silent, as it must be between two requests.
    pub fn is_quiet(&self) -> bool {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_PEEK;
        matches!(recv(self.fd.as_raw_fd(), &mut [0], flags), Err(errno) if would_block(errno))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match recv(self.fd.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT) {
                Ok(length) => {
                    wait::give_way();
                    return Ok(length);
                }
                Err(errno) if would_block(errno) => {
                    wait::until(self.fd.as_fd(), PollFlags::POLLIN, self.deadline)
                        .map_err(into_io)?;
                }
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        loop {
            match send(self.fd.as_raw_fd(), bytes, flags) {
                Ok(length) => {
                    wait::give_way();
                    return Ok(length);
                }
                Err(errno) if would_block(errno) => {
                    wait::until(self.fd.as_fd(), PollFlags::POLLOUT, self.deadline)
                        .map_err(into_io)?;
                }
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the call would have blocked or was interrupted: wait, then call again.
pub fn would_block(errno: Errno) -> bool {
    matches!(errno, Errno::EAGAIN | Errno::EINTR)
}

/// A wait's error as an I/O error that [`wait_error`] recognises.
pub fn into_io(error: WaitError) -> io::Error {
    match error {
        WaitError::Failed(error) => error,
        error => io::Error::other(error),
    }
}

/// The wait's error inside of an I/O error, or else that error itself.
pub fn wait_error(error: io::Error) -> Result<WaitError, io::Error> {
    error.downcast::<WaitError>()
}

fn new_socket(peer: SocketAddr, kind: SockType) -> io::Result<OwnedFd> {
    let family = if peer.is_ipv4() {
        AddressFamily::Inet
    } else {
        AddressFamily::Inet6
    };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    Ok(socket(family, kind, flags, None)?)
}

fn begin_connect(address: SocketAddr) -> io::Result<OwnedFd> {
    let fd = new_socket(address, SockType::Stream)?;
    match connect(fd.as_raw_fd(), &SockaddrStorage::from(address)) {
        Ok(()) | Err(Errno::EINPROGRESS | Errno::EINTR) => Ok(fd),
        Err(errno) => Err(errno.into()),
    }
}

/// The failure that tells more: a refused connection shows that the host exists.
fn worse(first: Option<io::Error>, second: io::Error) -> Option<io::Error> {
    match first {
        Some(first) if first.kind() == io::ErrorKind::ConnectionRefused => Some(first),
        _ => Some(second),
    }
}
