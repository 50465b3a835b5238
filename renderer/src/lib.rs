//! The renderer process: one document (Blitz), painted into shared memory. The shell process is the
//! same program with built-in documents.
//!
//! Owns: its document and the write side of its surfaces. Trusts: the broker on its control
//! channel; neither the document nor what the network sends. Never: opens a file or socket, starts
//! a thread, or wakes while nothing happens.
#![forbid(unsafe_code)]

mod control;
mod document;
mod fonts;
mod framing;
mod inspect;
mod inspecting;
mod leaving;
mod load;
mod loading;
mod moves;
mod page;
mod paint;
mod pictures;
mod resources;
mod runtime;
mod script;
mod scripting;
mod shell;
mod storing;
mod text;
mod view;

#[cfg(test)]
mod tests;

// Blitz draws colour emoji with the "png" feature of vello_cpu.
use vello_cpu as _;

use child::Started;
use control::ControlEndpoint;
use ipc::Endpoint;
use protocol::bootstrap::RoleConfig;
use protocol::ids::Role;
use shell::CommandEndpoint;
use std::process::ExitCode;
use view::warm_up;

/// The renderer process, from its first instruction to its exit.
pub fn main() -> ExitCode {
    run_role(Role::Renderer)
}

/// The shell process, likewise.
pub fn shell_main() -> ExitCode {
    run_role(Role::Shell)
}

fn run_role(role: Role) -> ExitCode {
    let mut started = match child::start(role) {
        Ok(started) => started,
        Err(error) => {
            eprintln!("bulkhead: {error}");
            return ExitCode::FAILURE;
        }
    };
    let prepared = match prepare(&mut started) {
        Ok(prepared) => prepared,
        Err(reason) => return started.fail(&reason),
    };
    if let Err(error) = started.seal() {
        tracing::error!("{error}");
        return ExitCode::FAILURE;
    }
    let fonts = match fonts_of(&started) {
        Ok(fonts) => fonts,
        Err(reason) => {
            tracing::error!("{reason}");
            return ExitCode::FAILURE;
        }
    };
    let ended = match prepared.commands {
        None => runtime::run(prepared.control, boxed(|| page::Page::new(fonts))),
        Some(commands) => {
            let shell = boxed(|| shell::Shell::new(fonts, commands));
            runtime::run(prepared.control, shell)
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Makes it in a frame of its own: what it takes on the way is free again, instead of staying in
/// the frame of the loop.
#[inline(never)]
fn boxed<T>(make: impl FnOnce() -> T) -> Box<T> {
    Box::new(make())
}

/// All that was needed from the bootstrap message, warmed up.
struct Prepared {
    control: ControlEndpoint,
    /// The shell's command channel.
    commands: Option<CommandEndpoint>,
}

fn prepare(started: &mut Started) -> Result<Prepared, String> {
    let is_shell = match &started.config {
        RoleConfig::Renderer => false,
        RoleConfig::Shell => true,
        _ => return Err("the bootstrap message is for another role".to_owned()),
    };
    let handles = &mut started.handles;
    let control = Endpoint::take(handles).map_err(|e| format!("control channel: {e}"))?;
    let commands = if is_shell {
        Some(Endpoint::take(handles).map_err(|e| format!("command channel: {e}"))?)
    } else {
        None
    };
    warm_up::warm_up(&fonts::bundled());
    Ok(Prepared { control, commands })
}

/// Waits for the fonts of the machine: what is laid out before them would be laid out twice.
fn fonts_of(started: &Started) -> Result<parley::FontContext, String> {
    let (entries, mut handles) = started.fonts().map_err(|error| error.to_string())?;
    let region = if entries.is_empty() {
        None
    } else {
        Some(handles.region().map_err(|e| format!("fonts: {e}"))?)
    };
    fonts::from_region(region, &entries).map_err(|error| format!("fonts: {error}"))
}
