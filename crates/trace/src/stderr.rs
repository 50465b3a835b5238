//! Standard error without waiting for whoever reads it.
//!
//! Owns: nothing. Trusts: nobody to be reading. Never: blocks on a full pipe for longer than the
//! moment between looking and writing, or fails because the reader has gone.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::{self, Write};
use std::os::fd::AsFd;

/// What fits into a pipe that has any room at all (`PIPE_BUF`); what is longer is cut.
const BYTES_MAX: usize = 4096;

/// Writes a line to standard error if that takes it now. Otherwise the line is lost: nothing that
/// is said there is worth stopping a browser for.
pub fn write_line(line: &str) {
    let end = line.floor_char_boundary(BYTES_MAX - 1);
    write_now(
        [line[..end].trim_end_matches('\n'), "\n"]
            .concat()
            .as_bytes(),
    );
}

fn write_now(bytes: &[u8]) {
    let stderr = io::stderr();
    let mut entry = [PollFd::new(stderr.as_fd(), PollFlags::POLLOUT)];
    let is_ready = poll(&mut entry, PollTimeout::ZERO).is_ok_and(|ready| ready > 0);
    if is_ready {
        // Standard error has no buffer: one call a line. That the reader has gone is no matter.
        let _ = stderr.lock().write_all(bytes);
    }
}

/// [`write_line`] as a writer, for whole lines.
pub(crate) struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_line(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
