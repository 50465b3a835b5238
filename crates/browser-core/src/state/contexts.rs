//! Browser contexts besides the user's own: tabs that share cookies and storage with each other
//! alone. Automation opens them; nothing of them outlives them.

use protocol::ids::ContextId;
use protocol::limits::CONTEXTS_MAX;
use std::collections::BTreeMap;

/// Those that are open, and whether each is closed when the devtools process ends.
#[derive(Debug, Default)]
pub(crate) struct Contexts(BTreeMap<ContextId, bool>);

impl Contexts {
    /// Whether there may be a further one.
    pub(crate) fn has_room(&self) -> bool {
        self.0.len() < CONTEXTS_MAX
    }

    pub(crate) fn add(&mut self, context: ContextId, ends_with_devtools: bool) {
        self.0.insert(context, ends_with_devtools);
    }

    /// Returns whether it was open.
    pub(crate) fn remove(&mut self, context: ContextId) -> bool {
        self.0.remove(&context).is_some()
    }

    /// Whether tabs can be opened in it.
    pub(crate) fn has(&self, context: ContextId) -> bool {
        context == ContextId::DEFAULT || self.0.contains_key(&context)
    }

    /// Oldest first.
    pub(crate) fn all(&self) -> Vec<ContextId> {
        self.0.keys().copied().collect()
    }

    /// Those that are closed when the devtools process ends.
    pub(crate) fn of_devtools(&self) -> Vec<ContextId> {
        let its = self.0.iter().filter(|(_, ends)| **ends);
        its.map(|(context, _)| *context).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
