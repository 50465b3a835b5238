//! Interruptible waiting: a load's stop flag, and the only function in which a load waits.
//!
//! Owns: what belongs to the load that runs on this thread. Trusts: no peer to answer; a silent one
//! costs at most the deadline. Never: blocks the thread of the loads. A load that waits gives its
//! turn to the others, and a cancelled one gets it back at once, even while it connects, resolves a
//! name, reads, or writes to a renderer that does not read.

use crate::web::spaces::Reach;
use fiber::Outside;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use protocol::request::RequestTimes;
use std::cell::{Cell, RefCell};
use std::io;
use std::net::IpAddr;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use thiserror::Error;

/// After so many reads and writes that did not have to wait, a load gives its turn to the others:
/// a server that is quicker than everybody else holds nobody up.
const BURST: u32 = 16;

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

/// Ends one job early. Shared by the canceller and the job. Who sets it must wake the thread of the
/// loads, as the queue does.
#[derive(Debug, Default)]
pub struct Stop {
    stopped: AtomicBool,
    woken: AtomicBool,
}

impl Stop {
    /// The flag of a job that has not been stopped.
    pub fn new() -> Arc<Stop> {
        Arc::default()
    }

    /// Stops the job.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Whether the job has been stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Ends the job's wait in [`until_woken`], or the next one.
    pub fn wake(&self) {
        self.woken.store(true, Ordering::SeqCst);
    }

    fn is_woken(&self) -> bool {
        self.woken.load(Ordering::SeqCst)
    }
}

/// What belongs to one load and not to its thread.
#[derive(Debug)]
pub struct Load {
    stop: Arc<Stop>,
    has_connected: Cell<bool>,
    at_once: Cell<u32>,
    reach: Cell<Reach>,
    refused: Cell<Option<IpAddr>>,
    peer: Cell<Option<IpAddr>>,
    /// Since when its times are noted; none: nobody looks.
    clock: Cell<Option<Instant>>,
    times: Cell<RequestTimes>,
}

impl Load {
    /// A load that `stop` ends.
    pub fn new(stop: Arc<Stop>) -> Rc<Load> {
        Rc::new(Load {
            stop,
            has_connected: Cell::new(false),
            at_once: Cell::new(0),
            reach: Cell::new(Reach::ALL),
            refused: Cell::new(None),
            peer: Cell::new(None),
            clock: Cell::new(None),
            times: Cell::default(),
        })
    }

    /// Whether it has been stopped.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    /// Whether it need not wait any more, whatever it waits for.
    pub fn is_called(&self) -> bool {
        self.stop.is_stopped() || self.stop.is_woken()
    }

    /// Stops it at its next wait.
    pub fn stop(&self) {
        self.stop.stop();
    }

    /// How long its times are noted, in microseconds.
    fn past_us(&self) -> Option<u32> {
        let past = self.clock.get()?.elapsed();
        Some(u32::try_from(past.as_micros()).unwrap_or(u32::MAX))
    }

    /// Gives it a turn: `run` runs it until it waits or ends.
    pub fn turn<T>(self: &Rc<Self>, run: impl FnOnce() -> T) -> T {
        self.at_once.set(0);
        CURRENT.set(Some(self.clone()));
        let result = run();
        CURRENT.set(None);
        result
    }
}

// ureq calls the transport and the resolver deep inside a request and passes no context to them,
// but always in the turn of the load whose request it is.
thread_local! {
    static CURRENT: RefCell<Option<Rc<Load>>> = const { RefCell::new(None) };
}

/// The load whose turn it is; none outside of the thread of the loads.
fn current() -> Option<Rc<Load>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Whether the load whose turn it is has been stopped.
pub fn is_stopped() -> bool {
    current().is_some_and(|load| load.is_stopped())
}

/// What stops and wakes the load whose turn it is.
pub fn stop_of_current() -> Option<Arc<Stop>> {
    current().map(|load| load.stop.clone())
}

