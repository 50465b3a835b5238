//! Reads the standard error of one child, line by line, and collects the records of its crash
//! handlers.
//!
//! Owns: the read end of the pipe. Trusts: no line; a crash record is a claim of the dead process.
//! Never: blocks; keeps more than one line.

use crate::pipe::read_some;
use protocol::limits::{STDERR_BYTES_MAX, STDERR_BYTES_PER_SECOND, TEXT_BYTES_MAX};
use sandbox::crash::{CrashRecord, StackOverflow};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// Crash records of one child that are kept.
const RECORDS_MAX: usize = 8;

/// A child's standard error.
pub struct Stderr {
    pipe: OwnedFd,
    line: Vec<u8>,
    /// The current second of the rate limit.
    window_from: Instant,
    bytes_in_window: usize,
    /// The bytes passed on since the start of the child.
    shown_bytes: usize,
    /// The first record of each kind that its crash handlers wrote.
    pub crash: browser_core::Exit,
    /// All that they wrote, bounded.
    pub records: Vec<CrashRecord>,
}

impl Stderr {
    /// Reads from that end of the pipe. The caller has made it non-blocking.
    pub fn new(pipe: OwnedFd) -> Stderr {
        Stderr {
            pipe,
            line: Vec::new(),
            window_from: Instant::now(),
            bytes_in_window: 0,
            shown_bytes: 0,
            crash: browser_core::Exit::default(),
            records: Vec::new(),
        }
    }

    /// When to read again, if the child has written too much. Until then its pipe fills up, and the
    /// child waits instead of keeping the broker busy.
    pub fn paused_until(&self) -> Option<Instant> {
        (self.bytes_in_window >= STDERR_BYTES_PER_SECOND)
            .then(|| self.window_from + Duration::from_secs(1))
    }

    /// Reads at most one full pipe and passes each complete line to `sink`. Returns whether the
    /// pipe is still open.
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
            self.end(sink);
        }
        is_open
    }

    /// Passes the last line on, finished or not.
    pub fn end(&mut self, mut sink: impl FnMut(&str)) {
        self.end_line(&mut sink);
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
            sink("too much output; the rest is dropped");
        }
    }

    fn remember(&mut self, record: CrashRecord, line: &str) {
        tracing::info!("{line}");
        if self.records.len() < RECORDS_MAX {
            self.records.push(record.clone());
        }
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
            CrashRecord::Registers { .. } | CrashRecord::Trace { .. } => {}
        }
    }
}

impl AsFd for Stderr {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

/// A stack overflow, in the types of the core.
fn stack_of(overflow: StackOverflow) -> browser_core::Stack {
    match overflow {
        StackOverflow::Main { used } => browser_core::Stack::Main(browser_core::Usage {
            used,
            allowed: sandbox::crash::MAIN_STACK_BYTES,
        }),
        StackOverflow::Other => browser_core::Stack::Other,
    }
}

/// The requested bytes, if the line is the message of Rust's standard library before it aborts
/// without memory (`std::alloc::handle_alloc_error`).
fn refused_allocation(line: &str) -> Option<u64> {
    let bytes = line.strip_prefix("memory allocation of ")?;
    bytes.strip_suffix(" bytes failed")?.parse().ok()
}
