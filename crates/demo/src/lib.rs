//! The demo server: a small web site on loopback. It gives a browser without internet real pages to
//! load over TCP and HTTP, and imitates broken servers too.
//!
//! ```
//! let page = demo::respond(&httpd::Request::get("/status/404"));
//! assert_eq!(page.status, 404);
//! ```
//!
//! Trusts: no client; [`httpd`] bounds and parses every request. Never: opens a file (the pages are
//! part of the program), connects anywhere, or keeps state between requests.
#![forbid(unsafe_code)]

mod answers;
mod attacks;
mod html;
mod pages;
mod site;
mod steal;
mod stream;

pub use answers::Response;
pub use attacks::{ATTACKS, Attack, names as attacks};
pub use site::{Site, respond};
pub use stream::Stream;

use ipc::Endpoint;
use protocol::demo::Nothing;
use protocol::ids::Role;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::process::ExitCode;

/// The demo server's process: handshake, sandbox, then the site until the broker closes the
/// channel.
pub fn main() -> ExitCode {
    let mut started = match child::start(Role::Demo) {
        Ok(started) => started,
        Err(error) => {
            eprintln!("bulkhead: {error}");
            return ExitCode::FAILURE;
        }
    };
    let control = match Endpoint::<Nothing, Nothing>::take(&mut started.handles) {
        Ok(control) => control,
        Err(error) => return started.fail(&format!("no control channel: {error}")),
    };
    let listener = match started.handles.listener() {
        Ok(listener) => TcpListener::from(listener),
        Err(error) => return started.fail(&format!("no listening socket: {error}")),
    };
    // Before the sandbox, whose policy lacks this system call.
    if let Err(error) = listener.set_nonblocking(true) {
        return started.fail(&format!("listening socket: {error}"));
    }
    if let Err(error) = started.seal() {
        tracing::error!("{error}");
        return ExitCode::FAILURE;
    }
    match httpd::serve(&Site, &listener, control.as_fd()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("demo server: {error}");
            ExitCode::FAILURE
        }
    }
}
