//! Landlock: nothing is readable, writable or connectable; abstract sockets and signals stay
//! inside.
//!
//! Trusts: the account of Landlock versions in the `landlock` crate. Never: adds a rule that allows
//! something. See `landlock(7)`.

use crate::policy::needs;
use crate::sys::{self, RawResult};
use ::landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError,
    Scope,
};
use role::Role;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// A rule set that is not in force yet.
#[derive(Debug)]
pub(crate) struct Rules(OwnedFd);

impl Rules {
    /// The rule set of a role: everything in the newest known version that this kernel can forbid.
    pub(crate) fn new(role: Role) -> io::Result<Rules> {
        let rules = build(role).map_err(io::Error::other)?;
        rules
            .map(Rules)
            .ok_or_else(|| io::Error::from_raw_os_error(libc::EOPNOTSUPP))
    }

    /// Its descriptor, for [`restrict_thread`].
    pub(crate) fn raw(&self) -> i32 {
        self.0.as_raw_fd()
    }
}

fn build(role: Role) -> Result<Option<OwnedFd>, RulesetError> {
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    let rules = if needs::connects_out(role) {
        // The network process must connect, and its UDP sockets bind themselves; nobody may connect
        // to it.
        rules.handle_access(AccessNet::BindTcp)?
    } else {
        rules.handle_access(AccessNet::from_all(NEWEST))?
    };
    Ok(rules.create()?.into())
}

/// Applies the rule set to the calling thread, permanently. Raw: other threads of the process run
/// this in a signal handler. The `restrict_self` of the crate allocates.
pub(crate) fn restrict_thread(rules: i32) -> RawResult<()> {
    // SAFETY: takes numbers.
    sys::check(unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules, 0) }).map(drop)
}

/// The Landlock version of the kernel, or why it has none.
pub(crate) fn version() -> RawResult<u32> {
    const VERSION: u32 = 1;
    // SAFETY: with this flag the kernel wants a null pointer and size 0.
    let result =
        sys::check(unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0, 0, VERSION) });
    result.map(|version| u32::try_from(version).unwrap_or(0))
}

/// The newest version whose access rights are requested; older kernels apply those they know.
const NEWEST: ABI = ABI::V7;
