//! The deaths that nobody asked for, newest first, for `bulkhead://crashes`.

use browser_core::Time;
use protocol::ids::{Role, TabId};
use std::collections::VecDeque;

/// Deaths that are remembered.
const DEATHS_MAX: usize = 50;

/// The last deaths.
#[derive(Default)]
pub struct Deaths {
    newest_first: VecDeque<Death>,
}

/// A death that was not wanted.
pub struct Death {
    /// When, in milliseconds since the browser started.
    pub at_ms: u64,
    /// The part of the process.
    pub role: String,
    /// As the host saw it.
    pub pid: u32,
    /// The tab that the process served, or nothing.
    pub tab: String,
    /// Why.
    pub cause: String,
}

impl Deaths {
    /// Remembers one, and forgets the oldest beyond the bound.
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

    /// All that are remembered, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Death> {
        self.newest_first.iter()
    }
}
