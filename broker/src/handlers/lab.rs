//! The pages under `bulkhead://lab` other than the Plumber's, and the measurement that they show.
//!
//! Trusts: the lab's helper, which is our own program. Never: measures again because a page is
//! reloaded.

use crate::pages;
use crate::pages::lab as page;
use crate::state::Broker;
use browser_core::{Command, Event};
use protocol::ids::NavigationId;
use url::Url;

const URL: &str = "bulkhead://lab";

impl Broker {
    /// Builds a page under `bulkhead://lab` other than the Plumber's. Its link to measure leads to
    /// the page itself, with an order that starts the measurement.
    pub(crate) fn build_lab_page(&mut self, navigation: NavigationId, url: &Url) {
        let measurement = &mut self.lab.measurement;
        let order = format!("measure={}", measurement.number());
        if url.query() == Some(order.as_str()) {
            measurement.start(&self.poller);
        }
        let mut plain = url.clone();
        plain.set_query(None);
        let result = page::build(measurement, plain.path().trim_matches('/'))
            .map(|html| pages::document(plain.as_str(), html));
        self.body_ready(navigation, plain.as_str(), result);
    }

    /// Reads the progress of the measurement.
    pub(crate) fn read_lab_progress(&mut self) {
        if self.lab.measurement.read_progress(&self.poller) {
            self.show_lab_again();
        }
    }

    /// Reads the report of the measurement, or notices its end.
    pub(crate) fn read_lab_report(&mut self) {
        if self.lab.measurement.read_report(&self.poller) {
            self.show_lab_again();
        }
    }

    /// Rebuilds the page in every tab that shows it, unless the tab is navigating away.
    fn show_lab_again(&mut self) {
        for tab in self.core.tabs() {
            if tab.url == URL && !tab.is_pending {
                self.events
                    .push_back(Event::Command(Command::Reload(tab.tab)));
            }
        }
    }
}
