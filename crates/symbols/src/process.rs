//! The process: reads the executable that it runs, seals itself, and answers until nobody asks.
//!
//! Owns: the channel on descriptor 3. Never: parses a byte of the file before the seal.

use crate::error::SymbolsError;
use crate::messages::{Answer, Question};
use crate::tables::Tables;
use ipc::{Endpoint, RecvError};
use sandbox::Role;
use std::fs;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::ExitCode;

/// The only argument of the process.
pub const ARGUMENT: &str = "--type=symbols";

/// The list of system calls that it gets: memory, time, and the channel that it was handed.
pub(crate) const ROLE: Role = Role::Renderer;

/// Answers until the asker closes the channel.
pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // Its standard error goes nowhere; the asker sees the end of the channel.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> Result<(), SymbolsError> {
    let failed = |error: String| SymbolsError::Channel(error);
    let channel = Endpoint::<Answer, Question>::from_fd(inherited());
    let (answers, questions) = channel.map_err(|error| failed(error.to_string()))?.split();
    let executable = fs::read("/proc/self/exe")?;
    let sealed = sandbox::seal(ROLE)?;
    let tried = sealed.canaries.iter();
    let tried = tried.map(|canary| (canary.layer.number(), canary.errno));
    let sent = answers.send(Answer::Sealed(tried.collect()));
    sent.map_err(|error| failed(error.to_string()))?;
    let tables = Tables::read(&executable)?;
    loop {
        let Question(addresses) = match questions.recv() {
            Ok(question) => question.message,
            Err(RecvError::Closed) => return Ok(()),
            Err(error) => return Err(failed(error.to_string())),
        };
        let names = addresses.iter().map(|address| tables.name(*address));
        let sent = answers.send(Answer::Names(names.collect()));
        sent.map_err(|error| failed(error.to_string()))?;
    }
}

#[allow(unsafe_code, reason = "takes descriptor 3 over")]
fn inherited() -> OwnedFd {
    // SAFETY: the launcher put the channel there for this process alone, and this function runs
    // once. Without a launcher the checks of `Endpoint::from_fd` fail, and the process ends.
    unsafe { OwnedFd::from_raw_fd(3) }
}
