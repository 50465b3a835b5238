//! All processes whose exit has not been reported.

use crate::state::process::Process;
use protocol::ids::ProcessId;
use std::collections::BTreeMap;

/// All processes, in the order of their start.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    by_id: BTreeMap<ProcessId, Process>,
}

impl Processes {
    pub(crate) fn values(&self) -> impl Iterator<Item = &Process> {
        self.by_id.values()
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Process> {
        self.by_id.values_mut()
    }

    /// Their ids, so that each can be changed while the table is walked.
    pub(crate) fn ids(&self) -> Vec<ProcessId> {
        self.by_id.keys().copied().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The process, dying or not.
    pub(crate) fn get(&self, process: ProcessId) -> Option<&Process> {
        self.by_id.get(&process)
    }

    pub(crate) fn get_mut(&mut self, process: ProcessId) -> Option<&mut Process> {
        self.by_id.get_mut(&process)
    }

    pub(crate) fn insert(&mut self, process: Process) {
        self.by_id.insert(process.id, process);
    }

    pub(crate) fn remove(&mut self, process: ProcessId) {
        self.by_id.remove(&process);
    }

    /// The process, unless it is unknown or on its way out: then whatever it says is ignored.
    pub(crate) fn living(&self, process: ProcessId) -> Option<&Process> {
        self.get(process).filter(|p| !p.is_ending())
    }

    pub(crate) fn living_mut(&mut self, process: ProcessId) -> Option<&mut Process> {
        self.get_mut(process).filter(|p| !p.is_ending())
    }

    /// Whether the process is sealed, verified and alive.
    pub(crate) fn is_ready(&self, process: ProcessId) -> bool {
        self.get(process).is_some_and(Process::is_ready)
    }
}
