//! Canaries: one small attack per layer, which a child makes on itself while it seals itself, right
//! after the layer is on and before later layers hide it.
//!
//! Trusts: the child that makes them, which has not seen any content yet. Never: tests a layer with
//! an attack that fails without the layer too, or leaves anything behind. A layer without such an
//! attack has no canary, and [`untried`](crate::untried) gives the reason.
//!
//! Each runs on the sealing thread alone. The broker checks from outside that all threads are
//! confined, or each thread reports it to the sealing one.

use crate::layer::Layer;
use crate::plan::Plan;
use crate::properties::{self, Speculation};
use crate::rlimits;
use crate::seal::attacks::{NET, PID, USER, UTS, answer_name, attack_on};
use crate::support::Feature;
use crate::sys::{self, RawResult};
use libc::c_int;
use std::ptr;
use thiserror::Error;

/// The answer to the attack on one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canary {
    /// The layer.
    pub layer: Layer,
    /// The errno, or 0: the call succeeds and reveals nothing about the host.
    pub errno: i32,
}

/// A layer that is on but does not hold.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{layer} does not hold: {call} must end with {expected}, but {outcome}")]
pub struct NotRefused {
    /// Which layer.
    pub layer: Layer,
    /// The attack.
    pub call: &'static str,
    /// The answer that proves that the layer works.
    pub expected: String,
    /// The actual answer.
    pub outcome: String,
}

/// Attacks a layer. `None`: there is no attack on it.
pub(crate) fn try_layer(layer: Layer, plan: &Plan) -> Result<Option<Canary>, NotRefused> {
    let Some(attack) = attack_on(layer) else {
        return Ok(None);
    };
    let result = make(layer, plan);
    if result == Err(attack.refusal) {
        let errno = attack.refusal;
        return Ok(Some(Canary { layer, errno }));
    }
    Err(NotRefused {
        layer,
        call: attack.call,
        expected: answer_name(attack.refusal),
        outcome: match result {
            Ok(()) => "it succeeded".to_owned(),
            Err(errno) => format!("it ended with {}", answer_name(errno)),
        },
    })
}

/// For the probe and layers that do not depend on a plan: an error if the layer does not hold. Raw.
pub(crate) fn must_be_refused(result: RawResult<()>, refusal: i32) -> RawResult<()> {
    match result {
        // There is no errno for it, but it is a failure.
        Ok(()) => Err(libc::EOPNOTSUPP),
        Err(errno) if errno == refusal => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// `Ok`: the attack succeeds, so the layer does not hold. An error is the answer of the kernel.
fn make(layer: Layer, plan: &Plan) -> RawResult<()> {
    match layer {
        USER => become_another_user(),
        PID => signal_everybody(),
        NET => connect_to_loopback(),
        UTS => learn_host_name(),
        Layer::NestingLimit => nest(),
        Layer::Root => open_directory(c"/proc/self"),
        Layer::Capabilities => change_root(),
        Layer::Limits => reserve(rlimits::memory_limits(plan.role).1),
        Layer::DenyWriteExecute => map_code(),
        Layer::Speculation => speculate_again(plan),
        Layer::Landlock => open_directory(c"/"),
        Layer::Seccomp => find_working_directory(),
        _ => Err(libc::EOPNOTSUPP),
    }
}

/// The namespace maps one id only, 0, so no other id is valid. Outside of a namespace the answer is
/// success or `EPERM`.
fn become_another_user() -> RawResult<()> {
    // SAFETY: takes numbers. Raw: of the calling thread alone.
    sys::check(unsafe { libc::syscall(libc::SYS_setresuid, 1, 1, 1) }).map(drop)
}

/// Sends signal 0 to all other processes. In a new namespace there are none; outside the answer is
/// success, or `EPERM` if it may signal none of them.
fn signal_everybody() -> RawResult<()> {
    // SAFETY: takes numbers; signal 0 is never delivered.
    sys::check(unsafe { libc::syscall(libc::SYS_kill, -1, 0) }).map(drop)
}

/// Connects a UDP socket, which sends nothing. In a new network namespace not even the loopback
/// interface is up; on the host it always is.
fn connect_to_loopback() -> RawResult<()> {
    let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
    // SAFETY: takes numbers.
    let socket = sys::check(unsafe { libc::syscall(libc::SYS_socket, libc::AF_INET, kind, 0) })?;
    let address = libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: 9_u16.to_be(),
        sin_addr: libc::in_addr {
            s_addr: u32::from_be_bytes([127, 0, 0, 1]).to_be(),
        },
        sin_zero: [0; 8],
    };
    let bytes = size_of_val(&address);
    // SAFETY: an address of that length that lives during the call.
    let result =
        sys::check(unsafe { libc::syscall(libc::SYS_connect, socket, &raw const address, bytes) });
    sys::close(socket as c_int);
    result.map(drop)
}

/// Reads the host name, which the launch has set inside a namespace. Proves nothing on a host that
/// has the same name.
fn learn_host_name() -> RawResult<()> {
    // SAFETY: plain old data that the call fills in.
    let mut names: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: one valid slot.
    sys::check(unsafe { libc::syscall(libc::SYS_uname, &raw mut names) })?;
    let expected = crate::launch::child::HOST_NAME.to_bytes_with_nul();
    let mut found = names.nodename.iter().map(|byte| byte.cast_unsigned());
    if expected.iter().all(|byte| found.next() == Some(*byte)) {
        Err(0)
    } else {
        Ok(())
    }
}

/// Creates one more namespace, of a kind that a process with several threads may create; the limits
/// on the other kinds are set the same way. Needs capabilities, so it runs before they go.
pub(crate) fn nest() -> RawResult<()> {
    // SAFETY: takes a number.
    sys::check(unsafe { libc::syscall(libc::SYS_unshare, libc::CLONE_NEWUTS) }).map(drop)
}

/// Opens a directory for reading, and closes it again.
pub(crate) fn open_directory(path: &std::ffi::CStr) -> RawResult<()> {
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: a C string.
    let result = sys::check(unsafe {
        libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags)
    });
    result.map(|fd| sys::close(fd as c_int))
}

