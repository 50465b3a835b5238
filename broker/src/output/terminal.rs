//! Lines for the user at the terminal.
//!
//! Owns: the queues to standard output and standard error. Trusts: nobody to read. Never: waits for
//! a reader while the browser runs; panics or fails because the reader has gone (`bulkhead | head`),
//! as `println!` and `eprintln!` do.

use crate::output::line_queue::{Form, LineQueue};
use nix::sys::signal::{SigSet, SigmaskHow, pthread_sigmask};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

static STDOUT: OnceLock<Option<LineQueue>> = OnceLock::new();
static STDERR: OnceLock<Option<LineQueue>> = OnceLock::new();

/// A line on standard output.
macro_rules! say {
    ($($text:tt)*) => {
        crate::output::terminal::say_line(&format!($($text)*))
    };
}

/// A line on standard error.
macro_rules! complain {
    ($($text:tt)*) => {
        crate::output::terminal::complain_line(&format!($($text)*))
    };
}

pub(crate) use {complain, say};

/// The queue to standard output, unless it cannot be had.
pub fn stdout() -> Option<&'static LineQueue> {
    let queue = STDOUT.get_or_init(|| open(io::stdout()));
    queue.as_ref()
}

/// The queue to standard error. Where both lead to the same place they share one queue, so that
/// lines stay in order.
fn stderr() -> Option<&'static LineQueue> {
    let open = || match stdout() {
        Some(stdout) if is_one_file() => Some(stdout.clone()),
        _ => open(io::stderr()),
    };
    STDERR.get_or_init(open).as_ref()
}

/// Opens both queues, so that no descriptor and no thread comes later than the start.
pub fn open_queues() {
    let _ = (stdout(), stderr());
}

/// See [`say!`].
pub fn say_line(text: &str) {
    if let Some(queue) = stdout() {
        // The reader has gone, and nothing depends on it.
        let _ = queue.push(Form::Text, &format!("{text}\n"));
    }
}

/// See [`complain!`]. Log lines go this way too.
pub fn complain_line(text: &str) {
    if let Some(queue) = stderr() {
        // The reader has gone, and there is no other place to say so.
        let _ = queue.push(Form::Text, &trace::line(text));
    }
}

/// Text that is the whole purpose of a run, at its end: waits for its reader (`| less`), as every
/// command does, and signals end it as they do every command.
pub fn report(text: &str) {
    let Some(queue) = stdout() else { return };
    // Nothing reads the signals from here on. This cannot fail for a valid set.
    let _ = pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
    queue.push_and_wait(&format!("{text}\n"));
}

/// Writes what is still queued when dropped, for as long as [`FINISH_MAX`].
pub struct Finish;

impl Drop for Finish {
    fn drop(&mut self) {
        let deadline = Instant::now() + FINISH_MAX;
        let queues = [&STDOUT, &STDERR].into_iter().filter_map(OnceLock::get);
        for queue in queues.flatten() {
            queue.finish(deadline);
        }
    }
}

/// How long the end of the program waits for a reader that is behind.
pub const FINISH_MAX: Duration = Duration::from_secs(2);

fn open(stream: impl AsFd) -> Option<LineQueue> {
    let file = File::from(stream.as_fd().try_clone_to_owned().ok()?);
    LineQueue::start(file).ok()
}

fn is_one_file() -> bool {
    let same = |(a, b): (nix::sys::stat::FileStat, nix::sys::stat::FileStat)| {
        (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)
    };
    let stdout = nix::sys::stat::fstat(io::stdout()).ok();
    let stderr = nix::sys::stat::fstat(io::stderr()).ok();
    stdout.zip(stderr).is_some_and(same)
}
