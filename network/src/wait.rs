//! Interruptible waiting: a job's stop flag, and the only function in which a worker blocks.
//!
//! Owns: the job of each worker, and the bell (an eventfd) that wakes the worker. Trusts: no peer
//! to answer; a silent one costs at most the deadline. Never: blocks without watching the bell. So
//! a cancelled load frees its worker at once, even while it connects, resolves a name, reads, or
//! writes to a renderer that does not read.

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

/// Why a wait ended early.
#[derive(Debug, Error)]
pub enum WaitError {
    /// The deadline passed.
    #[error("timed out")]
    TimedOut,
    /// The job was stopped.
    #[error("stopped")]
    Stopped,
    /// The system call failed.
    #[error("cannot wait: {0}")]
    Failed(io::Error),
}

/// Ends one job early. Shared by the canceller and the worker that runs the job.
#[derive(Debug, Default)]
pub struct Stop {
    stopped: AtomicBool,
    bell: Mutex<Option<Arc<EventFd>>>,
}

impl Stop {
    /// The flag of a job that has not been stopped.
    pub fn new() -> Arc<Stop> {
        Arc::default()
    }

    /// Stops the job now, or as soon as a worker takes it.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        if let Some(bell) = &*lock(&self.bell) {
            // Full (EAGAIN) means that the bell has been rung already.
            let _ = bell.write(1);
        }
    }

    /// Whether the job has been stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

/// The eventfd of one worker, to be made before the process is sealed.
pub fn new_bell() -> io::Result<Arc<EventFd>> {
    let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
    Ok(Arc::new(EventFd::from_flags(flags)?))
}

struct Current {
    stop: Arc<Stop>,
    bell: Arc<EventFd>,
}

// ureq calls the transport and the resolver deep inside a request and passes no context to them,
// but always on the thread that runs the request. So the current job belongs to the thread.
thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// As long as this value lives, stopping the job ends the waits of this thread.
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

/// Waits until one of `fds` has one of its events; returns the events of each.
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

/// The instant after that time; none if the clock cannot express it.
pub fn deadline_after(time: Duration) -> Option<Instant> {
    Instant::now().checked_add(time)
}

fn remaining(deadline: Instant) -> Option<Duration> {
    deadline
        .checked_duration_since(Instant::now())
        .filter(|time| !time.is_zero())
}

/// Rounds up, so that a poll does not spin through the last part of a millisecond.
fn poll_timeout(time: Duration) -> PollTimeout {
    let millis = time.as_micros().div_ceil(1000).min(i32::MAX as u128) as i32;
    PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX)
}

/// Locks, even after a panic: no lock of this crate guards half-done changes.
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