/// Changes the root to the current one: harmless, but it needs a capability.
fn change_root() -> RawResult<()> {
    // SAFETY: a constant C string.
    sys::check(unsafe { libc::syscall(libc::SYS_chroot, c"/".as_ptr()) }).map(drop)
}

/// Reserves as much address space as the limit allows, of which the process uses some already. It
/// costs no memory.
fn reserve(bytes: u64) -> RawResult<()> {
    let bytes = usize::try_from(bytes).map_err(|_| libc::EOVERFLOW)?;
    map(bytes, libc::PROT_NONE)
}

/// A page that is writable and executable.
pub(crate) fn map_code() -> RawResult<()> {
    map(1, libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC)
}

fn map(bytes: usize, protection: c_int) -> RawResult<()> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let null: *mut u8 = ptr::null_mut();
    // SAFETY: a new mapping at a place of the kernel's choice.
    let address = sys::check(unsafe {
        libc::syscall(libc::SYS_mmap, null, bytes, protection, flags, -1, 0)
    })?;
    // SAFETY: the mapping that was just made, which nobody knows of.
    unsafe { libc::syscall(libc::SYS_munmap, address, bytes) };
    Ok(())
}

/// Enables what was disabled permanently.
fn speculate_again(plan: &Plan) -> RawResult<()> {
    let kinds = [
        (Feature::StoreBypass, Speculation::StoreBypass),
        (Feature::IndirectBranch, Speculation::IndirectBranch),
    ];
    let mut last = Err(libc::EOPNOTSUPP);
    for (feature, kind) in kinds {
        if plan.has_feature(feature) {
            last = properties::unmitigate(kind);
            if last != Err(libc::EPERM) {
                return last;
            }
        }
    }
    last
}

/// The working directory exists, and any process may ask for it. Only the filter refuses that, with
/// an errno that all policies share.
fn find_working_directory() -> RawResult<()> {
    let mut path = [0_u8; 64];
    // SAFETY: a buffer and its length.
    let result = unsafe { libc::syscall(libc::SYS_getcwd, path.as_mut_ptr(), path.len()) };
    sys::check(result).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_nothing_holds_is_told_so() {
        // Those that an ordinary test process may try on itself without harm.
        assert_eq!(connect_to_loopback(), Ok(()));
        assert_eq!(open_directory(c"/proc/self"), Ok(()));
        assert_eq!(open_directory(c"/"), Ok(()));
        assert_eq!(map_code(), Ok(()));
        assert_eq!(reserve(64 << 30), Ok(()));
        assert_eq!(find_working_directory(), Ok(()));
    }
}
