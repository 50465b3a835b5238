//! Reads from pipes without blocking.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::io;
use std::os::fd::AsFd;

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
