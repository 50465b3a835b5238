//! The gpu process: it composes all surfaces, owns the window (or a headless target), reads raw
//! input, and runs the frame clock.
//!
//! Owns: the window, the composed picture, the credits of all producers. Trusts: the broker; no
//! producer, whose messages are claims and whose headers and pixels may be anything; the display
//! server as far as any client must. Never: opens a file or a socket once it is sealed, sends
//! memory, or wakes without a reason.
#![deny(unsafe_code)]

mod capture;
mod clock;
// For the bench of frames.
pub mod compositor;
mod effect;
mod rects;
mod screen;
mod serve;
mod surface;
mod target;
#[cfg(test)]
mod testing;
mod window;

pub use window::NEEDED_GLOBALS;

use child::Started;
use ipc::Endpoint;
use protocol::bootstrap::RoleConfig;
use protocol::gpu::{FromGpu, ToGpu};
use protocol::ids::Role;
use serve::{BrokerChannel, Gpu};
use std::io;
use std::process::ExitCode;
use target::Target;

/// The gpu process from its first to its last instruction.
pub fn main() -> ExitCode {
    let started = match child::start(Role::Gpu) {
        Ok(started) => started,
        Err(error) => {
            eprintln!("bulkhead: {error}");
            return ExitCode::FAILURE;
        }
    };
    run(started)
}

fn run(mut started: Started) -> ExitCode {
    let control = match Endpoint::<FromGpu, ToGpu>::take(&mut started.handles) {
        Ok(channel) => BrokerChannel::new(channel),
        Err(misbehaviour) => return started.fail(&format!("no control channel: {misbehaviour}")),
    };
    let RoleConfig::Gpu {
        target,
        size,
        scale,
        x11_filter,
    } = started.config
    else {
        return started.fail("the configuration is another role's");
    };
    if x11_filter {
        let gone_through = Endpoint::take(&mut started.handles)
            .map_err(io::Error::other)
            .and_then(window::go_through);
        if let Err(error) = gone_through {
            return started.fail(&format!("no way to the display: {error}"));
        }
    }
    // The window and everything that it takes files and connections for, before the sandbox.
    let target = match Target::open(target, size, scale, control.closer()) {
        Ok(target) => target,
        Err(error) => return started.fail(&error.to_string()),
    };
    if let Err(error) = started.seal() {
        eprintln!("bulkhead: {error}");
        return ExitCode::FAILURE;
    }
    match Gpu::new(control, target).serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
