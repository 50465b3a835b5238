//! The lab's helper processes: one measurement, and a Plumber a tab.

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
    /// Takes notice of helpers that have ended.
    pub fn reap(&mut self) {
        self.measurement.reap();
        self.plumbers.reap();
    }

    /// Ends all helpers and waits until each is gone.
    pub fn shut_down(self) {
        self.plumbers.shut_down();
        self.measurement.shut_down();
    }
}
