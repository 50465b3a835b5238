//! The consoles of all tabs, for `bulkhead://console`. A tab's console outlives the processes that
//! wrote to it, and goes with the tab.
//!
//! Never: keeps more of a tab than its bounds, whatever its page writes.

use browser_core::{RecordKind, Time};
use protocol::ids::TabId;
use protocol::limits::{CONSOLE_BYTES_MAX, CONSOLE_LINES_KEPT_MAX};
use std::collections::{BTreeMap, VecDeque};

/// The consoles of the open tabs.
#[derive(Default)]
pub struct Consoles(BTreeMap<TabId, Console>);

/// The console of one tab, oldest entry first.
#[derive(Default)]
pub struct Console {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// Entries that were left out where they came, or dropped since.
    dropped: u64,
}

/// One entry.
#[derive(Debug)]
pub struct Entry {
    /// The time, in milliseconds since the browser started.
    pub at_ms: u64,
    /// The name of its level; of a page that begins: `page`.
    pub level: &'static str,
    pub text: String,
    /// The script that it comes from, or nothing.
    pub source: String,
    /// In that script, from 1; 0: not known.
    pub line: u32,
    /// Likewise.
    pub column: u32,
    /// How many groups it stands in.
    pub groups: u8,
}

impl Entry {
    fn bytes(&self) -> usize {
        size_of::<Entry>() + self.text.len() + self.source.len()
    }

    /// Where it comes from, for the user.
    pub fn place(&self) -> String {
        match self.line {
            _ if self.source.is_empty() => String::new(),
            0 => self.source.clone(),
            line => format!("{}:{line}:{}", self.source, self.column),
        }
    }
}

impl Consoles {
    /// Takes in what a record says of a tab's console.
    pub fn note(&mut self, at: Time, tab: Option<TabId>, kind: &RecordKind) {
        let Some(tab) = tab else { return };
        match kind {
            RecordKind::TabClosed => {
                self.0.remove(&tab);
            }
            // A page that follows nothing, and writes nothing, needs no console.
            RecordKind::Committed { url, .. } => {
                if let Some(console) = self.0.get_mut(&tab) {
                    console.add(Entry {
                        at_ms: at.0,
                        level: "page",
                        text: url.clone(),
                        source: String::new(),
                        line: 0,
                        column: 0,
                        groups: 0,
                    });
                }
            }
            RecordKind::Console { .. } => self.0.entry(tab).or_default().note(at, kind),
            _ => {}
        }
    }

    /// The console of a tab, if anything was written to it.
    pub fn of(&self, tab: TabId) -> Option<&Console> {
        self.0.get(&tab)
    }
}

impl Console {
    fn note(&mut self, at: Time, kind: &RecordKind) {
        let RecordKind::Console {
            level,
            text,
            source,
            line,
            column,
            groups,
            left_out,
        } = kind
        else {
            return;
        };
        self.dropped = self.dropped.saturating_add(u64::from(*left_out));
        if *level == "clear" {
            self.entries.clear();
            (self.bytes, self.dropped) = (0, 0);
        }
        self.add(Entry {
            at_ms: at.0,
            level,
            text: text.clone(),
            source: source.clone(),
            line: *line,
            column: *column,
            groups: *groups,
        });
    }

    fn add(&mut self, entry: Entry) {
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        while self.entries.len() > CONSOLE_LINES_KEPT_MAX || self.bytes > CONSOLE_BYTES_MAX {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= oldest.bytes();
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// The entries that are kept, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many are not kept.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, left_out: u32) -> RecordKind {
        RecordKind::Console {
            level: "log",
            text: text.to_owned(),
            source: "http://a.test/a.js".to_owned(),
            line: 3,
            column: 7,
            groups: 0,
            left_out,
        }
    }

    #[test]
    fn a_flood_leaves_no_more_than_the_bounds_and_is_counted() {
        let tab = Some(TabId(1));
        for text in ["x".to_owned(), "y".repeat(4_000)] {
            let mut consoles = Consoles::default();
            for _ in 0..10_000 {
                consoles.note(Time(1), tab, &line(&text, 2));
            }
            let console = consoles.of(TabId(1)).expect("it has one");
            assert!(console.entries.len() <= CONSOLE_LINES_KEPT_MAX);
            assert!(console.bytes <= CONSOLE_BYTES_MAX);
            let bytes: usize = console.entries().map(Entry::bytes).sum();
            assert_eq!(bytes, console.bytes);
            let kept = console.entries.len() as u64;
            assert_eq!(console.dropped() + kept, 30_000);
        }
    }

    #[test]
    fn a_console_lives_as_long_as_its_tab() {
        let tab = Some(TabId(1));
        let mut consoles = Consoles::default();
        consoles.note(Time(1), tab, &line("before", 0));
        let url = "http://a.test/".to_owned();
        consoles.note(
            Time(2),
            tab,
            &RecordKind::Committed {
                navigation: protocol::ids::NavigationId(1),
                url,
                site: String::new(),
            },
        );
        let levels: Vec<_> = consoles.of(TabId(1)).map_or(Vec::new(), |console| {
            console.entries().map(|entry| entry.level).collect()
        });
        assert_eq!(levels, ["log", "page"]);
        consoles.note(Time(3), tab, &RecordKind::TabClosed);
        assert!(consoles.of(TabId(1)).is_none());
    }

    #[test]
    fn clearing_forgets_what_stood_before() {
        let tab = Some(TabId(1));
        let mut consoles = Consoles::default();
        consoles.note(Time(1), tab, &line("before", 5));
        let RecordKind::Console { level, .. } = &mut line("cleared", 0) else {
            return;
        };
        *level = "clear";
        let mut clear = line("cleared", 0);
        if let RecordKind::Console { level, .. } = &mut clear {
            *level = "clear";
        }
        consoles.note(Time(2), tab, &clear);
        let console = consoles.of(TabId(1)).expect("it has one");
        assert_eq!((console.entries.len(), console.dropped()), (1, 0));
    }
}
