//! Writing to standard error without waiting for its reader.
//!
//! Trusts: no reader to read. Never: fails because the reader has gone, or blocks on a full pipe
//! (unless the pipe fills between the check and the write).

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::{self, Write};
use std::os::fd::AsFd;

/// A pipe with any room at all takes this much (`PIPE_BUF`); a longer line is cut.
const BYTES_MAX: usize = 4096;

/// Makes text safe for a terminal: replaces control characters, with which a child or a page could
/// write escape sequences. Line ends and tabs stay.
///
/// ```
/// assert_eq!(trace::printable("title\u{1b}[2J"), "title\u{fffd}[2J");
/// ```
pub fn printable(text: &str) -> String {
    let is_harmful = |c: char| c.is_control() && !matches!(c, '\t' | '\n');
    text.replace(is_harmful, "\u{fffd}")
}

/// Writes a [`printable`] line to standard error if there is room now. Otherwise the line is lost:
/// no log line is worth stopping a browser for.
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
        // Standard error is unbuffered: one call a line. A reader that has gone does not matter.
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
