//! Reads the bytes of a document while they arrive.
//!
//! Owns: the read end of the body's pipe. Trusts: no sender; a body is cut at its limit. Never:
//! blocks: it reads only when poll(2) reports data.

use ipc::poll::{Interest, wait_one};
use protocol::limits::DOCUMENT_BYTES_MAX;
use shm::ShmError;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// Most bytes read before the loop looks at its other channels again.
const BYTES_PER_TURN_MAX: usize = 1024 * 1024;
const READ_BYTES: usize = 64 * 1024;

/// The body of one document.
#[derive(Debug, Default)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    /// How many of `bytes` have been taken.
    taken: usize,
    /// How many bytes there were before `bytes`.
    forgotten: usize,
    /// `None` once no more bytes will come.
    pipe: Option<OwnedFd>,
    /// Why the body is incomplete.
    cut: Option<String>,
}

impl Body {
    /// A complete body.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Body {
        let mut body = Body::default();
        body.append(bytes);
        body
    }

    /// A body that arrives through a pipe.
    pub(crate) fn of_pipe(pipe: OwnedFd) -> Body {
        Body {
            pipe: Some(pipe),
            ..Body::default()
        }
    }

    /// The first `bytes` bytes of a sealed region.
    pub(crate) fn of_region(region: OwnedFd, bytes: u64) -> Result<Body, ShmError> {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        Ok(Body::of_bytes(&shm::map_read_only(region, bytes)?))
    }

    /// The descriptor on which more comes.
    pub(crate) fn pipe(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Whether no more bytes will come.
    pub(crate) fn is_complete(&self) -> bool {
        self.pipe.is_none()
    }

    /// Why the body is incomplete. Returns it once.
    pub(crate) fn take_cut(&mut self) -> Option<String> {
        self.cut.take()
    }

    /// Stops reading.
    pub(crate) fn stop(&mut self) {
        self.pipe = None;
    }

    /// The bytes that are kept: all, as long as none are forgotten.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there are bytes to be taken.
    pub(crate) fn has_more(&self) -> bool {
        self.taken < self.bytes.len()
    }

    /// Whether all bytes have arrived, and most of those that are kept have been taken.
    pub(crate) fn is_nearly_taken(&self) -> bool {
        self.is_complete() && self.bytes.len() - self.taken <= self.forgotten + self.taken
    }

    /// Takes the next bytes, at most so many.
    pub(crate) fn take(&mut self, bytes_max: usize) -> &[u8] {
        let from = self.taken;
        self.taken = self.bytes.len().min(from + bytes_max);
        &self.bytes[from..self.taken]
    }

    /// Bytes are taken from there on, once more.
    pub(crate) fn rewind(&mut self, to: usize) {
        self.taken = to.min(self.bytes.len());
    }

    /// The bytes taken so far will not be needed again.
    pub(crate) fn forget_taken(&mut self) {
        // Moving the others costs less than what was taken.
        if self.taken >= self.bytes.len() - self.taken {
            self.forgotten += self.taken;
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
    }

    /// All bytes; none are left.
    pub(crate) fn take_all(&mut self) -> Vec<u8> {
        self.taken = 0;
        std::mem::take(&mut self.bytes)
    }

    /// Reads the bytes that have arrived.
    pub(crate) fn read_available(&mut self) {
        if self.is_complete() {
            return;
        }
        // On the heap: inlined into the loop's frame, an array would take its bytes from the stack
        // of everything that the loop calls.
        let mut buffer = vec![0; READ_BYTES];
        let mut left = BYTES_PER_TURN_MAX;
        while let Some(pipe) = &self.pipe {
            match read_ready(pipe.as_fd(), &mut buffer) {
                Ok(None) => return,
                Ok(Some(0)) => self.pipe = None,
                Ok(Some(count)) => {
                    self.append(&buffer[..count]);
                    left = left.saturating_sub(count);
                    if left == 0 {
                        return;
                    }
                }
                Err(error) => {
                    self.cut = Some(format!("the page was not read completely: {error}"));
                    self.pipe = None;
                }
            }
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = DOCUMENT_BYTES_MAX - self.forgotten - self.bytes.len();
        if bytes.len() > room {
            let limit = DOCUMENT_BYTES_MAX / (1024 * 1024);
            self.cut = Some(format!(
                "the page is larger than {limit} MiB; the rest is not shown"
            ));
            self.pipe = None;
        }
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// Reads if that does not block; `None` if it would.
pub(crate) fn read_ready(pipe: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    let ready = wait_one(pipe, Interest::Read, Some(Duration::ZERO))?;
    if !ready.any() {
        return Ok(None);
    }
    match nix::unistd::read(pipe, buffer) {
        Ok(count) => Ok(Some(count)),
        Err(nix::errno::Errno::EAGAIN | nix::errno::Errno::EINTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_pipe_is_read_to_its_end_and_never_blocks() {
        let (reader, mut writer) = io::pipe().expect("pipe");
        let mut body = Body::of_pipe(reader.into());
        body.read_available();
        assert!(!body.is_complete());
        writer.write_all(b"one").expect("write");
        body.read_available();
        assert_eq!(body.take(2), b"on");
        body.forget_taken();
        assert!(body.has_more());
        assert_eq!(body.take(2), b"e");
        drop(writer);
        body.read_available();
        assert!(body.is_complete());
        assert_eq!(body.take_cut(), None);
    }

    #[test]
    fn a_body_beyond_the_limit_is_cut_and_says_so() {
        let mut body = Body::of_bytes(&vec![b'x'; DOCUMENT_BYTES_MAX]);
        assert_eq!(body.take_cut(), None);
        body.take(DOCUMENT_BYTES_MAX);
        body.forget_taken();
        body.append(b"yz");
        assert!(!body.has_more());
        assert!(body.take_cut().expect("cut").contains("32 MiB"));
    }
}
