//! Waiting that can be interrupted: a job's stop flag, and the one function through which a worker
//! ever blocks.
//!
//! Owns: which job a worker is at, and the bell (an eventfd) that wakes it. Trusts: nobody; a peer
//! that never answers costs at most the deadline. Never: blocks without also watching the bell, so
//! a cancelled load frees its worker at once, in whatever it is: connecting, resolving, reading, or
//! writing towards a renderer that does not read.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use thiserror::Error;

/// Why a wait ended without what was waited for.
#[derive(Debug, Error)]
pub enum WaitError {
    /// The deadline passed.
    #[error("timed out")]
    TimedOut,
    /// The job was stopped.
    #[error("stopped")]
    Stopped,
    /// The system refused to wait.
    #[error("cannot wait: {0}")]
    Failed(io::Error),
}

/// Ends one job early. Shared by who asks for the end and the worker that has the job.
#[derive(Debug, Default)]
pub struct Stop {
    stopped: AtomicBool,
    bell: Mutex<Option<Arc<EventFd>>>,
}

impl Stop {
    /// A job that goes on.
    pub fn new() -> Arc<Stop> {
        Arc::default()
    }

    /// Ends the job, now or when it would begin.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        if let Some(bell) = &*lock(&self.bell) {
            // Full (EAGAIN) means that the bell has been rung already.
            let _ = bell.write(1);
        }
    }

    /// Whether the job has been ended.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

/// The eventfd of one worker; made before the sandbox closes.
pub fn new_bell() -> io::Result<Arc<EventFd>> {
    let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
    Ok(Arc::new(EventFd::from_flags(flags)?))
}

struct Current {
    stop: Arc<Stop>,
    bell: Arc<EventFd>,
}

// ureq calls the transport and the resolver deep inside of a request and hands no context through,
// but always on the thread that runs the request: so the job at hand belongs to the thread.
thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// While it lives, waits of this thread end when the job is stopped.
pub struct AtWork(());

/// Declares that this thread now works for `stop`, reachable by `bell`.
pub fn begin(stop: &Arc<Stop>, bell: &Arc<EventFd>) -> AtWork {
    *lock(&stop.bell) = Some(bell.clone());
    let current = Current {
        stop: stop.clone(),
        bell: bell.clone(),
    };
    CURRENT.with_borrow_mut(|slot| *slot = Some(current));
    AtWork(())
}

impl Drop for AtWork {
    fn drop(&mut self) {
        if let Some(current) = CURRENT.with_borrow_mut(Option::take) {
            *lock(&current.stop.bell) = None;
            // After the line above nobody rings for this job, so the next one starts in silence.
            let _ = current.bell.read();
        }
    }
}

/// Whether this thread's job has been stopped.
pub fn is_stopped() -> bool {
    CURRENT.with_borrow(|current| current.as_ref().is_some_and(|c| c.stop.is_stopped()))
}

/// Waits until `fd` has one of `events` (or an error or hang-up, which count as such).
pub fn until(
    fd: BorrowedFd<'_>,
    events: PollFlags,
    deadline: Option<Instant>,
) -> Result<PollFlags, WaitError> {
    Ok(until_any(&[(fd, events)], deadline)?[0])
}

/// Waits until one of `fds` has one of its events; gives what each has.
pub fn until_any(
    fds: &[(BorrowedFd<'_>, PollFlags)],
    deadline: Option<Instant>,
) -> Result<Vec<PollFlags>, WaitError> {
    CURRENT.with_borrow(|current| {
        let mut polled: Vec<PollFd<'_>> = fds
            .iter()
            .map(|(fd, events)| PollFd::new(*fd, *events))
            .collect();
        if let Some(current) = current {
            polled.push(PollFd::new(current.bell.as_fd(), PollFlags::POLLIN));
        }
        loop {
            if current
                .as_ref()
                .is_some_and(|current| current.stop.is_stopped())
            {
                return Err(WaitError::Stopped);
            }
            let timeout = match deadline {
                None => PollTimeout::NONE,
                Some(deadline) => poll_timeout(remaining(deadline).ok_or(WaitError::TimedOut)?),
            };
            match poll(&mut polled, timeout) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(WaitError::Failed(errno.into())),
            }
            let ready: Vec<PollFlags> = polled[..fds.len()]
                .iter()
                .map(|fd| fd.revents().unwrap_or(PollFlags::POLLERR))
                .collect();
            if ready.iter().any(|events| !events.is_empty()) {
                return Ok(ready);
            }
        }
    })
}

/// The instant after that time, or none when the clock cannot tell it.
pub fn deadline_after(time: Duration) -> Option<Instant> {
    Instant::now().checked_add(time)
}

fn remaining(deadline: Instant) -> Option<Duration> {
    deadline
        .checked_duration_since(Instant::now())
        .filter(|time| !time.is_zero())
}

/// Rounds up, so that a poll never spins through the last part of a millisecond.
fn poll_timeout(time: Duration) -> PollTimeout {
    let millis = time.as_micros().div_ceil(1000).min(i32::MAX as u128) as i32;
    PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX)
}

/// Locks; a panic elsewhere left nothing half-done behind any of this crate's locks.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;
    use std::thread;

    #[test]
    fn a_stopped_job_stops_waiting() {
        let (near, _far) = UnixStream::pair().expect("pair");
        let stop = Stop::new();
        let bell = new_bell().expect("eventfd");
        let waiter = thread::spawn({
            let stop = stop.clone();
            move || {
                let _at_work = begin(&stop, &bell);
                until(near.as_fd(), PollFlags::POLLIN, None).map(|_| ())
            }
        });
        stop.stop();
        let outcome = waiter.join().expect("no panic");
        assert!(matches!(outcome, Err(WaitError::Stopped)), "{outcome:?}");
    }

    #[test]
    fn the_next_job_of_a_stopped_worker_is_not_disturbed() {
        let (near, _far) = UnixStream::pair().expect("pair");
        let bell = new_bell().expect("eventfd");
        let stopped = Stop::new();
        let at_work = begin(&stopped, &bell);
        stopped.stop();
        drop(at_work);
        stopped.stop();
        let _at_work = begin(&Stop::new(), &bell);
        let outcome = until(
            near.as_fd(),
            PollFlags::POLLIN,
            deadline_after(Duration::ZERO),
        );
        assert!(matches!(outcome, Err(WaitError::TimedOut)), "{outcome:?}");
        assert!(!is_stopped());
    }
}
