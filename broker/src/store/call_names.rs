//! Names for the calls in the backtraces of deaths, while somebody looks at them.
//!
//! Owns: the thread that asks the process that reads the executable, and the pipe that says when it
//! has done so. Never: makes the broker wait for a name, or asks twice for the same.

use crate::machine::calls;
use crate::poller::{Poller, Source};
use crate::thread;
use nix::fcntl::OFlag;
use sandbox::Support;
use sandbox::crash::CrashRecord;
use std::io;
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;
use symbols::{Asker, SymbolsError};

/// The names of a backtrace's calls, where they are known.
type Names = Vec<Option<String>>;

/// Backtraces and their names.
type Found = Result<Vec<(Vec<u64>, Names)>, SymbolsError>;

/// The names of the calls that were asked for.
#[derive(Default)]
pub struct CallNames {
    known: Vec<(Vec<u64>, Names)>,
    asking: Option<Asking>,
    /// Why there are no names, for users.
    failure: Option<String>,
}

struct Asking {
    thread: JoinHandle<Found>,
    /// Readable, because closed, once the thread has ended.
    ended: OwnedFd,
}

impl CallNames {
    /// The names of a backtrace's calls: empty as long as they are not known.
    pub fn of(&self, trace: &[u64]) -> &[Option<String>] {
        let mut known = self.known.iter();
        known
            .find(|(of, _)| of == trace)
            .map_or(&[], |(_, names)| names)
    }

    /// Why there are no names; nothing as long as there may be some.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Begins to ask for the names of these backtraces, unless it is under way. Forgets all others.
    pub fn want(&mut self, poller: &Poller, support: &Support, traces: Vec<Vec<u64>>) {
        if self.asking.is_some() || self.failure.is_some() {
            return;
        }
        self.known.retain(|(of, _)| traces.contains(of));
        let is_new = |trace: &Vec<u64>| !self.known.iter().any(|(of, _)| of == trace);
        let new: Vec<_> = traces.into_iter().filter(is_new).collect();
        if new.is_empty() {
            return;
        }
        match ask(poller, support.clone(), new) {
            Ok(asking) => self.asking = Some(asking),
            Err(error) => self.failure = Some(error.to_string()),
        }
    }

    /// Takes what the thread has found; to be called once its descriptor is readable.
    pub fn take(&mut self, poller: &Poller) {
        let Some(Asking { thread, ended }) = self.asking.take() else {
            return;
        };
        poller.remove(&ended);
        match thread.join() {
            Ok(Ok(found)) => self.known.extend(found),
            Ok(Err(error)) => self.failure = Some(error.to_string()),
            Err(_) => self.failure = Some("the thread that asks for them panicked".to_owned()),
        }
    }
}

/// The backtrace in what a crash handler said.
pub fn trace(crash: &[CrashRecord]) -> Option<&[u64]> {
    crash.iter().find_map(|record| match record {
        CrashRecord::Trace { addresses } if !addresses.is_empty() => Some(&**addresses),
        _ => None,
    })
}

fn ask(poller: &Poller, support: Support, traces: Vec<Vec<u64>>) -> io::Result<Asking> {
    let (ended, until_end) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
    let thread = thread::spawn("call names", move || {
        let found = names(&support, traces);
        drop(until_end);
        found
    })?;
    poller.add(&ended, Source::CallNames)?;
    Ok(Asking { thread, ended })
}

fn names(support: &Support, traces: Vec<Vec<u64>>) -> Found {
    let asker = Asker::start(support)?;
    let named = |trace: Vec<u64>| {
        let names = asker.names(&calls::of(trace.iter().copied()))?;
        Ok((trace, names))
    };
    traces.into_iter().map(named).collect()
}
