//! The file of a trace, written by a thread of its own.
//!
//! Owns: the file, and what waits for the disk. Never: makes the broker wait, except at the end and
//! then not long; grows beyond its bound.

use crate::output::terminal::{FINISH_MAX, complain};
use crate::thread;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

/// Pieces that wait for the disk. One is what a reading of the rings has found.
const WAITING_MAX: usize = 64;
/// Their bytes.
const WAITING_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The list is complete without its end; see [`TraceFile::create`].
const END: &str = "\n]\n";

/// The file, and what is known of it.
pub struct TraceFile {
    path: PathBuf,
    pieces: SyncSender<Piece>,
    ended: Receiver<()>,
    shared: Arc<Shared>,
    bytes_max: Option<u64>,
    /// Bytes that were handed to the thread.
    bytes: u64,
    /// Events that there was no room for since the last ones that fitted.
    dropped: u64,
    dropped_in_all: u64,
}

/// What became of a trace so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Size of the file.
    pub bytes: u64,
    /// Events that are not in it.
    pub dropped: u64,
    /// Why it does not go on, if it does not.
    pub failure: Option<String>,
}

struct Piece {
    text: String,
    events: u64,
}

#[derive(Default)]
struct Shared {
    waiting_bytes: AtomicU64,
    written_bytes: AtomicU64,
    dropped: AtomicU64,
    failure: OnceLock<String>,
}

