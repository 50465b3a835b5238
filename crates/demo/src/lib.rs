//! The demo server: a small web site on loopback, so that a browser with no internet has something
//! real to load over TCP and HTTP, broken servers included.
//!
//! Owns: the site's pages and how they are served. Trusts: nobody that connects; every request is
//! bounded and parsed by `http`. Never: opens a file (the pages are part of the program),
//! connects anywhere, or answers from anything but the request (no state between requests).
#![forbid(unsafe_code)]

mod connection;
mod html;
mod http;
mod pages;
mod response;
mod server;
mod site;

pub use http::{Method, Request};
pub use response::{Body, Piece, Response, Stream};
pub use server::{Running, serve};
pub use site::respond;

use protocol::demo::Nothing;
use protocol::ids::Role;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::process::ExitCode;

/// The demo server's process: handshake, sandbox, then the site until the broker goes.
pub fn main() -> ExitCode {
    let mut started = match child::start(Role::Demo) {
        Ok(started) => started,
        Err(error) => {
            eprintln!("bulkhead: {error}");
            return ExitCode::FAILURE;
        }
    };
    let control = match started.handles.channel::<Nothing, Nothing>() {
        Ok(control) => control,
        Err(error) => return started.fail(&format!("no control channel: {error}")),
    };
    let listener = match started.handles.listener() {
        Ok(listener) => TcpListener::from(listener),
        Err(error) => return started.fail(&format!("no listening socket: {error}")),
    };
    // Before the sandbox: the call that does it is not on the list.
    if let Err(error) = listener.set_nonblocking(true) {
        return started.fail(&format!("listening socket: {error}"));
    }
    if let Err(error) = started.seal() {
        tracing::error!("{error}");
        return ExitCode::FAILURE;
    }
    match serve(&listener, control.as_fd()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("demo server: {error}");
            ExitCode::FAILURE
        }
    }
}
