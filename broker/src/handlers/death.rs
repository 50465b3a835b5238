//! The death of a child: reads its last messages, and collects how the process ended.
//!
//! Trusts: the Linux kernel's accounts; the child's own crash record counts as a claim. Never:
//! waits for a child that has not been killed or reported dead.

use crate::child::children::Children;
use crate::child::life::{self, End};
use crate::child::process::{Child, Corpse};
use crate::handlers::hang_up;
use crate::output::terminal::complain;
use crate::state::Broker;
use crate::store::pictures::Pictures;
use browser_core::{Event, Exit, Usage};
use protocol::ids::{ProcessId, Role};
use protocol::misbehaviour::Misbehaviour;
use sandbox::cgroup::ChildGroup;

impl Children {
    /// A child has died, or several have: each dead one is reaped. Signals are merged, so all are
    /// asked; that costs less than a descriptor for each.
    pub(crate) fn reap_dead(&mut self, pictures: &mut Pictures) {
        let dead = self.iter().filter(|(_, child)| life::is_over(child.pid));
        let dead: Vec<ProcessId> = dead.map(|(process, _)| process).collect();
        for process in dead {
            let Some(mut child) = self.remove_with_last_words(process, pictures) else {
                continue;
            };
            let exit = exit_of(&mut child, None);
            self.report_exit(process, &child, exit);
        }
        for corpse in self.unburied.extract_if(.., |it| life::is_over(it.pid)) {
            wait(corpse.pid);
        }
    }

    /// No thread is left under the child's filter, so its end is certain. The kernel says so before
    /// it takes the memory of the process away, which takes milliseconds. The end is reported now,
    /// unless what explains it is known only afterwards.
    pub(crate) fn report_dying(&mut self, process: ProcessId, pictures: &mut Pictures) {
        let poller = self.poller.clone();
        self.read_stderr(process);
        let Some(child) = self.get_mut(process) else {
            return;
        };
        if let Some(listener) = child.call_notifications.take() {
            poller.remove(&listener);
        }
        let Some(end) = life::fate(child.pid).filter(|_| !has_lacked_memory(child)) else {
            return;
        };
        let Some(mut child) = self.remove_with_last_words(process, pictures) else {
            return;
        };
        // Of one that dies already this changes nothing; no other is ever taken for dead.
        child.kill();
        let exit = exit_of(&mut child, Some(end));
        self.report_exit(process, &child, exit);
        let (pid, group) = (child.pid, child.group);
        self.unburied.push(Corpse { pid, _group: group });
    }

    /// Reads the last messages of a child that ends, and takes it out of the table.
    fn remove_with_last_words(
        &mut self,
        process: ProcessId,
        pictures: &mut Pictures,
    ) -> Option<Child> {
        self.read_execution(process);
        self.read_stderr(process);
        self.read_lanes(process, pictures);
        let mut child = self.remove(process)?;
        let (role, pid) = (child.role, child.pid);
        child.stderr.end(|line| complain!("[{role} {pid}] {line}"));
        if role == Role::Gpu {
            pictures.fail_all("the gpu process died");
        }
        Some(child)
    }

    fn report_exit(&mut self, process: ProcessId, child: &Child, exit: Exit) {
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
        for pid in self.values().map(|child| child.pid) {
            wait(pid);
        }
        for corpse in &self.unburied {
            wait(corpse.pid);
        }
        // What they said last: the gpu process knows why the display is gone.
        for process in self.ids() {
            self.read_stderr(process);
        }
    }
}

impl Broker {
    /// Keeps what the rings say of those whose death has been dealt with, and frees their rings.
    pub(crate) fn keep_last_words(&mut self) {
        let (rings, store) = (&mut self.children.rings, &mut self.store);
        for process in rings.dead() {
            if !store.deaths.lacks_words(process) {
                continue;
            }
            let words = rings.last_words(process);
            if let Some(death) = store.deaths.add_words(process, words) {
                store.crash_files.write(&death.to_json());
            }
        }
        rings.bury();
    }

    /// Ends every child, waits until each is gone, and returns the exit status of the browser.
    pub fn shut_down(mut self) -> u8 {
        self.close_trace();
        self.timeline.finish();
        self.lab.shut_down();
        self.clipboard.shut_down();
        self.children.shut_down();
        self.exit.unwrap_or(0)
    }
}

/// Whether the kernel or the child itself says that memory was refused. How much it had used is
/// known only after its end.
fn has_lacked_memory(child: &Child) -> bool {
    let kills = |group: &ChildGroup| group.memory_kills().is_ok_and(|kills| kills > 0);
    child.stderr.crash.allocation_refused.is_some() || child.group.as_ref().is_some_and(kills)
}

/// How a child ended, with its crash record. Without an `end` that is known, waits for the child,
/// which frees its process id.
fn exit_of(child: &mut Child, end: Option<End>) -> Exit {
    let mut exit = std::mem::take(&mut child.stderr.crash);
    // The limits are readable only before the wait.
    exit.private_bytes_max = sandbox::private_memory_max(child.pid).ok();
    if let Some(end) = end.or_else(|| wait(child.pid)) {
        exit.code = end.code;
        exit.signal = end.signal;
        exit.resident_bytes_peak = end.resident_bytes_peak;
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

/// Waits for a child, and logs what never happens.
fn wait(pid: i32) -> Option<End> {
    let end = life::wait(pid);
    end.inspect_err(|error| tracing::error!("cannot wait for process {pid}: {error}"))
        .ok()
}

/// The memory that a control group used and was allowed, after its process was killed at the limit.
/// Not every kernel records the peak of a group; the process was alone in the group.
fn group_memory(group: &ChildGroup, resident: Option<u64>) -> Option<Usage> {
    Some(Usage {
        used: group.memory_peak().ok().or(resident)?,
        allowed: group.memory_max().ok()?,
    })
}
