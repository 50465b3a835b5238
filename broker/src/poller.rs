//! What the event loop waits for: an epoll set whose tokens name the child and which of its
//! descriptors is ready.
//!
//! Owns: the epoll descriptor and the meaning of its tokens. Trusts: the kernel. Never: reads what
//! is ready.

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use protocol::ids::{ProcessId, TabId};
use std::os::fd::AsFd;
use std::time::Duration;

/// Which descriptor is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The bootstrap channel of a child.
    Bootstrap(ProcessId),
    /// The shell's command channel.
    Commands(ProcessId),
    /// The control channel of a child.
    Control(ProcessId),
    /// The control pipe of the automation.
    ControlFifo,
    /// The process descriptor of a child: it is dead.
    Exit(ProcessId),
    /// What the lab's measurement says it is doing.
    LabProgress,
    /// The report of the lab's measurement.
    LabReport,
    /// The helper of a tab's Plumber.
    Plumber(TabId),
    /// The seccomp listener of a child.
    Seccomp(ProcessId),
    /// Signals to the browser.
    Signals,
    /// The standard error of a child.
    Stderr(ProcessId),
}

/// One ready descriptor.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    /// Which.
    pub source: Source,
    /// Whether it can be written to.
    pub writable: bool,
}

/// The set.
pub struct Set {
    epoll: Epoll,
}

impl Set {
    /// An empty set.
    pub fn new() -> nix::Result<Set> {
        Ok(Set {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
        })
    }

    /// Waits for that descriptor to become readable, until it is removed or closed.
    pub fn add(&self, fd: impl AsFd, source: Source) -> nix::Result<()> {
        self.epoll
            .add(fd, EpollEvent::new(EpollFlags::EPOLLIN, token(source)))
    }

    /// Also waits for it to become writable, or no longer.
    pub fn want_write(&self, fd: impl AsFd, source: Source, wanted: bool) -> nix::Result<()> {
        let mut flags = EpollFlags::EPOLLIN;
        flags.set(EpollFlags::EPOLLOUT, wanted);
        self.epoll
            .modify(fd, &mut EpollEvent::new(flags, token(source)))
    }

    /// Waits for it no longer.
    pub fn remove(&self, fd: impl AsFd) {
        // Nothing is lost if it was not in the set.
        let _ = self.epoll.delete(fd);
    }

    /// Sleeps until something is ready or the time is over (`None`: for ever). A signal ends the
    /// sleep early with nothing.
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
                })
            })
            .collect())
    }
}

fn token(source: Source) -> u64 {
    let of = |process: ProcessId, kind: u64| (u64::from(process.0) << 8) | kind;
    match source {
        Source::Bootstrap(process) => of(process, 1),
        Source::Commands(process) => of(process, 2),
        Source::Control(process) => of(process, 3),
        Source::ControlFifo => 4,
        Source::Exit(process) => of(process, 5),
        Source::Seccomp(process) => of(process, 6),
        Source::Signals => 7,
        Source::Stderr(process) => of(process, 8),
        Source::LabProgress => 10,
        Source::LabReport => 11,
        Source::Plumber(tab) => (u64::from(tab.0) << 8) | 9,
    }
}

fn source(token: u64) -> Option<Source> {
    let id = u32::try_from(token >> 8).ok()?;
    let process = ProcessId(id);
    Some(match token & 0xff {
        1 => Source::Bootstrap(process),
        2 => Source::Commands(process),
        3 => Source::Control(process),
        4 => Source::ControlFifo,
        5 => Source::Exit(process),
        6 => Source::Seccomp(process),
        7 => Source::Signals,
        8 => Source::Stderr(process),
        9 => Source::Plumber(TabId(id)),
        10 => Source::LabProgress,
        11 => Source::LabReport,
        _ => return None,
    })
}
