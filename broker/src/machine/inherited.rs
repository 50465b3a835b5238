//! The descriptors that a program gives the browser at its start, for `--remote-debugging-pipe`.
//!
//! Trusts: that number to mean what the command line says. Never: gives them to a child unasked.
#![allow(unsafe_code, reason = "looks at descriptors by their numbers")]

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::sys::stat::{SFlag, fstat};
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};

/// The browser reads there.
const READER: RawFd = 3;
/// The browser writes there.
const WRITER: RawFd = 4;

/// Looks at both, and keeps them from programs that the browser starts. To be called before
/// anything else is opened, which might get their numbers.
///
/// # Errors
/// In words: one of them is not open, or is nothing that messages can come and go by.
pub fn check() -> Result<(), String> {
    for (number, wanted, word) in [
        (READER, OFlag::O_RDONLY, "reading"),
        (WRITER, OFlag::O_WRONLY, "writing"),
    ] {
        let fd = borrow(number);
        let flags = fcntl(fd, FcntlArg::F_GETFL).map_err(|_| {
            format!("descriptor {number} is not open; the browser reads from 3 and writes to 4")
        })?;
        let access = OFlag::from_bits_retain(flags) & OFlag::O_ACCMODE;
        let kind = fstat(fd).map_err(|error| format!("descriptor {number}: {}", error.desc()))?;
        let kind = SFlag::from_bits_truncate(kind.st_mode & SFlag::S_IFMT.bits());
        if kind != SFlag::S_IFIFO && kind != SFlag::S_IFSOCK {
            return Err(format!("descriptor {number} is no pipe and no socket"));
        }
        if access != OFlag::O_RDWR && access != wanted {
            return Err(format!("descriptor {number} is not open for {word}"));
        }
        fcntl(fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))
            .map_err(|error| format!("descriptor {number}: {}", error.desc()))?;
    }
    Ok(())
}

/// Further descriptors of both: to read from, and to write to.
///
/// # Errors
/// The system has no more descriptors.
pub fn take() -> io::Result<[OwnedFd; 2]> {
    Ok([
        borrow(READER).try_clone_to_owned()?,
        borrow(WRITER).try_clone_to_owned()?,
    ])
}

fn borrow(number: RawFd) -> BorrowedFd<'static> {
    // SAFETY: nothing of the browser closes these numbers, and a number that is not open is an
    // error of every call.
    unsafe { BorrowedFd::borrow_raw(number) }
}