/// Notes that this load makes a connection.
pub fn note_connection() {
    if let Some(load) = current() {
        load.has_connected.set(true);
    }
}

/// Whether this load has made a connection since the last call. If not, its request went over one
/// from the pool, which the server may have closed meanwhile.
pub fn take_connected() -> bool {
    current().is_some_and(|load| load.has_connected.take())
}

/// Sets to what this load may connect from now on.
pub fn set_reach(reach: Reach) {
    if let Some(load) = current() {
        load.reach.set(reach);
        load.refused.set(None);
        load.peer.set(None);
    }
}

/// Whether this load may speak to that address. Remembers what it may not.
pub fn may_reach(address: IpAddr) -> bool {
    current().is_none_or(|load| {
        let may = load.reach.get().allows(address);
        if !may {
            load.refused.set(Some(address));
        }
        may
    })
}

/// The address to which this load was not allowed to speak.
pub fn take_refused() -> Option<IpAddr> {
    current()?.refused.take()
}

/// Notes to whom this load speaks.
pub fn note_peer(address: IpAddr) {
    if let Some(load) = current() {
        load.peer.set(Some(address));
    }
}

/// To whom this load has spoken last.
pub fn peer() -> Option<IpAddr> {
    current()?.peer.get()
}

/// Notes what this load does when, from now on.
pub fn start_clock() {
    if let Some(load) = current() {
        load.clock.set(Some(Instant::now()));
        load.times.set(RequestTimes::default());
    }
}

/// What this load did when, since [`start_clock`].
pub fn times() -> RequestTimes {
    let Some(load) = current() else {
        return RequestTimes::default();
    };
    RequestTimes {
        now: load.past_us().unwrap_or(0),
        ..load.times.get()
    }
}

/// The next request of this load begins; the connection is another one.
pub fn begin_hop() {
    if let Some(load) = current().filter(|load| load.clock.get().is_some()) {
        let full = load.times.get().full;
        load.times.set(RequestTimes {
            full,
            ..RequestTimes::default()
        });
    }
}

/// Notes that this load has come so far.
pub fn note_time(of: fn(&mut RequestTimes) -> &mut Option<u32>) {
    if let Some(load) = current()
        && let Some(past) = load.past_us()
    {
        let mut times = load.times.get();
        *of(&mut times) = Some(past);
        load.times.set(times);
    }
}

/// Waits until the reader of a body has room; that counts as its time.
pub fn until_room(fd: BorrowedFd<'_>) -> Result<PollFlags, WaitError> {
    let load = current();
    let before = load.as_ref().and_then(|load| load.past_us());
    let ready = until(fd, PollFlags::POLLOUT, None);
    if let (Some(load), Some(before)) = (&load, before) {
        let mut times = load.times.get();
        let waited = load.past_us().unwrap_or(before).saturating_sub(before);
        times.full = times.full.saturating_add(waited);
        load.times.set(times);
    }
    ready
}

/// Gives the turn to the other loads if this one has had much of it. To be called after each read
/// and write that succeeded at once.
pub fn give_way() {
    if let Some(load) = current()
        && load.at_once.replace(load.at_once.get() + 1) >= BURST
    {
        // An instant that has come: its next turn is after one of each of the others.
        let _ = fiber::wait(&[], Some(Instant::now()));
    }
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
    let mut polled: Vec<PollFd<'_>> = fds
        .iter()
        .map(|(fd, events)| PollFd::new(*fd, *events))
        .collect();
    let mut timeout = PollTimeout::ZERO;
    loop {
        if is_stopped() {
            return Err(WaitError::Stopped);
        }
        poll_for(&mut polled, timeout).map_err(WaitError::Failed)?;
        let ready: Vec<PollFlags> = polled.iter().map(events).collect();
        if ready.iter().any(|events| !events.is_empty()) {
            give_way();
            return Ok(ready);
        }
        if deadline.is_some_and(|deadline| remaining(deadline).is_none()) {
            return Err(WaitError::TimedOut);
        }
        // It was for a wait that is over: who begins another looks for the word first.
        if let Some(load) = current() {
            load.stop.woken.store(false, Ordering::SeqCst);
        }
        if fiber::wait(&polled, deadline) == Err(Outside) {
            timeout = timeout_at(deadline);
        }
    }
}

