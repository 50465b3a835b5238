//! The worker threads, all started before the process is sealed, and the queue that feeds them.
//!
//! Owns: the threads, the waiting jobs, and each renderer's share of the workers. Never: starts a
//! thread after [`Pool::new`], or lets the fetches of one renderer (or of all together) take the
//! workers that other renderers and navigations need.

use crate::wait::{self, Stop, lock};
use nix::sys::eventfd::EventFd;
use protocol::limits::NAVIGATIONS_AT_ONCE_MAX;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use thiserror::Error;

/// Number of threads. Each sleeps unless a response is under way. Fetches cannot take the workers
/// of navigations. A tab has at most two at once, the page that is arriving and its successor: so
/// 64 endless pages keep no other tab waiting.
pub const WORKERS: usize = NAVIGATIONS_AT_ONCE_MAX + FETCH_WORKERS_MAX;
/// Most workers that fetch for renderers.
pub const FETCH_WORKERS_MAX: usize = 28;
/// Most workers that fetch for one renderer.
pub const FETCH_WORKERS_PER_CHANNEL_MAX: usize = 6;
/// Most jobs that wait for a worker.
const WAITING_MAX: usize = 4096;
/// Several times what a TLS handshake with a long certificate chain needs.
const STACK_BYTES: usize = 512 * 1024;

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

/// All workers. Dropping the pool stops every job and ends the threads.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// A job may be waiting that a worker may take, or the pool closes.
    work: Condvar,
    /// A thread is ready.
    started: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    at_work: Vec<Arc<Stop>>,
    fetches: usize,
    per_channel: HashMap<u64, usize>,
    started: usize,
    closing: bool,
}

