//! What an end is doing, read from `/proc/PID/stat`, `wchan` and `syscall`; see proc(5). Other than
//! [`ProcessState`](crate::ProcessState), it finds out where the end sleeps even if the kernel
//! hides the function.

use procfs::process::{Process, Syscall};
use serde::{Deserialize, Serialize};

/// The state of an end at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// The state's letter, for instance `S`.
    pub letter: char,
    /// Where in the kernel it sleeps, if it does and this user may see it.
    pub place: Option<String>,
}

/// Looks at a process; `None` once it has ended.
pub(super) fn look(pid: u32) -> Option<Sight> {
    let process = Process::new(i32::try_from(pid).ok()?).ok()?;
    let letter = process.stat().ok()?.state;
    if matches!(letter, 'Z' | 'X') {
        return None;
    }
    let place = if letter == 'R' { None } else { place(&process) };
    Some(Sight { letter, place })
}

/// The kernel function in which it waits, or else the system call that it is in.
fn place(process: &Process) -> Option<String> {
    let channel = process.wchan().unwrap_or_default();
    if channel.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        // Kernels before 5.5 have one name for both ends.
        if channel != "pipe_wait" {
            return Some(channel);
        }
    }
    let Syscall::Blocked {
        syscall_number,
        argument_registers: [descriptor, ..],
        ..
    } = process.syscall().ok()?
    else {
        return None;
    };
    Some(match (syscall_number, descriptor) {
        (libc::SYS_read, 0) => PIPE_READ.to_owned(),
        (libc::SYS_write, 1) => PIPE_WRITE.to_owned(),
        (number, _) => format!("system call {number}"),
    })
}

/// Where the reader of an empty pipe sleeps.
pub(super) const PIPE_READ: &str = "pipe_read";
/// Where the writer to a full pipe sleeps.
pub(super) const PIPE_WRITE: &str = "pipe_write";

impl Sight {
    /// The state in words.
    pub fn state(&self) -> &'static str {
        match self.letter {
            'R' => "running",
            'S' => "sleeping",
            'D' => "in uninterruptible sleep",
            'T' => "stopped",
            't' => "stopped by a debugger",
            'I' => "idle",
            _ => "in another state",
        }
    }

    /// Whether it sleeps in that kernel function. Newer names have prefixes (`pipe_read`,
    /// `anon_pipe_read`).
    pub fn sleeps_in(&self, function: &str) -> bool {
        let ends = |place: &str| place.ends_with(function);
        self.letter == 'S' && self.place.as_deref().is_some_and(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs_and_none_has_the_number_0() {
        let sight = look(std::process::id()).expect("it is there");
        assert!("RS".contains(sight.letter), "{sight:?}");
        assert_eq!(look(0), None);
    }
}