/// Waits until somebody wakes this load.
pub fn until_woken() -> Result<(), WaitError> {
    let load = current().ok_or_else(|| WaitError::Failed(io::ErrorKind::Unsupported.into()))?;
    loop {
        if load.is_stopped() {
            return Err(WaitError::Stopped);
        }
        if load.stop.woken.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        if fiber::wait(&[], None) == Err(Outside) {
            return Err(WaitError::Failed(io::ErrorKind::Unsupported.into()));
        }
    }
}

/// One `poll`; a signal that interrupts it counts as no event.
pub fn poll_for(polled: &mut [PollFd<'_>], timeout: PollTimeout) -> io::Result<()> {
    match poll(polled, timeout) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// The events that the last `poll` has found. Some that nix does not know count as an error.
pub fn events(polled: &PollFd<'_>) -> PollFlags {
    polled.revents().unwrap_or(PollFlags::POLLERR)
}

/// How long a `poll` may take until that instant; without limit if there is none.
pub fn timeout_at(deadline: Option<Instant>) -> PollTimeout {
    deadline.map_or(PollTimeout::NONE, |deadline| {
        remaining(deadline).map_or(PollTimeout::ZERO, poll_timeout)
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
    use fiber::{Fiber, Stack, Turn};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    /// A load that waits for a silent peer, and the place of the outcome.
    fn waiting_load(deadline: Option<Instant>) -> (Fiber, Rc<RefCell<Option<WaitError>>>) {
        let outcome = Rc::<RefCell<Option<WaitError>>>::default();
        let place = outcome.clone();
        let stack = Stack::new(64 * 1024).expect("memory");
        let fiber = Fiber::new(stack, move || {
            let (near, _far) = UnixStream::pair().expect("pair");
            *place.borrow_mut() = until(near.as_fd(), PollFlags::POLLIN, deadline).err();
        });
        (fiber, outcome)
    }

    #[test]
    fn a_stopped_job_stops_waiting() {
        let stop = Stop::new();
        let load = Load::new(stop.clone());
        let (mut fiber, outcome) = waiting_load(None);
        assert_eq!(load.turn(|| fiber.resume()), Turn::Waits);
        stop.stop();
        assert_eq!(load.turn(|| fiber.resume()), Turn::Ended);
        assert!(matches!(*outcome.borrow(), Some(WaitError::Stopped)));
    }

    #[test]
    fn the_next_job_of_a_stopped_worker_is_not_disturbed() {
        let stopped = Load::new(Stop::new());
        stopped.stop();
        stopped.turn(|| assert!(is_stopped()));
        let (mut fiber, outcome) = waiting_load(deadline_after(Duration::ZERO));
        Load::new(Stop::new()).turn(|| {
            assert_eq!(fiber.resume(), Turn::Ended);
            assert!(!is_stopped());
        });
        assert!(matches!(*outcome.borrow(), Some(WaitError::TimedOut)));
        assert!(!is_stopped(), "outside of all jobs");
    }

    #[test]
    fn a_load_that_never_has_to_wait_gives_way() {
        let load = Load::new(Stop::new());
        let stack = Stack::new(64 * 1024).expect("memory");
        let mut fiber = Fiber::new(stack, || {
            let (near, _far) = UnixStream::pair().expect("pair");
            for _ in 0..3 * BURST {
                until(near.as_fd(), PollFlags::POLLOUT, None).expect("room");
            }
        });
        let mut turns = 1;
        while load.turn(|| fiber.resume()) == Turn::Waits {
            turns += 1;
            let waiting = fiber.waiting().expect("it waits");
            assert!(waiting.until.is_some_and(|until| until <= Instant::now()));
        }
        assert!(turns > 2, "{turns} turns");
    }
}
