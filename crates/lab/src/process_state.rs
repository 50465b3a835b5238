//! What the kernel says that a process is doing, read from `/proc`.
//!
//! Never: guesses; what this user may not see is left out.

use crate::process::call_name;
use nix::unistd::Pid;
use procfs::process::{Process, Syscall};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// What a process is doing, as the kernel shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessState {
    /// The letter of `/proc/PID/stat`: `R`, `S`, `D`, `T`, `Z`.
    pub state: char,
    /// The kernel function in which it waits; none if it runs, or if this user may not see it.
    pub waits_in: Option<String>,
    /// The system call that it is in, if there is one and this user may see it.
    pub call: Option<String>,
}

impl ProcessState {
    /// Looks at a process; `None` if there is none of that id.
    pub fn at(pid: Pid) -> Option<ProcessState> {
        let process = Process::new(pid.as_raw()).ok()?;
        let state = process.stat().ok()?.state;
        // Without what the compiler has added to the function's name (`.isra.0`).
        let waits_in = process
            .wchan()
            .ok()
            .and_then(|name| Some(name.split('.').next()?.to_owned()))
            .filter(|name| !name.is_empty() && name != "0");
        let call = match process.syscall() {
            Ok(Syscall::Blocked { syscall_number, .. }) => Some(call_name(syscall_number)),
            _ => None,
        };
        Some(ProcessState {
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
            'D' => "in uninterruptible sleep",
            'T' => "stopped",
            't' => "stopped by its tracer",
            'Z' => "ended, not reaped yet",
            _ => "in another state",
        }
    }
}

impl fmt::Display for ProcessState {
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

/// Looks at a process until it stays asleep and `progress` no longer changes. `None` if it has
/// ended, or if `pause` says to stop.
pub fn until_asleep(
    pid: Pid,
    mut progress: impl FnMut() -> u64,
    mut pause: impl FnMut() -> bool,
) -> Option<ProcessState> {
    let mut before: Option<(ProcessState, u64)> = None;
    let mut same = 0;
    while same < LOOKS {
        let now = (ProcessState::at(pid)?, progress());
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

/// [`until_asleep`] for a child of the lab that waits until another process sleeps.
pub fn watch_until_asleep(pid: Pid) -> Option<ProcessState> {
    let look = until_asleep(
        pid,
        || 0,
        || {
            std::thread::sleep(BETWEEN_LOOKS);
            true
        },
    );
    look.or_else(|| ProcessState::at(pid))
}

/// How long to wait between two looks.
pub const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
/// So many equal looks in a row count as sleep.
const LOOKS: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_this_very_process_finds_it() {
        let look = ProcessState::at(nix::unistd::getpid()).expect("it is there");
        assert!("RSD".contains(look.state), "{look}");
    }

    #[test]
    fn a_look_at_a_process_that_is_not_there_finds_none() {
        assert_eq!(ProcessState::at(Pid::from_raw(i32::MAX)), None);
    }
}
