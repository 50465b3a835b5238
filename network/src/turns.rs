//! The thread of the loads: one fiber for each load, and one `poll` for all of them.
//!
//! Owns: the fibers and their stacks. Trusts: a load to give way (`wait` makes it); a stalled peer
//! costs its load the deadline and the other loads nothing. Never: drops a fiber before its load
//! has ended, or blocks while a load can go on.

use crate::queue::{FETCH_WORKERS_PER_CHANNEL_MAX, Job, Owner, Queue};
use crate::wait::{self, Load};
use fiber::{Fiber, Stack, Turn, Waiting};
use nix::poll::{PollFd, PollFlags};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

/// Several times what a TLS handshake with a long certificate chain needs.
const STACK_BYTES: usize = 512 * 1024;
/// Most unused stacks that are kept for the next loads: those of one renderer.
const FREE_STACKS_MAX: usize = FETCH_WORKERS_PER_CHANNEL_MAX;

/// The loads that are under way.
pub struct Turns {
    queue: Arc<Queue>,
    running: Vec<Running>,
    free_stacks: Vec<Stack>,
}

struct Running {
    owner: Owner,
    load: Rc<Load>,
    fiber: Fiber,
}

/// What one `poll` asks for. Each descriptor stands there once, however many loads wait for it: the
/// kernel allows no more entries than the process may have descriptors.
#[derive(Default)]
struct Polled<'a> {
    fds: Vec<PollFd<'a>>,
    places: HashMap<RawFd, usize>,
    until: Option<Instant>,
}

impl Turns {
    /// No loads. To be called on their thread.
    pub fn new(queue: Arc<Queue>) -> Turns {
        Turns {
            queue,
            running: Vec::new(),
            free_stacks: Vec::new(),
        }
    }

    /// Runs all loads until the queue closes.
    pub fn run(mut self) {
        // The allocator sets itself up at a thread's first allocation, which must not be later.
        drop(std::hint::black_box(Vec::<u8>::with_capacity(1)));
        self.queue.note_start();
        let _bomb = EndProcessOnPanic;
        loop {
            self.queue
                .take_errands()
                .into_iter()
                .for_each(|errand| errand());
            while let Some(job) = self.queue.next() {
                if let Err(job) = self.begin(job) {
                    self.queue.put_back(job);
                    break;
                }
            }
            if self.queue.is_closing() {
                if self.running.is_empty() {
                    return;
                }
                self.running.iter().for_each(|running| running.load.stop());
            }
            let ready = self.poll();
            // From the last to the first, so that the place of an ended one does not shift others.
            for index in (0..ready.len()).rev().filter(|index| ready[*index]) {
                self.give_turn(index);
            }
        }
    }

    /// Gives a job a worker. The job comes back if there is no memory for one now.
    fn begin(&mut self, job: Job) -> Result<(), Job> {
        let stack = match self.free_stacks.pop() {
            Some(stack) => stack,
            None => match Stack::new(STACK_BYTES) {
                Ok(stack) => stack,
                Err(error) if self.running.is_empty() => {
                    // No load will end and give its memory back.
                    tracing::error!("no memory for a single load: {error}");
                    std::process::abort();
                }
                Err(_) => return Err(job),
            },
        };
        let Job { owner, stop, run } = job;
        let load = Load::new(stop);
        let this = load.clone();
        let fiber = Fiber::new(stack, move || {
            if !this.is_stopped() {
                run();
            }
        });
        self.running.push(Running { owner, load, fiber });
        Ok(())
    }

    /// Waits until a load can go on, a job can start, or the queue closes. Tells which loads can.
    fn poll(&self) -> Vec<bool> {
        let mut polled = Polled::default();
        polled.add(self.queue.bell(), PollFlags::POLLIN);
        for running in &self.running {
            match running.fiber.waiting() {
                Some(waiting) if !running.load.is_called() => polled.add_load(&waiting),
                _ => polled.until = Some(Instant::now()),
            }
        }
        if let Err(error) = wait::poll_for(&mut polled.fds, wait::timeout_at(polled.until)) {
            // Each load asks again for itself, and fails if it cannot.
            tracing::error!("cannot wait for the loads: {error}");
            return vec![true; self.running.len()];
        }
        self.queue.hear();
        let now = Instant::now();
        let can_go_on = |running: &Running| match running.fiber.waiting() {
            Some(waiting) => running.load.is_called() || polled.has_come(&waiting, now),
            // It has not begun.
            None => true,
        };
        self.running.iter().map(can_go_on).collect()
    }

    fn give_turn(&mut self, index: usize) {
        let Running { load, fiber, .. } = &mut self.running[index];
        if load.turn(|| fiber.resume()) == Turn::Waits {
            return;
        }
        let Running { owner, fiber, .. } = self.running.swap_remove(index);
        self.queue.done(owner);
        if self.free_stacks.len() < FREE_STACKS_MAX {
            self.free_stacks.extend(fiber.into_stack());
        }
    }
}

impl<'a> Polled<'a> {
    fn add(&mut self, fd: BorrowedFd<'a>, events: PollFlags) {
        match self.places.entry(fd.as_raw_fd()) {
            Entry::Occupied(place) => {
                let known = &mut self.fds[*place.get()];
                known.set_events(known.events() | events);
            }
            Entry::Vacant(place) => {
                place.insert(self.fds.len());
                self.fds.push(PollFd::new(fd, events));
            }
        }
    }

    fn add_load(&mut self, waiting: &Waiting<'a>) {
        for fd in waiting.fds {
            self.add(fd.as_fd(), fd.events());
        }
        self.until = [self.until, waiting.until].into_iter().flatten().min();
    }

    /// Whether an event or the instant has come that a load waits for.
    fn has_come(&self, waiting: &Waiting<'_>, now: Instant) -> bool {
        let always = PollFlags::POLLERR | PollFlags::POLLHUP | PollFlags::POLLNVAL;
        waiting.until.is_some_and(|until| until <= now)
            || waiting.fds.iter().any(|fd| {
                let place = self.places.get(&fd.as_fd().as_raw_fd());
                place.is_some_and(|place| {
                    wait::events(&self.fds[*place]).intersects(fd.events() | always)
                })
            })
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
