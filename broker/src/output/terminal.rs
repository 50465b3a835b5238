//! Lines for the user at the terminal.
//!
//! Owns: the queues to standard output and standard error. Never: waits for a reader while the
//! browser runs; panics because the reader is gone (`bulkhead | head`), as `println!` does.

use crate::output::line_queue::{Form, LineQueue};
use nix::sys::signal::{SigSet, SigmaskHow, pthread_sigmask};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

static STDOUT: OnceLock<Option<LineQueue>> = OnceLock::new();
static STDERR: OnceLock<Option<LineQueue>> = OnceLock::new();

/// Writes a line to standard output.
macro_rules! say {
    ($($text:tt)*) => {
        crate::output::terminal::say_line(&format!($($text)*))
    };
}

/// Writes a line to standard error.
macro_rules! complain {
    ($($text:tt)*) => {
        crate::output::terminal::complain_line(&format!($($text)*))
    };
}

pub(crate) use {complain, say};

/// The queue to standard output, if available.
pub fn stdout() -> Option<&'static LineQueue> {
    let queue = STDOUT.get_or_init(|| open(io::stdout()));
    queue.as_ref()
}

/// The queue to standard error. If both streams lead to the same file, they share one queue, which
/// keeps their lines in order.
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
        // An error means that the reader is gone; nothing depends on it.
        let _ = queue.push(Form::Text, &format!("{text}\n"));
    }
}

/// See [`complain!`]. Also writes log lines.
pub fn complain_line(text: &str) {
    if let Some(queue) = stderr() {
        // An error means that the reader is gone, and no other place can report that.
        let _ = queue.push(Form::Text, &trace::line(text));
    }
}

/// Writes the result of a run, at its end. Waits for the reader (`| less`); signals end the
/// program, as with any other command.
pub fn report(text: &str) {
    let Some(queue) = stdout() else { return };
    // The event loop no longer reads signals. This cannot fail for a valid set.
    let _ = pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
    queue.push_and_wait(&format!("{text}\n"));
}

/// When dropped, writes all queued lines, for at most [`FINISH_MAX`].
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

/// How long the program waits for a slow reader before it exits.
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
