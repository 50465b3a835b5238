//! One stream of one page.

use crate::pipe;
use crate::poller::{Poller, Source};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use protocol::ids::ProcessId;
use std::io;
use std::os::fd::OwnedFd;

/// Room for events that the page has not read. The kernel may give less.
const PIPE_BYTES: i32 = 256 * 1024;

/// The write end, and what waits for room.
pub struct Stream {
    pub number: u32,
    pub process: ProcessId,
    /// What it shows.
    pub page: &'static str,
    pub pipe: OwnedFd,
    /// How much of what is told in pieces its reader knows.
    pub known: u64,
    /// The rest of the event that was written last.
    rest: Vec<u8>,
    /// How many events there was no room for since the last one that fitted.
    dropped: u64,
}

impl Stream {
    /// A stream, and the end to read from.
    pub fn open(
        number: u32,
        process: ProcessId,
        page: &'static str,
    ) -> io::Result<(Stream, OwnedFd)> {
        let (reader, writer) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        pipe::set_nonblocking(&writer)?;
        // A pipe of the usual size serves as well.
        let _ = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
        let stream = Stream {
            number,
            process,
            page,
            pipe: writer,
            known: 0,
            rest: Vec::new(),
            dropped: 0,
        };
        Ok((stream, reader))
    }

    /// Whether it has not been read up to the last event.
    pub fn is_waiting(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Writes an event of one line, or drops it if the last one has not been read. Returns false
    /// once nobody reads.
    pub fn tell(&mut self, poller: &Poller, data: &str) -> bool {
        if !self.rest.is_empty() {
            self.dropped += 1;
            return true;
        }
        if self.dropped > 0 {
            let count = std::mem::take(&mut self.dropped);
            self.rest = format!("event: dropped\ndata: {count}\n\n").into_bytes();
        }
        self.rest.extend_from_slice(b"data: ");
        self.rest.extend_from_slice(data.as_bytes());
        self.rest.extend_from_slice(b"\n\n");
        self.flush(poller)
    }

    /// Writes what waits, as far as there is room. Returns false once nobody reads.
    pub fn flush(&mut self, poller: &Poller) -> bool {
        while !self.rest.is_empty() {
            match nix::unistd::write(&self.pipe, &self.rest) {
                Ok(count) => drop(self.rest.drain(..count)),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => break,
                Err(_) => return false,
            }
        }
        let source = Source::Stream(self.number);
        let watched = poller.want_write(&self.pipe, source, !self.rest.is_empty());
        watched.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::read_some;

    fn opened(poller: &Poller) -> (Stream, OwnedFd) {
        let (stream, reader) = Stream::open(1, ProcessId(1), "processes").expect("a pipe");
        poller
            .add(&stream.pipe, Source::Stream(1))
            .expect("it can be watched");
        pipe::set_nonblocking(&reader).expect("a pipe");
        (stream, reader)
    }

    #[test]
    fn a_reader_that_does_not_read_loses_events_and_is_told_how_many() {
        let poller = Poller::new().expect("epoll");
        let (mut stream, reader) = opened(&poller);
        let event = "x".repeat(10_000);
        for _ in 0..100 {
            assert!(stream.tell(&poller, &event));
        }
        assert!(stream.rest.len() <= 3 * event.len(), "it keeps one event");
        let mut bytes = Vec::new();
        while !stream.rest.is_empty() {
            assert!(read_some(&reader, &mut bytes));
            assert!(stream.flush(&poller));
        }
        assert!(stream.tell(&poller, "last"));
        while read_some(&reader, &mut bytes) && !bytes.ends_with(b"data: last\n\n") {}
        let text = String::from_utf8(bytes).expect("text");
        let events = text.matches("data: xxx").count();
        let dropped = 100 - events;
        assert!(dropped > 0);
        let told = format!("event: dropped\ndata: {dropped}\n\ndata: last\n\n");
        assert!(text.ends_with(&told), "{}", &text[text.len() - 100..]);
    }

    #[test]
    fn a_stream_ends_with_its_reader() {
        let poller = Poller::new().expect("epoll");
        let (mut stream, reader) = opened(&poller);
        assert!(stream.tell(&poller, "1"));
        drop(reader);
        let ready = poller.wait(None).expect("it is told");
        assert_eq!(ready[0].source, Source::Stream(1));
        assert!(!stream.tell(&poller, "2"));
    }
}
