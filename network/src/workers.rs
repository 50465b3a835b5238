//! The workers, one for each load under way.
//!
//! Owns: the thread that runs the loads. A worker is a fiber of that thread (see `turns`): it costs
//! its stack, and nothing while there is no load. Never: starts a thread after [`Pool::new`].

use crate::queue::{Errand, Job, Queue, QueueFull};
use crate::turns::Turns;
use crate::wait::Stop;
use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

/// All workers. Dropping the pool stops every job and ends their thread.
pub struct Pool {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Pool {
    /// Starts the thread and waits until it is ready: a thread that starts makes system calls that
    /// the sandbox will forbid.
    pub fn new() -> io::Result<Pool> {
        let queue = Arc::new(Queue::new()?);
        let shared = queue.clone();
        let thread = Builder::new()
            .name("loads".to_owned())
            .spawn(move || Turns::new(shared).run())?;
        queue.wait_for_start();
        Ok(Pool {
            queue,
            thread: Some(thread),
        })
    }

    /// Queues a job.
    pub fn submit(&self, job: Job) -> Result<(), QueueFull> {
        self.queue.push(job)
    }

    /// Has something done between two turns of loads. It shows that turns come to an end.
    pub fn send_on_errand(&self, errand: Errand) {
        self.queue.send_on_errand(errand);
    }

    /// Wakes a job that waits for that.
    pub fn wake(&self, stop: &Stop) {
        self.queue.wake(stop);
    }

    /// Stops a job, wherever it is.
    pub fn stop(&self, stop: &Arc<Stop>) {
        self.queue.stop(stop);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::{FETCH_WORKERS_MAX, FETCH_WORKERS_PER_CHANNEL_MAX, Owner};
    use crate::wait;
    use nix::poll::PollFlags;
    use protocol::limits::NAVIGATIONS_AT_ONCE_MAX;
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

    #[test]
    fn an_errand_is_done_only_when_turns_come_to_an_end() {
        let pool = Pool::new().expect("threads");
        let (tx, rx) = mpsc::channel();
        let (go, gate) = mpsc::channel::<()>();
        let note = tx.clone();
        // It blocks the thread, as no load may.
        let run = Box::new(move || {
            note.send("started").expect("the test listens");
            gate.recv_timeout(WATCHDOG).expect("the test goes on");
            note.send("turn over").expect("the test listens");
        });
        let (owner, stop) = (Owner::Navigation, Stop::new());
        pool.submit(Job { owner, stop, run }).expect("room");
        assert_eq!(rx.recv_timeout(WATCHDOG), Ok("started"));
        pool.send_on_errand(Box::new(move || {
            tx.send("errand").expect("the test listens")
        }));
        go.send(()).expect("the load listens");
        assert_eq!(rx.recv_timeout(WATCHDOG), Ok("turn over"));
        assert_eq!(rx.recv_timeout(WATCHDOG), Ok("errand"));
    }
}
