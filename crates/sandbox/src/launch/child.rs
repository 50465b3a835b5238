//! The first instructions of a child: between `clone` and `execve`.
//!
//! Trusts: what the launcher prepared before the clone. Never: allocates, locks or panics: it is a
//! copy of a process whose other threads do not exist here.

use crate::launch::cgroup::TaskFile;
use crate::launch::root;
use crate::properties;
use crate::rlimits;
use crate::seal::capabilities;
use crate::sys::{self, RawResult};
use serde::{Deserialize, Serialize};
use std::ffi::{CStr, c_char};

/// All that the child needs, prepared by the launcher. The launcher keeps the memory behind the
/// pointers alive; the child has a copy of it.
pub(crate) struct Setup {
    /// Descriptors, all of them at least `LIFTED_FD_MIN` and closed on `execve`.
    pub(crate) exe: i32,
    pub(crate) stderr: i32,
    pub(crate) bootstrap: i32,
    /// `/dev/null`, or -1 where there is none.
    pub(crate) null: i32,
    /// The launcher writes here when the child may continue.
    pub(crate) go_read: i32,
    /// The end of the launcher, which this copy must close.
    pub(crate) go_write: i32,
    /// Failures are written here.
    pub(crate) failure: i32,
    /// The control groups of version 1 to enter.
    pub(crate) groups: Vec<TaskFile>,
    pub(crate) ids: Ids,
    pub(crate) has_mounts: bool,
    pub(crate) has_uts: bool,
    pub(crate) has_keyring: bool,
    /// Null-terminated lists of C strings.
    pub(crate) arguments: *const *const c_char,
    pub(crate) environment: *const *const c_char,
}

/// The user and group that the child becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Unchanged: an ordinary user without a user namespace.
    Keep,
    /// User and group 0 of its own user namespace; supplementary groups can be dropped or not.
    InsideRoot { drop_groups: bool },
    /// This user and group of the host, no user namespace.
    Host(u32),
}

/// The step at which a child failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Entering its control groups.
    Groups,
    /// Waiting for the launcher.
    Wait,
    /// Becoming its own user.
    Ids,
    /// Asking to die with the launcher.
    ParentDeathSignal,
    /// Cutting its mounts off from the host's.
    Mounts,
    /// The session keyring.
    Keyring,
    /// Session, signals, limits, working directory.
    Surroundings,
    /// Putting the descriptors in place.
    Descriptors,
    /// Executing the program.
    Execute,
}

impl Step {
    const ALL: [Step; 9] = [
        Step::Groups,
        Step::Wait,
        Step::Ids,
        Step::ParentDeathSignal,
        Step::Mounts,
        Step::Keyring,
        Step::Surroundings,
        Step::Descriptors,
        Step::Execute,
    ];

    /// Parses a failure that [`run`] wrote.
    pub(crate) fn parse_failure(record: [u8; 8]) -> (Option<Step>, i32) {
        let [a, b, c, d, e, f, g, h] = record;
        let step = Step::ALL
            .get(u32::from_ne_bytes([a, b, c, d]) as usize)
            .copied();
        (step, i32::from_ne_bytes([e, f, g, h]))
    }
}

/// Executes the program, or reports why it cannot. Returns an exit status.
pub(crate) fn run(setup: &Setup) -> i32 {
    let Err((step, errno)) = prepare_and_execute(setup);
    let mut record = [0; 8];
    record[..4].copy_from_slice(&(step as u32).to_ne_bytes());
    record[4..].copy_from_slice(&errno.to_ne_bytes());
    // The launcher may have died; then nobody reads the record.
    let _ = sys::write(setup.failure, &record);
    FAILURE_STATUS
}

fn prepare_and_execute(setup: &Setup) -> Result<std::convert::Infallible, (Step, i32)> {
    sys::close(setup.go_write);
    at(Step::Groups, TaskFile::enter(&setup.groups))?;
    at(Step::Wait, wait_for_go(setup.go_read))?;
    at(Step::Ids, take_ids(setup.ids))?;
    at(Step::ParentDeathSignal, properties::die_with_parent())?;
    // The launcher closes its end after our `execve` at the earliest: closed now means dead.
    if at(
        Step::ParentDeathSignal,
        properties::is_hung_up(setup.go_read),
    )? {
        return Err((Step::ParentDeathSignal, libc::ESRCH));
    }
    if setup.has_mounts {
        at(Step::Mounts, root::make_private())?;
    }
    if setup.has_keyring {
        at(Step::Keyring, properties::join_new_keyring())?;
    }
    at(Step::Surroundings, tidy_surroundings(setup))?;
    at(Step::Descriptors, place_descriptors(setup))?;
    let flags = libc::AT_EMPTY_PATH;
    // SAFETY: the lists are null-terminated and their strings alive; see `Setup`.
    let result = sys::check(unsafe {
        libc::syscall(
            libc::SYS_execveat,
            setup.exe,
            c"".as_ptr(),
            setup.arguments,
            setup.environment,
            flags,
        )
    });
    Err((Step::Execute, result.err().unwrap_or(libc::EIO)))
}

fn at<T>(step: Step, result: RawResult<T>) -> Result<T, (Step, i32)> {
    result.map_err(|errno| (step, errno))
}

pub(crate) fn wait_for_go(fd: i32) -> RawResult<()> {
    match sys::read(fd, &mut [0])? {
        0 => Err(libc::ESRCH),
        _ => Ok(()),
    }
}