impl Pool {
    /// Starts the threads and waits until all are ready: a thread that starts makes system calls
    /// that the sandbox will forbid.
    pub fn new() -> io::Result<Pool> {
        let mut pool = Pool {
            shared: Arc::default(),
            threads: Vec::with_capacity(WORKERS),
        };
        for index in 0..WORKERS {
            let bell = wait::new_bell()?;
            let shared = pool.shared.clone();
            let thread = Builder::new()
                .name(format!("worker-{index}"))
                .stack_size(STACK_BYTES)
                .spawn(move || shared.work(&bell))?;
            pool.threads.push(thread);
        }
        let mut state = lock(&pool.shared.state);
        while state.started < WORKERS {
            state = pool
                .shared
                .started
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        Ok(pool)
    }

    /// Queues a job.
    pub fn submit(&self, job: Job) -> Result<(), QueueFull> {
        let mut state = lock(&self.shared.state);
        if state.waiting.len() >= WAITING_MAX {
            return Err(QueueFull);
        }
        state.waiting.push_back(job);
        drop(state);
        self.shared.work.notify_one();
        Ok(())
    }

    /// Stops a job, wherever it is.
    pub fn stop(&self, stop: &Arc<Stop>) {
        stop.stop();
        let mut state = lock(&self.shared.state);
        let (gone, kept): (VecDeque<Job>, VecDeque<Job>) = state
            .waiting
            .drain(..)
            .partition(|job: &Job| Arc::ptr_eq(&job.stop, stop));
        state.waiting = kept;
        drop(state);
        // Dropping a job closes its pipe: not under the lock.
        drop(gone);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = lock(&self.shared.state);
        state.closing = true;
        let waiting = std::mem::take(&mut state.waiting);
        state.at_work.iter().for_each(|stop| stop.stop());
        drop(state);
        drop(waiting);
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn work(&self, bell: &Arc<EventFd>) {
        // The allocator sets itself up at a thread's first allocation, which must not be later.
        drop(std::hint::black_box(Vec::<u8>::with_capacity(1)));
        lock(&self.state).started += 1;
        self.started.notify_one();
        let _bomb = EndProcessOnPanic;
        while let Some(job) = self.next() {
            let Job { owner, stop, run } = job;
            let at_work = wait::begin(&stop, bell);
            if !stop.is_stopped() {
                run();
            }
            drop(at_work);
            self.done(owner, &stop);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        loop {
            if state.closing {
                return None;
            }
            if let Some(job) = state.take_allowed() {
                // The end of one load can allow more than the one that its worker goes on with.
                if state.find_allowed().is_some() {
                    self.work.notify_one();
                }
                return Some(job);
            }
            state = self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self, owner: Owner, stop: &Arc<Stop>) {
        let mut state = lock(&self.state);
        state.at_work.retain(|other| !Arc::ptr_eq(other, stop));
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

/// A load that panics is a bug of ours: the process ends, so that the broker knows and starts a new
/// one, instead of the load never ending.
struct EndProcessOnPanic;

impl Drop for EndProcessOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
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
        let at = self.find_allowed()?;
        let job = self.waiting.remove(at)?;
        if let Owner::Channel(channel) = job.owner {
            self.fetches += 1;
            *self.per_channel.entry(channel).or_default() += 1;
        }
        self.at_work.push(job.stop.clone());
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

#[cfg(test)]
mod tests {
    use super::*;
    use nix::poll::PollFlags;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc;
    use std::time::Duration;

    const WATCHDOG: Duration = Duration::from_secs(60);

    /// A job that reports its start and then waits for ever.
    fn stuck(owner: Owner, started: &mpsc::Sender<Owner>) -> Job {
        let started = started.clone();
        let run = Box::new(move || {
            let (near, _far) = UnixStream::pair().expect("pair");
            started.send(owner).expect("the test listens");
            let _ = wait::until(near.as_fd(), PollFlags::POLLIN, None);
        });
        Job {
            owner,
            stop: Stop::new(),
            run,
        }
    }

    #[test]
    fn stuck_fetches_leave_workers_for_other_channels_and_navigations() {
        let pool = Pool::new().expect("threads");
        let (tx, rx) = mpsc::channel();
        for channel in 0..3 {
            for _ in 0..16 {
                pool.submit(stuck(Owner::Channel(channel), &tx))
                    .expect("room");
            }
        }
        for _ in 0..3 * FETCH_WORKERS_PER_CHANNEL_MAX {
            rx.recv_timeout(WATCHDOG).expect("a fetch starts");
        }
        pool.submit(stuck(Owner::Channel(99), &tx)).expect("room");
        pool.submit(stuck(Owner::Navigation, &tx)).expect("room");
        let mut seen = Vec::new();
        while !(seen.contains(&Owner::Channel(99)) && seen.contains(&Owner::Navigation)) {
            seen.push(rx.recv_timeout(WATCHDOG).expect("both start"));
        }
    }

    #[test]
    fn navigations_that_never_end_keep_nobody_waiting() {
        let pool = Pool::new().expect("threads");
        let (tx, rx) = mpsc::channel();
        for channel in 0..FETCH_WORKERS_MAX as u64 {
            let owner = Owner::Channel(channel);
            pool.submit(stuck(owner, &tx)).expect("room");
            rx.recv_timeout(WATCHDOG).expect("a fetch starts");
        }
        for _ in 0..NAVIGATIONS_AT_ONCE_MAX {
            pool.submit(stuck(Owner::Navigation, &tx)).expect("room");
            rx.recv_timeout(WATCHDOG).expect("a navigation starts");
        }
    }

    #[test]
    fn a_stopped_job_gives_its_worker_back() {
        let pool = Pool::new().expect("threads");
        let (tx, rx) = mpsc::channel();
        let mut stops = Vec::new();
        for _ in 0..FETCH_WORKERS_PER_CHANNEL_MAX {
            let job = stuck(Owner::Channel(1), &tx);
            stops.push(job.stop.clone());
            pool.submit(job).expect("room");
            rx.recv_timeout(WATCHDOG).expect("starts");
        }
        pool.submit(stuck(Owner::Channel(1), &tx)).expect("room");
        assert!(
            rx.try_recv().is_err(),
            "one channel took more than its share"
        );
        pool.stop(&stops[0]);
        rx.recv_timeout(WATCHDOG).expect("the waiting one starts");
    }

    #[test]
    fn a_job_stopped_while_it_waits_never_runs() {
        let pool = Pool::new().expect("threads");
        let (tx, rx) = mpsc::channel();
        let mut stops = Vec::new();
        for _ in 0..FETCH_WORKERS_PER_CHANNEL_MAX {
            let job = stuck(Owner::Channel(1), &tx);
            stops.push(job.stop.clone());
            pool.submit(job).expect("room");
        }
        let waiting = stuck(Owner::Channel(1), &tx);
        let stop = waiting.stop.clone();
        pool.submit(waiting).expect("room");
        pool.stop(&stop);
        drop(tx);
        drop(pool);
        let started = rx.try_iter().count();
        assert!(
            started <= FETCH_WORKERS_PER_CHANNEL_MAX,
            "{started} jobs started"
        );
    }
}
