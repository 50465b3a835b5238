//! The descriptor through which the Linux kernel reports system calls that a child's filter
//! refuses.
//!
//! Owns: the check that a child really sent such a descriptor. Never: accepts a child without one
//! where the kernel supports them.

use crate::poller::{Poller, Source};
use protocol::ids::ProcessId;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Watches the listener for refused calls. Where the kernel supports listeners, a child without one
/// could make refused calls unnoticed.
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
            Err("the child sent no listener for refused system calls".to_owned())
        } else {
            Ok(None)
        };
    };
    if !is_listener(listener.as_fd()) {
        return Err(
            "the child sent another descriptor than a listener for refused system calls".to_owned(),
        );
    }
    poller
        .add(&listener, Source::Seccomp(process))
        .map_err(|error| format!("cannot watch its refused system calls: {error}"))?;
    Ok(Some(listener))
}

/// Recognizes a listener by the name that the kernel gives it. Other descriptors without a file,
/// such as those of epoll, have other names.
fn is_listener(fd: BorrowedFd<'_>) -> bool {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd()));
    link.is_ok_and(|name| name == Path::new("anon_inode:seccomp notify"))
}
