//! Processes: made by `fork`, looked at through `/proc`, always reaped.
//!
//! Owns: the calls of fork, prctl, waitpid and sched_setaffinity. Trusts: `/proc` for what a
//! process is doing. Never: forks a process that has threads; leaves a child that outlives its
//! parent.
#![allow(unsafe_code, reason = "fork")]

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, kill, signal, sigprocmask};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, getppid};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use std::{fmt, fs, io};

/// A child of this process. Killed and reaped when it is dropped.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    ended: Option<WaitStatus>,
}

impl Child {
    /// A new process that does `work` and ends with what it returns. It dies with its parent.
    /// SIGINT, which a terminal sends to all of a group, is for its parent to act upon.
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

    /// Waits until it has ended.
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

    /// Whatever there is to be told of it now: its end, a stop under a tracer, or nothing.
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
            // Gone already, or ours to end.
            let _ = kill(self.pid, Signal::SIGKILL);
            let _ = self.wait();
        }
    }
}

/// What every child does first.
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

/// Makes a file that may not become so large an error of the call, not the end of the process.
pub fn ignore_file_limit() -> io::Result<()> {
    // SAFETY: to ignore a signal is no handler.
    let before = unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) };
    before.map_err(|errno| named("signal", errno))?;
    Ok(())
}

/// Makes this process the one that orphans of its children are given to, so that it can reap them.
pub fn adopt_orphans() -> io::Result<()> {
    nix::sys::prctl::set_child_subreaper(true).map_err(|errno| named("prctl", errno))
}

/// Reaps whatever children there still are. All of them have been killed.
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

/// Keeps this process on one processor.
pub fn pin(cpu: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu).map_err(|errno| named("CPU_SET", errno))?;
    sched_setaffinity(Pid::from_raw(0), &set).map_err(|errno| named("sched_setaffinity", errno))
}

/// What the kernel says that a process is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The letter of `/proc/PID/stat`: `R`, `S`, `D`, `T`, `Z`.
    pub state: char,
    /// The function of the kernel in which it waits; none if it runs or if that may not be seen.
    pub waits_in: Option<String>,
    /// The system call that it is in, if it is in one and that may be seen.
    pub call: Option<String>,
}

impl Look {
    /// Looks at a process; `None` if there is none of that id.
    pub fn at(pid: Pid) -> Option<Look> {
        let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).ok();
        let stat = read("stat")?;
        // The name stands in parentheses and may hold anything.
        let state = stat.rsplit(") ").next()?.chars().next()?;
        // Without what the compiler has added to the function's name (`.isra.0`).
        let waits_in = read("wchan")
            .and_then(|name| Some(name.split('.').next()?.to_owned()))
            .filter(|name| !name.is_empty() && name != "0");
        let call = read("syscall").and_then(|line| {
            let number = line.split_whitespace().next()?.parse().ok()?;
            Some(call_name(number))
        });
        Some(Look {
            state,
            waits_in,
            call,
        })
    }

    /// Whether it sleeps until something happens.
    pub fn is_asleep(&self) -> bool {
        matches!(self.state, 'S' | 'D')
    }

    fn word(&self) -> &'static str {
        match self.state {
            'R' => "running",
            'S' => "sleeping",
            'D' => "sleeping, not to be woken by signals",
            'T' => "stopped",
            't' => "stopped by its tracer",
            'Z' => "dead, not reaped yet",
            _ => "in a state of its own",
        }
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.state, self.word())?;
        match (&self.call, &self.waits_in) {
            (Some(call), Some(place)) => write!(f, " in {call}, {place}"),
            (Some(call), None) => write!(f, " in {call}; the kernel hides where"),
            (None, Some(place)) => write!(f, " in {place}"),
            (None, None) => Ok(()),
        }
    }
}

/// Looks at a process until it is asleep and stays so, and has told `progress` nothing new
/// meanwhile. `None` if it is gone or if `pause` says to stop.
pub fn until_asleep(
    pid: Pid,
    mut progress: impl FnMut() -> u64,
    mut pause: impl FnMut() -> bool,
) -> Option<Look> {
    let mut before: Option<(Look, u64)> = None;
    let mut same = 0;
    while same < LOOKS {
        let now = (Look::at(pid)?, progress());
        if now.0.state == 'Z' {
            return None;
        }
        same = match &before {
            Some(before) if *before == now && now.0.is_asleep() => same + 1,
            _ => 0,
        };
        before = Some(now);
        if !pause() {
            return None;
        }
    }
    before.map(|(look, _)| look)
}

/// A child's view of [`until_asleep`]: it waits for the other until that sleeps.
pub fn watch_until_asleep(pid: Pid) -> Option<Look> {
    let look = until_asleep(
        pid,
        || 0,
        || {
            std::thread::sleep(BETWEEN_LOOKS);
            true
        },
    );
    look.or_else(|| Look::at(pid))
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

/// How long to wait between two looks.
pub const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
/// So many looks that are the same make a sleep.
const LOOKS: u32 = 8;
/// The exit status of a child that panicked.
const PANICKED: i32 = 101;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_this_very_process_finds_it() {
        let look = Look::at(nix::unistd::getpid()).expect("it is there");
        assert!("RSD".contains(look.state), "{look}");
    }

    #[test]
    fn a_look_at_a_process_that_is_not_there_finds_none() {
        assert_eq!(Look::at(Pid::from_raw(i32::MAX)), None);
    }

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
