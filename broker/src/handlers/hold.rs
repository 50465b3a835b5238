//! Keeps what a renderer is sent until the devtools process has said what comes before it.
//!
//! Never: keeps it longer than its time, or more than a channel may keep.

use crate::child::children::Children;
use protocol::ids::ProcessId;
use protocol::limits::DEVTOOLS_WAIT_MS_MAX;
use std::time::{Duration, Instant};

impl Children {
    /// Keeps what that renderer is sent from now on.
    pub(crate) fn hold(&mut self, process: ProcessId) {
        if let Some(child) = self.get_mut(process) {
            child.held.get_or_insert_default();
            let until = Instant::now() + Duration::from_millis(DEVTOOLS_WAIT_MS_MAX);
            self.holds.push((until, process));
        }
    }

    /// Sends it.
    pub(crate) fn end_hold(&mut self, process: ProcessId) {
        self.holds.retain(|(_, held)| *held != process);
        let held = self.get_mut(process).and_then(|child| child.held.take());
        for (message, handles) in held.into_iter().flatten() {
            self.send_renderer(process, message, handles);
        }
    }

    /// Sends what has been kept for long enough.
    pub(crate) fn end_old_holds(&mut self) {
        let now = Instant::now();
        let due = self.holds.iter().filter(|(until, _)| *until <= now);
        for process in due.map(|(_, process)| *process).collect::<Vec<_>>() {
            tracing::warn!("the devtools process has not answered in time");
            self.end_hold(process);
        }
    }
}
