//! What pages keep under their origin: the changes that a renderer tells, and the whole of it as it
//! comes to a renderer.
//!
//! A renderer never names an origin. It names the commit that it speaks of, and the broker knows
//! which origin that is.

use crate::ids::NavigationId;
use crate::limits::{
    STORAGE_BYTES_MAX, STORAGE_ITEM_BYTES, STORAGE_KEY_BYTES_MAX, STORAGE_PIECE_BYTES_MAX,
    STORAGE_TOLD_BYTES_MAX, TEXT_BYTES_MAX,
};
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::Url;

/// Keys and values.
pub type Items = BTreeMap<String, String>;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StorageArea {
    /// `localStorage`: of an origin.
    Local,
    /// `sessionStorage`: of an origin in one tab.
    Session,
}

/// What a page does to an area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageChange {
    /// An item gets a value. Of a long one this is the first piece; the next changes are `More`.
    Set {
        /// The item.
        key: String,
        /// Its value, or how it begins.
        value: String,
        /// Bytes of the value that are still to come.
        bytes_left: u32,
    },
    /// The next piece of the value.
    More {
        /// The piece.
        value: String,
    },
    /// An item goes.
    Remove {
        /// Which one.
        key: String,
    },
    /// All items go.
    Clear,
}

impl StorageChange {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            StorageChange::Set {
                key,
                value,
                bytes_left,
            } => {
                check_text(key, STORAGE_KEY_BYTES_MAX)?;
                check_text(value, STORAGE_PIECE_BYTES_MAX)?;
                let is_possible = *bytes_left as usize <= STORAGE_BYTES_MAX - value.len();
                is_possible.then_some(()).ok_or(Misbehaviour::Oversized)
            }
            StorageChange::More { value } => check_text(value, STORAGE_PIECE_BYTES_MAX),
            StorageChange::Remove { key } => check_text(key, STORAGE_KEY_BYTES_MAX),
            StorageChange::Clear => Ok(()),
        }
    }
}

/// What another document of the origin has done to its `localStorage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageNews {
    /// For which commit.
    pub navigation: NavigationId,
    /// The item; none: all of them are gone.
    pub key: Option<String>,
    /// What it is now; none: it is gone.
    pub value: Option<String>,
    /// The address of the other document, if it is short enough to be told.
    pub url: String,
    /// Changes of the receiver that had been taken by then.
    pub seen: u32,
}

impl StorageNews {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        check_text(self.key.as_deref().unwrap_or(""), STORAGE_TOLD_BYTES_MAX)?;
        check_text(self.value.as_deref().unwrap_or(""), STORAGE_TOLD_BYTES_MAX)?;
        check_text(&self.url, TEXT_BYTES_MAX)
    }
}

/// Both areas of an origin in one tab; the bytes come in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageSnapshot {
    /// For which commit. The first one comes before the commit itself.
    pub navigation: NavigationId,
    /// Bytes of the region.
    pub bytes: u32,
    /// Changes of the receiver that had been taken by then.
    pub seen: u32,
    /// Whether the receiver has to say that it took it.
    pub is_news: bool,
}

/// The origin under which the pages at that address keep things. None: the address has an origin of
/// its own that no other page has. All files are one, as in Chromium.
pub fn origin_of(url: &Url) -> Option<String> {
    match url.scheme() {
        "http" | "https" => Some(url.origin().ascii_serialization()),
        "file" => Some("file://".to_owned()),
        _ => None,
    }
}

/// What an item counts for: its bytes, and what it takes to keep it.
pub fn item_bytes(key: &str, value: &str) -> usize {
    key.len() + value.len() + STORAGE_ITEM_BYTES
}

/// Both areas as bytes.
pub fn to_bytes(local: &Items, session: &Items) -> Vec<u8> {
    let mut bytes = Vec::new();
    for items in [local, session] {
        add_number(&mut bytes, items.len());
        for (key, value) in items {
            for text in [key, value] {
                add_number(&mut bytes, text.len());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }
    bytes
}

/// The areas that were made into these bytes.
pub fn from_bytes(bytes: &[u8]) -> Option<(Items, Items)> {
    let mut rest = bytes;
    let local = take_items(&mut rest)?;
    let session = take_items(&mut rest)?;
    rest.is_empty().then_some((local, session))
}

fn add_number(bytes: &mut Vec<u8>, number: usize) {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn take_number(rest: &mut &[u8]) -> Option<usize> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_le_bytes(*number) as usize)
}

fn take_items(rest: &mut &[u8]) -> Option<Items> {
    let mut items = Items::new();
    for _ in 0..take_number(rest)? {
        let key = take_text(rest)?;
        let value = take_text(rest)?;
        items.insert(key, value);
    }
    Some(items)
}

fn take_text(rest: &mut &[u8]) -> Option<String> {
    let bytes = take_number(rest)?;
    let (text, after) = rest.split_at_checked(bytes)?;
    *rest = after;
    Some(std::str::from_utf8(text).ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(pairs: &[(&str, &str)]) -> Items {
        let owned = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        owned.collect()
    }

    #[test]
    fn areas_come_back_from_their_bytes() {
        let (local, session) = (items(&[("a", "1"), ("é", ""), ("", "x")]), Items::new());
        let bytes = to_bytes(&local, &session);
        assert_eq!(from_bytes(&bytes), Some((local, session)));
    }

    #[test]
    fn bytes_that_are_no_areas_are_none() {
        let bytes = to_bytes(&items(&[("key", "value")]), &items(&[("s", "t")]));
        for end in 0..bytes.len() {
            assert_eq!(from_bytes(&bytes[..end]), None, "{end} bytes");
        }
        assert_eq!(from_bytes(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(from_bytes(&[0xff; 64]), None);
        let mut bad = bytes;
        bad[8] = 0xff;
        assert_eq!(from_bytes(&bad), None);
    }

    #[test]
    fn ports_and_schemes_are_other_origins_and_data_has_none() {
        let of = |url: &str| origin_of(&Url::parse(url).expect("a URL"));
        assert_eq!(of("https://a.test/x?y"), of("https://a.test:443/"));
        assert_ne!(of("https://a.test/"), of("https://a.test:8443/"));
        assert_ne!(of("https://a.test/"), of("http://a.test/"));
        assert_ne!(of("https://a.test/"), of("https://b.a.test/"));
        assert_eq!(of("file:///a"), of("file:///b/c"));
        assert_eq!(of("data:text/html,x"), None);
        assert_eq!(of("bulkhead://welcome"), None);
    }

    #[test]
    fn a_value_that_no_area_holds_is_refused_with_its_first_piece() {
        let set = |key: usize, value: usize, bytes_left: usize| StorageChange::Set {
            key: "k".repeat(key),
            value: "v".repeat(value),
            bytes_left: u32::try_from(bytes_left).expect("small"),
        };
        assert_eq!(set(1, 10, STORAGE_BYTES_MAX - 10).check(), Ok(()));
        for change in [
            set(1, 10, STORAGE_BYTES_MAX - 9),
            set(STORAGE_KEY_BYTES_MAX + 1, 1, 0),
            set(1, STORAGE_PIECE_BYTES_MAX + 1, 0),
        ] {
            assert_eq!(change.check(), Err(Misbehaviour::Oversized));
        }
    }
}
