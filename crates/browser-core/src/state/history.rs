//! The session history of one tab: bounded, and committed addresses only.

use protocol::limits::HISTORY_ENTRIES_MAX;

/// One place in the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The committed URL; of an address that is no URL, its text.
    pub(crate) url: String,
    pub(crate) title: String,
    /// How far down the page was, in pixels.
    pub(crate) scroll_y: u32,
}

/// The entries of one tab, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    entries: Vec<Entry>,
    at: usize,
}

impl History {
    pub(crate) fn current(&self) -> Option<&Entry> {
        self.entries.get(self.at)
    }

    pub(crate) fn current_mut(&mut self) -> Option<&mut Entry> {
        self.entries.get_mut(self.at)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// The index of the present entry.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The index of the entry before, if there is one.
    pub(crate) fn back(&self) -> Option<usize> {
        self.at.checked_sub(1)
    }

    /// The index of the entry after, if there is one.
    pub(crate) fn forward(&self) -> Option<usize> {
        Some(self.at + 1).filter(|&next| next < self.entries.len())
    }

    /// A new page: what lay ahead is forgotten. The same address again makes no further entry.
    pub(crate) fn push(&mut self, url: &str) {
        if self.current().is_some_and(|entry| entry.url == url) {
            self.replace(url);
            return;
        }
        self.entries.truncate(self.at + 1);
        if self.entries.len() == HISTORY_ENTRIES_MAX {
            self.entries.remove(0);
        }
        self.entries.push(Entry {
            url: url.to_owned(),
            ..Entry::default()
        });
        self.at = self.entries.len() - 1;
    }

    /// The present entry was loaded again, perhaps to another address.
    pub(crate) fn replace(&mut self, url: &str) {
        match self.current_mut() {
            Some(entry) => entry.url = url.to_owned(),
            None => self.push(url),
        }
    }

    /// Moves to an entry, which was loaded again, perhaps to another address.
    pub(crate) fn go(&mut self, index: usize, url: &str) {
        if index < self.entries.len() {
            self.at = index;
        }
        self.replace(url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_page_forgets_what_lay_ahead() {
        let mut history = History::default();
        for url in ["a", "b", "c"] {
            history.push(url);
        }
        history.go(0, "a");
        assert_eq!((history.back(), history.forward()), (None, Some(1)));
        history.push("d");
        assert_eq!((history.back(), history.forward()), (Some(0), None));
        assert_eq!(history.current().map(|e| e.url.as_str()), Some("d"));
    }

    #[test]
    fn history_is_bounded_and_forgets_the_oldest() {
        let mut history = History::default();
        for n in 0..=HISTORY_ENTRIES_MAX {
            history.push(&n.to_string());
        }
        assert_eq!(history.len(), HISTORY_ENTRIES_MAX);
        assert_eq!(history.get(0).map(|e| e.url.as_str()), Some("1"));
        assert_eq!(history.forward(), None);
    }
}
