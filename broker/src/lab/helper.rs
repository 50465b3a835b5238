//! What the lab's helper processes have in common, and the reading of pipes without waiting.
//!
//! Owns: how a helper is started. Trusts: it, our own program. Never: hands it anything but its
//! pipes; blocks on one.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// A run of this program with those arguments, its standard output a pipe to us.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command
        .args(arguments)
        .env_clear()
        // So that Ctrl+C in the terminal reaches the broker alone, which then ends it.
        .process_group(0)
        .stdout(Stdio::piped());
    command
}

/// From now on nothing waits for this end of a pipe.
pub fn set_nonblocking(pipe: impl AsFd) -> io::Result<()> {
    fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(())
}

/// What can be read at once, at most 64 KiB of it; `false` at the end.
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
