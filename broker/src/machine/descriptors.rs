//! The broker's own limits.
//!
//! Owns: how many descriptors it may have. Trusts: the system's hard limit. Never: asks for more.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Takes as many descriptors as the system allows. Descriptors that are on their way between
/// children count against this too, where those have the broker's user (unix(7), `ETOOMANYREFS`):
/// they must not be able to send so many that the broker can send none.
pub fn raise() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!("the limit of descriptors stays as it is: {error}");
    }
}
