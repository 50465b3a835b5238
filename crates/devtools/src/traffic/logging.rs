//! What goes into the log of a page: loads that fail, and answers that are errors.

use crate::clock;
use crate::hub::Hub;
use crate::log::Blockage;
use crate::session::Target;
use crate::tab::error_text;
use crate::traffic::load::Load;
use protocol::error::LoadError;
use protocol::ids::{NavigationId, TabId};
use protocol::traffic::LoadNumber;
use serde_json::{Value, json};

/// Longest text of an entry, in characters.
const TEXT_CHARS_MAX: usize = 4_096;

impl Hub {
    /// The answer to a load is an error.
    pub(super) fn log_status(&mut self, number: LoadNumber) {
        let Some(load) = self.traffic.loads.get(&number) else {
            return;
        };
        let head = load.head.as_ref().filter(|head| head.status >= 400);
        let Some(head) = head else { return };
        let (status, phrase) = (head.status, &head.phrase);
        let text = format!(
            "Failed to load resource: the server responded with a status of {status} ({phrase})"
        );
        let (tab, navigation) = (load.tab, load.navigation);
        let entry = entry_of(load, "network", &text);
        self.log(tab, navigation, entry);
    }

    /// A load has failed.
    pub(super) fn log_failure(&mut self, number: LoadNumber, error: &LoadError) {
        let Some(load) = self.traffic.loads.get(&number) else {
            return;
        };
        // Nothing went wrong where somebody did not want it any more.
        if *error == LoadError::Cancelled {
            return;
        }
        let (tab, navigation) = (load.tab, load.navigation);
        let blockage = blockage(error);
        let said = blockage.and_then(Blockage::source).map(|source| {
            let mut entry = entry_of(load, source, &error.to_string());
            if blockage == Some(Blockage::Cors) {
                entry["category"] = json!("cors");
            }
            entry
        });
        let is_all = matches!(blockage, Some(Blockage::Mixed | Blockage::Type));
        let failed = format!("Failed to load resource: {}", failure_text(load, error));
        let failed = (!is_all).then(|| entry_of(load, "network", &failed));
        for entry in said.into_iter().chain(failed) {
            self.log(tab, navigation, entry);
        }
    }

    fn log(&mut self, id: TabId, navigation: NavigationId, entry: Value) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        tab.log.add(navigation, entry.clone());
        for key in self.sessions_of(Target::Page(id)) {
            if self.sessions.get(&key).is_some_and(|it| it.wants.logs) {
                self.tell(key, "Log.entryAdded", json!({"entry": entry}));
            }
        }
    }
}

fn entry_of(load: &Load, source: &str, text: &str) -> Value {
    let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
    json!({
        "source": source,
        "level": "error",
        "text": text,
        "timestamp": clock::wall_s() * 1000.0,
        "url": load.request.url,
        "networkRequestId": load.name,
    })
}

/// Which rule stopped a load, if one did.
pub(super) fn blockage(error: &LoadError) -> Option<Blockage> {
    match error {
        LoadError::Blocked { reason } => Some(Blockage::of(reason)),
        _ => None,
    }
}

/// What Chromium calls the failure of a load.
pub(super) fn failure_text(load: &Load, error: &LoadError) -> &'static str {
    let blocked = blockage(error).map(Blockage::error_text);
    let usual = || blocked.unwrap_or_else(|| error_text(error.code()));
    load.reason.unwrap_or_else(usual)
}