impl TraceFile {
    /// Creates the file. It is a list of events, one a line; Perfetto also opens one without an
    /// end, so that a browser killed by SIGKILL leaves a trace that can be read.
    ///
    /// # Errors
    /// It cannot be created, or is a pipe that nobody reads.
    pub fn create(path: &Path, bytes_max: Option<u64>) -> io::Result<TraceFile> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .custom_flags(OFlag::O_NONBLOCK.bits())
            .open(path)?;
        // Only the opening must not wait for a reader.
        let flags = OFlag::from_bits_retain(fcntl(&file, FcntlArg::F_GETFL)?);
        fcntl(&file, FcntlArg::F_SETFL(flags - OFlag::O_NONBLOCK))?;
        let (pieces, waiting) = sync_channel::<Piece>(WAITING_MAX);
        let (end, ended) = sync_channel::<()>(0);
        let shared = Arc::new(Shared::default());
        let (of_thread, shown) = (shared.clone(), path.display().to_string());
        thread::spawn("trace", move || {
            let _end = end;
            write_all(&file, waiting, &of_thread, &shown);
        })?;
        Ok(TraceFile {
            path: path.to_owned(),
            pieces,
            ended,
            shared,
            bytes_max,
            bytes: 0,
            dropped: 0,
            dropped_in_all: 0,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes so many events, soon; each begins with a comma and the first of all with none.
    pub fn write(&mut self, text: String, events: u64) {
        if text.is_empty() {
            return;
        }
        let text = match self.dropped {
            0 => text,
            count => format!("{}{text}", gap(count)),
        };
        let bytes = text.len() as u64;
        let waiting = self.shared.waiting_bytes.load(Ordering::Relaxed);
        let is_full = self.bytes_max.is_some_and(|max| self.bytes + bytes > max);
        if is_full && self.shared.failure.get().is_none() {
            let why = format!("the trace has reached its {} bytes", self.bytes);
            let _ = self.shared.failure.set(why);
        }
        let is_lost = self.shared.failure.get().is_some() || waiting + bytes > WAITING_BYTES_MAX;
        let piece = Piece { text, events };
        if is_lost || self.pieces.try_send(piece).is_err() {
            self.dropped += events;
            self.dropped_in_all += events;
            return;
        }
        self.shared
            .waiting_bytes
            .fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        self.dropped = 0;
    }

    /// What became of it so far.
    pub fn state(&self) -> State {
        State {
            bytes: self.shared.written_bytes.load(Ordering::Relaxed),
            dropped: self.dropped_in_all + self.shared.dropped.load(Ordering::Relaxed),
            failure: self.shared.failure.get().cloned(),
        }
    }

    /// Has what waits and the end written.
    pub fn finish(self) -> Ended {
        if self.dropped > 0 && self.shared.failure.get().is_none() {
            let piece = Piece {
                text: gap(self.dropped),
                events: 1,
            };
            let bytes = piece.text.len() as u64;
            if self.pieces.try_send(piece).is_ok() {
                self.shared
                    .waiting_bytes
                    .fetch_add(bytes, Ordering::Relaxed);
            }
        }
        // The thread ends when the pieces do.
        Ended {
            path: self.path,
            ended: self.ended,
            shared: self.shared,
            dropped: self.dropped_in_all,
        }
    }
}

/// A trace that is over, but perhaps not written yet.
pub struct Ended {
    path: PathBuf,
    ended: Receiver<()>,
    shared: Arc<Shared>,
    dropped: u64,
}

impl Ended {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What became of it so far.
    pub fn state(&self) -> State {
        State {
            bytes: self.shared.written_bytes.load(Ordering::Relaxed),
            dropped: self.dropped + self.shared.dropped.load(Ordering::Relaxed),
            failure: self.shared.failure.get().cloned(),
        }
    }

    /// Waits until it is written, but not long.
    pub fn wait(&self) -> State {
        let _ = self.ended.recv_timeout(FINISH_MAX);
        self.state()
    }
}

/// The event that says how many others there was no room for.
fn gap(count: u64) -> String {
    format!(
        ",\n{{\"ph\":\"M\",\"name\":\"events_dropped\",\"pid\":0,\"tid\":0,\"args\":\
         {{\"name\":\"{count} events did not fit here\",\"count\":{count}}}}}"
    )
}

/// What the thread does until the trace ends. After a failure it only counts.
fn write_all(mut file: &File, waiting: Receiver<Piece>, shared: &Shared, path: &str) {
    let mut has_begun = false;
    let mut has_failed = false;
    for Piece { text, events } in waiting {
        let bytes = text.len() as u64;
        if has_failed {
            shared.dropped.fetch_add(events, Ordering::Relaxed);
        } else {
            let text = if has_begun {
                text
            } else {
                format!("[{}", text.trim_start_matches(','))
            };
            has_begun = true;
            match file.write_all(text.as_bytes()) {
                Ok(()) => drop(shared.written_bytes.fetch_add(bytes, Ordering::Relaxed)),
                Err(error) => {
                    has_failed = true;
                    shared.dropped.fetch_add(events, Ordering::Relaxed);
                    let _ = shared.failure.set(error.to_string());
                    complain!("bulkhead: {path}: {error}. The trace ends here");
                }
            }
        }
        shared.waiting_bytes.fetch_sub(
            bytes.min(shared.waiting_bytes.load(Ordering::Relaxed)),
            Ordering::Relaxed,
        );
    }
    let end = if has_begun { END } else { "[\n]\n" };
    if !has_failed && let Err(error) = file.write_all(end.as_bytes()) {
        let _ = shared.failure.set(error.to_string());
        complain!("bulkhead: {path}: {error}. The trace has no end");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::io::Read;

    fn event(number: u32) -> String {
        format!(",\n{{\"n\":{number}}}")
    }

    fn read(path: &Path) -> Vec<Value> {
        let text = std::fs::read_to_string(path).expect("it is there");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[test]
    fn what_is_written_is_one_list_with_an_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("trace.json");
        let mut file = TraceFile::create(&path, None).expect("it can be created");
        for number in 0..3 {
            file.write(event(number), 1);
            file.write(String::new(), 0);
        }
        let state = file.finish().wait();
        assert_eq!((state.dropped, state.failure), (0, None));
        let numbers: Vec<Value> = read(&path).iter().map(|it| it["n"].clone()).collect();
        assert_eq!(numbers, [0, 1, 2]);
        // One in which nothing happened.
        TraceFile::create(&path, None)
            .expect("it can")
            .finish()
            .wait();
        assert_eq!(read(&path), [Value::Null; 0]);
    }

    #[test]
    fn what_does_not_fit_is_counted_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        assert!(TraceFile::create(&path, None).is_err(), "nobody reads");
        let reader = OpenOptions::new()
            .read(true)
            .custom_flags(OFlag::O_NONBLOCK.bits())
            .open(&path)
            .expect("it opens");
        let mut file = TraceFile::create(&path, None).expect("somebody reads");
        let long = format!(",\n{{\"n\":\"{}\"}}", "x".repeat(1024 * 1024));
        for _ in 0..40 {
            file.write(long.clone(), 1);
        }
        let dropped = file.state().dropped;
        assert!(
            dropped >= 40 - WAITING_BYTES_MAX / (1024 * 1024) - 1,
            "{dropped}"
        );
        let flags = OFlag::from_bits_retain(fcntl(&reader, FcntlArg::F_GETFL).expect("flags"));
        fcntl(&reader, FcntlArg::F_SETFL(flags - OFlag::O_NONBLOCK)).expect("flags");
        let reading = std::thread::spawn(move || {
            let (mut reader, mut text) = (reader, String::new());
            reader.read_to_string(&mut text).expect("text");
            text
        });
        let state = file.finish().wait();
        assert_eq!((state.dropped, state.failure), (dropped, None));
        let text = reading.join().expect("it is read");
        let all: Vec<Value> = serde_json::from_str(&text).expect("a list");
        let last = all.last().expect("one");
        assert_eq!(last["args"]["count"], dropped);
    }

    #[test]
    fn a_full_disk_and_a_bound_end_the_trace_and_are_counted() {
        let mut file = TraceFile::create(Path::new("/dev/full"), None).expect("it opens");
        file.write(event(1), 2);
        let state = file.finish().wait();
        assert_eq!((state.bytes, state.dropped), (0, 2));
        assert!(state.failure.is_some());

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("trace.json");
        let mut file = TraceFile::create(&path, Some(20)).expect("it can be created");
        for number in 0..10 {
            file.write(event(number), 1);
        }
        let state = file.finish().wait();
        let events = read(&path).len() as u64;
        assert_eq!(
            (events + state.dropped, state.failure.is_some()),
            (10, true)
        );
    }

    #[test]
    fn what_cannot_be_created_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(TraceFile::create(folder.path(), None).is_err());
        assert!(TraceFile::create(&folder.path().join("no/such"), None).is_err());
    }
}
