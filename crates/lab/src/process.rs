//! Processes: made by `fork`, pinned to processors, always reaped.
//!
//! Owns: the calls of fork, prctl, waitpid and sched_setaffinity. Never: forks a process that has
//! threads; leaves a child that outlives its parent.
#![allow(unsafe_code, reason = "fork")]

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, kill, signal, sigprocmask};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, getppid};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A child of this process. Killed and reaped when it is dropped.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    ended: Option<WaitStatus>,
}

impl Child {
    /// Forks a process that does `work` and exits with its result. It dies with its parent, and
    /// ignores SIGINT, which a terminal sends to the whole group and which its parent handles.
    pub fn fork(work: impl FnOnce() -> i32) -> io::Result<Child> {
        let parent = nix::unistd::getpid();
        // SAFETY: the lab's processes have one thread each, so the child may do all that its parent
        // may.
        match unsafe { fork() }.map_err(|errno| named("fork", errno))? {
            ForkResult::Parent { child } => Ok(Child {
                pid: child,
                ended: None,
            }),
            ForkResult::Child => {
                let code = match begin(parent) {
                    Ok(()) => catch_unwind(AssertUnwindSafe(work)).unwrap_or(PANICKED),
                    Err(_) => PANICKED,
                };
                // SAFETY: ends the process at once; nothing of its parent's is flushed or dropped.
                unsafe { libc::_exit(code) }
            }
        }
    }

    /// Its process id.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> io::Result<WaitStatus> {
        loop {
            if let Some(status) = self.ended {
                return Ok(status);
            }
            match waitpid(self.pid, None) {
                Ok(status) => self.note(status),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(named("waitpid", errno)),
            }
        }
    }

    /// Its next change of state, if there is one now: its end, or a stop under a tracer.
    pub fn news(&mut self) -> io::Result<Option<WaitStatus>> {
        let flags = WaitPidFlag::WNOHANG | WaitPidFlag::__WALL;
        match waitpid(self.pid, Some(flags)).map_err(|errno| named("waitpid", errno))? {
            WaitStatus::StillAlive => Ok(None),
            status => {
                self.note(status);
                Ok(Some(status))
            }
        }
    }

    fn note(&mut self, status: WaitStatus) {
        if matches!(status, WaitStatus::Exited(..) | WaitStatus::Signaled(..)) {
            self.ended = Some(status);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.ended.is_none() {
            // It has ended already, or ends now.
            let _ = kill(self.pid, Signal::SIGKILL);
            let _ = self.wait();
        }
    }
}

/// The first steps of every child.
fn begin(parent: Pid) -> nix::Result<()> {
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid() != parent {
        return Err(Errno::ESRCH);
    }
    // SAFETY: to ignore a signal is no handler.
    unsafe { signal(Signal::SIGINT, SigHandler::SigIgn) }?;
    let mut ends = SigSet::empty();
    ends.add(Signal::SIGTERM);
    ends.add(Signal::SIGINT);
    sigprocmask(SigmaskHow::SIG_UNBLOCK, Some(&ends), None)
}

/// Makes a write beyond the file size limit fail, rather than end the process.
pub fn ignore_file_limit() -> io::Result<()> {
    // SAFETY: to ignore a signal is no handler.
    let before = unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) };
    before.map_err(|errno| named("signal", errno))?;
    Ok(())
}

/// Makes this process the parent of its children's orphans, so that it can reap them.
pub fn adopt_orphans() -> io::Result<()> {
    nix::sys::prctl::set_child_subreaper(true).map_err(|errno| named("prctl", errno))
}

/// Reaps all remaining children, which have been killed.
pub fn reap_orphans() {
    while let Ok(_) | Err(Errno::EINTR) = waitpid(Pid::from_raw(-1), None) {}
}

/// The processors that this process may run on.
pub fn processors() -> Vec<usize> {
    let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap_or_else(|_| CpuSet::new());
    (0..CpuSet::count())
        .filter(|&cpu| allowed.is_set(cpu).unwrap_or(false))
        .collect()
}

/// Pins this process to one processor.
pub fn pin(cpu: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu).map_err(|errno| named("CPU_SET", errno))?;
    sched_setaffinity(Pid::from_raw(0), &set).map_err(|errno| named("sched_setaffinity", errno))
}

/// The error of a system call, with the call's name.
pub fn named(call: &str, errno: Errno) -> io::Error {
    let kind = io::Error::from(errno).kind();
    io::Error::new(kind, format!("{call}: {errno:?} ({})", errno.desc()))
}

/// The name of a system call, or its number.
pub fn call_name(number: i64) -> String {
    syscalls::name_of(number).map_or_else(|| format!("call {number}"), str::to_owned)
}

/// The exit status of a child that panicked.
const PANICKED: i32 = 101;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_call() {
        let error = named("socketpair", Errno::EPERM);
        assert!(
            error.to_string().starts_with("socketpair: EPERM"),
            "{error}"
        );
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    }
}
