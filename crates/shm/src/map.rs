//! Mapped regions. Owns: the check of a descriptor before it is mapped, and the raw copies into and
//! out of memory that another process can write. Trusts: the kernel's seals. Never: makes a
//! reference to such memory, or maps a file that could shrink (a read beyond its end raises
//! SIGBUS).
//!
//! Source: memfd_create(2), fcntl(2) "File Sealing".

use crate::error::ShmError;
use bytemuck::{AnyBitPattern, NoUninit};
use memmap2::{Mmap, MmapOptions, MmapRaw};
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use protocol::geometry::Size;
use protocol::ids::Generation;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

/// The seals that every region has.
pub(crate) const SEALS: SealFlag = SealFlag::F_SEAL_SHRINK
    .union(SealFlag::F_SEAL_GROW)
    .union(SealFlag::F_SEAL_SEAL);

/// Fails unless the descriptor is a memory file with at least these seals.
pub(crate) fn check_seals(fd: BorrowedFd<'_>, needed: SealFlag) -> Result<(), ShmError> {
    let seals = fcntl(fd, FcntlArg::F_GET_SEALS).map_err(|_| ShmError::NotSealed)?;
    if SealFlag::from_bits_retain(seals).contains(needed) {
        Ok(())
    } else {
        Err(ShmError::NotSealed)
    }
}

/// The size of the file, in bytes.
///
/// Makes the system call directly: glibc's fstat calls newfstatat, which also takes paths and which
/// the sandbox therefore refuses.
pub(crate) fn file_bytes(fd: BorrowedFd<'_>) -> Result<u64, ShmError> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the descriptor is open and the buffer is as big as the call writes.
    let answer = unsafe { libc::syscall(libc::SYS_fstat, fd.as_raw_fd(), status.as_mut_ptr()) };
    if answer != 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    // SAFETY: the call succeeded, so it has filled the buffer.
    let status = unsafe { status.assume_init() };
    Ok(u64::try_from(status.st_size).unwrap_or(0))
}

fn check_exact(fd: BorrowedFd<'_>, bytes: usize) -> Result<(), ShmError> {
    check_seals(fd, SEALS)?;
    let found = file_bytes(fd)?;
    let expected = bytes as u64;
    if found == expected {
        Ok(())
    } else {
        Err(ShmError::WrongSize { expected, found })
    }
}

/// Memory that another process can write and this one only reads. Only raw copies.
#[derive(Debug)]
pub(crate) struct SharedView {
    memory: MmapRaw,
}

impl SharedView {
    /// Maps a sealed region of exactly that many bytes for reading.
    pub fn readable(fd: OwnedFd, bytes: usize) -> Result<SharedView, ShmError> {
        check_exact(fd.as_fd(), bytes)?;
        let memory = MmapOptions::new()
            .len(bytes)
            .map_raw_read_only(fd.as_raw_fd())?;
        Ok(SharedView { memory })
    }

    /// The address of `bytes` bytes from `offset` on, which are inside the mapping.
    pub fn at(&self, offset: usize, bytes: usize) -> *const u8 {
        address(&self.memory, offset, bytes)
    }

    /// Its first byte and its length.
    pub fn whole(&self) -> (*const u8, usize) {
        (self.memory.as_ptr(), self.memory.len())
    }

    /// Reads a value, once.
    pub fn read<T: AnyBitPattern>(&self, offset: usize) -> T {
        let source = self.at(offset, size_of::<T>()).cast::<T>();
        assert!(source.is_aligned());
        // SAFETY: in bounds and aligned (asserted), and every bit pattern is a `T`. Volatile:
        // exactly one read, which the compiler neither repeats nor draws conclusions from.
        unsafe { ptr::read_volatile(source) }
    }
}

/// Memory that this process writes and others share. Only raw copies.
#[derive(Debug)]
pub(crate) struct SharedMap {
    memory: MmapRaw,
}

impl SharedMap {
    /// Maps a sealed region of exactly that many bytes for reading and writing.
    pub fn writable(fd: OwnedFd, bytes: usize) -> Result<SharedMap, ShmError> {
        check_exact(fd.as_fd(), bytes)?;
        let memory = MmapOptions::new().len(bytes).map_raw(fd.as_raw_fd())?;
        Ok(SharedMap { memory })
    }

    /// The address of `bytes` bytes from `offset` on, which are inside the mapping.
    pub fn at(&self, offset: usize, bytes: usize) -> *mut u8 {
        address(&self.memory, offset, bytes)
    }

    /// Its first byte and its length.
    pub fn whole(&self) -> (*mut u8, usize) {
        (self.memory.as_mut_ptr(), self.memory.len())
    }

