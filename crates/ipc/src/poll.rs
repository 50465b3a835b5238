//! Waiting for descriptors with ppoll(2). Never: returns early because of a signal, or waits beyond
//! the timeout.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// What to wait for on one descriptor. A hang-up always counts too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// A hang-up alone.
    HangUp,
    /// Reading does not block.
    Read,
    /// Reading or writing does not block.
    ReadWrite,
    /// Writing does not block.
    Write,
}

/// The state of one descriptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Reading was asked for and does not block; it may yield data, the end, or an error.
    pub readable: bool,
    /// Writing was asked for and does not block; it may fail.
    pub writable: bool,
    /// The other end is closed, or the descriptor is in an error state. There may still be data.
    pub hung_up: bool,
}

impl Readiness {
    /// Whether anything holds.
    pub fn any(self) -> bool {
        self.readable || self.writable || self.hung_up
    }
}

/// Waits until at least one descriptor is ready or the timeout expires (`None`: no timeout). The
/// answer has one entry for each descriptor, in order; after a timeout none is ready.
pub fn wait(
    fds: &[(BorrowedFd<'_>, Interest)],
    timeout: Option<Duration>,
) -> io::Result<Vec<Readiness>> {
    let mut entries: Vec<_> = fds
        .iter()
        .map(|&(fd, interest)| PollFd::new(fd, flags(interest)))
        .collect();
    wait_entries(&mut entries, timeout)?;
    Ok(entries
        .iter()
        .zip(fds)
        .map(|(entry, &(_, interest))| readiness(entry, interest))
        .collect())
}

/// [`wait`] for one descriptor, without an allocation.
pub fn wait_one(
    fd: BorrowedFd<'_>,
    interest: Interest,
    timeout: Option<Duration>,
) -> io::Result<Readiness> {
    let mut entries = [PollFd::new(fd, flags(interest))];
    wait_entries(&mut entries, timeout)?;
    Ok(readiness(&entries[0], interest))
}

fn wait_entries(entries: &mut [PollFd<'_>], timeout: Option<Duration>) -> io::Result<()> {
    // A deadline too far away to be expressed is as good as none.
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut left = deadline.and(timeout);
    loop {
        match ppoll(entries, left.map(TimeSpec::from_duration), None) {
            Ok(_) => return Ok(()),
            Err(Errno::EINTR) => {
                left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn flags(interest: Interest) -> PollFlags {
    match interest {
        Interest::HangUp => PollFlags::empty(),
        Interest::Read => PollFlags::POLLIN,
        Interest::ReadWrite => PollFlags::POLLIN | PollFlags::POLLOUT,
        Interest::Write => PollFlags::POLLOUT,
    }
}

fn readiness(entry: &PollFd<'_>, interest: Interest) -> Readiness {
    let events = entry.revents().unwrap_or(PollFlags::empty());
    let hung_up = events.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL);
    let reads = matches!(interest, Interest::Read | Interest::ReadWrite);
    let writes = matches!(interest, Interest::Write | Interest::ReadWrite);
    Readiness {
        readable: reads && (hung_up || events.contains(PollFlags::POLLIN)),
        writable: writes && (hung_up || events.contains(PollFlags::POLLOUT)),
        hung_up,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsFd;

    #[test]
    fn time_that_runs_out_leaves_nothing_ready() {
        let (reader, _writer) = io::pipe().expect("pipe");
        let ready = wait(&[(reader.as_fd(), Interest::Read)], Some(Duration::ZERO)).expect("poll");
        assert_eq!(ready, [Readiness::default()]);
    }

    #[test]
    fn a_closed_writer_makes_its_reader_readable_and_hung_up() {
        let (reader, writer) = io::pipe().expect("pipe");
        drop(writer);
        let ready = wait_one(reader.as_fd(), Interest::Read, None).expect("poll");
        assert_eq!(
            ready,
            Readiness {
                readable: true,
                writable: false,
                hung_up: true
            }
        );
    }

    #[test]
    fn each_descriptor_gets_its_own_answer() {
        let (empty, _keep) = io::pipe().expect("pipe");
        let (full, mut writer) = io::pipe().expect("pipe");
        writer.write_all(b"x").expect("write");
        let fds = [
            (empty.as_fd(), Interest::Read),
            (full.as_fd(), Interest::Read),
            (writer.as_fd(), Interest::Write),
            (full.as_fd(), Interest::HangUp),
        ];
        let ready = wait(&fds, None).expect("poll");
        assert_eq!(
            ready.iter().map(|r| r.readable).collect::<Vec<_>>(),
            [false, true, false, false]
        );
        assert_eq!(
            ready.iter().map(|r| r.writable).collect::<Vec<_>>(),
            [false, false, true, false]
        );
        assert!(!ready[3].any());
    }
}
