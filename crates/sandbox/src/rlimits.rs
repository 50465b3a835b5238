//! Resource limits of each role.
//!
//! Never: raises a limit. See `getrlimit(2)`.

use crate::proc_files;
use crate::sys;
use role::Role;
use std::io;

/// A resource and its limit, soft and hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The number of the resource.
    pub(crate) resource: u32,
    /// Its name in `/proc/PID/limits`.
    pub(crate) label: &'static str,
    /// The limit, in the unit of the resource.
    pub(crate) value: u64,
}

/// The limits of a role.
pub(crate) fn limits(role: Role) -> [Limit; 13] {
    let (data, address_space) = memory_limits(role);
    let files = match role {
        Role::Devtools | Role::Gpu | Role::Network => 1024,
        Role::Demo | Role::Renderer | Role::Shell => 256,
        Role::X11Filter => 64,
    };
    // The limit counts memory files too: three buffers of the largest window, for Wayland.
    let file_size = if role == Role::Gpu { 512 * MIB } else { 0 };
    let limit = |resource, label, value| Limit {
        resource,
        label,
        value,
    };
    [
        limit(libc::RLIMIT_CORE, "Max core file size", 0),
        limit(libc::RLIMIT_FSIZE, "Max file size", file_size),
        limit(libc::RLIMIT_MEMLOCK, "Max locked memory", 0),
        limit(libc::RLIMIT_MSGQUEUE, "Max msgqueue size", 0),
        limit(libc::RLIMIT_LOCKS, "Max file locks", 0),
        limit(libc::RLIMIT_NICE, "Max nice priority", 0),
        limit(libc::RLIMIT_RTPRIO, "Max realtime priority", 0),
        limit(libc::RLIMIT_RTTIME, "Max realtime timeout", 0),
        // All threads exist already, and none may follow.
        limit(libc::RLIMIT_NPROC, "Max processes", 0),
        limit(libc::RLIMIT_NOFILE, "Max open files", files),
        limit(libc::RLIMIT_STACK, "Max stack size", STACK_BYTES),
        limit(libc::RLIMIT_DATA, DATA_LABEL, data),
        limit(libc::RLIMIT_AS, "Max address space", address_space),
    ]
}

/// The limits of a role on private memory and on address space, in bytes. Address space is cheap:
/// malloc reserves 64 MiB per thread, and the gpu process maps the surfaces of all tabs.
pub(crate) fn memory_limits(role: Role) -> (u64, u64) {
    match role {
        Role::Demo => (256 * MIB, 8 * GIB),
        Role::Devtools => (GIB, 8 * GIB),
        Role::Gpu => (GIB, 64 * GIB),
        Role::Network => (GIB, 32 * GIB),
        Role::Renderer => (GIB, 8 * GIB),
        Role::Shell => (512 * MIB, 8 * GIB),
        Role::X11Filter => (256 * MIB, 4 * GIB),
    }
}

/// The limit on private memory of a process, in bytes, as the kernel shows it. Works for a zombie
/// too.
///
/// # Errors
/// The kernel does not show it, or there is no limit.
pub fn private_memory_max(pid: i32) -> io::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/limits"))?;
    let soft = proc_files::limit(&text, DATA_LABEL).map(|(soft, _)| soft);
    soft.unwrap_or_default().parse().map_err(io::Error::other)
}

/// Applies the limits of a role to the calling process.
pub(crate) fn apply(role: Role) -> sys::RawResult<()> {
    for limit in limits(role) {
        set(limit.resource, limit.value)?;
    }
    Ok(())
}

/// Lowers one limit, or keeps it if it is lower already. Raw: also runs between `clone` and
/// `execve`.
pub(crate) fn set(resource: u32, value: u64) -> sys::RawResult<()> {
    let mut now = libc::rlimit64 {
        rlim_cur: 0,
        rlim_max: 0,
    };
    let null: *const libc::rlimit64 = std::ptr::null();
    // SAFETY: one valid slot to write, none to read.
    sys::check(unsafe { libc::syscall(libc::SYS_prlimit64, 0, resource, null, &raw mut now) })?;
    let value = value.min(now.rlim_max);
    let new = libc::rlimit64 {
        rlim_cur: value,
        rlim_max: value,
    };
    let null: *mut libc::rlimit64 = std::ptr::null_mut();
    // SAFETY: one valid slot to read, none to write.
    sys::check(unsafe { libc::syscall(libc::SYS_prlimit64, 0, resource, &raw const new, null) })?;
    Ok(())
}

/// The stack of the main thread, in bytes: the tests run the deepest recursions of the renderer
/// with it. Some machines set no limit at all.
pub(crate) const STACK_BYTES: u64 = 8 * MIB;
const DATA_LABEL: &str = "Max data size";
const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;