    /// Writes a value, all of whose bytes are initialised.
    pub fn write<T: NoUninit>(&self, offset: usize, value: T) {
        let target = self.at(offset, size_of::<T>()).cast::<T>();
        assert!(target.is_aligned());
        // SAFETY: in bounds and aligned (asserted), and mapped writable.
        unsafe { ptr::write_volatile(target, value) }
    }
}

fn address(memory: &MmapRaw, offset: usize, bytes: usize) -> *mut u8 {
    let end = offset
        .checked_add(bytes)
        .expect("offsets are bounded by the layout");
    assert!(
        end <= memory.len(),
        "{end} is beyond the region's {}",
        memory.len()
    );
    // SAFETY: `offset` is inside the mapping or one past its end (asserted), so is the result.
    unsafe { memory.as_mut_ptr().add(offset) }
}

/// Where one end of a surface lies in memory, for tests that break its rules.
#[derive(Clone, Copy, Debug)]
pub struct Mapped {
    /// The pixel region; only the producer can write it.
    pub pixels: *mut u8,
    /// Its length.
    pub pixels_bytes: usize,
    /// The latch.
    pub latch: *mut u32,
    /// The slot that this end owns.
    pub slot: u32,
    /// The frames' size.
    pub size: Size,
    /// The regions' generation.
    pub generation: Generation,
}

/// A mapped region that no process can write any more, so that it can be borrowed.
#[derive(Debug)]
pub struct ReadOnlyMap {
    /// None for an empty region, which cannot be mapped.
    memory: Option<Mmap>,
}

impl Deref for ReadOnlyMap {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.memory.as_deref().unwrap_or(&[])
    }
}

impl AsRef<[u8]> for ReadOnlyMap {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// Maps the first `bytes` bytes of a region that is also sealed against writing.
pub fn map_read_only(fd: OwnedFd, bytes: usize) -> Result<ReadOnlyMap, ShmError> {
    check_seals(fd.as_fd(), SEALS | SealFlag::F_SEAL_WRITE)?;
    let found = file_bytes(fd.as_fd())?;
    let expected = bytes as u64;
    if found < expected {
        return Err(ShmError::WrongSize { expected, found });
    }
    if bytes == 0 {
        return Ok(ReadOnlyMap { memory: None });
    }
    // SAFETY: the seals, which cannot be taken back, keep the file from shrinking and its content
    // from changing. The mapping is private because kernels before 6.7 refuse a shared one of a
    // file that is sealed against writing; nothing is copied for it.
    let memory = unsafe {
        MmapOptions::new()
            .len(bytes)
            .map_copy_read_only(fd.as_raw_fd())?
    };
    Ok(ReadOnlyMap {
        memory: Some(memory),
    })
}

/// A region that another process may write at the same time: a captured picture.
#[derive(Debug)]
pub struct WritableMap {
    map: SharedMap,
    bytes: usize,
}

impl WritableMap {
    /// Maps a sealed region of exactly that many bytes (more than none).
    pub fn new(fd: OwnedFd, bytes: usize) -> Result<WritableMap, ShmError> {
        if bytes == 0 {
            return Err(ShmError::WrongSize {
                expected: 1,
                found: 0,
            });
        }
        Ok(WritableMap {
            map: SharedMap::writable(fd, bytes)?,
            bytes,
        })
    }

    /// Its size, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Copies `source` to `offset`.
    ///
    /// # Panics
    /// When that reaches beyond the region, as slices do.
    pub fn write(&self, offset: usize, source: &[u8]) {
        let target = self.map.at(offset, source.len());
        // SAFETY: in bounds (asserted); `source` is private memory, so the two do not overlap.
        unsafe { copy(source.as_ptr(), target, source.len()) }
    }

    /// A copy of all of it.
    pub fn read_all(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.bytes];
        let source = self.map.at(0, self.bytes);
        // SAFETY: in bounds; `bytes` is private memory of the same length.
        unsafe { copy(source, bytes.as_mut_ptr(), self.bytes) }
        bytes
    }
}

/// Copies memory of which another process may change one side meanwhile. The copied bytes are then
/// unspecified, but nothing else is.
///
/// # Safety
/// `source` is readable and `target` writable for `bytes` bytes, and they do not overlap.
pub(crate) unsafe fn copy(source: *const u8, target: *mut u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's promise; the direction flag is clear by the calling convention. Assembly
    // is opaque to the compiler: it may assume nothing about the values read.
    unsafe {
        std::arch::asm!(
            "rep movsb",
            inout("rcx") bytes => _,
            inout("rsi") source => _,
            inout("rdi") target => _,
            options(nostack, preserves_flags),
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    for at in 0..bytes {
        // SAFETY: the caller's promise.
        unsafe {
            target
                .add(at)
                .write_volatile(source.add(at).read_volatile())
        };
    }
}
