//! The Plumber, `bulkhead lab plumber`: a real pipe between two real processes, to fill, empty,
//! resize and close.
//!
//! Never: shows a state that the kernel did not report.

mod end;
mod engine;
mod lines;
mod plain;
mod serve;
mod sight;
mod snapshot;
mod step;
mod system;
mod tui;

pub use engine::Plumbing;
pub use serve::{Answer, Request};
pub use sight::Sight;
pub use snapshot::{EndView, Pipe, Snapshot, bytes};
pub use step::{BUTTONS, Button, Place, STEP_BYTES_MAX, Step};

use clap::Parser;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Our own executable, which both ends run.
const PROGRAM: &str = "/proc/self/exe";

/// A real pipe between two real processes: write, read, pause, resize, leave, and watch how the
/// kernel responds. Controlled by keys in a terminal; without one, use `--plain`.
#[derive(Debug, Parser)]
#[command(name = "bulkhead lab plumber", after_help = AFTER_HELP)]
struct Options {
    /// Read one step per line from standard input and print the result
    #[arg(long, conflicts_with = "serve")]
    plain: bool,

    /// The same with lines of JSON, for the browser
    #[arg(long, hide = true)]
    serve: bool,

    /// Run as one end of the pipe
    #[arg(long, hide = true, requires = "parent")]
    end: Option<end::Side>,

    /// The parent of that end
    #[arg(long, hide = true)]
    parent: Option<i32>,
}

const AFTER_HELP: &str = "Steps of --plain: write BYTES, flood, stop, read BYTES, read all, pause, \
                          resume, resize BYTES, sigpipe ignore, sigpipe default, reader leaves, \
                          writer leaves, again, show, help, quit";

/// Parses the arguments (the first two are the names of the subcommands) and runs what they say.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let options = match Options::try_parse_from(arguments.skip(1)) {
        Ok(options) => options,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    if let (Some(side), Some(parent)) = (options.end, options.parent) {
        return end::main(side, parent);
    }
    let plumbing = match Plumbing::start(Path::new(PROGRAM)) {
        Ok(plumbing) => plumbing,
        Err(error) => return fail(&format!("cannot start the pipe and its processes: {error}")),
    };
    let result = if options.plain {
        return plain::run(plumbing);
    } else if options.serve {
        serve::run(plumbing)
    } else {
        tui::run(plumbing)
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(text: &str) -> ExitCode {
    // If standard error is closed, there is nowhere to report this.
    let _ = writeln!(std::io::stderr(), "bulkhead lab plumber: {text}");
    ExitCode::from(1)
}
