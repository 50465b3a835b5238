//! The standard error of one child: read without blocking, cut into lines, with the records of its
//! crash handlers taken out.
//!
//! Owns: the read end of the pipe. Trusts: nothing that is written there; a crash record is a claim
//! of the process that died. Never: blocks, or keeps more than one line.

use crate::lab::helper::read_some;
use protocol::limits::{STDERR_BYTES_MAX, STDERR_BYTES_PER_SECOND, TEXT_BYTES_MAX};
use sandbox::crash::{CrashRecord, StackOverflow};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// A child's standard error.
pub struct Stderr {
    pipe: OwnedFd,
    line: Vec<u8>,
    /// The second that is counted.
    window_from: Instant,
    bytes_in_window: usize,
    /// What has been handed on since its start.
    shown_bytes: usize,
    /// What its crash handlers wrote, the first record of each kind.
    pub crash: browser_core::Exit,
}

impl Stderr {
    /// The read end of the pipe, made non-blocking by the caller.
    pub fn new(pipe: OwnedFd) -> Stderr {
        Stderr {
            pipe,
            line: Vec::new(),
            window_from: Instant::now(),
            bytes_in_window: 0,
            shown_bytes: 0,
            crash: browser_core::Exit::default(),
        }
    }

    /// When more may be read, if it has written too much lately: until then its pipe fills, and it
    /// waits for us instead of keeping us busy.
    pub fn paused_until(&self) -> Option<Instant> {
        (self.bytes_in_window >= STDERR_BYTES_PER_SECOND)
            .then(|| self.window_from + Duration::from_secs(1))
    }

    /// Reads at most a pipe's worth, hands each whole line to `sink`, and says whether the pipe is
    /// still open.
    pub fn read(&mut self, mut sink: impl FnMut(&str)) -> bool {
        let now = Instant::now();
        if now.duration_since(self.window_from) >= Duration::from_secs(1) {
            self.window_from = now;
            self.bytes_in_window = 0;
        }
        let mut bytes = Vec::new();
        let is_open = read_some(&self.pipe, &mut bytes);
        self.bytes_in_window += bytes.len();
        self.take(&bytes, &mut sink);
        if !is_open {
            self.end_line(&mut sink);
        }
        is_open
    }

    fn take(&mut self, bytes: &[u8], sink: &mut impl FnMut(&str)) {
        for &byte in bytes {
            if byte == b'\n' || self.line.len() >= TEXT_BYTES_MAX {
                self.end_line(sink);
            }
            if byte != b'\n' {
                self.line.push(byte);
            }
        }
    }

    fn end_line(&mut self, sink: &mut impl FnMut(&str)) {
        if self.line.is_empty() {
            return;
        }
        let line = trace::printable(&String::from_utf8_lossy(&self.line));
        self.line.clear();
        if let Some(record) = sandbox::crash::parse(&line) {
            return self.remember(record, &line);
        }
        if let Some(bytes) = refused_allocation(&line) {
            self.crash.allocation_refused.get_or_insert(bytes);
        }
        let shown_before = self.shown_bytes;
        self.shown_bytes = shown_before.saturating_add(line.len());
        if shown_before > STDERR_BYTES_MAX {
            return;
        }
        sink(&line);
        if self.shown_bytes > STDERR_BYTES_MAX {
            sink("it has written too much; the rest is left out");
        }
    }

    fn remember(&mut self, record: CrashRecord, line: &str) {
        tracing::info!("{line}");
        match record {
            CrashRecord::Signal { number, stack, .. } => {
                if self.crash.reported_signal.is_none() {
                    self.crash.reported_signal = Some(number);
                    self.crash.stack_overflow = stack.map(stack_of);
                }
            }
            CrashRecord::Panic { message } => {
                self.crash.panic.get_or_insert(message);
            }
        }
    }
}

impl AsFd for Stderr {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

/// A used-up stack in the core's words.
fn stack_of(overflow: StackOverflow) -> browser_core::Stack {
    match overflow {
        StackOverflow::Main { used } => browser_core::Stack::Main(browser_core::Usage {
            used,
            allowed: sandbox::crash::MAIN_STACK_BYTES,
        }),
        StackOverflow::Other => browser_core::Stack::Other,
    }
}

/// The bytes that were asked for, if this is what Rust's standard library writes before it aborts
/// for want of memory (`std::alloc::handle_alloc_error`).
fn refused_allocation(line: &str) -> Option<u64> {
    let bytes = line.strip_prefix("memory allocation of ")?;
    bytes.strip_suffix(" bytes failed")?.parse().ok()
}
