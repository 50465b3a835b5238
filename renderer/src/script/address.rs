//! The address of a document and its place in the tab's history, as its scripts see and change
//! them.
//!
//! Trusts: no script; the broker checks again. Never: gives a document an address of another
//! origin.

use blitz_dom::BaseDocument;
use protocol::limits::{HISTORY_ENTRIES_MAX, PAGE_NAVIGATIONS_MAX, PAGE_NAVIGATIONS_WINDOW_MS};
use protocol::renderer::HistoryPlace;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use url::{Position, Url};

/// How long what the user did lets a page do what it may only do then.
const ACTIVATION: Duration = Duration::from_secs(5);
const WINDOW: Duration = Duration::from_millis(PAGE_NAVIGATIONS_WINDOW_MS);

/// The place of a document in the history.
#[derive(Default)]
pub(crate) struct Address {
    /// What a script gave the present entry, as JSON.
    pub(crate) state: RefCell<Option<String>>,
    pub(crate) place: Cell<HistoryPlace>,
    /// Whether a script has changed the address since the page was told.
    pub(crate) is_changed: Cell<bool>,
    /// When the user acted on the page last.
    acted: Cell<Option<Instant>>,
    /// Whether the user has acted since a script made an entry.
    is_fresh: Cell<bool>,
    /// When scripts changed the address without that.
    changes: RefCell<Window>,
    /// When scripts asked to go elsewhere, or for the tab to be closed.
    moves: RefCell<Window>,
}

/// The times of what may happen so often and no oftener.
#[derive(Default)]
struct Window(VecDeque<Instant>);

impl Window {
    /// Whether there is room for one more, which then counts.
    fn allow(&mut self) -> bool {
        while self.0.front().is_some_and(|at| at.elapsed() >= WINDOW) {
            self.0.pop_front();
        }
        let has_room = self.0.len() < PAGE_NAVIGATIONS_MAX;
        if has_room {
            self.0.push_back(Instant::now());
        }
        has_room
    }
}

impl Address {
    /// The user acts on the page.
    pub(crate) fn act(&self) {
        self.acted.set(Some(Instant::now()));
        self.is_fresh.set(true);
    }

    /// Whether the user acts on the page, and whether that ever was so.
    pub(crate) fn activation(&self) -> (bool, bool) {
        let acted = self.acted.get();
        let is_active = acted.is_some_and(|acted| acted.elapsed() < ACTIVATION);
        (is_active, acted.is_some())
    }

    /// The document is at another entry now.
    pub(crate) fn go(&self, place: HistoryPlace, state: Option<String>) {
        self.place.set(place);
        *self.state.borrow_mut() = state;
    }

    /// The place of an entry that is made now.
    pub(crate) fn next_place(&self) -> HistoryPlace {
        let index = (self.place.get().index + 1).min(HISTORY_ENTRIES_MAX as u16 - 1);
        HistoryPlace {
            index,
            length: index + 1,
        }
    }

    /// Whether a script may ask once more to go elsewhere.
    pub(crate) fn may_move(&self) -> bool {
        self.moves.borrow_mut().allow()
    }

    /// Whether a script may change the address once more; the broker counts likewise.
    pub(crate) fn may_change(&self, replaces: bool) -> bool {
        if !replaces && self.is_fresh.replace(false) {
            return true;
        }
        self.changes.borrow_mut().allow()
    }
}

/// The base of relative addresses is that of the document, unless the document says otherwise.
pub(crate) fn rebase(document: &mut BaseDocument, old: &Url, new: &Url) {
    if document.base_url()[..Position::AfterQuery] == old[..Position::AfterQuery] {
        document.set_base_url(new.as_str());
    }
}
