//! A trace in memory, for a client of devtools: the same list as in a file.
//!
//! Owns: the memory, until it is handed over. Never: grows beyond its bound.

use shm::{Region, Unsealed};
use std::io;

/// The list is complete with it.
const END: &str = "\n]\n";

/// A trace that is being written.
pub struct MemoryTrace {
    memory: Unsealed,
    bytes_max: u64,
    bytes: u64,
    /// Events that there was no room for.
    dropped: u64,
    failure: Option<io::Error>,
}

/// A trace that is over.
pub struct Finished {
    /// The list, an event a line.
    pub region: Region,
    /// Events that are not in it.
    pub dropped: u64,
}

impl MemoryTrace {
    /// An empty one, of at most so many bytes.
    ///
    /// # Errors
    /// The system gives no memory.
    pub fn create(bytes_max: u64) -> io::Result<MemoryTrace> {
        Ok(MemoryTrace {
            memory: Unsealed::create("bulkhead-trace")?,
            bytes_max,
            bytes: 0,
            dropped: 0,
            failure: None,
        })
    }

    /// Adds so many events; each begins with a comma.
    pub fn write(&mut self, text: &str, events: u64) {
        if text.is_empty() {
            return;
        }
        let is_first = self.bytes == 0;
        let text = if is_first {
            text.trim_start_matches(',')
        } else {
            text
        };
        let bytes = (text.len() + END.len() + 1) as u64;
        if self.failure.is_some() || self.bytes + bytes > self.bytes_max {
            self.dropped += events;
            return;
        }
        let begin = if is_first { "[" } else { "" };
        let written = self.memory.write(begin.as_bytes());
        let written = written.and_then(|()| self.memory.write(text.as_bytes()));
        self.bytes += (begin.len() + text.len()) as u64;
        self.failure = written.err();
    }

    /// Bytes so far, and events that there was no room for.
    pub fn state(&self) -> (u64, u64) {
        (self.bytes, self.dropped)
    }

    /// The whole of it.
    ///
    /// # Errors
    /// The system had no memory for it.
    pub fn finish(mut self) -> io::Result<Finished> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        let end = if self.bytes == 0 { "[\n]\n" } else { END };
        self.memory.write(end.as_bytes())?;
        Ok(Finished {
            region: self.memory.seal()?,
            dropped: self.dropped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn read(finished: &Finished) -> Vec<Value> {
        let fd = finished.region.dup().expect("a descriptor");
        let map = shm::map_read_only(fd, finished.region.bytes()).expect("sealed");
        serde_json::from_slice(&map).expect("a list")
    }

    #[test]
    fn what_is_written_is_one_list_and_what_does_not_fit_is_counted() {
        let mut trace = MemoryTrace::create(40).expect("memory");
        for number in 0..9 {
            trace.write(&format!(",\n{{\"n\":{number}}}"), 1);
            trace.write("", 0);
        }
        let finished = trace.finish().expect("written");
        let events = read(&finished);
        assert_eq!(events[0]["n"], 0);
        assert_eq!(events.len() as u64 + finished.dropped, 9);
        assert!(finished.dropped > 0 && finished.region.bytes() <= 40);
        let empty = MemoryTrace::create(40).expect("memory");
        assert!(read(&empty.finish().expect("written")).is_empty());
    }
}
