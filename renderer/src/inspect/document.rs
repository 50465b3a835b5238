//! The document that is inspected: its contexts, and how far its clients know it to be.

use crate::inspect::contexts::{ContextInfo, described_in, frame_of};
use crate::inspect::dom::Backends;
use crate::inspect::fault::Fault;
use crate::inspect::frames::Frames;
use protocol::ids::NavigationId;
use serde_json::Value;
use std::time::{Duration, Instant};
use url::Url;

/// So long nothing may load until the network is said to be idle.
const IDLE: Duration = Duration::from_millis(500);
/// So many may still load while it is almost idle.
const ALMOST: usize = 2;

/// One document.
pub(crate) struct Inspected {
    pub(crate) navigation: NavigationId,
    pub(crate) url: Url,
    pub(crate) mime: String,
    /// The first one is the page's own.
    pub(crate) contexts: Vec<ContextInfo>,
    pub(crate) backends: Backends,
    pub(crate) frames: Frames,
    pub(crate) progress: Progress,
    /// Whether the scripts that come first have run.
    pub(crate) has_begun: bool,
    /// Whether its worlds have all that sessions put into them.
    pub(crate) is_bound: bool,
    /// Scripts that are to run in it as soon as it is there: in which context, and what.
    pub(crate) run_now: Vec<(u32, String)>,
}

/// What clients have been told of.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) has_content: bool,
    pub(crate) is_loaded: bool,
    pub(crate) is_painted: bool,
    /// How often scripts have made another document of it.
    pub(crate) reopened: u32,
    almost: Quiet,
    idle: Quiet,
}

/// Since when little loads.
#[derive(Default)]
struct Quiet {
    since: Option<Instant>,
    is_told: bool,
}

impl Quiet {
    /// Returns whether it is to be told now.
    fn is_due(&mut self, is_quiet: bool, now: Instant) -> bool {
        if self.is_told {
            return false;
        }
        if !is_quiet {
            self.since = None;
            return false;
        }
        let since = *self.since.get_or_insert(now);
        self.is_told = now.saturating_duration_since(since) >= IDLE;
        self.is_told
    }

    fn due(&self) -> Option<Instant> {
        let since = self.since.filter(|_| !self.is_told);
        since.map(|since| since + IDLE)
    }
}

impl Progress {
    /// Of a document that scripts have opened anew so often.
    pub(crate) fn anew(reopened: u32) -> Progress {
        Progress {
            is_painted: true,
            reopened,
            ..Progress::default()
        }
    }

    /// What is to be told of the network, of which so many things are still to come.
    pub(crate) fn quiet(&mut self, loading: usize, now: Instant) -> Vec<&'static str> {
        if !self.has_content {
            return Vec::new();
        }
        let almost = self.almost.is_due(loading <= ALMOST, now);
        let idle = self.idle.is_due(loading == 0, now);
        let told = [(almost, "networkAlmostIdle"), (idle, "networkIdle")];
        told.into_iter()
            .filter_map(|(is_due, name)| is_due.then_some(name))
            .collect()
    }

    /// When the next such thing may be to be told.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.almost.due().into_iter().chain(self.idle.due()).min()
    }

    /// All that has been told, for those who ask later.
    pub(crate) fn told(&self) -> Vec<&'static str> {
        let told = [
            (true, "commit"),
            (self.has_content, "DOMContentLoaded"),
            (self.is_loaded, "load"),
            (self.almost.is_told, "networkAlmostIdle"),
            (self.idle.is_told, "networkIdle"),
        ];
        told.into_iter()
            .filter_map(|(is_told, name)| is_told.then_some(name))
            .collect()
    }
}

impl Inspected {
    /// The name of the document's loader, as the devtools process makes it.
    pub(crate) fn loader(&self) -> String {
        format!("{:032X}", self.navigation.0)
    }

    pub(crate) fn context(&self, id: u32) -> Option<&ContextInfo> {
        self.contexts.iter().find(|context| context.id == id)
    }

    /// The frame as the protocol describes it.
    pub(crate) fn frame(&self, frame: &str) -> Value {
        frame_of(frame, &self.loader(), &self.url, &self.mime)
    }

    /// The worlds that new documents of it have, the page's first.
    pub(crate) fn worlds(&self) -> Vec<String> {
        let all = self.contexts.iter();
        all.map(|context| context.name.clone()).collect()
    }

    /// A context as the protocol describes it.
    pub(crate) fn described(&self, context: &ContextInfo, frame: &str) -> Value {
        let is_default = self
            .contexts
            .first()
            .is_some_and(|first| first.id == context.id);
        described_in(context, &self.url, frame, is_default)
    }

    pub(crate) fn no_frame() -> Fault {
        Fault::invalid("No frame for given id found")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_idle_when_nothing_has_loaded_for_a_while() {
        let mut progress = Progress::default();
        let start = Instant::now();
        assert!(progress.quiet(0, start).is_empty(), "nothing is parsed yet");
        progress.has_content = true;
        assert!(progress.quiet(1, start).is_empty());
        assert_eq!(progress.due(), Some(start + IDLE));
        assert_eq!(progress.quiet(1, start + IDLE), ["networkAlmostIdle"]);
        assert!(progress.quiet(0, start + IDLE).is_empty());
        assert!(progress.quiet(1, start + IDLE).is_empty(), "it begins anew");
        let later = start + 2 * IDLE;
        assert!(progress.quiet(0, later).is_empty());
        assert_eq!(progress.quiet(0, later + IDLE), ["networkIdle"]);
        assert!(progress.quiet(0, later + 2 * IDLE).is_empty(), "told once");
        assert_eq!(progress.due(), None);
    }
}
