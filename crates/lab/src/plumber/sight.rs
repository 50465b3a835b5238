//! What the kernel says a process is doing: `/proc/PID/stat`, `wchan` and `syscall` (proc(5)).
//!
//! Owns: the reading of these files. Trusts: the kernel. Never: guesses; what may not be seen is
//! said to be so.

use serde::{Deserialize, Serialize};
use std::fs;

/// A process at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// The state's letter, for instance `S`.
    pub letter: char,
    /// Where in the kernel it sleeps, if it does and we may know.
    pub place: Option<String>,
}

/// Looks at a process; `None` once it is gone or a zombie.
pub(super) fn look(pid: u32) -> Option<Sight> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything.
    let letter = stat.rsplit(") ").next()?.chars().next()?;
    if matches!(letter, 'Z' | 'X') {
        return None;
    }
    let place = if letter == 'R' { None } else { place(pid) };
    Some(Sight { letter, place })
}

/// The kernel's function in which it waits, or else the system call that it is in.
fn place(pid: u32) -> Option<String> {
    let channel = fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
    if channel.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        // Kernels before 5.5 have one name for both ends.
        if channel != "pipe_wait" {
            return Some(channel);
        }
    }
    let call = fs::read_to_string(format!("/proc/{pid}/syscall")).ok()?;
    let mut words = call.split_ascii_whitespace();
    let number: i64 = words.next()?.parse().ok()?;
    let descriptor = words.next()?;
    Some(match (number, descriptor) {
        (libc::SYS_read, "0x0") => PIPE_READ.to_owned(),
        (libc::SYS_write, "0x1") => PIPE_WRITE.to_owned(),
        (number, _) => format!("system call {number}"),
    })
}

/// Where the reader of an empty pipe sleeps.
pub(super) const PIPE_READ: &str = "pipe_read";
/// Where the writer to a full pipe sleeps.
pub(super) const PIPE_WRITE: &str = "pipe_write";

impl Sight {
    /// The state in a word.
    pub fn state(&self) -> &'static str {
        match self.letter {
            'R' => "running",
            'S' => "sleeping",
            'D' => "in an uninterruptible wait",
            'T' => "stopped",
            't' => "stopped by a debugger",
            'I' => "idle",
            _ => "in another state",
        }
    }

    /// Whether it sleeps in that function of the kernel. Newer names have endings (`pipe_read`,
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
