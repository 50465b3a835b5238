//! How a test waits: asleep, for an event or for its next look, and never without a watchdog.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// Ends a test that is stuck. No claim is made about how fast anything is.
pub const WATCHDOG: Duration = Duration::from_secs(120);

/// How long [`Watchdog::nap`] sleeps: long enough to leave the processor to the browser.
const NAP: Duration = Duration::from_millis(1);

/// Fails a test that has waited too long.
#[derive(Clone, Copy, Debug)]
pub struct Watchdog {
    deadline: Instant,
}

impl Watchdog {
    /// A watchdog that barks [`WATCHDOG`] from now.
    pub fn start() -> Watchdog {
        Watchdog {
            deadline: Instant::now() + WATCHDOG,
        }
    }

    /// The time until it barks.
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Fails the test with `why` if the time is over.
    pub fn check(&self, why: impl FnOnce() -> String) {
        assert!(!self.left().is_zero(), "the watchdog barked: {}", why());
    }

    /// Sleeps for a moment between two looks at something that announces no change.
    pub fn nap(&self, why: impl FnOnce() -> String) {
        self.check(why);
        #[allow(
            clippy::disallowed_methods,
            reason = "the one nap of the tests, where there is no event to wait for"
        )]
        std::thread::sleep(NAP);
    }

    /// Sleeps until one of the descriptors is readable or has hung up; tells which ones.
    pub fn poll<const N: usize>(
        &self,
        descriptors: [BorrowedFd<'_>; N],
        why: impl FnOnce() -> String,
    ) -> [bool; N] {
        let mut slots = descriptors.map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        loop {
            let timeout = PollTimeout::try_from(self.left()).expect("two minutes fit");
            match poll(&mut slots, timeout) {
                Ok(0) => {
                    self.check(why);
                    // The timeout is rounded to milliseconds, so a rest of the time may be left.
                    return [false; N];
                }
                Ok(_) => return slots.map(|slot| slot.any().unwrap_or(true)),
                Err(Errno::EINTR) => {}
                Err(error) => panic!("poll: {error}"),
            }
        }
    }
}

/// Looks until `look` finds something, with a nap between two looks.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let watchdog = Watchdog::start();
    loop {
        if let Some(found) = look() {
            return found;
        }
        watchdog.nap(|| format!("never so: {what}"));
    }
}
