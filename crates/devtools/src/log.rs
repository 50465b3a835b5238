//! The log of a page: what went wrong with its requests, for clients that come later.
//!
//! Owns: the entries of one tab, bounded. Entries of a document go when the next one is there.

use protocol::ids::NavigationId;
use serde_json::Value;
use std::collections::VecDeque;

/// As many as Chromium keeps.
const ENTRIES_MAX: usize = 1_000;
const BYTES_MAX: usize = 512 * 1024;

/// The log of one tab, oldest entry first.
#[derive(Debug, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    /// The document that it is about.
    navigation: NavigationId,
    /// The entry as clients are told of it.
    value: Value,
    bytes: usize,
}

impl Log {
    /// Keeps an entry; the oldest make room.
    pub fn add(&mut self, navigation: NavigationId, value: Value) {
        let bytes = value.to_string().len();
        self.bytes += bytes;
        self.entries.push_back(Entry {
            navigation,
            value,
            bytes,
        });
        while self.entries.len() > ENTRIES_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= oldest.bytes;
        }
    }

    /// The entries as clients are told of them.
    pub fn entries(&self) -> Vec<Value> {
        self.entries.iter().map(|it| it.value.clone()).collect()
    }

    /// Drops what is about documents before that one.
    pub fn forget_before(&mut self, navigation: NavigationId) {
        self.entries.retain(|it| it.navigation >= navigation);
        self.bytes = self.entries.iter().map(|it| it.bytes).sum();
    }

    pub fn clear(&mut self) {
        *self = Log::default();
    }
}

/// Which rule stopped a request, by the words in which the network process says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blockage {
    /// Its origin does not allow that the page reads it.
    Cors,
    /// A page by HTTPS wanted it by HTTP.
    Mixed,
    /// It is nothing that a page of another site may embed.
    Opaque,
    /// Its type is not what it is to be used as.
    Type,
    /// Another rule.
    Other,
}

impl Blockage {
    pub fn of(reason: &str) -> Blockage {
        match reason {
            _ if reason.contains("has been blocked by CORS policy") => Blockage::Cors,
            _ if reason.starts_with("Mixed Content: ") => Blockage::Mixed,
            _ if reason.contains("blocked by ORB") => Blockage::Opaque,
            _ if reason.starts_with("Refused to use ") => Blockage::Type,
            _ => Blockage::Other,
        }
    }

    /// What Chromium calls it.
    pub fn error_text(self) -> &'static str {
        match self {
            Blockage::Cors | Blockage::Other => "net::ERR_FAILED",
            Blockage::Mixed => "net::ERR_BLOCKED_BY_CLIENT",
            Blockage::Opaque => "net::ERR_BLOCKED_BY_ORB",
            Blockage::Type => "net::ERR_ABORTED",
        }
    }

    /// What the log says of it beside the failure: the source.
    pub fn source(self) -> Option<&'static str> {
        match self {
            Blockage::Cors => Some("javascript"),
            Blockage::Mixed | Blockage::Type => Some("security"),
            Blockage::Opaque | Blockage::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_log_is_bounded_in_entries_and_bytes() {
        let mut log = Log::default();
        for number in 0..ENTRIES_MAX + 5 {
            log.add(NavigationId(1), json!(number));
        }
        assert_eq!(log.entries().len(), ENTRIES_MAX);
        assert_eq!(log.entries()[0], json!(5));
        log.add(NavigationId(1), json!("x".repeat(BYTES_MAX / 2)));
        log.add(NavigationId(1), json!("x".repeat(BYTES_MAX / 2)));
        assert_eq!(log.entries().len(), 1);
        log.add(NavigationId(1), json!("x".repeat(2 * BYTES_MAX)));
        assert_eq!((log.entries().len(), log.bytes), (0, 0));
    }

    #[test]
    fn a_document_takes_the_log_of_those_before_it_along() {
        let mut log = Log::default();
        log.add(NavigationId(1), json!(1));
        log.add(NavigationId(2), json!(2));
        log.forget_before(NavigationId(2));
        assert_eq!(log.entries(), [json!(2)]);
        log.clear();
        assert_eq!(log.bytes, 0);
    }
}
