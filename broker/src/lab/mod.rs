//! The lab's helper processes: one measurement, and one Plumber per tab.

pub(crate) mod helper;
pub(crate) mod measurement;
pub(crate) mod plumbers;

use measurement::Measurement;
use plumbers::Plumbers;

/// The lab's helper processes.
#[derive(Default)]
pub struct Lab {
    pub(crate) measurement: Measurement,
    pub(crate) plumbers: Plumbers,
}

impl Lab {
    /// Reaps helpers that have ended.
    pub fn reap(&mut self) {
        self.measurement.reap();
        self.plumbers.reap();
    }

    /// Ends all helpers and waits until they are gone.
    pub fn shut_down(self) {
        self.plumbers.shut_down();
        self.measurement.shut_down();
    }
}
