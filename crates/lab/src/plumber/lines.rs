//! Lines from standard input, with a time limit for each.
//!
//! Never: keeps a line beyond its bound.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::VecDeque;
use std::io::Stdin;
use std::os::fd::AsFd;

const LINE_BYTES_MAX: usize = 4096;

/// Standard input, split into lines.
pub(super) struct Lines {
    input: Stdin,
    begun: Vec<u8>,
    whole: VecDeque<String>,
    is_ended: bool,
}

/// The result of a read.
pub(super) enum Got {
    /// A line, without its end.
    Line(String),
    /// No line within the time.
    Nothing,
    /// The end of the input.
    End,
}

impl Lines {
    /// Starts reading.
    pub(super) fn new() -> Lines {
        Lines {
            input: std::io::stdin(),
            begun: Vec::new(),
            whole: VecDeque::new(),
            is_ended: false,
        }
    }

    /// The next line, if one arrives within that many milliseconds.
    pub(super) fn next(&mut self, at_most_ms: u16) -> Got {
        if self.whole.is_empty() && !self.is_ended {
            self.read(at_most_ms);
        }
        match self.whole.pop_front() {
            Some(line) => Got::Line(line),
            None if self.is_ended => Got::End,
            None => Got::Nothing,
        }
    }

    fn read(&mut self, at_most_ms: u16) {
        let mut waited = [PollFd::new(self.input.as_fd(), PollFlags::POLLIN)];
        match poll(&mut waited, PollTimeout::from(at_most_ms)) {
            Ok(0) | Err(Errno::EINTR) => return,
            Ok(_) => {}
            Err(_) => self.is_ended = true,
        }
        let mut buffer = [0; 1024];
        match nix::unistd::read(&self.input, &mut buffer) {
            Ok(0) => self.end(),
            Ok(count) => self.add(&buffer[..count]),
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            Err(_) => self.end(),
        }
    }

    fn end(&mut self) {
        if !self.begun.is_empty() {
            self.add(b"\n");
        }
        self.is_ended = true;
    }

    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.begun);
                self.whole
                    .push_back(String::from_utf8_lossy(&line).into_owned());
            } else if self.begun.len() < LINE_BYTES_MAX {
                self.begun.push(byte);
            }
        }
    }
}
