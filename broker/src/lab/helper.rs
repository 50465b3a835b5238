//! Starts the lab's helper processes.
//!
//! Trusts: the helper, which is our own program. Never: gives a helper anything but its pipes.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Runs this program with those arguments; its standard output is a pipe to the broker.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command
        .args(arguments)
        .env_clear()
        // Ctrl+C in the terminal must reach the broker alone, which then ends the helper.
        .process_group(0)
        .stdout(Stdio::piped());
    command
}
