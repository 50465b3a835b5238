//! What the document's origin keeps, as its scripts see it, and what they have changed of it.
//!
//! Owns: a copy of both areas. Trusts: the broker. Never: holds more changes than a bound; then the
//! whole areas are told instead.

use crate::script::handles::Refusal;
use protocol::ids::NavigationId;
use protocol::limits::{STORAGE_BYTES_MAX, STORAGE_KEY_BYTES_MAX, STORAGE_PIECE_BYTES_MAX};
use protocol::storage::{Items, StorageArea, StorageChange, StorageNews, item_bytes};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::time::Instant;

/// Changes that wait to be told.
const QUEUED_MAX: usize = 4_096;
/// Their bytes.
const QUEUED_BYTES_MAX: usize = 8 << 20;
/// Own changes that are remembered because others may not have seen them.
const REMEMBERED_MAX: usize = 4_096;
const AREAS: [StorageArea; 2] = [StorageArea::Local, StorageArea::Session];

/// An area as a script names it.
pub(crate) fn area_of(number: u32) -> StorageArea {
    match number {
        0 => StorageArea::Local,
        _ => StorageArea::Session,
    }
}

#[derive(Default)]
struct Area {
    items: Items,
    bytes: usize,
    /// The key asked for last by its place.
    cursor: Option<(usize, String)>,
}

impl Area {
    fn new(items: Items) -> Area {
        let bytes = items.iter().map(|(k, v)| item_bytes(k, v)).sum();
        Area {
            items,
            bytes,
            cursor: None,
        }
    }

    /// Returns the value before.
    fn put(&mut self, key: String, value: Option<String>) -> Option<String> {
        self.cursor = None;
        if let Some(value) = &value {
            self.bytes += item_bytes(&key, value);
        }
        let old = match value {
            Some(value) => self.items.insert(key.clone(), value),
            None => self.items.remove(&key),
        };
        if let Some(old) = &old {
            self.bytes -= item_bytes(&key, old);
        }
        old
    }

    fn key(&mut self, at: usize) -> Option<String> {
        let next = match &self.cursor {
            Some((last, key)) if *last == at => Some(key.clone()),
            Some((last, key)) if last + 1 == at => {
                let after = (Bound::Excluded(key.as_str()), Bound::Unbounded);
                let mut rest = self.items.range::<str, _>(after);
                rest.next().map(|(key, _)| key.clone())
            }
            _ => self.items.keys().nth(at).cloned(),
        };
        self.cursor = next.clone().map(|key| (at, key));
        next
    }
}

/// A change of which nothing has been told.
enum Change {
    Put(String, Option<String>),
    Clear,
}

impl Change {
    fn bytes(&self) -> usize {
        match self {
            Change::Put(key, value) => item_bytes(key, value.as_deref().unwrap_or("")),
            Change::Clear => 0,
        }
    }
}

/// What a page hears of a change by another one.
pub(crate) struct Heard {
    pub(crate) area: StorageArea,
    pub(crate) key: Option<String>,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
    pub(crate) url: String,
}

/// Both areas.
#[derive(Default)]
pub(crate) struct Storage {
    areas: [Area; 2],
    queue: VecDeque<(StorageArea, Change)>,
    queue_bytes: usize,
    /// Changes that may wait; more once everything waits anyway.
    queued_max: usize,
    /// The rest of a value that is being told, and how much of it has been.
    unfinished: Option<(StorageArea, String, usize)>,
    /// Changes that have been told.
    sent: u32,
    /// The number of the last own change of each item.
    own: BTreeMap<(StorageArea, String), u32>,
    /// Every item may have an own change up to this one.
    floor: u32,
}

impl Storage {
    pub(crate) fn new(local: Items, session: Items) -> Storage {
        Storage {
            areas: [Area::new(local), Area::new(session)],
            ..Storage::default()
        }
    }

    fn area(&mut self, area: StorageArea) -> &mut Area {
        &mut self.areas[area as usize]
    }

    pub(crate) fn get(&self, area: StorageArea, key: &str) -> Option<String> {
        self.areas[area as usize].items.get(key).cloned()
    }

    pub(crate) fn len(&self, area: StorageArea) -> usize {
        self.areas[area as usize].items.len()
    }

    pub(crate) fn key(&mut self, area: StorageArea, at: usize) -> Option<String> {
        self.area(area).key(at)
    }

