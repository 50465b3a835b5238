//! Properties of the process itself: not dumpable, no writable code, dies with its parent, no
//! shared core, restricted speculation.
//!
//! Never: continues if the parent has died already. Raw, for launch and probe. See `prctl(2)`.

use crate::sys::{self, RawResult};

/// Only a process with capabilities over its user namespace may attach to it, and it leaves no core
/// file.
pub(crate) fn not_dumpable() -> RawResult<()> {
    set_dumpable(false)
}

pub(crate) fn is_not_dumpable() -> bool {
    sys::prctl(libc::PR_GET_DUMPABLE, [0; 4]) == Ok(0)
}

pub(crate) fn set_dumpable(is_dumpable: bool) -> RawResult<()> {
    let value = u64::from(is_dumpable);
    sys::prctl(libc::PR_SET_DUMPABLE, [value, 0, 0, 0]).map(drop)
}

/// Memory that was once writable never becomes executable.
pub(crate) fn deny_write_execute() -> RawResult<()> {
    sys::prctl(PR_SET_MDWE, [PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0]).map(drop)
}

/// The kernel kills this process when the thread that launched it ends.
pub(crate) fn die_with_parent() -> RawResult<()> {
    sys::prctl(libc::PR_SET_PDEATHSIG, [libc::SIGKILL as u64, 0, 0, 0]).map(drop)
}

/// Whether the other end of `fd` is closed. This closes a race: a parent that died before
/// [`die_with_parent`] sends no signal, but the kernel closed its descriptors. In a pid namespace
/// the child cannot see the id of its parent.
pub(crate) fn is_hung_up(fd: i32) -> RawResult<bool> {
    let events = sys::poll_now(fd, libc::POLLRDHUP)?;
    Ok(events & (libc::POLLHUP | libc::POLLRDHUP | libc::POLLERR) != 0)
}

/// No thread of another process runs on the same core at the same time.
pub(crate) fn schedule_alone() -> RawResult<()> {
    let create = PR_SCHED_CORE_CREATE;
    sys::prctl(
        PR_SCHED_CORE,
        [create, 0, PR_SCHED_CORE_SCOPE_THREAD_GROUP, 0],
    )
    .map(drop)
}

/// The core-scheduling cookie of `pid`, 0 for none.
pub(crate) fn core_cookie(pid: i32) -> RawResult<u64> {
    let mut cookie = 0_u64;
    let pid = u64::from(pid.cast_unsigned());
    let slot = (&raw mut cookie) as u64;
    sys::prctl(PR_SCHED_CORE, [PR_SCHED_CORE_GET, pid, 0, slot])?;
    Ok(cookie)
}

/// Disables one kind of speculation permanently.
pub(crate) fn mitigate(kind: Speculation) -> RawResult<()> {
    let kind = kind as u64;
    sys::prctl(PR_SET_SPECULATION_CTRL, [kind, PR_SPEC_FORCE_DISABLE, 0, 0]).map(drop)
}

/// Tries to enable it again, which must fail with `EPERM`.
pub(crate) fn unmitigate(kind: Speculation) -> RawResult<()> {
    let kind = kind as u64;
    sys::prctl(PR_SET_SPECULATION_CTRL, [kind, PR_SPEC_ENABLE, 0, 0]).map(drop)
}

/// The kinds of speculation that a process can disable.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Speculation {
    StoreBypass = 0,
    IndirectBranch = 1,
}

/// The name that `ps` and `/proc/PID/comm` show.
pub(crate) fn set_name(name: &std::ffi::CStr) {
    // The pointer is a valid C string for the call; the kernel copies at most 16 bytes. A failure
    // would cost nothing but the name.
    let _ = sys::prctl(libc::PR_SET_NAME, [name.as_ptr() as u64, 0, 0, 0]);
}

/// Joins a new session keyring, so that no key of the user's session is reachable.
pub(crate) fn join_new_keyring() -> RawResult<()> {
    // SAFETY: a null name asks for an anonymous keyring.
    sys::check(unsafe { libc::syscall(libc::SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0) }).map(drop)
}

const KEYCTL_JOIN_SESSION_KEYRING: u32 = 1;
const PR_SET_MDWE: i32 = 65;
const PR_MDWE_REFUSE_EXEC_GAIN: u64 = 1;
const PR_SET_SPECULATION_CTRL: i32 = 53;
const PR_SPEC_ENABLE: u64 = 2;
const PR_SPEC_FORCE_DISABLE: u64 = 8;
const PR_SCHED_CORE: i32 = 62;
const PR_SCHED_CORE_GET: u64 = 0;
const PR_SCHED_CORE_CREATE: u64 = 1;
const PR_SCHED_CORE_SCOPE_THREAD_GROUP: u64 = 1;
