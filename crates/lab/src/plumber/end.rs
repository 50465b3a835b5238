//! The program of either end: it obeys commands, sleeps in the kernel as any process would, and
//! reports the results.
//!
//! Owns: one end of the pipe (descriptor 0 of the reader, 1 of the writer), and a socket for
//! commands and reports (the other descriptor). Trusts: its parent, with which it dies. Never:
//! makes the pipe non-blocking.

use super::snapshot::bytes;
use super::system;
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::socket::{MsgFlags, recv, send};
use std::io::Write as _;
use std::os::fd::RawFd;
use std::process::ExitCode;
use std::time::Duration;

/// Interrupts a sleep in the kernel, so that the end reads its next command.
pub(super) const INTERRUPT: Signal = Signal::SIGUSR1;
/// Bytes of one write of a flood, and of one read of a reader that reads continuously.
const PIECE_BYTES: usize = 4096;
/// Pause of such a reader after each read: long enough to be watched.
const REST: Duration = Duration::from_millis(50);
/// Most bytes of a command or a report.
pub(super) const MESSAGE_BYTES_MAX: usize = 256;

/// The side of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Side {
    /// The end that writes.
    Writer,
    /// The end that reads.
    Reader,
}

/// What an end is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Intent {
    /// Waiting for a command.
    Idle,
    /// Moving this many more bytes.
    Bytes(usize),
    /// Moving bytes until told otherwise.
    Endless,
}

struct End {
    side: Side,
    socket: RawFd,
    intent: Intent,
    heard: u64,
    bytes: u64,
    last: String,
}

/// Runs until it is told to leave, or its parent closes the socket.
pub(super) fn main(side: Side, parent: i32) -> ExitCode {
    match prepare(side, parent).map(End::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "bulkhead lab plumber: {error}");
            ExitCode::FAILURE
        }
    }
}

fn prepare(side: Side, parent: i32) -> std::io::Result<End> {
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    if nix::unistd::getppid().as_raw() != parent {
        return Err(std::io::Error::other(
            "this is for Bulkhead's own processes",
        ));
    }
    system::interrupt_calls_by(INTERRUPT)?;
    system::ignore_sigpipe(false)?;
    Ok(End {
        side,
        socket: match side {
            Side::Writer => 0,
            Side::Reader => 1,
        },
        intent: Intent::Idle,
        heard: 0,
        bytes: 0,
        last: "nothing yet".to_owned(),
    })
}

impl End {
    fn run(mut self) {
        let pattern = [b'~'; 16 * PIECE_BYTES];
        let mut buffer = [0; 16 * PIECE_BYTES];
        self.report();
        loop {
            match self.next_command() {
                Heard::Command(command) => {
                    self.heard += 1;
                    if !self.obey(&command) {
                        return;
                    }
                    self.report();
                }
                Heard::Nothing if self.intent == Intent::Idle => {}
                Heard::Nothing => match self.side {
                    Side::Writer => self.write(&pattern),
                    Side::Reader => self.read(&mut buffer),
                },
                Heard::ParentGone => return,
            }
        }
    }

    /// The next command; waits for one only when idle.
    fn next_command(&self) -> Heard {
        let flags = if self.intent == Intent::Idle {
            MsgFlags::empty()
        } else {
            MsgFlags::MSG_DONTWAIT
        };
        let mut text = [0; MESSAGE_BYTES_MAX];
        match recv(self.socket, &mut text, flags) {
            Ok(0) => Heard::ParentGone,
            Ok(count) => Heard::Command(String::from_utf8_lossy(&text[..count]).into_owned()),
            Err(Errno::EAGAIN | Errno::EINTR) => Heard::Nothing,
            Err(_) => Heard::ParentGone,
        }
    }

    /// Obeys a command; `false` if the end must leave.
    fn obey(&mut self, command: &str) -> bool {
        let mut words = command.split(' ');
        match (words.next(), words.next().and_then(|n| n.parse().ok())) {
            (Some("move"), Some(bytes)) => {
                self.intent = match self.intent {
                    Intent::Bytes(left) => Intent::Bytes(left.saturating_add(bytes)),
                    _ => Intent::Bytes(bytes),
                };
            }
            (Some("endless"), _) => self.intent = Intent::Endless,
            (Some("idle"), _) => self.intent = Intent::Idle,
            (Some("leave"), _) => return false,
            (Some("sigpipe"), Some(ignored)) => {
                self.last = match system::ignore_sigpipe(ignored != 0) {
                    Ok(()) if ignored != 0 => "SIGPIPE is now ignored".to_owned(),
                    Ok(()) => "SIGPIPE now ends the process".to_owned(),
                    Err(error) => format!("signal: {}", error.desc()),
                };
            }
            _ => self.last = format!("unknown command {command:?}"),
        }
        true
    }

    fn write(&mut self, pattern: &[u8]) {
        let wanted = self.next_piece(pattern.len());
        // Standard output by its number, which /proc shows.
        match nix::unistd::write(std::io::stdout(), &pattern[..wanted]) {
            Ok(count) => self.moved("wrote", count),
            Err(Errno::EINTR) => {}
            Err(error) => {
                self.intent = Intent::Idle;
                self.last = format!("write: {error:?} ({})", error.desc());
                self.report();
            }
        }
    }

    fn read(&mut self, buffer: &mut [u8]) {
        let wanted = self.next_piece(buffer.len());
        match nix::unistd::read(std::io::stdin(), &mut buffer[..wanted]) {
            Ok(0) => {
                self.intent = Intent::Idle;
                self.last = "read: 0 bytes, the end of file".to_owned();
                self.report();
            }
            Ok(count) => {
                self.moved("read", count);
                if self.intent == Intent::Endless {
                    std::thread::sleep(REST);
                }
            }
            Err(Errno::EINTR) => {}
            Err(error) => {
                self.intent = Intent::Idle;
                self.last = format!("read: {error:?} ({})", error.desc());
                self.report();
            }
        }
    }

    fn next_piece(&self, most: usize) -> usize {
        match self.intent {
            Intent::Bytes(left) => left.min(most),
            _ => PIECE_BYTES,
        }
    }

    fn moved(&mut self, verb: &str, count: usize) {
        if let Intent::Bytes(left) = self.intent {
            let left = left.saturating_sub(count);
            self.intent = if left == 0 {
                Intent::Idle
            } else {
                Intent::Bytes(left)
            };
        }
        self.bytes += count as u64;
        self.last = format!("{verb} {}", bytes(count as u64));
        self.report();
    }

    /// Reports commands heard, bytes moved, the current intent, and the last result.
    fn report(&self) {
        let intent = match self.intent {
            Intent::Idle => "idle".to_owned(),
            Intent::Bytes(left) => left.to_string(),
            Intent::Endless => "endless".to_owned(),
        };
        let text = format!("{} {} {intent} {}", self.heard, self.bytes, self.last);
        let bytes = &text.as_bytes()[..text.len().min(MESSAGE_BYTES_MAX)];
        while send(self.socket, bytes, MsgFlags::MSG_NOSIGNAL) == Err(Errno::EINTR) {}
    }
}

enum Heard {
    Command(String),
    Nothing,
    ParentGone,
}
