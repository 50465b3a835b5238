//! Sends waiting messages once the child's channel has room, or after a pause if the system refused
//! a message for another reason.

use crate::child::children::Children;
use crate::poller::Source;
use protocol::ids::ProcessId;
use std::time::{Duration, Instant};

/// The pause after the system refused a message although the channel has room.
const REFUSED_PAUSE: Duration = Duration::from_millis(20);

impl Children {
    /// Watches for room in the channels of a child that was slow to read.
    pub(crate) fn watch_outboxes(&mut self, process: ProcessId) {
        let poller = self.poller.clone();
        let Some(lanes) = self.get_mut(process).and_then(|child| child.lanes.as_mut()) else {
            return;
        };
        let mut is_refused = false;
        for (number, lane) in lanes.all().enumerate() {
            let is_waiting = lane.is_waiting();
            is_refused |= lane.is_refused();
            // A descriptor that has left the set needs no watching.
            let _ = poller.want_write(&*lane, Source::lane(process, number), is_waiting);
        }
        let is_known = self.refused.iter().any(|(_, known)| *known == process);
        if is_refused && !is_known {
            self.refused.push((Instant::now() + REFUSED_PAUSE, process));
        }
    }

    /// Sends refused messages again after their pause.
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

    /// The earliest end of a pause.
    pub(crate) fn resume_at(&self) -> Option<Instant> {
        let pauses = self.paused.iter().chain(&self.refused).chain(&self.holds);
        pauses.map(|(until, _)| *until).min()
    }
}
