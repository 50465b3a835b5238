//! A queue of lines for a reader that may stop reading.
//!
//! Owns: the bounded queue, its descriptor, and the thread that writes. Never: makes the caller
//! wait for the reader; tears, mixes or reorders lines; drops a line without a note.

use crate::output::clock;
use crate::thread;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use protocol::limits::{QUEUED_LINE_BYTES_MAX, QUEUED_LINES_MAX};
use serde_json::json;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The caller's end of a queue.
#[derive(Clone)]
pub struct LineQueue(Arc<Shared>);

/// The kind of a line, which decides how a gap is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Record,
    /// Text for the user.
    Text,
}

struct Shared {
    queue: Mutex<Queue>,
    /// Signals that a line was queued or written.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    entries: VecDeque<Entry>,
    lines: usize,
    bytes: usize,
    /// Whether the thread is writing a line.
    is_writing: bool,
    /// Why writing has failed, if so.
    failure: Option<Failure>,
}

enum Entry {
    Line(Vec<u8>),
    /// The number of lines dropped at this place.
    Gap {
        records: u64,
        texts: u64,
        /// When the first of them was dropped.
        at_ms: f64,
    },
}

/// Why a queue can no longer write.
#[derive(Clone, Debug)]
pub struct Failure(String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl LineQueue {
    /// Starts a queue to that file, with its thread.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(file: File) -> io::Result<LineQueue> {
        let queue = LineQueue(Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
        }));
        let shared = Arc::clone(&queue.0);
        let started = thread::spawn("lines", move || shared.write_to(&file));
        // Not joined: it may wait for its reader, and ends with the process.
        started.map(|_thread| queue)
    }

    /// Queues a line, which must end with a line feed. Drops and counts it if the queue is full.
    ///
    /// # Errors
    /// Writing has failed.
    pub fn push(&self, form: Form, line: &str) -> Result<(), Failure> {
        let mut queue = self.0.lock();
        if let Some(failure) = &queue.failure {
            return Err(failure.clone());
        }
        if queue.has_room_for(line.len()) {
            queue.push(line);
        } else {
            queue.drop_one(form);
        }
        self.0.changed.notify_all();
        Ok(())
    }

    /// Queues text of any length, and waits until everything is written.
    pub fn push_and_wait(&self, text: &str) {
        let mut queue = self.0.lock();
        queue.push(text);
        self.0.changed.notify_all();
        while !queue.is_done() {
            let woken = self.0.changed.wait(queue);
            queue = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until everything is written, or until the deadline. Returns the failure, if any.
    pub fn finish(&self, deadline: Instant) -> Option<Failure> {
        let mut queue = self.0.lock();
        while !queue.is_done() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.0.changed.wait_timeout(queue, left);
            queue = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        queue.failure.clone()
    }
}

impl Queue {
    fn has_room_for(&self, bytes: usize) -> bool {
        self.lines < QUEUED_LINES_MAX && self.bytes + bytes <= QUEUED_LINE_BYTES_MAX
    }

    fn push(&mut self, line: &str) {
        self.lines += 1;
        self.bytes += line.len();
        self.entries.push_back(Entry::Line(line.into()));
    }

    /// Drops the newest line, so that the gap is reported at its place in the order.
    fn drop_one(&mut self, form: Form) {
        if !matches!(self.entries.back(), Some(Entry::Gap { .. })) {
            self.entries.push_back(Entry::Gap {
                records: 0,
                texts: 0,
                at_ms: clock::now_ms(),
            });
        }
        if let Some(Entry::Gap { records, texts, .. }) = self.entries.back_mut() {
            match form {
                Form::Record => *records += 1,
                Form::Text => *texts += 1,
            }
        }
    }

    fn is_done(&self) -> bool {
        self.failure.is_some() || (self.entries.is_empty() && !self.is_writing)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, file: &File) {
        loop {
            let bytes = self.next();
            let result = write_all(file, &bytes);
            let mut queue = self.lock();
            queue.is_writing = false;
            let has_failed = result.is_err();
            if let Err(error) = result {
                queue.failure = Some(Failure(error.to_string()));
                queue.entries.clear();
            }
            drop(queue);
            self.changed.notify_all();
            if has_failed {
                return;
            }
        }
    }

    /// Takes the next bytes to write; sleeps until there are any.
    fn next(&self) -> Vec<u8> {
        let mut queue = self.lock();
        loop {
            if let Some(entry) = queue.entries.pop_front() {
                queue.is_writing = true;
                return match entry {
                    Entry::Line(line) => {
                        queue.lines -= 1;
                        queue.bytes -= line.len();
                        line
                    }
                    Entry::Gap {
                        records,
                        texts,
                        at_ms,
                    } => gap(records, texts, at_ms).into_bytes(),
                };
            }
            let woken = self.changed.wait(queue);
            queue = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The line that replaces dropped lines.
fn gap(records: u64, texts: u64, at_ms: f64) -> String {
    let mut told = String::new();
    if records > 0 {
        let record = json!({"record": "dropped", "count": records, "at_ms": at_ms});
        told += &format!("{record}\n");
    }
    if texts > 0 {
        told += &format!("[{texts} lines were dropped here because the reader was too slow]\n");
    }
    told
}

/// Writes a line with one call, so that the lines of two writers do not mix. Another process that
/// shares the open file may have made it non-blocking.
fn write_all(mut file: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let mut entry = [PollFd::new(file.as_fd(), PollFlags::POLLOUT)];
                poll(&mut entry, PollTimeout::NONE)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::time::Duration;

    fn queue() -> (LineQueue, File) {
        let (read, write) = nix::unistd::pipe().expect("pipe");
        let queue = LineQueue::start(File::from(write)).expect("a thread");
        (queue, File::from(read))
    }

    fn number(n: usize) -> String {
        format!("{n} {}\n", "x".repeat(90))
    }

    #[test]
    fn a_late_reader_gets_lines_in_order_and_the_size_of_each_gap_at_its_place() {
        let (queue, reader) = queue();
        let all = 4 * QUEUED_LINES_MAX;
        for n in 0..all {
            queue.push(Form::Text, &number(n)).expect("it is open");
        }
        let reading = std::thread::spawn(move || {
            let mut next = 0;
            let mut gaps = 0;
            for line in BufReader::new(reader).lines() {
                let line = line.expect("the pipe is read");
                let mut words = line.split(' ');
                let first = words.next().expect("a word");
                if let Some(count) = first.strip_prefix('[') {
                    next += count.parse::<usize>().expect("a count");
                    gaps += 1;
                    continue;
                }
                assert_eq!(first.parse::<usize>().ok(), Some(next), "{line}");
                if next == all {
                    break;
                }
                next += 1;
            }
            gaps
        });
        let is_done = || queue.finish(Instant::now() + Duration::from_secs(60));
        assert!(is_done().is_none());
        queue.push(Form::Text, &number(all)).expect("it is open");
        assert!(is_done().is_none());
        assert!(reading.join().expect("the order is kept") > 0);
    }

    #[test]
    fn a_reader_that_has_gone_is_reported_as_gone() {
        let (queue, reader) = queue();
        drop(reader);
        queue.push(Form::Record, "{}\n").expect("not tried yet");
        let failure = queue.finish(Instant::now() + Duration::from_secs(60));
        assert!(failure.is_some());
        assert!(queue.push(Form::Record, "{}\n").is_err());
    }

    #[test]
    fn a_gap_is_told_in_the_form_of_what_was_lost() {
        let record: serde_json::Value = serde_json::from_str(&gap(3, 0, 1.5)).expect("JSON");
        assert_eq!(
            (&record["count"], &record["record"]),
            (&json!(3), &json!("dropped"))
        );
        assert_eq!(record["at_ms"], json!(1.5));
        assert!(gap(0, 2, 1.5).starts_with("[2 lines"));
    }
}
