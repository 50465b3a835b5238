//! Reads one string from a database of dconf, the file format GVDB.
//!
//! Every number in the file may be wrong: it leads to no answer, never to a byte outside the file.
//!
//! Source: <https://gitlab.gnome.org/GNOME/gvdb>, `gvdb-format.h`.

/// Most entries that are looked at.
const ENTRIES_MAX: usize = 100_000;
/// Most parts of a key.
const DEPTH_MAX: usize = 64;
const ENTRY_BYTES: usize = 24;
/// The root of the tree has this parent.
const NO_PARENT: u32 = u32::MAX;

/// One entry of the hash table.
struct Entry<'a> {
    parent: u32,
    /// The last part of the key.
    key: &'a [u8],
    kind: u8,
    value: &'a [u8],
}

/// The string under that key; `None` where there is none.
pub fn string(file: &[u8], key: &str) -> Option<String> {
    if file.get(..8)? != b"GVariant" {
        return None;
    }
    let table = slice(file, number(file, 16)?, number(file, 20)?)?;
    let bloom_words = usize::try_from(number(table, 0)? & 0x07ff_ffff).ok()?;
    let buckets = usize::try_from(number(table, 4)?).ok()?;
    let words = bloom_words.checked_add(buckets)?.checked_mul(4)?;
    let entries = table.get(words.checked_add(8)?..)?;
    let count = (entries.len() / ENTRY_BYTES).min(ENTRIES_MAX);
    let found = (0..count).find_map(|index| {
        let it = entry(file, entries, index)?;
        (it.kind == b'v' && is_key(file, entries, index, key.as_bytes())).then_some(it)
    })?;
    text_of(found.value)
}

/// A variant that holds a string: its bytes, a zero byte, another one, and the type `s`.
fn text_of(variant: &[u8]) -> Option<String> {
    let text = variant.strip_suffix(b"\0s")?.strip_suffix(b"\0")?;
    String::from_utf8(text.to_vec()).ok()
}

/// Whether the parts of the entry's key and of its parents' keys make up `key`.
fn is_key(file: &[u8], entries: &[u8], index: usize, key: &[u8]) -> bool {
    let mut rest = key;
    let mut at = index;
    for _ in 0..DEPTH_MAX {
        let Some(it) = entry(file, entries, at) else {
            return false;
        };
        let Some(before) = rest.strip_suffix(it.key) else {
            return false;
        };
        rest = before;
        if it.parent == NO_PARENT {
            return rest.is_empty();
        }
        at = it.parent as usize;
    }
    false
}

fn entry<'a>(file: &'a [u8], entries: &[u8], index: usize) -> Option<Entry<'a>> {
    let start = index.checked_mul(ENTRY_BYTES)?;
    let bytes = entries.get(start..start.checked_add(ENTRY_BYTES)?)?;
    let key_start = number(bytes, 8)?;
    let key_bytes = u32::from(u16::from_le_bytes([bytes[12], bytes[13]]));
    Some(Entry {
        parent: number(bytes, 4)?,
        key: slice(file, key_start, key_start.checked_add(key_bytes)?)?,
        kind: bytes[14],
        value: slice(file, number(bytes, 16)?, number(bytes, 20)?).unwrap_or_default(),
    })
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

fn slice(bytes: &[u8], start: u32, end: u32) -> Option<&[u8]> {
    bytes.get(start as usize..end as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "/org/gnome/color-scheme";

    /// A database whose entries are `/`, `org/`, `gnome/` and `color-scheme`.
    fn database(value: &[u8]) -> Vec<u8> {
        let keys: [&[u8]; 4] = [b"/", b"org/", b"gnome/", b"color-scheme"];
        let table_bytes = 8 + 4 + keys.len() * ENTRY_BYTES;
        let (mut file, mut texts) = (Vec::<u8>::new(), Vec::<u8>::new());
        let texts_start = 24 + table_bytes;
        file.extend(b"GVariant");
        for word in [0, 0, 24, texts_start as u32, 0, 1, 0] {
            file.extend(u32::to_le_bytes(word));
        }
        for (index, key) in keys.iter().enumerate() {
            let parent = (index as u32).checked_sub(1).unwrap_or(NO_PARENT);
            let key_start = (texts_start + texts.len()) as u32;
            texts.extend(*key);
            let value_start = (texts_start + texts.len()) as u32;
            let is_last = index + 1 == keys.len();
            if is_last {
                texts.extend(value);
            }
            for word in [7, parent, key_start] {
                file.extend(u32::to_le_bytes(word));
            }
            file.extend((key.len() as u16).to_le_bytes());
            file.extend([if is_last { b'v' } else { b'L' }, 0]);
            for word in [value_start, (texts_start + texts.len()) as u32] {
                file.extend(u32::to_le_bytes(word));
            }
        }
        file.extend(texts);
        file
    }

    #[test]
    fn a_string_is_found_by_its_whole_key() {
        let file = database(b"prefer-dark\0\0s");
        assert_eq!(string(&file, KEY).as_deref(), Some("prefer-dark"));
        assert_eq!(string(&file, "/org/color-scheme"), None);
        assert_eq!(string(&database(b"\x01\0b"), KEY), None);
    }

    #[test]
    fn any_change_of_a_file_gives_an_answer_or_none() {
        let file = database(b"prefer-dark\0\0s");
        for cut in 0..file.len() {
            string(&file[..cut], KEY);
        }
        for at in 0..file.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut changed = file.clone();
                changed[at] = byte;
                string(&changed, KEY);
            }
        }
        // An entry that is its own parent.
        let mut circle = file.clone();
        let last = 24 + 12 + 3 * ENTRY_BYTES;
        circle[last + 4..last + 8].copy_from_slice(&3_u32.to_le_bytes());
        assert_eq!(string(&circle, KEY), None);
    }
}