    pub(crate) fn keys(&self, area: StorageArea) -> Vec<String> {
        self.areas[area as usize].items.keys().cloned().collect()
    }

    pub(crate) fn set(
        &mut self,
        area: StorageArea,
        key: String,
        value: String,
    ) -> Result<(), Refusal> {
        let old = self.areas[area as usize].items.get(&key);
        if old == Some(&value) {
            return Ok(());
        }
        let old = old.map_or(0, |old| item_bytes(&key, old));
        let bytes = self.areas[area as usize].bytes - old + item_bytes(&key, &value);
        if bytes > STORAGE_BYTES_MAX || key.len() > STORAGE_KEY_BYTES_MAX {
            return Err(Refusal::QUOTA);
        }
        self.area(area).put(key.clone(), Some(value.clone()));
        self.add(area, Change::Put(key, Some(value)));
        Ok(())
    }

    pub(crate) fn remove(&mut self, area: StorageArea, key: &str) {
        if self.area(area).put(key.to_owned(), None).is_some() {
            self.add(area, Change::Put(key.to_owned(), None));
        }
    }

    pub(crate) fn clear(&mut self, area: StorageArea) {
        if !self.areas[area as usize].items.is_empty() {
            *self.area(area) = Area::default();
            self.add(area, Change::Clear);
        }
    }

    /// The number that a change has which is queued now.
    fn next_number(&self) -> u32 {
        let begun = usize::from(self.unfinished.is_some());
        self.sent + (self.queue.len() + begun) as u32 + 1
    }

    fn add(&mut self, area: StorageArea, change: Change) {
        let number = self.next_number();
        match &change {
            Change::Put(key, _) => {
                self.own.insert((area, key.clone()), number);
            }
            Change::Clear => self.floor = number,
        }
        self.queue_bytes += change.bytes();
        self.queue.push_back((area, change));
        if self.queue.len() > self.queued_max.max(QUEUED_MAX) || self.queue_bytes > QUEUED_BYTES_MAX
        {
            self.queue_everything();
        }
        if self.own.len() > REMEMBERED_MAX {
            self.floor = self.next_number() - 1;
            self.own.clear();
        }
    }

    /// Too much waits: what is there now is told instead of how it came about.
    fn queue_everything(&mut self) {
        self.queue.clear();
        for area in AREAS {
            self.queue.push_back((area, Change::Clear));
            let items = &self.areas[area as usize].items;
            let all = items.iter().map(|(k, v)| (k.clone(), Some(v.clone())));
            let all = all.map(|(key, value)| (area, Change::Put(key, value)));
            self.queue.extend(all);
        }
        self.queue_bytes = 0;
        self.queued_max = 2 * self.queue.len();
        self.floor = self.next_number() - 1;
        self.own.clear();
    }

    /// Whether there is something to be told.
    pub(crate) fn has_changes(&self) -> bool {
        !self.queue.is_empty() || self.unfinished.is_some()
    }

    /// The next message about a change.
    pub(crate) fn next_change(&mut self) -> Option<(StorageArea, StorageChange)> {
        if let Some((area, value, told)) = self.unfinished.take() {
            let piece = piece(&value[told..]);
            let (value_piece, told) = (piece.to_owned(), told + piece.len());
            if told < value.len() {
                self.unfinished = Some((area, value, told));
            } else {
                self.sent += 1;
            }
            return Some((area, StorageChange::More { value: value_piece }));
        }
        let (area, change) = self.queue.pop_front()?;
        self.queue_bytes = self.queue_bytes.saturating_sub(change.bytes());
        let change = match change {
            Change::Clear => StorageChange::Clear,
            Change::Put(key, None) => StorageChange::Remove { key },
            Change::Put(key, Some(value)) => {
                let first = piece(&value).to_owned();
                let bytes_left = value.len() - first.len();
                if bytes_left > 0 {
                    self.unfinished = Some((area, value, first.len()));
                }
                StorageChange::Set {
                    key,
                    value: first,
                    bytes_left: bytes_left as u32,
                }
            }
        };
        if self.unfinished.is_none() {
            self.sent += 1;
        }
        Some((area, change))
    }

    /// Whether an own change of the item comes after what the broker had seen.
    fn is_own_later(&self, area: StorageArea, key: &str, seen: u32) -> bool {
        let number = self.own.get(&(area, key.to_owned()));
        self.floor > seen || number.is_some_and(|number| *number > seen)
    }

