//! Children that close a channel that they need as long as they live.
//!
//! Trusts: what the Linux kernel says of the process. Never: confuses a hang-up with a death, for
//! the system closes the channels of a dying process too.

use crate::child::children::Children;
use browser_core::Exit;
use nix::sys::signal::Signal;
use protocol::ids::ProcessId;

impl Children {
    /// Ends a child one of whose channels has ended: without it the child is of no use.
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

    /// Ends a child that has closed a channel. If the child was dying already, this does not change
    /// how its end is reported.
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

/// Whether nothing is known of the end but the kill that answered a closed channel. What a child
/// had to say about its crash is stronger: one that panics closes its channels before it ends.
pub fn explains(exit: &Exit) -> bool {
    let is_silent = exit.panic.is_none()
        && exit.reported_signal.is_none()
        && exit.allocation_refused.is_none()
        && exit.group_memory.is_none();
    exit.signal == Some(Signal::SIGKILL as i32) && is_silent
}

/// Whether the process is past giving its descriptors back, as it is before anybody can see that
/// one of them is closed by its death; see proc_pid_status(5).
fn has_no_descriptors(pid: i32) -> bool {
    // Without the file there is no process.
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
        // Not waited for yet: its closed pipe is all that is known of its death.
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
