//! Tells live pages what has happened since they were told last.
//!
//! Never: reads the state while nobody looks.

use crate::pages::live;
use crate::state::Broker;
use std::time::Instant;

impl Broker {
    /// Tells those who look, if it is time.
    pub(crate) fn show_glass(&mut self) {
        let now = Instant::now();
        if !self.glass.begin_round(now) {
            return;
        }
        for (page, build) in live::ALL {
            if self.glass.is_watched(page) {
                let event = build(self).to_string();
                self.glass.tell(&self.poller, page, &event);
            }
        }
        self.tell_trace();
        self.glass.end_round(now);
    }
}
