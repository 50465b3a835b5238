//! The command line: chooses how to run, after every flag has been checked.

mod backtraces;
mod crashes;
mod devtools;
mod options;
mod sandbox;
mod screenshot;
mod start;
mod tour;
mod window;

use crate::machine::display::DISPLAY_ADVICE;
use crate::output::clock;
use crate::output::terminal::{complain, complain_line, say};
use anyhow::Context;
use browser_core::EXIT_NO_WINDOW;
use clap::Parser;
use options::{Options, check};
use std::process::ExitCode;

/// Parses the command line and runs the browser accordingly. `pipe`: whether there is one for
/// devtools, or why not.
pub fn main(pipe: Result<(), String>) -> ExitCode {
    clock::start();
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => {
            // Help and version also arrive here, with status 0.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    if let Err(problem) = check(&options) {
        complain!("bulkhead: {problem}");
        return ExitCode::from(2);
    }
    if options.remote_debugging_pipe
        && let Err(problem) = pipe
    {
        complain!("bulkhead: --remote-debugging-pipe: {problem}");
        return ExitCode::from(2);
    }
    if let Err(reason) = trace::init_with("broker".to_owned(), &options.log, complain_line) {
        complain!(
            "bulkhead: --log {:?} is not a log filter: {reason}",
            options.log
        );
        return ExitCode::from(2);
    }
    match run(options) {
        Ok(code) => code,
        Err(error) => {
            complain!("bulkhead: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> anyhow::Result<ExitCode> {
    // No child of the broker needs more privileges than the broker.
    nix::sys::prctl::set_no_new_privs().context("no_new_privs")?;
    // In a lower tier, a child runs as the same user: it must not attach to the broker. Also, no
    // core file may contain pages.
    nix::sys::prctl::set_dumpable(false).context("not dumpable")?;
    if let Some(path) = options.screenshot.clone() {
        return screenshot::run(&options, &path);
    }
    if options.urls == ["crashes"] {
        return crashes::run(&options);
    }
    if options.urls == ["sandbox"] {
        return sandbox::run(&options);
    }
    // Asked once: a compositor that does not answer costs a second.
    let found = (!options.headless).then(|| options.display_server.find());
    let (server, unseen) = match found.transpose() {
        Ok(server) => (server, None),
        Err(why) => (None, Some(why)),
    };
    if unseen.is_some() && options.urls.is_empty() {
        say!("There is no display, so Bulkhead runs the tour in the terminal.");
        say!("(In a desktop session, the same command opens a window. See --help for more.)\n");
        return tour::run(&options, None);
    }
    if options.urls == ["tour"] {
        if let Some(why) = unseen {
            say!("The tour runs in the terminal: {why}.");
        }
        return tour::run(&options, server);
    }
    if let Some(why) = unseen {
        complain!("bulkhead: no window can be opened: {why}. {DISPLAY_ADVICE}");
        return Ok(ExitCode::from(EXIT_NO_WINDOW));
    }
    window::run(&options, server)
}
