//! The unexpected deaths of processes, newest first, for `bulkhead://crashes`.

use crate::rings::last_words::LastWords;
use browser_core::Time;
use protocol::ids::{ProcessId, Role, TabId};
use serde_json::{Value, json};
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
    /// The broker's id of the process, until the next field is known.
    process: Option<ProcessId>,
    /// What the flight recorders say.
    pub last_words: LastWords,
}

impl Deaths {
    /// Adds a death, and drops the oldest beyond the limit.
    pub fn add(
        &mut self,
        at: Time,
        (role, pid): (Role, u32),
        process: Option<ProcessId>,
        tab: Option<TabId>,
        cause: &str,
    ) {
        self.newest_first.push_front(Death {
            at_ms: at.0,
            role: role.to_string(),
            pid,
            tab: tab.map(|tab| tab.0.to_string()).unwrap_or_default(),
            cause: cause.to_owned(),
            process,
            last_words: LastWords::default(),
        });
        self.newest_first.truncate(DEATHS_MAX);
    }

    /// Whether that process has died and its last words are not known yet.
    pub fn lacks_words(&self, process: ProcessId) -> bool {
        self.iter().any(|death| death.process == Some(process))
    }

    /// Adds the last words of a process that has died; returns all that is known of the death.
    pub fn add_words(&mut self, process: ProcessId, words: LastWords) -> Option<&Death> {
        let mut deaths = self.newest_first.iter_mut();
        let death = deaths.find(|death| death.process == Some(process))?;
        death.process = None;
        death.last_words = words;
        Some(death)
    }

    /// All kept deaths, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Death> {
        self.newest_first.iter()
    }
}

impl Death {
    /// All of it, as a crash record.
    pub fn to_json(&self) -> Value {
        let mut record = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "at_ms": self.at_ms,
            "role": self.role,
            "pid": self.pid,
            "tab": self.tab.parse::<u32>().ok(),
            "cause": self.cause,
            "executable": crate::machine::executable::mark(),
        });
        if let (Value::Object(fields), Value::Object(words)) =
            (&mut record, self.last_words.to_json())
        {
            fields.extend(words);
        }
        record
    }
}
