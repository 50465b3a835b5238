//! Namespaces: their kinds, the mapping of ids into a new user namespace, and the ban on nesting.
//!
//! Never: maps more than one id, so that no other user exists inside. See `namespaces(7)`,
//! `user_namespaces(7)`.

use crate::sys::{self, RawResult};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;

/// A kind of namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Namespace {
    /// User and group ids, and capabilities over all of the others.
    User,
    /// Process ids.
    Pid,
    /// Network interfaces, abstract sockets.
    Net,
    /// Mounts.
    Mount,
    /// System V and POSIX message queues, semaphores, shared memory.
    Ipc,
    /// The host's name.
    Uts,
    /// The view of control groups.
    Cgroup,
}

impl Namespace {
    /// All of them.
    pub const ALL: [Namespace; 7] = [
        Namespace::User,
        Namespace::Pid,
        Namespace::Net,
        Namespace::Mount,
        Namespace::Ipc,
        Namespace::Uts,
        Namespace::Cgroup,
    ];
    /// Without these there is no isolation to speak of.
    pub const ESSENTIAL: [Namespace; 4] = [
        Namespace::User,
        Namespace::Pid,
        Namespace::Net,
        Namespace::Mount,
    ];

    /// Its flag for `clone`.
    pub fn flag(self) -> u64 {
        let flag = match self {
            Namespace::User => libc::CLONE_NEWUSER,
            Namespace::Pid => libc::CLONE_NEWPID,
            Namespace::Net => libc::CLONE_NEWNET,
            Namespace::Mount => libc::CLONE_NEWNS,
            Namespace::Ipc => libc::CLONE_NEWIPC,
            Namespace::Uts => libc::CLONE_NEWUTS,
            Namespace::Cgroup => libc::CLONE_NEWCGROUP,
        };
        u64::from(flag.cast_unsigned())
    }

    /// Its name under `/proc/PID/ns`.
    pub fn link_name(self) -> &'static str {
        match self {
            Namespace::User => "user",
            Namespace::Pid => "pid",
            Namespace::Net => "net",
            Namespace::Mount => "mnt",
            Namespace::Ipc => "ipc",
            Namespace::Uts => "uts",
            Namespace::Cgroup => "cgroup",
        }
    }
}

/// Maps id 0 inside the new user namespace of `pid` to one user and one group outside. If
/// `privileged`, the child may then drop its supplementary groups; an ordinary user cannot let it.
pub(crate) fn write_id_maps(pid: i32, uid: u32, gid: u32, privileged: bool) -> io::Result<()> {
    if !privileged {
        fs::write(format!("/proc/{pid}/setgroups"), "deny")?;
    }
    fs::write(format!("/proc/{pid}/gid_map"), format!("0 {gid} 1"))?;
    fs::write(format!("/proc/{pid}/uid_map"), format!("0 {uid} 1"))
}

/// In the child: forbids new namespaces inside, even to code that got past the filter. The limit
/// belongs to the user namespace of the child. Needs the `/proc` of the host. Raw: the probe calls
/// it between `clone` and its end.
pub(crate) fn forbid_nesting() -> RawResult<()> {
    for file in NESTING_LIMITS {
        // SAFETY: a constant C string.
        let fd = sys::check(unsafe {
            libc::syscall(
                libc::SYS_openat,
                libc::AT_FDCWD,
                file.as_ptr(),
                libc::O_WRONLY | libc::O_CLOEXEC,
            )
        })?;
        let fd = fd as i32;
        let written = sys::write(fd, b"0");
        sys::close(fd);
        written?;
    }
    Ok(())
}

const NESTING_LIMITS: [&std::ffi::CStr; 7] = [
    c"/proc/sys/user/max_cgroup_namespaces",
    c"/proc/sys/user/max_ipc_namespaces",
    c"/proc/sys/user/max_mnt_namespaces",
    c"/proc/sys/user/max_net_namespaces",
    c"/proc/sys/user/max_pid_namespaces",
    c"/proc/sys/user/max_uts_namespaces",
    c"/proc/sys/user/max_user_namespaces",
];
