//! Signals: sent with and without a number, waited for, caught.
//!
//! Owns: the calls of sigqueue, sigtimedwait and sigaction. Trusts: the kernel to name the sender.
//! Never: does more in a handler than to store what arrived.
//!
//! Sources: signal(7), sigqueue(3), sigtimedwait(2), sigaction(2).
#![allow(unsafe_code, reason = "sigqueue, sigtimedwait and handlers")]

use crate::process::named;
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::time::Duration;
use std::{io, mem, ptr};

/// A signal that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came {
    /// Its number.
    pub signal: i32,
    /// The sender, or the child that SIGCHLD is about.
    pub pid: i32,
    /// How it was sent: `SI_USER`, `SI_QUEUE`, `CLD_STOPPED`…
    pub code: i32,
    /// The number that came with it; meaningful only after `sigqueue`.
    pub value: i32,
}

/// The signal of the round trips: a real-time signal, which queues and carries a number.
pub fn real_time() -> i32 {
    libc::SIGRTMIN()
}

/// Sends a signal with a number.
pub fn send_value(pid: Pid, signal: i32, value: i32) -> io::Result<()> {
    let value = libc::sigval {
        sival_ptr: ptr::without_provenance_mut(value as usize),
    };
    // SAFETY: takes numbers only; the pointer is one that nobody follows.
    let result = unsafe { libc::sigqueue(pid.as_raw(), signal, value) };
    Errno::result(result).map_err(|errno| named("sigqueue", errno))?;
    Ok(())
}

/// Blocks these signals, so that they stay pending.
pub fn block(signals: &[i32]) {
    change_mask(libc::SIG_BLOCK, signals);
}

/// Unblocks these signals.
pub fn unblock(signals: &[i32]) {
    change_mask(libc::SIG_UNBLOCK, signals);
}

/// Waits for the next of these blocked signals; `None` after the time limit, if there is one.
pub fn next(signals: &[i32], limit: Option<Duration>) -> io::Result<Option<Came>> {
    let set = set_of(signals);
    let limit = limit.map(|limit| libc::timespec {
        tv_sec: limit.as_secs() as libc::time_t,
        tv_nsec: libc::c_long::from(limit.subsec_nanos()),
    });
    let limit = limit.as_ref().map_or(ptr::null(), ptr::from_ref);
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    loop {
        // SAFETY: a set, room for one siginfo, and null or a limit that lives.
        let signal = unsafe { libc::sigtimedwait(&raw const set, info.as_mut_ptr(), limit) };
        match Errno::result(signal) {
            // SAFETY: zeroed above and filled by the call.
            Ok(_) => return Ok(Some(came(unsafe { info.assume_init_ref() }))),
            Err(Errno::EAGAIN) => return Ok(None),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(named("sigtimedwait", errno)),
        }
    }
}

/// Catches a signal with a handler that stores it, for [`wait_caught`] and [`caught_count`].
pub fn catch(signal: i32) -> io::Result<()> {
    // SAFETY: an all-zero action is a valid one.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) = note;
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO;
    // SAFETY: the handler only writes atomic words.
    let result = unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) };
    Errno::result(result).map_err(|errno| named("sigaction", errno))?;
    Ok(())
}

/// Waits, with all but `signal` blocked, until the handler has stored one, and returns it.
pub fn wait_caught(signal: i32) -> Came {
    let mut all_but_it = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigfillset initialises the set; the rest takes a set that lives.
    unsafe {
        libc::sigfillset(all_but_it.as_mut_ptr());
        libc::sigdelset(all_but_it.as_mut_ptr(), signal);
        while SIGNAL.load(Ordering::Relaxed) == 0 {
            libc::sigsuspend(all_but_it.as_ptr());
        }
    }
    Came {
        signal: SIGNAL.swap(0, Ordering::Relaxed),
        pid: PID.load(Ordering::Relaxed),
        code: CODE.load(Ordering::Relaxed),
        value: VALUE.load(Ordering::Relaxed),
    }
}

/// How often the handler has run.
pub fn caught_count() -> u32 {
    COUNT.load(Ordering::Relaxed)
}

/// Reads from address 1, which raises SIGSEGV.
pub fn fault() {
    // SAFETY: none. This is meant to end the process by SIGSEGV.
    unsafe { ptr::null::<u8>().wrapping_add(1).read_volatile() };
}

extern "C" fn note(_signal: i32, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    // SAFETY: the kernel gives a handler with SA_SIGINFO a valid siginfo.
    let it = came(unsafe { &*info });
    PID.store(it.pid, Ordering::Relaxed);
    CODE.store(it.code, Ordering::Relaxed);
    VALUE.store(it.value, Ordering::Relaxed);
    SIGNAL.store(it.signal, Ordering::Relaxed);
    COUNT.fetch_add(1, Ordering::Relaxed);
}

fn came(info: &libc::siginfo_t) -> Came {
    // SAFETY: for every way of sending that the lab looks at these fields are filled; for others
    // they are whatever bytes stand there, all of which are numbers.
    let (pid, value) = unsafe { (info.si_pid(), info.si_value().sival_ptr.addr() as i32) };
    Came {
        signal: info.si_signo,
        pid,
        code: info.si_code,
        value,
    }
}

fn change_mask(how: i32, signals: &[i32]) {
    let set = set_of(signals);
    // SAFETY: a set that lives; the old one is not asked for.
    unsafe { libc::sigprocmask(how, &raw const set, ptr::null_mut()) };
}

fn set_of(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises the set.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for &signal in signals {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}

/// The name of a signal.
pub fn name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(
        |_| format!("SIGRTMIN+{}", signal - libc::SIGRTMIN()),
        |signal| signal.as_str().to_owned(),
    )
}

static SIGNAL: AtomicI32 = AtomicI32::new(0);
static PID: AtomicI32 = AtomicI32::new(0);
static CODE: AtomicI32 = AtomicI32::new(0);
static VALUE: AtomicI32 = AtomicI32::new(0);
static COUNT: AtomicU32 = AtomicU32::new(0);
