//! Reads a notification of the kernel about a call on no list.
//!
//! Trusts: the kernel. The child cannot forge any of it, but it chooses the arguments, which are
//! numbers only. Never: lets the call continue; the broker kills the process. See
//! `seccomp_unotify(2)`.

use crate::sys;
use std::fmt;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd};

/// A stopped call. Its thread waits until the broker kills the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The thread, as the broker sees it.
    pub pid: u32,
    /// The number of the call.
    pub number: i32,
    /// Its name, or `unknown`.
    pub name: &'static str,
    /// Its arguments.
    pub args: [u64; 6],
    /// The address of the instruction that made it.
    pub instruction_pointer: u64,
}

impl Notification {
    /// The call in words: `socket(AF_INET, SOCK_STREAM, 0)`.
    pub fn call(&self) -> String {
        syscalls::describe(self.number, &self.args)
    }

    /// Its number and the address of the instruction.
    pub fn place(&self) -> String {
        format!("number {}, at {:#x}", self.number, self.instruction_pointer)
    }
}

impl fmt::Display for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.call(), self.place())
    }
}

/// Reads the next notification. `None`: there is none yet, or its thread has died.
///
/// # Errors
/// `UnexpectedEof`: every process under this filter is gone. Otherwise the kernel's reason.
pub fn read(call_notifications: BorrowedFd<'_>) -> io::Result<Option<Notification>> {
    let fd = call_notifications.as_raw_fd();
    // Otherwise the call below would block.
    let events = sys::poll_now(fd, libc::POLLIN).map_err(io::Error::from_raw_os_error)?;
    if events & libc::POLLIN == 0 {
        if events & (libc::POLLHUP | libc::POLLERR) != 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        return Ok(None);
    }
    // SAFETY: plain old data; the kernel insists on zeroes.
    let mut raw: RawNotification = unsafe { mem::zeroed() };
    // SAFETY: the slot has the form and size that the request's number states.
    let result =
        sys::check(unsafe { libc::syscall(libc::SYS_ioctl, fd, NOTIFY_RECEIVE, &raw mut raw) });
    match result {
        Ok(_) => {}
        Err(libc::ENOENT | libc::EINTR | libc::EAGAIN) => return Ok(None),
        Err(errno) => return Err(io::Error::from_raw_os_error(errno)),
    }
    Ok(Some(Notification {
        pid: raw.pid,
        number: raw.number,
        name: syscalls::name_of(raw.number).unwrap_or("unknown"),
        args: raw.arguments,
        instruction_pointer: raw.instruction_pointer,
    }))
}

/// `struct seccomp_notif` of `linux/seccomp.h`.
#[repr(C)]
struct RawNotification {
    id: u64,
    pid: u32,
    flags: u32,
    number: i32,
    architecture: u32,
    instruction_pointer: u64,
    arguments: [u64; 6],
}

/// `SECCOMP_IOCTL_NOTIF_RECV`: `_IOWR('!', 0, struct seccomp_notif)`.
const NOTIFY_RECEIVE: u64 = 0xc050_2100;
const _: () = assert!(size_of::<RawNotification>() == 0x50);

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(number: i32) -> Notification {
        Notification {
            pid: 7,
            number,
            name: syscalls::name_of(number).unwrap_or("unknown"),
            args: [0; 6],
            instruction_pointer: 0x5500,
        }
    }

    #[test]
    fn a_call_is_shown_with_its_number_and_place() {
        let text = notification(39).to_string();
        assert_eq!(text, "getpid() (number 39, at 0x5500)");
    }

    #[test]
    fn a_call_without_a_name_is_shown_by_its_number() {
        let call = notification(999).call();
        assert_eq!(call, "number 999(0x0, 0x0, 0x0, 0x0, 0x0, 0x0)");
    }
}
