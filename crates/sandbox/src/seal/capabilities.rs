//! Capabilities: drops all of them from every set, permanently.
//!
//! Never: keeps one. Raw: other threads of the process run this in a signal handler. See
//! `capabilities(7)`.

use crate::sys::{self, RawResult};

/// Empties the bounding, ambient, inheritable, permitted and effective sets of the calling thread,
/// and locks the rule that would return capabilities to user id 0 on `execve`.
///
/// The bounding set and the lock need a capability. A child of an ordinary user without a user
/// namespace has none, and needs neither once `no_new_privs` is set.
pub(crate) fn drop_all() -> RawResult<()> {
    drop_bounding()?;
    match sys::prctl(libc::PR_SET_SECUREBITS, [SECURE_BITS_LOCKED, 0, 0, 0]) {
        Ok(_) | Err(libc::EPERM) => {}
        Err(errno) => return Err(errno),
    }
    let clear = libc::PR_CAP_AMBIENT_CLEAR_ALL as u64;
    match sys::prctl(libc::PR_CAP_AMBIENT, [clear, 0, 0, 0]) {
        Ok(_) | Err(libc::EINVAL) => {}
        Err(errno) => return Err(errno),
    }
    let header = Header {
        version: CAPABILITY_VERSION_3,
        pid: 0,
    };
    let none = [Sets {
        effective: 0,
        permitted: 0,
        inheritable: 0,
    }; 2];
    // SAFETY: header and sets have the form of version 3 and live during the call.
    sys::check(unsafe { libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr()) })?;
    Ok(())
}

/// Empties the bounding set of the calling thread if it may.
pub(crate) fn drop_bounding() -> RawResult<()> {
    for capability in 0..=CAPABILITY_MAX {
        match sys::prctl(libc::PR_CAPBSET_DROP, [capability, 0, 0, 0]) {
            // EINVAL: this kernel has no capability of that number, nor any higher one.
            Ok(_) | Err(libc::EINVAL | libc::EPERM) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Keeps `execve` from granting privileges. Landlock and seccomp need it too.
pub(crate) fn no_new_privileges() -> RawResult<()> {
    sys::prctl(libc::PR_SET_NO_NEW_PRIVS, [1, 0, 0, 0]).map(drop)
}

/// `struct __user_cap_header_struct` of `linux/capability.h`.
#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

/// `struct __user_cap_data_struct` of `linux/capability.h`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Sets {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

const CAPABILITY_VERSION_3: u32 = 0x2008_0522;
const CAPABILITY_MAX: u64 = 63;
/// `SECBIT_NOROOT`, `NO_SETUID_FIXUP` off, `KEEP_CAPS` off, `NO_CAP_AMBIENT_RAISE`, each with its
/// lock.
const SECURE_BITS_LOCKED: u64 = 0x01 | 0x02 | 0x08 | 0x20 | 0x40 | 0x80;
