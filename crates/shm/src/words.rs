//! A region as words that several processes read and write at once, each word as a whole.

use crate::error::ShmError;
use crate::map::SharedMap;
use std::os::fd::OwnedFd;
use std::slice;
use std::sync::atomic::AtomicU64;

/// A mapped region of words.
#[derive(Debug)]
pub struct Words {
    map: SharedMap,
    count: usize,
}

impl Words {
    /// Maps a sealed region of exactly so many words (more than none).
    pub fn map(fd: OwnedFd, count: usize) -> Result<Words, ShmError> {
        let bytes = count.checked_mul(size_of::<AtomicU64>());
        let bytes = bytes.filter(|bytes| *bytes > 0);
        let none = ShmError::WrongSize {
            expected: 1,
            found: 0,
        };
        let map = SharedMap::writable(fd, bytes.ok_or(none)?)?;
        Ok(Words { map, count })
    }

    /// The words, mapped until the end of the process.
    pub fn leak(self) -> &'static [AtomicU64] {
        let words: &'static Words = Box::leak(Box::new(self));
        words.as_ref()
    }
}

impl AsRef<[AtomicU64]> for Words {
    fn as_ref(&self) -> &[AtomicU64] {
        let first = self.map.whole().0.cast::<AtomicU64>();
        // SAFETY: in bounds, aligned (the start of a page), mapped writable for as long as `self`
        // lives, and used by this process through atomic operations only. Another process that
        // does otherwise changes what the operations return, and no reader trusts that.
        unsafe { slice::from_raw_parts(first, self.count) }
    }
}
