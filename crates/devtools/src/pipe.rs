//! A client at the two descriptors of `--remote-debugging-pipe`: each message ends with a NUL.
//!
//! Owns: both descriptors, and what waits to be written. Never: blocks, or keeps more than its
//! bounds.

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Bytes that are read before others have their turn.
const READ_PER_TURN_MAX: usize = 1024 * 1024;

/// Both descriptors.
pub struct Pipe {
    reader: File,
    writer: File,
    /// A message of which the end has not come.
    begun: Vec<u8>,
    /// Whole messages.
    messages: VecDeque<String>,
    /// Whether nothing more comes.
    is_over: bool,
    written: Vec<u8>,
    /// How much of that is written.
    at: usize,
    /// Most bytes of one message of the client, and of what waits for it.
    bounds: (usize, usize),
}

impl Pipe {
    /// `bounds`: most bytes of one message of the client, and of what waits for it.
    ///
    /// # Errors
    /// The system refuses to make them non-blocking.
    pub fn new(reader: OwnedFd, writer: OwnedFd, bounds: (usize, usize)) -> io::Result<Pipe> {
        for fd in [reader.as_fd(), writer.as_fd()] {
            let flags = OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL)?);
            let access = flags & OFlag::O_ACCMODE;
            fcntl(fd, FcntlArg::F_SETFL(access | OFlag::O_NONBLOCK))?;
        }
        Ok(Pipe {
            reader: File::from(reader),
            writer: File::from(writer),
            begun: Vec::new(),
            messages: VecDeque::new(),
            is_over: false,
            written: Vec::new(),
            at: 0,
            bounds,
        })
    }

    pub fn reader(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }

    pub fn writer(&self) -> BorrowedFd<'_> {
        self.writer.as_fd()
    }

    /// Whether a whole message has been read and not taken.
    pub fn has_message(&self) -> bool {
        !self.messages.is_empty()
    }

    /// The next message; none: there is none yet.
    ///
    /// # Errors
    /// The client has closed its end, or its message is too long.
    pub fn next(&mut self) -> io::Result<Option<String>> {
        if self.messages.is_empty() {
            self.fill()?;
        }
        match self.messages.pop_front() {
            None if self.is_over => Err(ErrorKind::UnexpectedEof.into()),
            message => Ok(message),
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        let mut left = READ_PER_TURN_MAX;
        while left > 0 && !self.is_over {
            let count = match self.reader.read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.is_over = count == 0;
            left = left.saturating_sub(count);
            for piece in buffer[..count].split_inclusive(|byte| *byte == 0) {
                let (end, is_whole) = match piece.split_last() {
                    Some((0, before)) => (before, true),
                    _ => (piece, false),
                };
                if self.begun.len() + end.len() > self.bounds.0 {
                    return Err(io::Error::other("a message is too long"));
                }
                self.begun.extend_from_slice(end);
                if is_whole {
                    let message = std::mem::take(&mut self.begun);
                    self.messages
                        .push_back(String::from_utf8_lossy(&message).into_owned());
                }
            }
        }
        Ok(())
    }

    /// Has a text written, soon.
    ///
    /// # Errors
    /// Too much waits already: the client does not read.
    pub fn send(&mut self, text: &str) -> io::Result<()> {
        if self.written.len() - self.at + text.len() > self.bounds.1 {
            return Err(io::Error::other("the client does not read"));
        }
        if self.at > self.written.len() / 2 {
            self.written.drain(..self.at);
            self.at = 0;
        }
        self.written.extend_from_slice(text.as_bytes());
        self.written.push(0);
        Ok(())
    }

    /// Returns whether all is written.
    ///
    /// # Errors
    /// The client has closed its end.
    pub fn flush(&mut self) -> io::Result<bool> {
        while self.at < self.written.len() {
            match self.writer.write(&self.written[self.at..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.at += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.written.clear();
        self.at = 0;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ours, and the ends of the client: where it writes and where it reads.
    fn pipe(bounds: (usize, usize)) -> (Pipe, io::PipeWriter, io::PipeReader) {
        let (reader, theirs) = io::pipe().expect("a pipe");
        let (answers, writer) = io::pipe().expect("a pipe");
        let pipe = Pipe::new(reader.into(), writer.into(), bounds).expect("a pipe");
        (pipe, theirs, answers)
    }

    #[test]
    fn messages_come_whole_in_whatever_pieces_they_are_written() {
        let (mut pipe, mut client, _answers) = pipe((9, 9));
        client.write_all(b"one\0two\0th").expect("room");
        let mut next = || pipe.next().expect("open");
        assert_eq!(next().as_deref(), Some("one"));
        assert_eq!(next().as_deref(), Some("two"));
        assert_eq!(next(), None);
        client.write_all(b"ree\0\0\xff\0").expect("room");
        assert_eq!(next().as_deref(), Some("three"));
        assert_eq!(next().as_deref(), Some(""));
        assert_eq!(next().as_deref(), Some("\u{fffd}"));
        client.write_all(b"last\0half").expect("room");
        drop(client);
        assert_eq!(next().as_deref(), Some("last"));
        assert!(pipe.next().is_err());
    }

    #[test]
    fn what_is_too_long_ends_it() {
        let (mut pipe, mut client, _answers) = pipe((9, 9));
        client.write_all(b"0123456789").expect("room");
        assert!(pipe.next().is_err());
    }

    #[test]
    fn a_client_that_does_not_read_is_found_out_and_one_that_does_gets_all() {
        let (mut pipe, _client, mut answers) = pipe((9, 1_000_000));
        let text = "x".repeat(100_000);
        let mut sent = 0;
        while pipe.send(&text).is_ok() {
            sent += 1;
            assert!(!pipe.flush().expect("open") || sent == 1);
        }
        assert!(sent >= 9, "{sent}");
        let mut read = Vec::new();
        let mut buffer = vec![0; 65_536];
        while !pipe.flush().expect("open") {
            let count = answers.read(&mut buffer).expect("open");
            read.extend_from_slice(&buffer[..count]);
        }
        drop(pipe);
        answers.read_to_end(&mut read).expect("open");
        assert_eq!(read.len(), sent * (text.len() + 1));
        assert_eq!(read.iter().filter(|byte| **byte == 0).count(), sent);
    }

    #[test]
    fn a_closed_end_is_an_error() {
        let (mut pipe, _client, answers) = pipe((9, 9));
        drop(answers);
        pipe.send("x").expect("room");
        assert!(pipe.flush().is_err());
    }
}
