//! The few system calls of the Plumber that have no safe wrapper.
//!
//! Never: passes a pointer to anything but its own variable.
#![allow(unsafe_code, reason = "FIONREAD and sigaction")]

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction, signal};
use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// The bytes in a pipe (`FIONREAD`; pipe(7)).
pub(super) fn bytes_queued(pipe: BorrowedFd<'_>) -> io::Result<u64> {
    let mut bytes: c_int = 0;
    // SAFETY: FIONREAD writes one int, and that is what it is given.
    let result = unsafe { libc::ioctl(pipe.as_raw_fd(), libc::FIONREAD, &raw mut bytes) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// Makes this process ignore SIGPIPE, or be ended by it.
pub(super) fn ignore_sigpipe(ignored: bool) -> nix::Result<()> {
    let handler = if ignored {
        SigHandler::SigIgn
    } else {
        SigHandler::SigDfl
    };
    // SAFETY: no code of ours is to run as a handler.
    unsafe { signal(Signal::SIGPIPE, handler) }.map(drop)
}

/// Makes the signal only interrupt a sleeping system call (`EINTR`).
pub(super) fn interrupt_calls_by(by: Signal) -> nix::Result<()> {
    extern "C" fn nothing(_: c_int) {}
    let action = SigAction::new(
        SigHandler::Handler(nothing),
        // Without SA_RESTART.
        SaFlags::empty(),
        SigSet::empty(),
    );
    // SAFETY: the handler does nothing, which is safe at any moment.
    unsafe { sigaction(by, &action) }.map(drop)
}