/// Raw calls on purpose: the functions of libc would signal all threads, and there are none here.
pub(crate) fn take_ids(ids: Ids) -> RawResult<()> {
    let (id, drop_groups) = match ids {
        Ids::Keep => return Ok(()),
        Ids::InsideRoot { drop_groups } => (0, drop_groups),
        Ids::Host(id) => {
            // Afterwards nothing is left to do it with.
            capabilities::drop_bounding()?;
            (id, true)
        }
    };
    // SAFETY: numbers, and a null list of length 0.
    unsafe {
        if drop_groups {
            match sys::check(libc::syscall(libc::SYS_setgroups, 0, 0)) {
                // Denied for this and all inner user namespaces (some containers): the groups stay
                // as they do for an ordinary user.
                Err(libc::EPERM) if matches!(ids, Ids::InsideRoot { .. }) => {}
                result => result.map(drop)?,
            }
        }
        sys::check(libc::syscall(libc::SYS_setresgid, id, id, id))?;
        sys::check(libc::syscall(libc::SYS_setresuid, id, id, id))?;
    }
    Ok(())
}

fn tidy_surroundings(setup: &Setup) -> RawResult<()> {
    if setup.has_uts {
        let bytes = HOST_NAME.count_bytes();
        // SAFETY: a constant string and its length.
        sys::check(unsafe { libc::syscall(libc::SYS_sethostname, HOST_NAME.as_ptr(), bytes) })?;
    }
    // SAFETY: takes nothing. It fails only for the leader of a process group, which a new process
    // is not.
    sys::check(unsafe { libc::syscall(libc::SYS_setsid) })?;
    rlimits::set(libc::RLIMIT_CORE, 0)?;
    // Before `execve`: without a limit the kernel lays the program's memory out less randomly.
    rlimits::set(libc::RLIMIT_STACK, rlimits::STACK_BYTES)?;
    // SAFETY: takes a number.
    sys::check(unsafe { libc::syscall(libc::SYS_umask, 0o077) })?;
    root::chdir(c"/")?;
    reset_signals()
}

/// Sets default actions and an empty mask: both would survive `execve`, and what the launcher
/// ignores or blocks does not concern the child.
fn reset_signals() -> RawResult<()> {
    let default = KernelAction {
        handler: 0,
        flags: 0,
        restorer: 0,
        mask: 0,
    };
    let null: *mut KernelAction = std::ptr::null_mut();
    for signal in 1..=SIGNAL_MAX {
        // SAFETY: a valid action in the kernel's form. SIGKILL and SIGSTOP refuse, as they should.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                &raw const default,
                null,
                SET_BYTES,
            )
        };
    }
    let (empty, null): (u64, *mut u64) = (0, std::ptr::null_mut());
    // SAFETY: a valid set in the kernel's form.
    sys::check(unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_SETMASK,
            &raw const empty,
            null,
            SET_BYTES,
        )
    })?;
    Ok(())
}

/// 0 and 1 become `/dev/null`, 2 a pipe to the launcher, 3 the bootstrap channel; the rest closes.
fn place_descriptors(setup: &Setup) -> RawResult<()> {
    for (from, to) in [
        (setup.null, 0),
        (setup.null, 1),
        (setup.stderr, 2),
        (setup.bootstrap, 3),
    ] {
        if from < 0 {
            sys::close(to);
            continue;
        }
        // SAFETY: takes numbers; `from` is above all of the targets.
        sys::check(unsafe { libc::syscall(libc::SYS_dup2, from, to) })?;
    }
    let flag = libc::CLOSE_RANGE_CLOEXEC;
    // SAFETY: takes numbers.
    let closed = sys::check(unsafe { libc::syscall(libc::SYS_close_range, 4, u32::MAX, flag) });
    match closed {
        Ok(_) => Ok(()),
        // An older kernel, or a container's filter.
        Err(libc::ENOSYS | libc::EINVAL | libc::EPERM) => close_one_by_one(setup),
        Err(errno) => Err(errno),
    }
}

fn close_one_by_one(setup: &Setup) -> RawResult<()> {
    let mut limit = libc::rlimit64 {
        rlim_cur: 0,
        rlim_max: 0,
    };
    let null: *const libc::rlimit64 = std::ptr::null();
    // SAFETY: one valid slot to write, none to read.
    sys::check(unsafe {
        libc::syscall(
            libc::SYS_prlimit64,
            0,
            libc::RLIMIT_NOFILE,
            null,
            &raw mut limit,
        )
    })?;
    let end = i32::try_from(limit.rlim_max.min(DESCRIPTORS_MAX)).unwrap_or(i32::MAX);
    for fd in 4..end {
        if fd != setup.exe && fd != setup.failure && fd != setup.go_read {
            sys::close(fd);
        }
    }
    Ok(())
}

/// The kernel's `struct sigaction` on x86-64, which is not libc's.
#[repr(C)]
struct KernelAction {
    handler: usize,
    flags: u64,
    restorer: usize,
    mask: u64,
}

/// The host name that every child sees.
pub(crate) const HOST_NAME: &CStr = c"bulkhead";
const SIGNAL_MAX: i32 = 64;
const SET_BYTES: usize = 8;
/// Upper end of closing one by one: no process here has more.
const DESCRIPTORS_MAX: u64 = 65_536;
/// Exit status of a child that could not execute its program.
pub(crate) const FAILURE_STATUS: i32 = 126;
