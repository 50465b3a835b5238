//! Standard error without waiting for whoever reads it.
//!
//! Owns: nothing. Trusts: nobody to be reading. Never: blocks on a full pipe for longer than the
//! moment between looking and writing, or fails because the reader has gone.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::{self, Write};
use std::os::fd::AsFd;

/// What fits into a pipe that has any room at all (`PIPE_BUF`); what is longer is cut.
const BYTES_MAX: usize = 4096;

/// Text made fit for a terminal: control characters would let whoever wrote it (a child, a page)
/// write escape sequences. Lines and tabs stay.
pub fn printable(text: &str) -> String {
    let is_harmful = |c: char| c.is_control() && !matches!(c, '\t' | '\n');
    text.replace(is_harmful, "\u{fffd}")
}

/// Writes a line to standard error, [`printable`], if that takes it now. Otherwise the line is
/// lost: nothing that is said there is worth stopping a browser for.
pub fn write_line(line: &str) {
    let line = printable(line);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_through_that_a_terminal_would_obey() {
        assert_eq!(
            printable("a\tb\u{1b}[2J\u{9b}c\nd"),
            "a\tb\u{fffd}[2J\u{fffd}c\nd"
        );
    }
}
