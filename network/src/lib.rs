//! The network process: HTTP and HTTPS, DNS, and the streaming of bodies to renderers.
//!
//! Owns: all connections to the outside. Trusts: the broker alone; renderers and servers may both
//! be hostile. Never: opens a file, starts a thread after sealing itself, or asks a renderer for
//! its site (the channel that a renderer speaks on belongs to one site).
//!
//! One thread (`service`) reads the control channel and every fetch channel, and blocks on nothing
//! else. A second one (`turns`) does all loads and answers on the channels directly. Each load has
//! a worker: a fiber, with a stack of its own. A load waits only in `wait`, where it gives its turn
//! to the others; that also returns when the load is cancelled.
#![forbid(unsafe_code)]

mod channel;
mod client;
mod connection;
mod contexts;
mod cookies;
mod dns;
mod failure;
mod fetch;
mod hops;
mod navigation;
mod queue;
mod request;
mod service;
mod socket;
#[cfg(test)]
mod tests;
mod tls;
mod to_broker;
mod told;
mod traffic;
mod turns;
mod under_way;
mod uploads;
mod wait;
mod web;
mod workers;

use protocol::bootstrap::RoleConfig;
use protocol::ids::Role;
use service::Service;
use std::process::ExitCode;

/// Runs the network process until its control channel closes.
pub fn main() -> ExitCode {
    let mut started = match child::start(Role::Network) {
        Ok(started) => started,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let RoleConfig::Network(config) = started.config.clone() else {
        return started.fail("the configuration is for another role");
    };
    let control = match ipc::Endpoint::take(&mut started.handles) {
        Ok(control) => control,
        Err(error) => return started.fail(&format!("no control channel: {error}")),
    };
    let mut service = match Service::new(&config, control) {
        Ok(service) => service,
        Err(error) => return started.fail(&error.to_string()),
    };
    if let Err(error) = started.seal() {
        tracing::error!("{error}");
        return ExitCode::FAILURE;
    }
    match service.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
