//! The end of children: what a dead one said before is still read, and what the system says of it
//! is put together.
//!
//! Owns: the wait for each child. Trusts: the kernel's accounts, and what a child wrote as a claim.
//! Never: waits for one that has not been killed or reported dead.

use crate::child::pidfd;
use crate::child::process::Child;
use crate::handlers::hang_up;
use crate::state::{Browser, DEMO};
use browser_core::{Event, Exit, Usage};
use protocol::ids::{ProcessId, Role};
use protocol::misbehaviour::Misbehaviour;
use std::os::fd::AsFd;

impl Browser {
    /// The process is dead: what it said before is still read, then its end is reported.
    pub(crate) fn reap(&mut self, process: ProcessId) {
        self.read_stderr(process);
        if self
            .children
            .get(&process)
            .is_some_and(|child| child.control.is_some())
        {
            self.read_control(process, false);
            self.read_commands(process, false);
        }
        let Some(mut child) = self.children.remove(&process) else {
            return;
        };
        if child.role == Role::Gpu {
            self.captures.fail_all("the gpu process died");
        }
        // Closing its other descriptors takes them out of the set.
        let exit = exit_of(&mut child);
        if process == DEMO {
            tracing::warn!("the demo server ended: {exit:?}");
            self.demo_url = None;
        } else {
            if child.has_hung_up && hang_up::explains(&exit) {
                self.events.push_back(Event::Misbehaved {
                    process,
                    misbehaviour: Misbehaviour::ClosedChannel,
                });
            }
            self.events.push_back(Event::Exited { process, exit });
        }
    }

    /// Ends every child and waits until each is gone.
    pub fn shut_down(mut self) -> u8 {
        std::mem::take(&mut self.plumbers).shut_down();
        std::mem::take(&mut self.measurement).shut_down();
        let children = std::mem::take(&mut self.children);
        for child in children.values() {
            crate::perform::kill(child);
        }
        for child in children.values() {
            if let Err(error) = pidfd::wait(child.pidfd.as_fd()) {
                tracing::warn!("waiting for {}: {error}", child.pid);
            }
        }
        self.exit.unwrap_or(0)
    }
}

/// How a dead child ended, with what it wrote before. Waits for it, so that its id is free again.
fn exit_of(child: &mut Child) -> Exit {
    let mut exit = std::mem::take(&mut child.stderr.crash);
    // Its limits can be read until it is waited for.
    exit.private_bytes_max = sandbox::private_memory_max(child.pid).ok();
    match pidfd::wait(child.pidfd.as_fd()) {
        Ok(end) => {
            exit.code = end.code;
            exit.signal = end.signal;
            exit.resident_bytes_peak = Some(end.resident_bytes_peak);
        }
        Err(error) => tracing::error!("waiting for {}: {error}", child.pid),
    }
    if let Some(group) = &child.group {
        if exit.signal == Some(libc::SIGKILL) && group.memory_kills().is_ok_and(|kills| kills > 0) {
            exit.group_memory = group_memory(group, exit.resident_bytes_peak);
        }
        if let Ok(refused @ 1..) = group.tasks_refused() {
            let (role, pid) = (child.role, child.pid);
            tracing::warn!(%role, pid, "its control group refused it {refused} tasks");
        }
    }
    exit
}

/// What a group whose process was killed for lack of memory used and was allowed. Not every kernel
/// keeps the peak of a group; the process was alone in it.
fn group_memory(group: &sandbox::cgroup::ChildGroup, resident: Option<u64>) -> Option<Usage> {
    Some(Usage {
        used: group.memory_peak().ok().or(resident)?,
        allowed: group.memory_max().ok()?,
    })
}
