//! The few raw system calls that the layers share.
//!
//! Trusts: the pointers of its callers. Never: allocates or touches a lock, so all of it may run
//! between `clone` and `execve`, and in a signal handler.

use libc::{c_int, c_long};
use std::io;

/// A result whose error is a bare errno, for code that must not allocate.
pub(crate) type RawResult<T> = Result<T, i32>;

/// The errno of the last failed call.
pub(crate) fn errno() -> i32 {
    io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or(libc::EIO)
}

/// Splits the result of `libc::syscall` into value and errno.
pub(crate) fn check(result: c_long) -> RawResult<c_long> {
    if result < 0 { Err(errno()) } else { Ok(result) }
}

/// Splits the result of a libc function into value and errno.
pub(crate) fn check_int(result: c_int) -> RawResult<c_int> {
    if result < 0 { Err(errno()) } else { Ok(result) }
}

/// `prctl`. A pointer among the arguments must be valid for what the option does with it.
pub(crate) fn prctl(option: c_int, arguments: [u64; 4]) -> RawResult<c_long> {
    let [a, b, c, d] = arguments;
    // SAFETY: the callers, all in this crate, pass numbers, or a pointer to a live C string or
    // slot.
    check(unsafe { libc::syscall(libc::SYS_prctl, option, a, b, c, d) })
}

/// Reads up to `buffer.len()` bytes; an interrupted call is repeated.
pub(crate) fn read(fd: c_int, buffer: &mut [u8]) -> RawResult<usize> {
    loop {
        // SAFETY: the buffer is valid for writes of its length during the call.
        let result =
            unsafe { libc::syscall(libc::SYS_read, fd, buffer.as_mut_ptr(), buffer.len()) };
        match check(result) {
            Ok(n) => return Ok(n.unsigned_abs() as usize),
            Err(libc::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Writes up to `buffer.len()` bytes; an interrupted call is repeated.
pub(crate) fn write(fd: c_int, buffer: &[u8]) -> RawResult<usize> {
    loop {
        // SAFETY: the buffer is valid for reads of its length during the call.
        let result = unsafe { libc::syscall(libc::SYS_write, fd, buffer.as_ptr(), buffer.len()) };
        match check(result) {
            Ok(n) => return Ok(n.unsigned_abs() as usize),
            Err(libc::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Closes `fd`. Nobody can handle a failure.
pub(crate) fn close(fd: c_int) {
    // SAFETY: the caller owns the descriptor and does not use it again.
    unsafe { libc::syscall(libc::SYS_close, fd) };
}

/// Ends the process at once: no destructors, no `atexit`, which would belong to the parent.
pub(crate) fn exit_group(code: c_int) -> ! {
    loop {
        // SAFETY: takes a number; does not return.
        unsafe { libc::syscall(libc::SYS_exit_group, code) };
    }
}

/// What `poll` says about one descriptor right now.
pub(crate) fn poll_now(fd: c_int, events: i16) -> RawResult<i16> {
    let mut slot = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: one valid pollfd.
    check(unsafe { libc::syscall(libc::SYS_poll, &raw mut slot, 1, 0) })?;
    Ok(slot.revents)
}
