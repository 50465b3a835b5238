//! The descriptors that the event loop waits for: an epoll set with a token for each source.
//!
//! Owns: the epoll descriptor and the meaning of its tokens. Never: reads from a source.

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use protocol::ids::{ProcessId, TabId};
use std::os::fd::AsFd;
use std::time::Duration;

/// The owner and kind of a ready descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The bootstrap channel of a child.
    Bootstrap(ProcessId),
    /// The thread that asks for the names of calls, once it has ended.
    CallNames,
    /// The clipboard process.
    Clipboard,
    /// The control pipe of the automation.
    ControlFifo,
    /// The start of the program in a child.
    Execution(ProcessId),
    /// The settings of the desktop.
    Desktop,
    /// The fonts of the machine, once they are read.
    Fonts,
    /// The progress of the lab's measurement.
    LabProgress,
    /// The report of the lab's measurement.
    LabReport,
    /// A lane of a child, by its number; see [`Source::lane`].
    Lane(ProcessId, u8),
    /// The helper of a tab's Plumber.
    Plumber(TabId),
    /// The seccomp listener of a child.
    Seccomp(ProcessId),
    /// The terminal from which the tour is guided.
    Keyboard,
    /// Signals to the browser, and of the death of children.
    Signals,
    /// The standard error of a child.
    Stderr(ProcessId),
    /// The stream of a built-in page, by its number.
    Stream(u32),
}

/// One ready descriptor.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    /// Its owner and kind.
    pub source: Source,
    /// Whether it is writable.
    pub writable: bool,
    /// Whether its other side is gone for good.
    pub hung_up: bool,
}

/// The descriptors that the event loop waits for.
pub struct Poller {
    epoll: Epoll,
}

impl Poller {
    /// An empty set.
    pub fn new() -> nix::Result<Poller> {
        Ok(Poller {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
        })
    }

    /// Watches a descriptor until it is removed or closed: reports when it is readable.
    pub fn add(&self, fd: impl AsFd, source: Source) -> nix::Result<()> {
        self.epoll
            .add(fd, EpollEvent::new(EpollFlags::EPOLLIN, token(source)))
    }

    /// Also reports when the descriptor is writable, or no longer.
    pub fn want_write(&self, fd: impl AsFd, source: Source, wanted: bool) -> nix::Result<()> {
        let mut flags = EpollFlags::EPOLLIN;
        flags.set(EpollFlags::EPOLLOUT, wanted);
        self.epoll
            .modify(fd, &mut EpollEvent::new(flags, token(source)))
    }

    /// Stops watching a descriptor.
    pub fn remove(&self, fd: impl AsFd) {
        // No harm if it was not in the set.
        let _ = self.epoll.delete(fd);
    }

    /// Sleeps until a descriptor is ready or the timeout expires (`None`: no timeout). After a
    /// signal, returns early without descriptors.
    pub fn wait(&self, timeout: Option<Duration>) -> nix::Result<Vec<Ready>> {
        let mut events = [EpollEvent::empty(); 64];
        let timeout = match timeout {
            None => EpollTimeout::NONE,
            // Rounded up: waking before the deadline would turn into a busy loop.
            Some(timeout) => {
                let ms = timeout.as_micros().div_ceil(1000).min(i32::MAX as u128 / 2);
                EpollTimeout::try_from(i32::try_from(ms).unwrap_or(i32::MAX / 2))
                    .unwrap_or(EpollTimeout::NONE)
            }
        };
        let count = match self.epoll.wait(&mut events, timeout) {
            Ok(count) => count,
            Err(nix::errno::Errno::EINTR) => 0,
            Err(error) => return Err(error),
        };
        Ok(events[..count]
            .iter()
            .filter_map(|event| {
                Some(Ready {
                    source: source(event.data())?,
                    writable: event.events().contains(EpollFlags::EPOLLOUT),
                    hung_up: event.events().contains(EpollFlags::EPOLLHUP),
                })
            })
            .collect())
    }
}

impl Source {
    /// The lane of that number in [`crate::child::lanes::Lanes::all`].
    pub fn lane(process: ProcessId, number: usize) -> Source {
        Source::Lane(process, u8::try_from(number).unwrap_or(u8::MAX))
    }
}

/// The token of a source: its kind in the lowest byte, a lane's number in the next, an id above.
fn token(source: Source) -> u64 {
    let token = |id: u32, lane: u8, kind: u64| u64::from(id) << 16 | u64::from(lane) << 8 | kind;
    match source {
        Source::Bootstrap(process) => token(process.0, 0, 1),
        Source::ControlFifo => token(0, 0, 2),
        Source::LabProgress => token(0, 0, 4),
        Source::LabReport => token(0, 0, 5),
        Source::Lane(process, lane) => token(process.0, lane, 6),
        Source::Plumber(tab) => token(tab.0, 0, 7),
        Source::Seccomp(process) => token(process.0, 0, 8),
        Source::Signals => token(0, 0, 9),
        Source::Stderr(process) => token(process.0, 0, 10),
        Source::Clipboard => token(0, 0, 11),
        Source::Fonts => token(0, 0, 12),
        Source::Execution(process) => token(process.0, 0, 13),
        Source::Desktop => token(0, 0, 14),
        Source::Stream(number) => token(number, 0, 15),
        Source::Keyboard => token(0, 0, 16),
        Source::CallNames => token(0, 0, 17),
    }
}

fn source(token: u64) -> Option<Source> {
    let id = u32::try_from(token >> 16).ok()?;
    let [kind, lane, ..] = token.to_le_bytes();
    let process = ProcessId(id);
    Some(match kind {
        1 => Source::Bootstrap(process),
        2 => Source::ControlFifo,
        4 => Source::LabProgress,
        5 => Source::LabReport,
        6 => Source::Lane(process, lane),
        7 => Source::Plumber(TabId(id)),
        8 => Source::Seccomp(process),
        9 => Source::Signals,
        10 => Source::Stderr(process),
        11 => Source::Clipboard,
        12 => Source::Fonts,
        13 => Source::Execution(process),
        14 => Source::Desktop,
        15 => Source::Stream(id),
        16 => Source::Keyboard,
        17 => Source::CallNames,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_comes_back_from_its_token() {
        let process = ProcessId(u32::MAX);
        let sources = [
            Source::Bootstrap(process),
            Source::CallNames,
            Source::Clipboard,
            Source::ControlFifo,
            Source::Execution(process),
            Source::Desktop,
            Source::Fonts,
            Source::Keyboard,
            Source::LabProgress,
            Source::LabReport,
            Source::Lane(process, 0),
            Source::Lane(process, u8::MAX),
            Source::Plumber(TabId(7)),
            Source::Seccomp(process),
            Source::Signals,
            Source::Stderr(process),
            Source::Stream(u32::MAX),
        ];
        for expected in sources {
            assert_eq!(source(token(expected)), Some(expected));
        }
    }
}
