//! The connection to the X server, made before the process is sealed.
//!
//! Trusts: the user's `DISPLAY`. Never: runs once the process is sealed.

use std::io;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::time::Duration;
use thiserror::Error;
use x11rb_protocol::parse_display::{ConnectAddress, parse_display};

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The name is not that of a display.
    #[error("the display {0:?} has no such name")]
    Name(String),
    /// No address of it answers.
    #[error("the X server {0:?} does not answer: {1}")]
    Silent(String, io::Error),
}

/// Connects to the display of that name.
///
/// # Errors
/// No server is there.
pub fn connect(display: &str) -> Result<OwnedFd, ConnectError> {
    let parsed = parse_display(Some(display));
    let parsed = parsed.map_err(|_| ConnectError::Name(display.to_owned()))?;
    let mut failed = None;
    for address in parsed.connect_instruction() {
        match connect_to(&address) {
            Ok(connection) => return Ok(connection),
            // The first failure tells the most: what comes after it is a guess.
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    let error = failed.unwrap_or_else(|| io::ErrorKind::NotFound.into());
    Err(ConnectError::Silent(display.to_owned(), error))
}

fn connect_to(address: &ConnectAddress<'_>) -> io::Result<OwnedFd> {
    match address {
        ConnectAddress::Socket(path) => {
            if let Ok(connection) = UnixStream::connect(path) {
                return Ok(connection.into());
            }
            let name = SocketAddr::from_abstract_name(path.as_bytes())?;
            Ok(UnixStream::connect_addr(&name)?.into())
        }
        ConnectAddress::Hostname(host, port) => Ok(connect_over_tcp(host, *port)?.into()),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "before the seal, in a process that has not begun its work"
)]
fn connect_over_tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    use std::net::ToSocketAddrs;
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(connection) => {
                connection.set_nodelay(true)?;
                return Ok(connection);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
