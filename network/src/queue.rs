//! The jobs that wait for a worker, and each renderer's share of the workers.
//!
//! Owns: the queue, which the service's thread fills and the thread of the loads empties, and the
//! bell that wakes the latter. Never: lets the fetches of one renderer (or of all together) take
//! the workers that other renderers and navigations need.

use crate::wait::{Stop, lock};
use nix::sys::eventfd::{EfdFlags, EventFd};
use protocol::limits::NAVIGATIONS_AT_ONCE_MAX;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use thiserror::Error;

/// Most workers. Fetches cannot take the workers of navigations, and a tab has at most two
/// navigations at once: the page that is arriving and its successor. So 63 endless pages keep no
/// other tab waiting.
const WORKERS: usize = NAVIGATIONS_AT_ONCE_MAX + FETCH_WORKERS_MAX;
/// Most workers that fetch for renderers.
pub const FETCH_WORKERS_MAX: usize = 28;
/// Most workers that fetch for one renderer.
pub const FETCH_WORKERS_PER_CHANNEL_MAX: usize = 6;
/// Most jobs that wait for a worker.
const WAITING_MAX: usize = 4096;

/// Whom a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The broker.
    Navigation,
    /// A renderer's channel, by the service's number for it.
    Channel(u64),
}

/// A piece of work for one worker.
pub struct Job {
    /// The owner of the job.
    pub owner: Owner,
    /// Ends it early.
    pub stop: Arc<Stop>,
    /// The work.
    pub run: Box<dyn FnOnce() + Send>,
}

/// The queue is full.
#[derive(Debug, Error)]
#[error("too many requests are waiting")]
pub struct QueueFull;

/// Something that the thread of the loads does between two turns. It may not wait.
pub type Errand = Box<dyn FnOnce() + Send>;

/// The queue, shared by the two threads.
pub struct Queue {
    state: Mutex<State>,
    /// Rung when a job is new or stopped, and when the queue closes.
    bell: EventFd,
    /// The thread of the loads is ready.
    started: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    errands: Vec<Errand>,
    at_work: usize,
    fetches: usize,
    per_channel: HashMap<u64, usize>,
    is_started: bool,
    is_closing: bool,
}

impl Queue {
    /// An empty queue.
    pub fn new() -> io::Result<Queue> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        Ok(Queue {
            state: Mutex::default(),
            bell: EventFd::from_flags(flags)?,
            started: Condvar::new(),
        })
    }

    /// Adds a job.
    pub fn push(&self, job: Job) -> Result<(), QueueFull> {
        let mut state = lock(&self.state);
        if state.waiting.len() >= WAITING_MAX {
            return Err(QueueFull);
        }
        state.waiting.push_back(job);
        drop(state);
        self.ring();
        Ok(())
    }

    /// Has something done between two turns, whether or not a worker is free. It shows that turns
    /// come to an end.
    pub fn send_on_errand(&self, errand: Errand) {
        lock(&self.state).errands.push(errand);
        self.ring();
    }

    /// The errands that have come since the last call.
    pub fn take_errands(&self) -> Vec<Errand> {
        std::mem::take(&mut lock(&self.state).errands)
    }

    /// Stops a job, wherever it is.
    pub fn stop(&self, stop: &Arc<Stop>) {
        stop.stop();
        let mut state = lock(&self.state);
        let (gone, kept): (VecDeque<Job>, VecDeque<Job>) = state
            .waiting
            .drain(..)
            .partition(|job: &Job| Arc::ptr_eq(&job.stop, stop));
        state.waiting = kept;
        drop(state);
        self.ring();
        // Dropping a job closes its pipe: not under the lock.
        drop(gone);
    }

    /// Wakes a job that waits for that.
    pub fn wake(&self, stop: &Stop) {
        stop.wake();
        self.ring();
    }

    /// Drops the jobs that wait and lets no other start.
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.is_closing = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(waiting);
        self.ring();
    }

    /// Whether all jobs are to end.
    pub fn is_closing(&self) -> bool {
        lock(&self.state).is_closing
    }

    /// Waits until the thread of the loads is ready.
    pub fn wait_for_start(&self) {
        let mut state = lock(&self.state);
        while !state.is_started {
            state = self
                .started
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The thread of the loads is ready.
    pub fn note_start(&self) {
        lock(&self.state).is_started = true;
        self.started.notify_one();
    }

    /// Readable when there may be something to do.
    pub fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// Silences the bell. What it was rung for has to be looked at afterwards.
    pub fn hear(&self) {
        // Nothing to read (EAGAIN) means that it was silent.
        let _ = self.bell.read();
    }

    fn ring(&self) {
        // Full (EAGAIN) means that it has been rung already.
        let _ = self.bell.write(1);
    }

    /// The next job that may start. It has a worker, until [`Queue::done`].
    pub fn next(&self) -> Option<Job> {
        lock(&self.state).take_allowed()
    }

    /// A job has not started after all: it is the first to try again.
    pub fn put_back(&self, job: Job) {
        self.done(job.owner);
        lock(&self.state).waiting.push_front(job);
    }

    /// The job of that owner has ended, and its worker is free.
    pub fn done(&self, owner: Owner) {
        let mut state = lock(&self.state);
        state.at_work -= 1;
        if let Owner::Channel(channel) = owner {
            state.fetches -= 1;
            if let Some(count) = state.per_channel.get_mut(&channel) {
                *count -= 1;
                if *count == 0 {
                    state.per_channel.remove(&channel);
                }
            }
        }
    }
}

impl State {
    fn find_allowed(&self) -> Option<usize> {
        self.waiting
            .iter()
            .position(|job| self.may_start(job.owner))
    }

    /// The first waiting job whose owner may have another worker.
    fn take_allowed(&mut self) -> Option<Job> {
        if self.is_closing || self.at_work >= WORKERS {
            return None;
        }
        let at = self.find_allowed()?;
        let job = self.waiting.remove(at)?;
        if let Owner::Channel(channel) = job.owner {
            self.fetches += 1;
            *self.per_channel.entry(channel).or_default() += 1;
        }
        self.at_work += 1;
        Some(job)
    }

    /// A channel gets its next worker only while twice as many as it has are free: the more are
    /// taken, the fewer each may have, so a few renderers that never read leave room for others.
    fn may_start(&self, owner: Owner) -> bool {
        let Owner::Channel(channel) = owner else {
            return true;
        };
        let has = self.per_channel.get(&channel).copied().unwrap_or(0);
        let free = FETCH_WORKERS_MAX.saturating_sub(self.fetches);
        has < FETCH_WORKERS_PER_CHANNEL_MAX && free > 2 * has
    }
}
