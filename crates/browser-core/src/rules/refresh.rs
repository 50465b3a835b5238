//! Pages that replace themselves after a while.
//!
//! Trusts: a page on what it wants; the clock is the core's. Never: goes round in a circle of pages
//! that leave at once, or keeps a refresh that the user has made void by going elsewhere.
//!
//! Source: the HTML standard, "Refresh state (http-equiv=\"refresh\")".

use crate::event::Time;
use crate::state::core::Core;
use crate::state::navigation::NavigationKind;
use crate::state::tab::Refresh;
use protocol::ids::{ProcessId, TabId};
use protocol::limits::{QUICK_REFRESH_MS, QUICK_REFRESHES_MAX};
use protocol::misbehaviour::Misbehaviour;

impl Core {
    pub(crate) fn on_refresh(&mut self, id: TabId, process: ProcessId, url: String, after_s: u32) {
        let after_ms = u64::from(after_s) * 1_000;
        let at = Time(self.now.0.saturating_add(after_ms));
        let Some(tab) = self.tabs.find_mut(id) else {
            return;
        };
        let Some(committed) = &mut tab.committed else {
            return;
        };
        if std::mem::replace(&mut committed.has_told_refresh, true) {
            return self.on_misbehaved(process, Misbehaviour::WrongState);
        }
        // The user is on the way elsewhere.
        if tab.pending.is_none() {
            tab.refresh = Some(Refresh {
                at,
                url,
                is_quick: after_ms < QUICK_REFRESH_MS,
            });
        }
    }

    /// The first refresh that is due.
    pub(crate) fn refresh_deadline(&self) -> Option<Time> {
        self.tabs
            .iter()
            .filter_map(|tab| Some(tab.refresh.as_ref()?.at))
            .min()
    }

    pub(crate) fn check_refreshes(&mut self) {
        for id in self.tabs.ids() {
            let now = self.now;
            let tab = self.tabs.find_mut(id);
            let due = tab.and_then(|tab| tab.refresh.take_if(|refresh| refresh.at <= now));
            if let Some(refresh) = due {
                self.refresh(id, &refresh);
            }
        }
    }

    fn refresh(&mut self, id: TabId, refresh: &Refresh) {
        let Some(process) = self.current_process(id) else {
            return;
        };
        let Some(tab) = self.tabs.find(id) else {
            return;
        };
        let quick = if refresh.is_quick {
            tab.quick_refreshes + 1
        } else {
            0
        };
        let is_itself = tab.url() == refresh.url;
        if quick > QUICK_REFRESHES_MAX {
            let reason = format!(
                "the page was left alone after {QUICK_REFRESHES_MAX} refreshes without a pause"
            );
            return self.refuse(id, reason);
        }
        if is_itself {
            self.by_page(process, |core| {
                core.begin(id, &refresh.url, NavigationKind::Reload)
            });
        } else {
            match self.may_open(id, process, &refresh.url) {
                Some(None) => self.by_page(process, |core| {
                    core.begin(id, &refresh.url, NavigationKind::Replace);
                }),
                // A page breaks nothing unless the user clicks.
                Some(Some(_)) | None => return,
            }
        }
        if let Some(tab) = self.tabs.find_mut(id) {
            tab.quick_refreshes = quick;
        }
    }
}
