//! The file system: an empty, read-only tmpfs becomes the root, and the host's mounts disappear.
//!
//! Never: leaves a way back: the old root is detached, and `/proc` is not mounted again. Raw: the
//! probe does the same between `clone` and its end.

use crate::sys::{self, RawResult};
use std::ffi::CStr;
use std::ptr;

/// Keeps mounts made here from reaching the host. Called right after `clone`.
pub(crate) fn make_private() -> RawResult<()> {
    mount(c"none", c"/", None, libc::MS_REC | libc::MS_PRIVATE, None)
}

/// Replaces the root. Afterwards every path ends in an empty directory.
pub(crate) fn pivot_to_nothing() -> RawResult<()> {
    let target = mount_empty()?;
    chdir(target)?;
    let here = c".";
    // The trick of pivot_root(2): new root and old root on the same place, the old one then on top.
    // SAFETY: constant C strings.
    sys::check(unsafe { libc::syscall(libc::SYS_pivot_root, here.as_ptr(), here.as_ptr()) })?;
    // SAFETY: a constant C string.
    sys::check(unsafe { libc::syscall(libc::SYS_umount2, here.as_ptr(), libc::MNT_DETACH) })?;
    chdir(c"/")
}

/// Mounts the empty tmpfs over the first directory that exists. It has one inode, for its root.
fn mount_empty() -> RawResult<&'static CStr> {
    let flags = libc::MS_RDONLY | libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
    let options = c"size=4k,nr_inodes=1,mode=0555";
    let mut last = Err(libc::ENOENT);
    for target in [c"/tmp", c"/run", c"/usr", c"/proc"] {
        match mount(c"none", target, Some(c"tmpfs"), flags, Some(options)) {
            Ok(()) => return Ok(target),
            Err(errno) => last = Err(errno),
        }
    }
    last
}

fn mount(
    source: &CStr,
    target: &CStr,
    kind: Option<&CStr>,
    flags: libc::c_ulong,
    options: Option<&CStr>,
) -> RawResult<()> {
    let kind = kind.map_or(ptr::null(), CStr::as_ptr);
    let options = options.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: C strings or null, which the call allows for kind and options.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount,
            source.as_ptr(),
            target.as_ptr(),
            kind,
            flags,
            options,
        )
    };
    sys::check(result).map(drop)
}

pub(crate) fn chdir(path: &CStr) -> RawResult<()> {
    // SAFETY: a C string.
    sys::check(unsafe { libc::syscall(libc::SYS_chdir, path.as_ptr()) }).map(drop)
}
