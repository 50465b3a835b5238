//! The session history of one tab: bounded, and committed addresses only.

use protocol::ids::NavigationId;
use protocol::limits::{HISTORY_ENTRIES_MAX, HISTORY_STATES_BYTES_MAX};
use protocol::renderer::HistoryPlace;

/// One place in the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The committed URL; of an address that is no URL, its text.
    pub(crate) url: String,
    pub(crate) title: String,
    /// How far down the page was, in pixels; `None`: it has not said.
    pub(crate) scroll_y: Option<u32>,
    /// The document that it is a place of: entries of one document differ by their fragment.
    pub(crate) document: Option<NavigationId>,
    /// What a script gave it, as JSON.
    pub(crate) state: Option<String>,
    /// Whether its page left it without the user: Back passes over it.
    pub(crate) is_passed_over: bool,
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

    /// The index of the entry that the user's Back leads to: a page must not hold the user by
    /// entries that it makes by itself.
    pub(crate) fn back_of_user(&self) -> Option<usize> {
        let before = self.entries.get(..self.at)?;
        let chosen = before.iter().rposition(|entry| !entry.is_passed_over);
        chosen.or(self.back())
    }

    /// The index of the entry so many places away.
    pub(crate) fn away(&self, by: i32) -> Option<usize> {
        let index = self.at.checked_add_signed(isize::try_from(by).ok()?)?;
        (index < self.entries.len()).then_some(index)
    }

    /// Where the present entry stands.
    pub(crate) fn place(&self) -> HistoryPlace {
        let fit = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        HistoryPlace {
            index: fit(self.at),
            length: fit(self.entries.len()),
        }
    }

    /// The index of the entry after, if there is one.
    pub(crate) fn forward(&self) -> Option<usize> {
        Some(self.at + 1).filter(|&next| next < self.entries.len())
    }

    /// A new page: what lay ahead is forgotten. The same address again makes no further entry.
    pub(crate) fn push(&mut self, url: &str, document: NavigationId) {
        if self.current().is_some_and(|entry| entry.url == url) {
            self.replace(url, document);
            return;
        }
        self.append(Entry {
            url: url.to_owned(),
            document: Some(document),
            ..Entry::default()
        });
    }

    /// Another place of the present document.
    pub(crate) fn push_within(&mut self, url: &str) {
        match self.current() {
            Some(entry) if entry.url != url => self.append(Entry {
                url: url.to_owned(),
                scroll_y: None,
                state: None,
                is_passed_over: false,
                ..entry.clone()
            }),
            _ => {}
        }
    }

    /// A script makes an entry for the present document. With `by_user` the user has acted on it
    /// since the entry before.
    pub(crate) fn push_state(&mut self, url: &str, state: Option<String>, by_user: bool) {
        let Some(current) = self.current_mut() else {
            return;
        };
        current.is_passed_over |= !by_user;
        let entry = Entry {
            url: url.to_owned(),
            scroll_y: None,
            state,
            is_passed_over: false,
            ..current.clone()
        };
        self.append(entry);
        self.bound_states();
    }

    /// A script changes the present entry.
    pub(crate) fn replace_state(&mut self, url: &str, state: Option<String>) {
        if let Some(entry) = self.current_mut() {
            entry.url = url.to_owned();
            entry.state = state;
        }
        self.bound_states();
    }

    /// Forgets the states of the oldest entries where there are too many bytes of them.
    fn bound_states(&mut self) {
        let size = |entry: &Entry| entry.state.as_ref().map_or(0, String::len);
        let mut bytes: usize = self.entries.iter().map(size).sum();
        let at = self.at;
        for (index, entry) in self.entries.iter_mut().enumerate() {
            if bytes <= HISTORY_STATES_BYTES_MAX {
                return;
            }
            if index != at {
                bytes -= size(entry);
                entry.state = None;
            }
        }
    }

    fn append(&mut self, entry: Entry) {
        self.entries.truncate(self.at + 1);
        if self.entries.len() == HISTORY_ENTRIES_MAX {
            self.entries.remove(0);
        }
        self.entries.push(entry);
        self.at = self.entries.len() - 1;
    }

    /// The present entry was loaded again, perhaps to another address. The other entries of its
    /// document are places of the new one.
    pub(crate) fn replace(&mut self, url: &str, document: NavigationId) {
        let Some(old) = self.current().map(|entry| entry.document) else {
            return self.push(url, document);
        };
        for entry in &mut self.entries {
            if entry.document == old {
                entry.document = Some(document);
            }
        }
        if let Some(entry) = self.current_mut()
            && entry.url != url
        {
            entry.url = url.to_owned();
            entry.state = None;
        }
    }

    /// Another page in place of the present one.
    pub(crate) fn supplant(&mut self, url: &str, document: NavigationId) {
        match self.current_mut() {
            Some(entry) => {
                *entry = Entry {
                    url: url.to_owned(),
                    document: Some(document),
                    ..Entry::default()
                }
            }
            None => self.push(url, document),
        }
    }

    /// The present entry is another place of its document.
    pub(crate) fn replace_within(&mut self, url: &str) {
        self.replace_state(url, None);
    }

    /// Moves to an entry, which was loaded again, perhaps to another address.
    pub(crate) fn go(&mut self, index: usize, url: &str, document: NavigationId) {
        if index < self.entries.len() {
            self.at = index;
        }
        self.replace(url, document);
    }

    /// Moves to an entry of the present document.
    pub(crate) fn go_within(&mut self, index: usize) {
        if index < self.entries.len() {
            self.at = index;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: NavigationId = NavigationId(1);

    #[test]
    fn places_of_a_document_that_is_loaded_again_are_places_of_the_new_one() {
        let mut history = History::default();
        history.push("a", DOCUMENT);
        history.push_within("a#x");
        history.push_within("a#x");
        history.push("b", NavigationId(2));
        history.go(1, "a#x", NavigationId(3));
        let documents: Vec<_> = (0..3)
            .map(|n| history.get(n).and_then(|e| e.document))
            .collect();
        let [new, other] = [NavigationId(3), NavigationId(2)].map(Some);
        assert_eq!(documents, [new, new, other]);
    }

    #[test]
    fn back_passes_over_what_a_page_left_without_the_user() {
        let mut history = History::default();
        history.push("search", DOCUMENT);
        history.push("page", NavigationId(2));
        for url in ["page?1", "page?2"] {
            history.push_state(url, None, false);
        }
        assert_eq!((history.back(), history.back_of_user()), (Some(2), Some(0)));
        history.push_state("page?3", Some("{}".to_owned()), true);
        assert_eq!(history.back_of_user(), Some(3));
        assert_eq!(history.away(-4), Some(0));
        assert_eq!((history.away(-5), history.away(1)), (None, None));
    }

    #[test]
    fn states_are_bounded_and_the_oldest_go_first() {
        let mut history = History::default();
        history.push("a", DOCUMENT);
        let state = "s".repeat(HISTORY_STATES_BYTES_MAX / 8);
        for n in 0..10 {
            history.push_state(&n.to_string(), Some(state.clone()), true);
        }
        let kept = (0..history.len()).filter_map(|n| history.get(n)?.state.as_ref());
        assert_eq!(kept.count(), 8);
        assert!(history.current().is_some_and(|it| it.state.is_some()));
        history.go_within(0);
        history.replace("elsewhere", NavigationId(9));
        assert!(history.current().is_some_and(|it| it.state.is_none()));
    }

    #[test]
    fn a_new_page_forgets_what_lay_ahead() {
        let mut history = History::default();
        for url in ["a", "b", "c"] {
            history.push(url, DOCUMENT);
        }
        history.go(0, "a", DOCUMENT);
        assert_eq!((history.back(), history.forward()), (None, Some(1)));
        history.push("d", DOCUMENT);
        assert_eq!((history.back(), history.forward()), (Some(0), None));
        assert_eq!(history.current().map(|e| e.url.as_str()), Some("d"));
    }

    #[test]
    fn history_is_bounded_and_forgets_the_oldest() {
        let mut history = History::default();
        for n in 0..=HISTORY_ENTRIES_MAX {
            history.push(&n.to_string(), DOCUMENT);
        }
        assert_eq!(history.len(), HISTORY_ENTRIES_MAX);
        assert_eq!(history.get(0).map(|e| e.url.as_str()), Some("1"));
        assert_eq!(history.forward(), None);
    }
}
