//! The X11 filter: a process between the gpu process and the X server. It passes the requests that
//! its policy lists, and ends the connection on any other.
//!
//! Owns: the connection to the server. Trusts: the broker, and the server as any client must; no
//! byte and no descriptor of the gpu process. Never: opens a file or a socket once it is sealed,
//! reads a picture, or answers in the server's place.
#![forbid(unsafe_code)]

pub mod filter;
pub mod flow;
pub mod policy;
pub mod relay;
pub mod replies;
pub mod requests;
pub mod server;
mod socket;

use child::Started;
use filter::{Authority, Filter};
use ipc::{Endpoint, Receiver};
use protocol::bootstrap::RoleConfig;
use protocol::demo::Nothing;
use protocol::ids::Role;
use protocol::x11_filter::{FromWindow, FromX11Filter};
use relay::End;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::ExitCode;

/// The process from its first to its last instruction.
pub fn main() -> ExitCode {
    let started = match child::start(Role::X11Filter) {
        Ok(started) => started,
        Err(error) => {
            eprintln!("bulkhead: {error}");
            return ExitCode::FAILURE;
        }
    };
    run(started)
}

fn run(mut started: Started) -> ExitCode {
    let control = match Endpoint::<FromX11Filter, Nothing>::take(&mut started.handles) {
        Ok(control) => control,
        Err(error) => return started.fail(&format!("no control channel: {error}")),
    };
    let window = match Endpoint::<Nothing, FromWindow>::take(&mut started.handles) {
        Ok(window) => window.split().1,
        Err(error) => return started.fail(&format!("no channel from the window: {error}")),
    };
    let RoleConfig::X11Filter(config) = started.config.clone() else {
        return started.fail("the configuration is another role's");
    };
    let policy = match policy::gpu_window() {
        Ok(policy) => policy,
        Err(error) => return started.fail(&format!("the policy of the window: {error}")),
    };
    let server = match server::connect(&config.display) {
        Ok(server) => server,
        Err(error) => return started.fail(&error.to_string()),
    };
    if let Err(error) = started.seal() {
        eprintln!("bulkhead: {error}");
        return ExitCode::FAILURE;
    }
    let filter = Filter::new(
        policy,
        Authority {
            name: config.authority_name,
            data: config.authority_data,
        },
    );
    // One connection, and no second one: the channel closes behind it.
    let Some(client) = connection(&window, control.as_fd()) else {
        return ExitCode::SUCCESS;
    };
    drop(window);
    let end = relay::relay(filter, client.as_fd(), server.as_fd(), control.as_fd());
    let news = match end {
        End::Broker | End::Client => None,
        End::Refused(refusal) => {
            tracing::warn!("refused a request to the X server: {refusal}");
            Some(FromX11Filter::refused(&refusal.to_string()))
        }
        End::Server => {
            tracing::warn!("the X server is gone");
            Some(FromX11Filter::ServerGone)
        }
        End::Wait(errno) => {
            tracing::error!("waiting failed: {errno}");
            return ExitCode::FAILURE;
        }
    };
    // The broker must know before the client sees its connection end.
    let (sender, _) = control.split();
    if let Some(news) = news
        && let Err(error) = sender.send(news)
    {
        tracing::debug!("the broker is gone: {error}");
    }
    drop((client, server));
    ExitCode::SUCCESS
}

/// The window's connection; none if the broker or the gpu process closes its channel first.
fn connection(window: &Receiver<FromWindow>, broker: BorrowedFd<'_>) -> Option<OwnedFd> {
    loop {
        let mut entries = [
            PollFd::from_borrowed_fd(window.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(broker, PollFlags::IN),
        ];
        match poll(&mut entries, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(errno) => {
                tracing::error!("waiting failed: {errno}");
                return None;
            }
        }
        if !entries[1].revents().is_empty() {
            return None;
        }
        match window.try_recv() {
            Ok(None) => {}
            Ok(Some(mut received)) => return received.handles.unix_stream().ok(),
            Err(error) => {
                tracing::info!("no window came: {error}");
                return None;
            }
        }
    }
}
