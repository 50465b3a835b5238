//! `bulkhead lab …`: what may be said, and what is then run.

use crate::Mechanism;
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Every mechanism by which processes talk: measured, or one of them in the hand.
#[derive(Debug, Parser)]
#[command(name = "bulkhead lab")]
struct Options {
    /// One of them; without it, the table over all
    mechanism: Option<String>,
}

/// Parses the arguments (the first is the name of the subcommand) and runs what they say.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    if arguments.get(1).is_some_and(|word| word == "plumber") {
        return crate::plumber::main(arguments.into_iter());
    }
    let arguments = arguments.into_iter();
    let options = match Options::try_parse_from(arguments) {
        Ok(options) => options,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match options.mechanism.as_deref().map(Mechanism::from_name) {
        Some(None) => ExitCode::from(2),
        _ => ExitCode::SUCCESS,
    }
}
