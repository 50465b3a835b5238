//! The descriptor by which the Linux kernel tells of the system calls that a child's filter
//! refuses.
//!
//! Owns: the check that what a child handed over is such a descriptor. Trusts: the kernel. Never:
//! does without one where the kernel offers them.

use crate::poller::{Poller, Source};
use protocol::ids::ProcessId;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Watches the listener for refused calls. Where the kernel has such listeners, a child without one
/// could make refused calls unheard.
pub fn watch(
    poller: &Poller,
    process: ProcessId,
    listener: Option<OwnedFd>,
    support: &sandbox::Support,
) -> Result<Option<OwnedFd>, String> {
    let is_due = support
        .feature(sandbox::Feature::CallNotifications)
        .is_available();
    let Some(listener) = listener else {
        return if is_due {
            Err("the listener for refused system calls did not come".to_owned())
        } else {
            Ok(None)
        };
    };
    if !is_listener(listener.as_fd()) {
        return Err("what came is no listener for refused system calls".to_owned());
    }
    poller
        .add(&listener, Source::Seccomp(process))
        .map_err(|error| format!("its refused system calls cannot be listened for: {error}"))?;
    Ok(Some(listener))
}

/// Tells it from other descriptors without a file, such as those of epoll, by the name that the
/// kernel gives it.
fn is_listener(fd: BorrowedFd<'_>) -> bool {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd()));
    link.is_ok_and(|name| name == Path::new("anon_inode:seccomp notify"))
}
