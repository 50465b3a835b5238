//! Browser contexts: opened and closed for automation.
//!
//! Never: lets a tab, or what it has kept, outlive its context; or tells the network process of a
//! tab of a context that it does not know.

use crate::action::Action;
use crate::state::core::Core;
use protocol::ids::{ContextId, TabId};

impl Core {
    /// The context of a tab; of one that is gone, the user's own.
    pub(crate) fn context_of(&self, tab: TabId) -> ContextId {
        let tab = self.tabs.find(tab);
        tab.map_or(ContextId::DEFAULT, |tab| tab.context)
    }

    /// A further context; `None` at the limit.
    pub(crate) fn open_context(&mut self, ends_with_devtools: bool) -> Option<ContextId> {
        if !self.contexts.has_room() {
            return None;
        }
        let context = self.ids.context();
        self.contexts.add(context, ends_with_devtools);
        self.tell_context(context, true);
        Some(context)
    }

    fn tell_context(&mut self, context: ContextId, is_open: bool) {
        if let Some(network) = self.ready_service(&self.services.network) {
            self.emit(Action::TellContext {
                context,
                network,
                is_open,
            });
        }
    }

    /// A network process begins: it is told of all contexts before it is asked for anything.
    pub(crate) fn tell_contexts(&mut self) {
        for context in self.contexts.all() {
            self.tell_context(context, true);
        }
    }

    /// Closes the tabs of a context, unasked, and forgets what they have kept. Returns whether
    /// there was such a context, which the user's own is not.
    pub(crate) fn close_context(&mut self, context: ContextId) -> bool {
        if !self.contexts.remove(context) {
            return false;
        }
        let its = self.tabs.iter().filter(|tab| tab.context == context);
        for tab in its.map(|tab| tab.id).collect::<Vec<_>>() {
            self.close_tab(tab);
        }
        self.storage.forget_context(context);
        self.tell_context(context, false);
        true
    }
}
