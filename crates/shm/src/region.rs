//! Makes regions: sealed memory files of a fixed size. Only the broker makes those of
//! frames; the gpu process makes those that it shares with a compositor.
//!
//! Trusts: the kernel's seals. Never: hands out a region whose size could still change.

use crate::layout::{LATCH_BYTES, Layout};
use crate::map::SEALS;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, SealFlag, fcntl, open};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::Mode;
use protocol::geometry::Size;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// A memory file, sealed against shrinking, growing and further sealing.
#[derive(Debug)]
pub struct Region {
    file: File,
    bytes: usize,
}

impl Region {
    /// A new region, all zero, that whoever gets its descriptor can write. `name` shows in
    /// `/proc/PID/maps`.
    pub fn create(name: &str, bytes: usize) -> io::Result<Region> {
        let file = memory_file(name)?;
        file.set_len(bytes as u64)?;
        fcntl(&file, FcntlArg::F_ADD_SEALS(SEALS))?;
        Ok(Region { file, bytes })
    }

    /// A new region with this content, which nobody can change any more.
    pub fn create_filled(name: &str, content: &[u8]) -> io::Result<Region> {
        Region::create_from(name, |file| file.write_all(content))
    }

    /// A new region with what `write` writes, which nobody can change any more.
    pub fn create_from(
        name: &str,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<Region> {
        let mut unsealed = Unsealed::create(name)?;
        write(&mut unsealed.file)?;
        unsealed.seal()
    }

    /// Its size, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The descriptor that it was made with.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// A further descriptor with the same rights.
    pub fn dup(&self) -> io::Result<OwnedFd> {
        self.file.as_fd().try_clone_to_owned()
    }

    /// A further descriptor that can be mapped for reading only. Needs `/proc`.
    pub fn read_only(&self) -> io::Result<OwnedFd> {
        let path = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        Ok(open(
            path.as_str(),
            OFlag::O_RDONLY | OFlag::O_CLOEXEC,
            Mode::empty(),
        )?)
    }
}

/// A region that is still being written, and grows.
#[derive(Debug)]
pub struct Unsealed {
    file: File,
}

impl Unsealed {
    /// An empty one.
    pub fn create(name: &str) -> io::Result<Unsealed> {
        let file = memory_file(name)?;
        Ok(Unsealed { file })
    }

    /// Adds bytes at its end.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// The region, which nobody can change any more.
    pub fn seal(self) -> io::Result<Region> {
        let file = self.file;
        seal_against_writing(&file)?;
        let bytes = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        Ok(Region { file, bytes })
    }
}

/// How often the kernel is asked to seal a file of which it says that it is busy.
const SEAL_TRIES: usize = 32;

/// Takes away everybody's right to change a file. The kernel refuses with `EBUSY`, after a wait of
/// up to 150 ms, while somebody holds one of its pages. Nobody else has a descriptor yet, so it is
/// the kernel itself, for its own upkeep of memory, and soon lets go.
fn seal_against_writing(file: &File) -> io::Result<()> {
    let seal = || fcntl(file, FcntlArg::F_ADD_SEALS(SEALS | SealFlag::F_SEAL_WRITE));
    let mut result = seal();
    for _ in 1..SEAL_TRIES {
        if result != Err(Errno::EBUSY) {
            break;
        }
        result = seal();
    }
    result?;
    Ok(())
}

/// The two regions of a surface.
#[derive(Debug)]
pub struct SurfaceRegions {
    /// The frames: written by the producer; the consumer gets a read-only descriptor.
    pub pixels: Region,
    /// The latch, which both write.
    pub latch: Region,
}

impl SurfaceRegions {
    /// New regions for frames of that size.
    pub fn create(size: Size) -> io::Result<SurfaceRegions> {
        let layout =
            Layout::of(size).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Ok(SurfaceRegions {
            pixels: Region::create("bulkhead-pixels", layout.region_bytes())?,
            latch: Region::create("bulkhead-latch", LATCH_BYTES)?,
        })
    }

    /// Bytes of both.
    pub fn bytes(&self) -> usize {
        self.pixels.bytes() + self.latch.bytes()
    }
}

fn memory_file(name: &str) -> io::Result<File> {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    match memfd_create(
        name,
        flags | MFdFlags::from_bits_retain(libc::MFD_NOEXEC_SEAL),
    ) {
        // Kernels before 6.3 do not know the flag that forbids executing it.
        Err(Errno::EINVAL) => Ok(File::from(memfd_create(name, flags)?)),
        other => Ok(File::from(other?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::unistd::{pipe, read};
    use std::thread;

    #[test]
    fn a_page_that_the_kernel_holds_for_a_while_does_not_keep_a_region_from_being_sealed() {
        let mut unsealed = Unsealed::create("test").expect("created");
        unsealed.write(&[7; 4096]).expect("written");
        // A page in a pipe is held until the pipe is read.
        let (reader, writer) = pipe().expect("pipe");
        let (from, to) = (unsealed.file.as_raw_fd(), writer.as_raw_fd());
        let mut start = 0;
        // SAFETY: both descriptors are open, and `start` lives until the call is over.
        let moved = unsafe { libc::splice(from, &mut start, to, std::ptr::null_mut(), 4096, 0) };
        assert_eq!(moved, 4096);
        let file = unsealed.file.try_clone().expect("a descriptor");
        let is_busy = || {
            let seal = FcntlArg::F_ADD_SEALS(SEALS | SealFlag::F_SEAL_WRITE);
            fcntl(&file, seal) == Err(Errno::EBUSY)
        };
        assert!(is_busy());
        let sealing = thread::spawn(move || unsealed.seal());
        // Each answer comes after the kernel has waited.
        assert!((0..3).all(|_| is_busy()));
        assert_eq!(read(&reader, &mut [0; 4096]), Ok(4096));
        let region = sealing.join().expect("ended").expect("sealed");
        assert_eq!(region.bytes(), 4096);
    }
}
