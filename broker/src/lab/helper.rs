//! The common part of the lab's helper processes, and reading from pipes without blocking.
//!
//! Trusts: the helper, which is our own program. Never: gives a helper anything but its pipes;
//! blocks on one.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::io;
use std::os::fd::AsFd;
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

/// Makes this end of a pipe non-blocking.
pub fn set_nonblocking(pipe: impl AsFd) -> io::Result<()> {
    fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(())
}

/// Reads what is available, at most 64 KiB. `false` at the end of the pipe.
pub fn read_some(pipe: impl AsFd, into: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 4096];
    for _ in 0..16 {
        match nix::unistd::read(pipe.as_fd(), &mut buffer) {
            Ok(0) => return false,
            Ok(count) => into.extend_from_slice(&buffer[..count]),
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => break,
            Err(_) => return false,
        }
    }
    true
}
