//! What pages keep under their origins (`localStorage`), and under their origins in one tab
//! (`sessionStorage`). For this run of the browser only: there is no profile to keep it in.
//!
//! Trusts: no length of a key or value. Never: holds more than its bounds; makes room by forgetting
//! what was used least recently.

use protocol::ids::{ContextId, NavigationId, TabId};
use protocol::limits::{STORAGE_BYTES_MAX, STORAGE_TOTAL_BYTES_MAX, STORAGE_UNTAKEN_MAX};
use protocol::storage::{self, Items, StorageArea};
use std::collections::BTreeMap;

/// What it takes to know an owner, besides what it keeps.
const OWNER_BYTES: usize = 512;

/// Whose items they are: an origin's in a context, or those of an origin in one tab.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    pub(crate) context: ContextId,
    pub(crate) origin: String,
    pub(crate) tab: Option<TabId>,
}

#[derive(Debug, Default)]
struct Kept {
    items: Items,
    /// By [`storage::item_bytes`].
    bytes: usize,
    /// Rises with each use.
    used: u64,
}

/// Everything that is kept. An owner without items is not in it.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    kept: BTreeMap<Owner, Kept>,
    bytes: usize,
    uses: u64,
}

impl Storage {
    /// Both areas for a renderer; none if nothing is kept.
    pub(crate) fn bytes_of(&self, local: &Owner, session: &Owner) -> Option<Vec<u8>> {
        let none = Items::new();
        let items = |owner| self.kept.get(owner).map(|kept| &kept.items);
        let (local, session) = (items(local), items(session));
        if local.is_none() && session.is_none() {
            return None;
        }
        let (local, session) = (local.unwrap_or(&none), session.unwrap_or(&none));
        Some(storage::to_bytes(local, session))
    }

    /// The owner's items are used: others go before them.
    pub(crate) fn touch(&mut self, owner: &Owner) {
        self.uses += 1;
        if let Some(kept) = self.kept.get_mut(owner) {
            kept.used = self.uses;
        }
    }

    /// Gives an item a value. False: the owner has no room for it, and nothing has changed.
    pub(crate) fn set(&mut self, owner: &Owner, key: String, value: String) -> bool {
        let new = storage::item_bytes(&key, &value);
        let kept = self.kept.get(owner);
        let (all, old) = kept.map_or((0, 0), |kept| {
            let old = kept.items.get(&key);
            let old = old.map_or(0, |old| storage::item_bytes(&key, old));
            (kept.bytes, old)
        });
        if all - old + new > STORAGE_BYTES_MAX {
            return false;
        }
        if kept.is_none() {
            self.bytes += OWNER_BYTES;
        }
        let kept = self.kept.entry(owner.clone()).or_default();
        kept.bytes = all - old + new;
        kept.items.insert(key, value);
        self.bytes = self.bytes - old + new;
        self.touch(owner);
        self.make_room();
        true
    }

    pub(crate) fn remove(&mut self, owner: &Owner, key: &str) {
        let Some(kept) = self.kept.get_mut(owner) else {
            return;
        };
        if let Some(value) = kept.items.remove(key) {
            let bytes = storage::item_bytes(key, &value);
            kept.bytes -= bytes;
            self.bytes -= bytes;
        }
        if kept.items.is_empty() {
            self.clear(owner);
        }
    }

    pub(crate) fn clear(&mut self, owner: &Owner) {
        if let Some(kept) = self.kept.remove(owner) {
            self.bytes -= kept.bytes + OWNER_BYTES;
        }
    }

    /// The tab is gone, and with it what was kept for it.
    pub(crate) fn forget_tab(&mut self, tab: TabId) {
        self.forget(|owner| owner.tab == Some(tab));
    }

    /// The context is gone, and with it what was kept in it.
    pub(crate) fn forget_context(&mut self, context: ContextId) {
        self.forget(|owner| owner.context == context);
    }

    fn forget(&mut self, is_gone: impl Fn(&Owner) -> bool) {
        let owners = self.kept.keys().filter(|owner| is_gone(owner));
        let owners: Vec<Owner> = owners.cloned().collect();
        for owner in owners {
            self.clear(&owner);
        }
    }

    /// The owner that has just been used is the last to go, and its own bound is below the total.
    fn make_room(&mut self) {
        while self.bytes > STORAGE_TOTAL_BYTES_MAX {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used);
            let Some(owner) = oldest.map(|(owner, _)| owner.clone()) else {
                return;
            };
            self.clear(&owner);
        }
    }

    /// Whether all bounds hold, and the sums are right.
    pub(crate) fn is_within_bounds(&self) -> bool {
        let is_right = |kept: &Kept| {
            let items = kept.items.iter();
            let bytes: usize = items.map(|(k, v)| storage::item_bytes(k, v)).sum();
            bytes == kept.bytes && bytes <= STORAGE_BYTES_MAX && !kept.items.is_empty()
        };
        let sum: usize = self.kept.values().map(|k| k.bytes + OWNER_BYTES).sum();
        sum == self.bytes && sum <= STORAGE_TOTAL_BYTES_MAX && self.kept.values().all(is_right)
    }
}

