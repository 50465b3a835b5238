//! The pages `bulkhead://lab/plumber`: the tab's helper process answers with their content.
//!
//! Trusts: the helper, which is our own program.

use crate::pages;
use crate::pages::plumber as page;
use crate::state::Broker;
use browser_core::{Command, Event, Record, RecordKind};
use lab::plumber::Answer;
use protocol::error::LoadError;
use protocol::ids::{NavigationId, TabId};
use url::Url;

impl Broker {
    /// Starts the page; its document is ready when the helper has answered.
    pub(crate) fn begin_plumber_page(&mut self, navigation: NavigationId, url: &Url) {
        let Some(tab) = self.core.tab_of_pending(navigation) else {
            return self.plumber_failed(navigation, "the tab is closed");
        };
        let asked = self.lab.plumbers.ask(&self.poller, tab, navigation, url);
        if let Err(reason) = asked {
            self.plumber_failed(navigation, &reason);
        }
    }

    fn plumber_failed(&mut self, navigation: NavigationId, reason: &str) {
        let result = Err(LoadError::Process {
            reason: format!("the Plumber failed: {reason}"),
        });
        self.events
            .push_back(Event::BodyReady { navigation, result });
    }

    /// Reads the answers of that tab's helper, or notices its end.
    pub(crate) fn read_plumber(&mut self, tab: TabId) {
        let Some(plumber) = self.lab.plumbers.get_mut(tab) else {
            return;
        };
        let (answers, is_open) = plumber.read();
        for answer in answers {
            self.on_plumber_answer(tab, &answer);
        }
        if !is_open {
            tracing::warn!("the Plumber's helper process for {tab} has ended");
            self.end_plumber(tab);
        }
    }

    fn on_plumber_answer(&mut self, tab: TabId, answer: &Answer) {
        let Some(plumber) = self.lab.plumbers.get_mut(tab) else {
            return;
        };
        let Some(id) = answer.id else {
            // An update: rebuilds the page, unless the tab is navigating away.
            let shown = self.core.tab(tab);
            if shown.is_some_and(|tab| !tab.is_pending && tab.url == page::URL) {
                self.events.push_back(Event::Command(Command::Reload(tab)));
            }
            return;
        };
        let Some(is_old) = plumber.waiting.remove(&id) else {
            return;
        };
        let html = page::build(&answer.snapshot, plumber.next_step, is_old);
        let result = Ok(pages::document(page::URL, html));
        self.body_ready(NavigationId(id), page::URL, result);
    }

    /// Ends the tab's helper, if any; pages that wait for it fail.
    fn end_plumber(&mut self, tab: TabId) {
        for navigation in self.lab.plumbers.end(&self.poller, tab) {
            self.plumber_failed(navigation, "its helper process has ended");
        }
    }

    /// Ends a helper whose page is no longer shown.
    pub(crate) fn end_plumber_without_page(&mut self, record: &Record) {
        let Some(tab) = record.tab else { return };
        let is_over = match &record.kind {
            RecordKind::Committed { url, .. } => url != page::URL,
            RecordKind::Failed { .. } | RecordKind::TabClosed | RecordKind::TabCrashed { .. } => {
                true
            }
            _ => false,
        };
        if is_over {
            self.end_plumber(tab);
        }
    }
}
