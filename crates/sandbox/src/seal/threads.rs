//! The other threads of a process that seals itself. Capabilities and Landlock belong to a thread,
//! so each thread must restrict itself. (The kernel applies the filter to all threads.)
//!
//! A real-time signal makes every thread run the same few raw calls, as glibc does for `setuid`.
//! Trusts: the process, which has not seen any content yet. Never: returns success before every
//! thread has answered.

use crate::proc_files;
use crate::properties::{self, Speculation};
use crate::seal::capabilities;
use crate::seal::landlock;
use crate::sys::{self, RawResult};
use std::io;
use std::mem;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The orders for the threads, and their answers. Statics, because a signal handler has no argument
/// for them.
static RULES: AtomicI32 = AtomicI32::new(-1);
static CAPABILITIES: AtomicBool = AtomicBool::new(true);
static STORE_BYPASS: AtomicBool = AtomicBool::new(false);
static INDIRECT_BRANCH: AtomicBool = AtomicBool::new(false);
static ANSWERS: AtomicUsize = AtomicUsize::new(0);
static FAILURE: AtomicI32 = AtomicI32::new(0);
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What each thread must apply to itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restrictions<'a> {
    /// `None`: no Landlock.
    pub(crate) rules: Option<&'a landlock::Rules>,
    /// False: it keeps its capabilities, for tests only.
    pub(crate) capabilities: bool,
    pub(crate) store_bypass: bool,
    pub(crate) indirect_branch: bool,
}

/// Makes every thread but the calling one restrict itself. Needs the host's `/proc`.
pub(crate) fn restrict_others(restrictions: Restrictions<'_>) -> io::Result<()> {
    let others = other_threads()?;
    if others.is_empty() {
        return Ok(());
    }
    let _guard = ONE_AT_A_TIME
        .lock()
        .map_err(|_| io::Error::other("a seal panicked"))?;
    RULES.store(
        restrictions.rules.map_or(-1, landlock::Rules::raw),
        Ordering::SeqCst,
    );
    CAPABILITIES.store(restrictions.capabilities, Ordering::SeqCst);
    STORE_BYPASS.store(restrictions.store_bypass, Ordering::SeqCst);
    INDIRECT_BRANCH.store(restrictions.indirect_branch, Ordering::SeqCst);
    ANSWERS.store(0, Ordering::SeqCst);
    FAILURE.store(0, Ordering::SeqCst);
    let before = set_action(Some(handle_signal))?;
    let result = signal_and_wait(&others);
    set_raw_action(&before)?;
    result
}

fn signal_and_wait(threads: &[i32]) -> io::Result<()> {
    let mut expected = 0;
    for thread in threads {
        // SAFETY: takes numbers.
        let sent = sys::check(unsafe {
            libc::syscall(libc::SYS_tgkill, libc::getpid(), *thread, signal())
        });
        match sent {
            Ok(_) => expected += 1,
            // It ended in the meantime.
            Err(libc::ESRCH) => {}
            Err(errno) => return Err(io::Error::from_raw_os_error(errno)),
        }
    }
    let deadline = Instant::now() + PATIENCE;
    while ANSWERS.load(Ordering::SeqCst) < expected {
        if Instant::now() > deadline {
            return Err(io::Error::other(
                "a thread does not answer (it blocks all signals?)",
            ));
        }
        std::thread::yield_now();
    }
    match FAILURE.load(Ordering::SeqCst) {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

extern "C" fn handle_signal(_: i32) {
    // SAFETY: the calling thread's own errno, put back before the interrupted code looks at it.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    if let Err(errno) = restrict_this() {
        FAILURE.store(errno, Ordering::SeqCst);
    }
    ANSWERS.fetch_add(1, Ordering::SeqCst);
    // SAFETY: as above.
    unsafe { *errno = before };
}

fn restrict_this() -> RawResult<()> {
    capabilities::no_new_privileges()?;
    if CAPABILITIES.load(Ordering::SeqCst) {
        capabilities::drop_all()?;
    }
    if STORE_BYPASS.load(Ordering::SeqCst) {
        properties::mitigate(Speculation::StoreBypass)?;
    }
    if INDIRECT_BRANCH.load(Ordering::SeqCst) {
        properties::mitigate(Speculation::IndirectBranch)?;
    }
    match RULES.load(Ordering::SeqCst) {
        ..0 => Ok(()),
        rules => landlock::restrict_thread(rules),
    }
}

/// The ids of all threads but the calling one, in the pid namespace of the process. The mounted
/// `/proc` shows the ids of the host; the last column of `NSpid` has the inner one.
fn other_threads() -> io::Result<Vec<i32>> {
    // SAFETY: takes nothing.
    let own = unsafe { libc::gettid() };
    let mut others = Vec::new();
    for status in proc_files::read_threads(Path::new("/proc/self/task"))? {
        let ids = proc_files::field(&status, "NSpid:");
        let thread = ids.and_then(|ids| ids.split_whitespace().last()?.parse().ok());
        let thread = thread.ok_or_else(|| io::Error::other("/proc shows no NSpid"))?;
        if thread != own {
            others.push(thread);
        }
    }
    Ok(others)
}

fn set_action(handler: Option<extern "C" fn(i32)>) -> io::Result<libc::sigaction> {
    // SAFETY: plain old data; zero is "default action, empty mask".
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler.map_or(libc::SIG_DFL, |h| h as *const () as usize);
    action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
    // SAFETY: plain old data that the call fills in.
    let mut before: libc::sigaction = unsafe { mem::zeroed() };
    // SAFETY: both are valid; the handler only makes raw calls and touches atomics.
    sys::check_int(unsafe { libc::sigaction(signal(), &raw const action, &raw mut before) })
        .map_err(io::Error::from_raw_os_error)?;
    Ok(before)
}

fn set_raw_action(action: &libc::sigaction) -> io::Result<()> {
    // SAFETY: an action that the kernel itself gave out.
    sys::check_int(unsafe { libc::sigaction(signal(), action, std::ptr::null_mut()) })
        .map(drop)
        .map_err(io::Error::from_raw_os_error)
}

/// A real-time signal that nothing else in the program uses.
fn signal() -> i32 {
    libc::SIGRTMAX() - 3
}

/// How long a thread may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