/// A value that comes in pieces.
#[derive(Debug)]
pub(crate) struct Unfinished {
    pub(crate) area: StorageArea,
    pub(crate) key: String,
    /// What has come of it; none if there is no room for it.
    pub(crate) value: Option<String>,
    pub(crate) bytes_left: usize,
}

impl Unfinished {
    /// What it will take when it is whole.
    pub(crate) fn bytes(&self) -> usize {
        let value = self.value.as_ref();
        value.map_or(0, |value| value.len() + self.bytes_left)
    }

    /// The next piece. False: it is none that could be.
    pub(crate) fn add(&mut self, area: StorageArea, piece: &str) -> bool {
        if area != self.area || piece.is_empty() || piece.len() > self.bytes_left {
            return false;
        }
        self.bytes_left -= piece.len();
        if let Some(value) = &mut self.value {
            value.push_str(piece);
        }
        true
    }
}

/// How the document of a renderer uses storage.
#[derive(Debug)]
pub(crate) struct StorageUse {
    pub(crate) navigation: NavigationId,
    pub(crate) tab: TabId,
    pub(crate) context: ContextId,
    pub(crate) origin: String,
    pub(crate) unfinished: Option<Unfinished>,
    /// Changes that were taken from it.
    pub(crate) seen: u32,
    /// Changes of others that it was told and has not taken.
    pub(crate) untaken: u32,
    /// Whether it was not told some.
    pub(crate) is_outdated: bool,
}

impl StorageUse {
    pub(crate) fn new(
        navigation: NavigationId,
        (tab, context): (TabId, ContextId),
        origin: String,
    ) -> StorageUse {
        StorageUse {
            navigation,
            tab,
            context,
            origin,
            unfinished: None,
            seen: 0,
            untaken: 0,
            is_outdated: false,
        }
    }

    pub(crate) fn owner(&self, area: StorageArea) -> Owner {
        Owner {
            context: self.context,
            origin: self.origin.clone(),
            tab: match area {
                StorageArea::Local => None,
                StorageArea::Session => Some(self.tab),
            },
        }
    }

    /// Whether one more change can be told by itself.
    pub(crate) fn may_be_told(&self) -> bool {
        !self.is_outdated && self.untaken < STORAGE_UNTAKEN_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(origin: &str) -> Owner {
        Owner {
            context: ContextId::DEFAULT,
            origin: origin.to_owned(),
            tab: None,
        }
    }

    #[test]
    fn an_origin_gets_no_more_than_its_bound_and_keeps_what_it_has() {
        let (mut storage, a) = (Storage::default(), owner("a"));
        let big = "x".repeat(STORAGE_BYTES_MAX - 200);
        assert!(storage.set(&a, "k".to_owned(), big.clone()));
        assert!(!storage.set(&a, "l".to_owned(), "y".repeat(200)));
        // It may take the place of itself.
        assert!(storage.set(&a, "k".to_owned(), big));
        storage.remove(&a, "k");
        assert!(storage.set(&a, "l".to_owned(), "y".repeat(200)));
        assert!(storage.is_within_bounds());
    }

    #[test]
    fn the_origin_used_least_recently_goes_first() {
        let mut storage = Storage::default();
        let big = "x".repeat(STORAGE_BYTES_MAX - 200);
        let fit = STORAGE_TOTAL_BYTES_MAX / STORAGE_BYTES_MAX;
        for n in 0..fit {
            assert!(storage.set(&owner(&n.to_string()), "k".to_owned(), big.clone()));
        }
        storage.touch(&owner("0"));
        assert!(storage.set(&owner("new"), "k".to_owned(), big));
        let has = |name: &str| storage.kept.contains_key(&owner(name));
        assert!(has("0") && !has("1") && has("2") && has("new"));
        assert!(storage.is_within_bounds());
    }

    #[test]
    fn a_tab_takes_its_session_with_it() {
        let mut storage = Storage::default();
        let of_tab = Owner {
            tab: Some(TabId(3)),
            ..owner("a")
        };
        assert!(storage.set(&owner("a"), "k".to_owned(), "v".to_owned()));
        assert!(storage.set(&of_tab, "k".to_owned(), "v".to_owned()));
        storage.forget_tab(TabId(3));
        assert_eq!(storage.kept.len(), 1);
        storage.clear(&owner("a"));
        assert_eq!(storage.bytes, 0);
    }

    #[test]
    fn a_context_takes_all_that_is_its_own_with_it() {
        let mut storage = Storage::default();
        let of_context = Owner {
            context: ContextId(7),
            ..owner("a")
        };
        let of_tab = Owner {
            tab: Some(TabId(3)),
            ..of_context.clone()
        };
        for owner in [&owner("a"), &of_context, &of_tab] {
            assert!(storage.set(owner, "k".to_owned(), "v".to_owned()));
        }
        storage.forget_context(ContextId(7));
        assert_eq!(storage.kept.keys().collect::<Vec<_>>(), [&owner("a")]);
        assert!(storage.is_within_bounds());
    }
}
