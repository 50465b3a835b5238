//! The source of a page: `view-source:` addresses, which only the user can open.
//!
//! The text is fetched anew. It is shown as text, in a renderer of its own with a site of its own:
//! what it says is never parsed as a page, and it can fetch nothing.

use crate::address;
use crate::state::core::Core;
use crate::state::navigation::NavigationKind;
use protocol::ids::TabId;

impl Core {
    /// Whether the tab has a page whose source can be shown.
    pub(crate) fn has_source(&self, id: TabId) -> bool {
        let url = self.tabs.find(id).map(crate::state::tab::Tab::url);
        url.is_some_and(|url| address::source_of(url).is_none() && url::Url::parse(url).is_ok())
    }

    /// Opens the source of the tab's page in a new tab beside it.
    pub(crate) fn open_source(&mut self, id: TabId) {
        let (Some(tab), Some(place)) = (self.tabs.find(id), self.tabs.place_of(id)) else {
            return;
        };
        if !self.has_source(id) {
            return;
        }
        let url = tab.url();
        let (address, context) = (format!("{}{url}", address::VIEW_SOURCE), tab.context);
        if let Some(new) = self.add_tab(&address, context, true, place + 1) {
            self.begin(new, &address, NavigationKind::New);
        }
    }
}
