//! The broker; also the start of its children, which run the same executable with `--type=ROLE`.
//!
//! Never: parses web content in the broker.
#![deny(unsafe_code)]

mod attack;
mod automation;
mod child;
mod cli;
mod clipboard;
mod glass;
mod handlers;
mod lab;
mod machine;
mod output;
mod pages;
mod perform;
mod pipe;
mod poller;
mod rings;
mod snapshot;
mod state;
mod store;
mod thread;
mod timeline;
mod tour;
mod turn;

use crate::output::terminal::complain;
use protocol::ids::Role;
use std::process::ExitCode;

/// Runs the whole program and returns its exit status.
pub fn main() -> ExitCode {
    let _finish = output::terminal::Finish;
    if std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == clipboard::process::ARGUMENT)
    {
        return clipboard::process::main();
    }
    if std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == symbols::ARGUMENT)
    {
        return symbols::main();
    }
    match child_role() {
        Some(Ok(role)) => run_child(role),
        Some(Err(name)) => {
            complain!(
                "bulkhead: unknown role {name:?}: --type is only for Bulkhead's own child processes"
            );
            ExitCode::from(2)
        }
        None if std::env::args_os().nth(1).is_some_and(|word| word == "lab") => {
            ::lab::main(std::env::args_os().skip(1))
        }
        None => {
            // First of all: the queues take the next numbers of descriptors that are free.
            let pipe = machine::inherited::check();
            output::terminal::open_queues();
            cli::main(pipe)
        }
    }
}

/// The role, if this process is a child: `--type=ROLE` is then the only argument.
fn child_role() -> Option<Result<Role, String>> {
    let argument = std::env::args_os().nth(1)?;
    let name = argument.to_str()?.strip_prefix("--type=")?.to_owned();
    Some(Role::from_name(&name).ok_or(name))
}

fn run_child(role: Role) -> ExitCode {
    match role {
        Role::Demo => demo::main(),
        Role::Devtools => devtools::main(),
        Role::Gpu => gpu::main(),
        Role::Network => network::main(),
        Role::Renderer => renderer::main(),
        Role::Shell => renderer::shell_main(),
        Role::X11Filter => x11_filter::main(),
    }
}
