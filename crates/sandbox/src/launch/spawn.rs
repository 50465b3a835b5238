//! Creates a process with raw `clone3`, in new namespaces.
//!
//! Trusts: the body of the child to be async-signal-safe: the child is a copy of a process that may
//! have had other threads, whose locks are never released. Never: returns in the child.

use crate::properties;
use crate::sys::{self, RawResult};
use libc::c_int;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

/// A new process.
#[derive(Debug)]
pub(crate) struct Spawned {
    pub(crate) pid: i32,
    pub(crate) pidfd: OwnedFd,
    /// Whether it was created in the control group that was asked for.
    pub(crate) is_in_group: bool,
}

/// Creates a process that runs `body` and exits with its result; in the control group of version 2
/// that `group` is a descriptor of, if the kernel can.
///
/// # Safety
/// `body` must be async-signal-safe: no allocation, no lock, no panic.
pub(crate) unsafe fn spawn(
    flags: u64,
    group: Option<RawFd>,
    body: &dyn Fn() -> c_int,
) -> RawResult<Spawned> {
    let is_hidden = properties::is_not_dumpable();
    if is_hidden {
        // The copy's files in /proc, the maps of its user namespace among them, would be root's.
        // Its `execve` makes it dumpable anyway.
        properties::set_dumpable(true)?;
    }
    let mut all: libc::sigset_t = full_signal_set();
    // SAFETY: plain old data that the next call overwrites.
    let mut before: libc::sigset_t = unsafe { mem::zeroed() };
    // A handler of this program must not run in the child, which has the handlers until `execve`.
    // SAFETY: both sets are valid.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw mut all, &raw mut before) };
    let mut pidfd: c_int = -1;
    // SAFETY: without CLONE_VM the child has its own copy of everything, this stack included.
    let result = unsafe { clone_raw(flags, group, &mut pidfd) };
    if let Ok((0, _)) = result {
        sys::exit_group(body());
    }
    // SAFETY: `before` was filled in above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
    if is_hidden {
        // It is what it was before, so it cannot fail.
        let _ = properties::set_dumpable(false);
    }
    let (pid, is_in_group) = result?;
    // SAFETY: the kernel has just made the descriptor, and nobody else knows of it.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Spawned {
        pid,
        pidfd,
        is_in_group,
    })
}

/// The process id, and whether it is in the group. `clone3`, or `clone` if the filter of a container
/// answers ENOSYS to make callers use the older call.
unsafe fn clone_raw(flags: u64, group: Option<RawFd>, pidfd: &mut c_int) -> RawResult<(i32, bool)> {
    let flags = flags | u64::from(libc::CLONE_PIDFD.cast_unsigned());
    if let Some(group) = group {
        let flags = flags | CLONE_INTO_CGROUP;
        // SAFETY: the caller's.
        match unsafe { clone3(flags, u64::from(group.cast_unsigned()), pidfd) } {
            // A kernel before 5.7, or such a filter.
            Err(libc::EINVAL | libc::E2BIG | libc::ENOSYS) => {}
            result => return result.map(|pid| (pid, true)),
        }
    }
    // SAFETY: the caller's.
    let result = match unsafe { clone3(flags, 0, pidfd) } {
        // SAFETY: a null stack means the parent's own, copied; `pidfd` is valid for one write.
        Err(libc::ENOSYS) => sys::check(unsafe {
            let flags = flags | libc::SIGCHLD as u64;
            libc::syscall(libc::SYS_clone, flags, 0, ptr::from_mut(pidfd), 0, 0)
        })
        .map(|pid| pid as i32),
        result => result,
    };
    result.map(|pid| (pid, false))
}

unsafe fn clone3(flags: u64, group: u64, pidfd: &mut c_int) -> RawResult<i32> {
    // SAFETY: plain old data, for which zero means "none".
    let mut arguments: libc::clone_args = unsafe { mem::zeroed() };
    arguments.flags = flags;
    arguments.pidfd = ptr::from_mut(pidfd) as u64;
    arguments.exit_signal = libc::SIGCHLD as u64;
    arguments.cgroup = group;
    // SAFETY: the arguments are valid for their size, and `pidfd` for one write.
    let result = sys::check(unsafe {
        libc::syscall(
            libc::SYS_clone3,
            &raw mut arguments,
            size_of::<libc::clone_args>(),
        )
    });
    result.map(|pid| pid as i32)
}

fn full_signal_set() -> libc::sigset_t {
    // SAFETY: plain old data that the next call fills in.
    let mut set: libc::sigset_t = unsafe { mem::zeroed() };
    // SAFETY: the set is valid for writes.
    unsafe { libc::sigfillset(&raw mut set) };
    set
}

impl Spawned {
    /// Kills and reaps it.
    pub(crate) fn destroy(&self) {
        // SAFETY: numbers and a null pointer.
        unsafe {
            libc::syscall(
                libc::SYS_pidfd_send_signal,
                self.pidfd.as_raw_fd(),
                libc::SIGKILL,
                0,
                0,
            );
        }
        self.reap();
    }

    /// Waits for its end and reaps it.
    pub(crate) fn reap(&self) {
        loop {
            // SAFETY: a null status is allowed; the process is this one's child.
            let result = unsafe { libc::waitpid(self.pid, ptr::null_mut(), libc::__WALL) };
            if result >= 0 || sys::errno() != libc::EINTR {
                return;
            }
        }
    }
}

/// The two ends of a pipe, closed on `execve`. Both have numbers above 9, because the child fills
/// the lower ones.
pub(crate) struct Pipe {
    pub(crate) read: OwnedFd,
    pub(crate) write: OwnedFd,
}

impl Pipe {
    /// A new pipe.
    pub(crate) fn new() -> RawResult<Pipe> {
        let mut ends = [-1; 2];
        // SAFETY: two valid slots.
        sys::check_int(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
        // SAFETY: both are new and owned by nobody.
        let [read, write] = ends.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) });
        Ok(Pipe {
            read: lifted(read.as_raw_fd())?,
            write: lifted(write.as_raw_fd())?,
        })
    }
}

/// A duplicate of `fd`, closed on `execve`, with a number of at least [`LIFTED_FD_MIN`].
pub(crate) fn lifted(fd: RawFd) -> RawResult<OwnedFd> {
    // SAFETY: takes numbers.
    let new = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, LIFTED_FD_MIN) };
    // SAFETY: the duplicate is new and owned by nobody.
    sys::check_int(new).map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })
}

/// From `linux/sched.h`; libc has it as a number that is too small for it.
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// The child fills the descriptors below this number.
pub(crate) const LIFTED_FD_MIN: c_int = 10;
