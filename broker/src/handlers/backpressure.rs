//! When what waits for a child is sent: once its channel has room, or a while after the system
//! refused a message for another reason.
//!
//! Never: tries again without a pause what was just refused.

use crate::child::children::Children;
use crate::poller::Source;
use protocol::ids::ProcessId;
use std::time::{Duration, Instant};

/// How long a message waits that the system refused though its channel has room.
const REFUSED_PAUSE: Duration = Duration::from_millis(20);

impl Children {
    /// Asks to be woken when a child that was slow to read can take more.
    pub(crate) fn watch_outboxes(&mut self, process: ProcessId) {
        let poller = self.poller.clone();
        let Some(lanes) = self.get_mut(process).and_then(|child| child.lanes.as_mut()) else {
            return;
        };
        let mut is_refused = false;
        for (number, lane) in lanes.all().enumerate() {
            let is_waiting = lane.is_waiting();
            is_refused |= lane.is_refused();
            // A descriptor that is no longer in the set needs no watching.
            let _ = poller.want_write(&*lane, Source::lane(process, number), is_waiting);
        }
        let is_known = self.refused.iter().any(|(_, known)| *known == process);
        if is_refused && !is_known {
            self.refused.push((Instant::now() + REFUSED_PAUSE, process));
        }
    }

    /// Tries again what was refused long enough ago.
    pub(crate) fn resume_outboxes(&mut self) {
        let now = Instant::now();
        let due = self.refused.extract_if(.., |(at, _)| *at <= now);
        for (_, process) in due.collect::<Vec<_>>() {
            let child = self.get_mut(process);
            if let Some(lanes) = child.and_then(|child| child.lanes.as_mut()) {
                lanes.all().for_each(|lane| lane.flush());
            }
            self.watch_outboxes(process);
        }
    }

    /// When a paused child is due again, at the earliest.
    pub(crate) fn resume_at(&self) -> Option<Instant> {
        let pauses = self.paused.iter().chain(&self.refused);
        pauses.map(|(until, _)| *until).min()
    }
}