    /// What others have seen need not be remembered.
    fn forget_seen(&mut self, seen: u32) {
        self.own.retain(|_, number| *number > seen);
    }

    /// A change by another document. An own one that came later stays.
    pub(crate) fn take_news(&mut self, news: StorageNews) -> Option<Heard> {
        self.forget_seen(news.seen);
        let area = StorageArea::Local;
        let Some(key) = news.key else {
            if self.areas[area as usize].items.is_empty() {
                return None;
            }
            let mut gone = self.keys(area);
            gone.retain(|key| !self.is_own_later(area, key, news.seen));
            for key in gone {
                self.area(area).put(key, None);
            }
            return Some(Heard {
                area,
                key: None,
                old: None,
                new: None,
                url: news.url,
            });
        };
        let old = match self.is_own_later(area, &key, news.seen) {
            true => self.get(area, &key),
            false => self.area(area).put(key.clone(), news.value.clone()),
        };
        (old != news.value).then_some(Heard {
            area,
            key: Some(key),
            old,
            new: news.value,
            url: news.url,
        })
    }

    /// All that is kept; returns what is new in it.
    pub(crate) fn take_all(&mut self, all: [Items; 2], seen: u32) -> Vec<Heard> {
        self.forget_seen(seen);
        let mut heard = Vec::new();
        for (area, new) in AREAS.into_iter().zip(all) {
            let gone = self.keys(area).into_iter();
            let gone = gone
                .filter(|key| !new.contains_key(key))
                .map(|key| (key, None));
            let gone: Vec<(String, Option<String>)> = gone.collect();
            let here = new.into_iter().map(|(key, value)| (key, Some(value)));
            for (key, value) in gone.into_iter().chain(here) {
                if self.is_own_later(area, &key, seen) || self.get(area, &key) == value {
                    continue;
                }
                let old = self.area(area).put(key.clone(), value.clone());
                heard.push(Heard {
                    area,
                    key: Some(key),
                    old,
                    new: value,
                    url: String::new(),
                });
            }
        }
        heard
    }
}

/// What is on its way from and to the broker.
#[derive(Default)]
pub(crate) struct Storing {
    /// What came for a document that has no scripts yet.
    pub(crate) waiting: Option<(NavigationId, Storage)>,
    /// Changes by others that were taken, for the broker to know.
    pub(crate) taken: Vec<NavigationId>,
    /// Until when nothing more is said.
    pub(crate) pause: Option<Instant>,
}

impl Storing {
    /// What the document of that commit finds.
    pub(crate) fn take_for(&mut self, navigation: NavigationId) -> Storage {
        let waiting = self.waiting.take_if(|(its, _)| *its == navigation);
        waiting.map(|(_, storage)| storage).unwrap_or_default()
    }
}

