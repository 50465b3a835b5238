//! Kills children that close a channel they need for the rest of their life.
//!
//! Trusts: what the Linux kernel says about the process. Never: confuses a hang-up with a death;
//! the system also closes the channels of a dying process.

use crate::child::children::Children;
use browser_core::Exit;
use nix::sys::signal::Signal;
use protocol::ids::ProcessId;

impl Children {
    /// Kills a child after one of its channels has closed: the child is useless without it.
    pub(crate) fn channel_ended(&mut self, process: ProcessId) {
        let poller = self.poller.clone();
        let Some(child) = self.get_mut(process) else {
            return;
        };
        if let Some(mut lanes) = child.lanes.take() {
            lanes.all().for_each(|lane| poller.remove(&*lane));
        }
        self.hung_up(process);
    }

    /// Kills a child that has closed a channel. If the child was already dying, this does not
    /// change how its death is reported.
    pub(crate) fn hung_up(&mut self, process: ProcessId) {
        let Some(child) = self.get_mut(process) else {
            return;
        };
        if !has_no_descriptors(child.pid) {
            child.has_hung_up = true;
        }
        child.kill();
    }
}

/// Whether the only known cause of death is the kill for a closed channel. A crash record is a
/// stronger cause: a child that panics closes its channels before it exits.
pub fn explains(exit: &Exit) -> bool {
    let is_silent = exit.panic.is_none()
        && exit.reported_signal.is_none()
        && exit.allocation_refused.is_none()
        && exit.group_memory.is_none();
    exit.signal == Some(Signal::SIGKILL as i32) && is_silent
}

/// Whether the process has already released its descriptors. In a dying process, this happens
/// before anybody can see one of them closed; see proc_pid_status(5).
fn has_no_descriptors(pid: i32) -> bool {
    // Without the file, the process is gone.
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("FDSize:"));
    size.is_none_or(|size| size.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_process_that_lives_has_descriptors_and_a_dead_one_has_none() {
        let mut child = Command::new("/bin/cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cat is there");
        let pid = i32::try_from(child.id()).expect("a pid fits");
        assert!(!has_no_descriptors(pid));
        child.kill().expect("it is ours");
        let mut end = child.stdout.take().expect("piped");
        std::io::copy(&mut end, &mut std::io::sink()).expect("its end");
        // Not waited for yet: only its closed pipe shows that it is dead.
        assert!(has_no_descriptors(pid));
        child.wait().expect("it ends");
        assert!(has_no_descriptors(pid));
    }

    #[test]
    fn whatever_a_child_says_of_its_end_is_stronger() {
        let kill = Exit {
            signal: Some(9),
            ..Exit::default()
        };
        assert!(explains(&kill));
        let panicked = Exit {
            panic: Some("no".to_owned()),
            ..kill.clone()
        };
        let crashed = Exit {
            reported_signal: Some(11),
            ..kill
        };
        assert!(!explains(&panicked) && !explains(&crashed));
        assert!(!explains(&Exit::default()));
    }
}
