//! The source of a page: `view-source:` addresses, which only the user can open.
//!
//! The text is fetched anew. It is shown as text, in a renderer of its own with a site of its own:
//! what it says is never parsed as a page, and it can fetch nothing.

use crate::address;
use crate::state::core::Core;
use crate::state::navigation::NavigationKind;
use protocol::ids::TabId;

impl Core {
    /// Opens the source of the tab's page in a new tab beside it.
    pub(crate) fn open_source(&mut self, id: TabId) {
        let (Some(tab), Some(place)) = (self.tabs.find(id), self.tabs.place_of(id)) else {
            return;
        };
        let url = tab.url();
        if address::source_of(url).is_some() || url::Url::parse(url).is_err() {
            return;
        }
        let address = format!("{}{url}", address::VIEW_SOURCE);
        if let Some(new) = self.add_tab(&address, true, place + 1) {
            self.begin(new, &address, NavigationKind::New);
        }
    }
}
