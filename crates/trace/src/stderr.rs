//! Standard error without waiting for its reader.
//!
//! Trusts: that no other process writes to the same pipe, which holds for a child of the broker.
//! Never: waits for the reader of a pipe that only this process writes to; fails when the reader
//! has gone.

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

/// `text` made [`printable`], cut to what a pipe takes in one piece, and ended by one line feed.
pub fn line(text: &str) -> String {
    let text = printable(text);
    let end = text.floor_char_boundary(BYTES_MAX - 1);
    [text[..end].trim_end_matches('\n'), "\n"].concat()
}

/// Writes a [`line()`] to standard error if the reader has left room for it, and drops it
/// otherwise.
pub fn write_line(text: &str) {
    let stderr = io::stderr();
    let mut entry = [PollFd::new(stderr.as_fd(), PollFlags::POLLOUT)];
    let is_ready = poll(&mut entry, PollTimeout::ZERO).is_ok_and(|ready| ready > 0);
    if is_ready {
        // Standard error is unbuffered: one call a line. A reader that has gone does not matter.
        let _ = stderr.lock().write_all(line(text).as_bytes());
    }
}

/// A function that takes lines, as a writer of whole lines.
pub(crate) struct Lines(pub(crate) fn(&str));

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0)(&String::from_utf8_lossy(bytes));
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

    #[test]
    fn a_line_is_one_write_of_a_pipe() {
        assert_eq!(line("a\n\n"), "a\n");
        let cut = line(&"é".repeat(BYTES_MAX));
        assert!(cut.len() <= BYTES_MAX && cut.ends_with("é\n"));
    }
}
