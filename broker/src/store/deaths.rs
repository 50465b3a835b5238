//! The unexpected deaths of processes, newest first, for `bulkhead://crashes`.

use browser_core::Time;
use protocol::ids::{Role, TabId};
use std::collections::VecDeque;

/// The number of deaths that are kept.
const DEATHS_MAX: usize = 50;

/// The last deaths.
#[derive(Default)]
pub struct Deaths {
    newest_first: VecDeque<Death>,
}

/// An unexpected death.
pub struct Death {
    /// The time, in milliseconds since the browser started.
    pub at_ms: u64,
    /// The role of the process.
    pub role: String,
    /// The process id on the host.
    pub pid: u32,
    /// The tab that the process served, if any.
    pub tab: String,
    /// The cause, for the user.
    pub cause: String,
}

impl Deaths {
    /// Adds a death, and drops the oldest beyond the limit.
    pub fn add(&mut self, at: Time, role: Role, pid: u32, tab: Option<TabId>, cause: &str) {
        self.newest_first.push_front(Death {
            at_ms: at.0,
            role: role.to_string(),
            pid,
            tab: tab.map(|tab| tab.0.to_string()).unwrap_or_default(),
            cause: cause.to_owned(),
        });
        self.newest_first.truncate(DEATHS_MAX);
    }

    /// All kept deaths, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Death> {
        self.newest_first.iter()
    }
}
