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
mod contexts;
mod dispatch;
mod domains;
mod exercise;
mod filter;
mod http;
mod hub;
mod inspecting;
mod inspector;
mod keys;
mod log;
mod methods;
mod names;
mod picture;
mod pipe;
mod reply;
mod screencast;
mod serve;
mod session;
mod streams;
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
use serve::Doors;
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
    let RoleConfig::Devtools(config) = started.config.clone() else {
        return started.fail("the configuration is that of another role");
    };
    let doors = match Doors::take(&mut started.handles, &config) {
        Ok(doors) => doors,
        Err(error) => return started.fail(&format!("nobody can connect: {error}")),
    };
    if let Err(error) = started.seal() {
        tracing::error!("{error}");
        return ExitCode::FAILURE;
    }
    match serve::serve(control, doors, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("devtools: {error}");
            ExitCode::FAILURE
        }
    }
}