/// As much of a text as one message holds.
fn piece(text: &str) -> &str {
    &text[..text.floor_char_boundary(STORAGE_PIECE_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: StorageArea = StorageArea::Local;

    fn set(storage: &mut Storage, key: &str, value: &str) -> bool {
        storage.set(LOCAL, key.to_owned(), value.to_owned()).is_ok()
    }

    fn news(key: Option<&str>, value: Option<&str>, seen: u32) -> StorageNews {
        StorageNews {
            navigation: NavigationId(1),
            key: key.map(str::to_owned),
            value: value.map(str::to_owned),
            url: String::new(),
            seen,
        }
    }

    /// What the broker has after all changes, and how many messages they took.
    fn told(storage: &mut Storage) -> (Items, usize) {
        let (mut items, mut count) = (Items::new(), 0);
        let mut begun = None;
        while let Some((_, change)) = storage.next_change() {
            change.check().expect("within bounds");
            count += 1;
            match change {
                StorageChange::Set {
                    key,
                    value,
                    bytes_left: 0,
                } => {
                    items.insert(key, value);
                }
                StorageChange::Set {
                    key,
                    value,
                    bytes_left,
                } => {
                    begun = Some((key, value, bytes_left as usize));
                }
                StorageChange::More { value } => {
                    let (_, all, left) = begun.as_mut().expect("a first piece");
                    all.push_str(&value);
                    *left -= value.len();
                    if let Some((key, all, _)) = begun.take_if(|(_, _, left)| *left == 0) {
                        items.insert(key, all);
                    }
                }
                StorageChange::Remove { key } => {
                    items.remove(&key);
                }
                StorageChange::Clear => items.clear(),
            }
        }
        assert!(begun.is_none());
        (items, count)
    }

    #[test]
    fn the_broker_hears_every_change_in_order_and_long_values_in_pieces() {
        let mut storage = Storage::default();
        assert!(set(&mut storage, "a", "1") && set(&mut storage, "b", "2"));
        storage.remove(LOCAL, "a");
        assert!(set(&mut storage, "long", &"é".repeat(100_000)));
        let (items, count) = told(&mut storage);
        assert_eq!(items, storage.areas[0].items);
        assert_eq!(count, 3 + 5);
        assert_eq!(storage.sent, 4);
        // What changes nothing is not told.
        assert!(set(&mut storage, "b", "2"));
        storage.remove(LOCAL, "a");
        assert!(!storage.has_changes());
    }

    #[test]
    fn a_flood_of_changes_is_told_by_its_outcome() {
        let mut storage = Storage::default();
        for n in 0..100_000 {
            assert!(set(&mut storage, "k", &n.to_string()));
        }
        assert!(storage.queue.len() <= QUEUED_MAX);
        let (items, _) = told(&mut storage);
        assert_eq!(items["k"], "99999");
        let big = "x".repeat(STORAGE_BYTES_MAX / 2);
        for n in 0..50 {
            assert!(set(&mut storage, "k", &format!("{big}{n}")));
        }
        assert!(storage.queue_bytes <= QUEUED_BYTES_MAX);
        assert!(storage.queue.len() < 10);
    }

    #[test]
    fn there_is_no_room_beyond_the_bound() {
        let mut storage = Storage::default();
        assert!(!set(&mut storage, "k", &"x".repeat(STORAGE_BYTES_MAX)));
        assert!(!set(
            &mut storage,
            &"k".repeat(STORAGE_KEY_BYTES_MAX + 1),
            ""
        ));
        let mut count = 0;
        while set(&mut storage, &count.to_string(), "") {
            count += 1;
        }
        assert!(count <= STORAGE_BYTES_MAX / 64);
        storage.clear(LOCAL);
        assert!(set(&mut storage, "k", "v"));
    }

    #[test]
    fn an_own_change_that_the_broker_saw_later_stays() {
        let mut storage = Storage::default();
        assert!(set(&mut storage, "k", "own"));
        // The other's came first.
        let heard = storage.take_news(news(Some("k"), Some("other"), 0));
        assert!(heard.is_some());
        assert_eq!(storage.get(LOCAL, "k").as_deref(), Some("own"));
        let heard = storage.take_news(news(Some("k"), Some("other"), 1));
        assert_eq!(heard.and_then(|heard| heard.old).as_deref(), Some("own"));
        assert_eq!(storage.get(LOCAL, "k").as_deref(), Some("other"));
        storage.take_news(news(None, None, 1));
        assert_eq!(storage.len(LOCAL), 0);
    }

    #[test]
    fn the_whole_of_it_tells_what_is_new() {
        let items = |pairs: &[(&str, &str)]| -> Items {
            let owned = pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            owned.collect()
        };
        let mut storage = Storage::new(items(&[("a", "1"), ("b", "2")]), Items::new());
        let heard = storage.take_all([items(&[("b", "3"), ("c", "4")]), Items::new()], 0);
        let heard: Vec<_> = heard.into_iter().map(|h| (h.key, h.old, h.new)).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            heard,
            [
                (text("a"), text("1"), None),
                (text("b"), text("2"), text("3")),
                (text("c"), None, text("4")),
            ]
        );
        assert_eq!(storage.len(LOCAL), 2);
    }

    #[test]
    fn keys_come_one_after_the_other() {
        let mut storage = Storage::default();
        for n in 0..20 {
            assert!(set(&mut storage, &n.to_string(), ""));
        }
        let all: Vec<_> = (0..20).filter_map(|at| storage.key(LOCAL, at)).collect();
        assert_eq!(all, storage.keys(LOCAL));
        assert_eq!(storage.key(LOCAL, 20), None);
        storage.remove(LOCAL, "0");
        assert_eq!(storage.key(LOCAL, 0).as_deref(), Some("1"));
    }
}
