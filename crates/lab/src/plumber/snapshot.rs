//! The state of the pipe and its ends, in figures and in words, for all that show it.

use super::sight::{PIPE_READ, PIPE_WRITE, Sight};
use serde::{Deserialize, Serialize};

/// The end of a writer that SIGPIPE has ended.
const SIGPIPE_END: &str = "ended by SIGPIPE";

/// The pipe and its ends at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `None` once no process holds an end.
    pub pipe: Option<Pipe>,
    /// The writer.
    pub writer: EndView,
    /// The reader.
    pub reader: EndView,
    /// Whether the writer ignores SIGPIPE.
    pub is_sigpipe_ignored: bool,
    /// Why the last step was refused, or nothing.
    pub remark: String,
}

/// The buffer in the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipe {
    /// Bytes in it (`FIONREAD`).
    pub queued: u64,
    /// Bytes that it holds at most (`F_GETPIPE_SZ`).
    pub capacity: u64,
}

/// One of the two processes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndView {
    /// Its process id, kept after its end.
    pub pid: u32,
    /// What `/proc` shows of it; `None` once it has ended.
    pub sight: Option<Sight>,
    /// How it ended.
    pub ended: Option<String>,
    /// `idle`, `endless`, or the number of bytes left to move.
    pub intent: String,
    /// Bytes moved so far.
    pub bytes: u64,
    /// The result of its last system call on the pipe.
    pub last: String,
}

impl EndView {
    /// Whether it sleeps until the next command.
    fn waits_for_us(&self) -> bool {
        self.intent == "idle" && self.sight.as_ref().is_some_and(|sight| sight.letter == 'S')
    }

    /// Whether it sleeps in that kernel function.
    pub fn sleeps_in(&self, function: &str) -> bool {
        let sleeps = |sight: &Sight| sight.sleeps_in(function);
        self.intent != "idle" && self.sight.as_ref().is_some_and(sleeps)
    }

    /// Its state as the kernel shows it: `S sleeping in pipe_read`, `ended by SIGPIPE`.
    pub fn state(&self) -> String {
        if let Some(ended) = &self.ended {
            return ended.clone();
        }
        match &self.sight {
            None => "ending".to_owned(),
            Some(sight) => match &sight.place {
                None if sight.letter == 'S' => "S sleeping (the kernel hides where)".to_owned(),
                None => format!("{} {}", sight.letter, sight.state()),
                Some(place) => format!("{} {} in {place}", sight.letter, sight.state()),
            },
        }
    }

    /// What it intends to do.
    pub fn plan(&self, verb: &str) -> String {
        if self.ended.is_some() {
            return "nothing left to do".to_owned();
        }
        match self.intent.as_str() {
            "idle" => "waits for a command".to_owned(),
            "endless" => format!("{verb}s without end"),
            bytes => format!("has {bytes} more to {verb}"),
        }
    }
}

impl Snapshot {
    /// Whether nothing changes until the next step.
    pub(super) fn is_at_rest(&self) -> bool {
        let is_empty = self.pipe.is_none_or(|pipe| pipe.queued == 0);
        let has_writer = self.writer.ended.is_none();
        let writer_rests = self.writer.ended.is_some()
            || self.writer.waits_for_us()
            || (self.is_writer_asleep() && self.reader.ended.is_none());
        let reader_rests = self.reader.ended.is_some()
            || self.reader.waits_for_us()
            || (self.is_reader_asleep() && has_writer && is_empty);
        writer_rests && reader_rests
    }

    /// Whether the writer sleeps until there is room.
    pub fn is_writer_asleep(&self) -> bool {
        self.writer.sleeps_in(PIPE_WRITE)
    }

    /// Whether the reader sleeps until there are bytes.
    pub fn is_reader_asleep(&self) -> bool {
        self.reader.sleeps_in(PIPE_READ)
    }

    /// The state in a few words; also the title of the browser's page.
    pub fn headline(&self) -> &'static str {
        let Some(pipe) = self.pipe else {
            return match self.writer.ended.as_deref() {
                Some(SIGPIPE_END) => "SIGPIPE ended the writer: no reader was left",
                _ => "Both ends are gone, and with them the pipe",
            };
        };
        if self.writer.ended.is_some() {
            return if self.reader.last.contains("end of file") {
                "The writer is gone: the reader got the end of file"
            } else if pipe.queued > 0 {
                "The writer is gone; what it wrote can still be read"
            } else {
                "The writer is gone: the next read finds the end of file"
            };
        }
        if self.reader.ended.is_some() {
            return if self.writer.last.contains("EPIPE") {
                "The reader is gone: the writer got EPIPE"
            } else {
                "The reader is gone: the next write causes SIGPIPE or EPIPE"
            };
        }
        match (self.is_writer_asleep(), self.is_reader_asleep()) {
            (true, _) => "Full: the writer sleeps until there is room",
            (_, true) if pipe.queued == 0 => "Empty: the reader sleeps until there are bytes",
            _ if pipe.queued == 0 => "Empty, and nobody reads",
            _ if pipe.queued == pipe.capacity => "Full to the last byte; the next write will sleep",
            _ => "Partly filled",
        }
    }

    /// An explanation, or nothing.
    pub fn explanation(&self) -> String {
        let Some(pipe) = self.pipe else {
            return match self.writer.ended.as_deref() {
                Some(SIGPIPE_END) => {
                    "The writer wrote to a pipe that has no reader left. The kernel sent SIGPIPE, \
                     which ends a process that neither handles nor ignores it."
                        .to_owned()
                }
                _ => String::new(),
            };
        };
        if self.writer.last.contains("EPIPE") {
            return "SIGPIPE is ignored, so the write itself failed: EPIPE, broken pipe."
                .to_owned();
        }
        if self.is_writer_asleep() && pipe.queued < pipe.capacity {
            return "The capacity counts pages. A write starts a new page unless it fits into the \
                    last one, so the pages can run out before the bytes do. A write of up to \
                    4,096 bytes (PIPE_BUF) is never split."
                .to_owned();
        }
        String::new()
    }

    /// How full the pipe is, from 0 to 1.
    pub fn share(&self) -> f64 {
        match self.pipe {
            Some(pipe) if pipe.capacity > 0 => {
                (pipe.queued as f64 / pipe.capacity as f64).clamp(0.0, 1.0)
            }
            _ => 0.0,
        }
    }

    /// `4,096 of 65,536 bytes`.
    pub fn filling(&self) -> String {
        match self.pipe {
            Some(pipe) => format!(
                "{} of {} bytes",
                grouped(pipe.queued),
                grouped(pipe.capacity)
            ),
            None => "gone".to_owned(),
        }
    }
}

/// `1 byte`, `4,096 bytes`.
pub fn bytes(number: u64) -> String {
    let noun = if number == 1 { "byte" } else { "bytes" };
    format!("{} {noun}", grouped(number))
}

/// A number with its thousands separated.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (65_536, "65,536"),
            (1_048_576, "1,048,576"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
