//! Memory that this process shares with the children it forks. It has no name and goes with the
//! last of them.
//!
//! Owns: the mapping. Never: accepts an offset outside it, or makes a reference to bytes that
//! another process may write, except to atomic words.
#![allow(unsafe_code, reason = "shared mappings")]

use crate::process::named;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use std::ffi::c_void;
use std::io;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64};

/// A shared mapping, initially zero.
#[derive(Debug)]
pub struct Shared {
    start: NonNull<c_void>,
    bytes: usize,
}

impl Shared {
    /// A new mapping of that many bytes.
    pub fn new(bytes: usize) -> io::Result<Shared> {
        let length = NonZeroUsize::new(bytes).ok_or(io::ErrorKind::InvalidInput)?;
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping, at a place of the kernel's choice.
        let start = unsafe { mmap_anonymous(None, length, protection, MapFlags::MAP_SHARED) };
        Ok(Shared {
            start: start.map_err(|errno| named("mmap", errno))?,
            bytes,
        })
    }

    /// The address of `bytes` bytes from `offset` on.
    pub fn at(&self, offset: usize, bytes: usize) -> *mut u8 {
        let end = offset.checked_add(bytes);
        assert!(end.is_some_and(|end| end <= self.bytes), "inside");
        // SAFETY: `offset` is inside the mapping (asserted).
        unsafe { self.start.as_ptr().cast::<u8>().add(offset) }
    }

    /// An atomic word of 32 bits.
    pub fn word(&self, offset: usize) -> &AtomicU32 {
        let place = self.at(offset, size_of::<AtomicU32>()).cast::<u32>();
        assert!(place.is_aligned());
        // SAFETY: in bounds, aligned, and used as an atomic word by all.
        unsafe { AtomicU32::from_ptr(place) }
    }

    /// An atomic word of 64 bits.
    pub fn long(&self, offset: usize) -> &AtomicU64 {
        let place = self.at(offset, size_of::<AtomicU64>()).cast::<u64>();
        assert!(place.is_aligned());
        // SAFETY: in bounds, aligned, and used as an atomic word by all.
        unsafe { AtomicU64::from_ptr(place) }
    }

    /// Copies bytes in.
    pub fn put(&self, offset: usize, bytes: &[u8]) {
        let place = self.at(offset, bytes.len());
        // SAFETY: in bounds; private memory never overlaps the mapping.
        unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
    }

    /// Copies bytes out.
    pub fn get(&self, offset: usize, bytes: &mut [u8]) {
        let place = self.at(offset, bytes.len());
        // SAFETY: in bounds; private memory never overlaps the mapping.
        unsafe { place.copy_to_nonoverlapping(bytes.as_mut_ptr(), bytes.len()) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is this one's own; nothing borrows from it any more.
        let _ = unsafe { munmap(self.start, self.bytes) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_comes_out() {
        let memory = Shared::new(4096).expect("a page");
        memory.put(100, b"hull");
        let mut bytes = [0; 4];
        memory.get(100, &mut bytes);
        assert_eq!(&bytes, b"hull");
    }

    #[test]
    #[should_panic(expected = "inside")]
    fn what_lies_beyond_is_refused() {
        let memory = Shared::new(4096).expect("a page");
        memory.put(4095, b"hull");
    }
}
