//! The death of a child: reads its last messages, and collects how the process ended.
//!
//! Trusts: the Linux kernel's accounts; the child's own crash record counts as a claim. Never:
//! waits for a child that has not been killed or reported dead.

use crate::child::children::Children;
use crate::child::life;
use crate::child::process::Child;
use crate::handlers::hang_up;
use crate::state::Broker;
use crate::store::pictures::Pictures;
use browser_core::{Event, Exit, Usage};
use protocol::ids::{ProcessId, Role};
use protocol::misbehaviour::Misbehaviour;

impl Children {
    /// A child has died, or several have: each dead one is reaped. Signals are merged, so all are
    /// asked; that costs less than a descriptor for each.
    pub(crate) fn reap_dead(&mut self, pictures: &mut Pictures) {
        let dead = self.iter().filter(|(_, child)| life::is_over(child.pid));
        let dead: Vec<ProcessId> = dead.map(|(process, _)| process).collect();
        for process in dead {
            self.reap(process, pictures);
        }
    }

    /// The process is dead: reads its last messages, then reports its end to the core.
    fn reap(&mut self, process: ProcessId, pictures: &mut Pictures) {
        self.read_execution(process);
        self.read_stderr(process);
        self.read_lanes(process, pictures);
        let Some(mut child) = self.remove(process) else {
            return;
        };
        if child.role == Role::Gpu {
            pictures.fail_all("the gpu process died");
        }
        let exit = exit_of(&mut child);
        if child.has_hung_up && hang_up::explains(&exit) {
            self.report(Event::Misbehaved {
                process,
                misbehaviour: Misbehaviour::ClosedChannel,
            });
        }
        self.report(Event::Exited { process, exit });
    }

    fn shut_down(mut self) {
        for child in self.values() {
            child.kill();
        }
        for child in self.values() {
            if let Err(error) = life::wait(child.pid) {
                tracing::warn!("cannot wait for process {}: {error}", child.pid);
            }
        }
        // What they said last: the gpu process knows why the display is gone.
        for process in self.ids() {
            self.read_stderr(process);
        }
    }
}

impl Broker {
    /// Ends every child, waits until each is gone, and returns the exit status of the browser.
    pub fn shut_down(self) -> u8 {
        self.lab.shut_down();
        self.clipboard.shut_down();
        self.children.shut_down();
        self.exit.unwrap_or(0)
    }
}

/// How a dead child ended, with its crash record. Waits for the child, which frees its process id.
fn exit_of(child: &mut Child) -> Exit {
    let mut exit = std::mem::take(&mut child.stderr.crash);
    // The limits are readable only before the wait.
    exit.private_bytes_max = sandbox::private_memory_max(child.pid).ok();
    match life::wait(child.pid) {
        Ok(end) => {
            exit.code = end.code;
            exit.signal = end.signal;
            exit.resident_bytes_peak = Some(end.resident_bytes_peak);
        }
        Err(error) => tracing::error!("cannot wait for process {}: {error}", child.pid),
    }
    if let Some(group) = &child.group {
        if exit.signal == Some(libc::SIGKILL) && group.memory_kills().is_ok_and(|kills| kills > 0) {
            exit.group_memory = group_memory(group, exit.resident_bytes_peak);
        }
        if let Ok(refused @ 1..) = group.tasks_refused() {
            let (role, pid) = (child.role, child.pid);
            tracing::warn!(%role, pid, "the control group refused {refused} new tasks");
        }
    }
    exit
}

/// The memory that a control group used and was allowed, after its process was killed at the limit.
/// Not every kernel records the peak of a group; the process was alone in the group.
fn group_memory(group: &sandbox::cgroup::ChildGroup, resident: Option<u64>) -> Option<Usage> {
    Some(Usage {
        used: group.memory_peak().ok().or(resident)?,
        allowed: group.memory_max().ok()?,
    })
}
