//! The devtools process: speaks the Chrome DevTools Protocol with automation on loopback, and with
//! the broker and the renderers by typed channels.
//!
//! It parses HTTP, WebSockets and JSON, which the broker never does. It holds no authority: what it
//! wants done, it asks of the broker, and a document answers for itself through the channel that
//! the broker made.
//!
//! Trusts: the broker on tabs and addresses; a renderer on its own document alone; no client beyond
//! what the protocol allows. Never: opens a file, connects anywhere, or waits for a client.
#![forbid(unsafe_code)]

mod asking;
mod channel;
mod clients;
mod clock;
mod command;
mod connection;
mod dispatch;
mod domains;
mod exercise;
mod filter;
mod http;
mod hub;
mod inspecting;
mod inspector;
mod keys;
mod methods;
mod names;
mod picture;
mod reply;
mod screencast;
mod serve;
mod session;
mod tab;
mod targets;
#[cfg(test)]
mod tests;
mod traffic;

pub use exercise::exercise;

use ipc::Endpoint;
use protocol::bootstrap::RoleConfig;
use protocol::devtools::{FromDevtools, ToDevtools};
use protocol::ids::Role;
use std::net::TcpListener;
use std::process::ExitCode;

/// The devtools process: handshake, sandbox, then its clients until the broker closes the channel.
pub fn main() -> ExitCode {
    let mut started = match child::start(Role::Devtools) {
        Ok(started) => started,
        Err(error) => {
            eprintln!("bulkhead: {error}");
            return ExitCode::FAILURE;
        }
    };
    let control = match Endpoint::<FromDevtools, ToDevtools>::take(&mut started.handles) {
        Ok(control) => control,
        Err(error) => return started.fail(&format!("no control channel: {error}")),
    };
    let listener = match started.handles.listener() {
        Ok(listener) => TcpListener::from(listener),
        Err(error) => return started.fail(&format!("no listening socket: {error}")),
    };
    let RoleConfig::Devtools(config) = started.config.clone() else {
        return started.fail("the configuration is that of another role");
    };
    if let Err(error) = listener.set_nonblocking(true) {
        return started.fail(&format!("listening socket: {error}"));
    }
    if let Err(error) = started.seal() {
        tracing::error!("{error}");
        return ExitCode::FAILURE;
    }
    match serve::serve(control, &listener, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("devtools: {error}");
            ExitCode::FAILURE
        }
    }
}
