//! The way to the X server through the X11 filter. Xlib connects by itself and only to sockets that
//! are named as an X server's, so this process listens on such a name, for itself alone, and gives
//! the other end of the connection to the filter.
//!
//! Owns: the listening socket, until Xlib has connected. Trusts: no other process that connects.
//! Never: runs once the process is sealed.

use super::connection::set_display;
use ipc::Endpoint;
use nix::sys::socket::{getsockopt, sockopt};
use protocol::demo::Nothing;
use protocol::x11_filter::FromWindow;
use std::io;
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

/// Numbers of displays that no X server has.
const DISPLAYS: std::ops::Range<u32> = 4000..5000;

/// Makes Xlib's next connection one to the filter at the other end of that channel.
///
/// # Errors
/// The system refuses a socket or a thread.
pub fn go_through(filter: Endpoint<FromWindow, Nothing>) -> io::Result<()> {
    let (listener, display) = listen()?;
    set_display(&format!(":{display}"));
    let name = "display".to_owned();
    // It ends before the window is there: Xlib waits for the answer to its first message.
    std::thread::Builder::new().name(name).spawn(move || {
        let handed_over = own_connection(&listener).map(|connection| {
            let (sender, _) = filter.split();
            sender.send_with(FromWindow::Connected, vec![connection])
        });
        match handed_over {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!("the X11 filter is gone: {error}"),
            Err(error) => tracing::error!("no connection to the X11 filter: {error}"),
        }
    })?;
    Ok(())
}

/// Listens on a free name. Xlib tries abstract names first; where the process has its own network,
/// nobody else sees them.
fn listen() -> io::Result<(UnixListener, u32)> {
    let mut failed = io::Error::from(io::ErrorKind::AddrInUse);
    for display in DISPLAYS {
        let name = format!("/tmp/.X11-unix/X{display}");
        match UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?) {
            Ok(listener) => return Ok((listener, display)),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// The connection that this process has made. Others get none.
fn own_connection(listener: &UnixListener) -> io::Result<OwnedFd> {
    loop {
        let (connection, _) = listener.accept()?;
        let peer = getsockopt(&connection, sockopt::PeerCredentials)?;
        if u32::try_from(peer.pid()) == Ok(std::process::id()) {
            return Ok(connection.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;
    use std::process::Command;

    #[test]
    fn another_process_gets_no_connection() {
        let (listener, display) = listen().expect("a free name");
        let name = format!("/tmp/.X11-unix/X{display}");
        let script =
            "import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.connect('\\0'+sys.argv[1])";
        let other = Command::new("python3").args(["-c", script, &name]).status();
        if !other.is_ok_and(|status| status.success()) {
            println!("SKIP: no python3 to be another process");
            return;
        }
        let address = SocketAddr::from_abstract_name(&name).expect("short");
        let ours = UnixStream::connect_addr(&address).expect("it listens");
        let theirs = UnixStream::from(own_connection(&listener).expect("ours"));
        drop(ours);
        let mut nothing = Vec::new();
        io::Read::read_to_end(&mut &theirs, &mut nothing).expect("its end");
    }
}
