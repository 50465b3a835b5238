//! Raises the broker's limit of open descriptors.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Raises the soft limit to the hard limit. Descriptors in flight between children also count, if
/// the children run as the broker's user (unix(7), `ETOOMANYREFS`). Children must not be able to
/// send so many that the broker can send none.
pub fn raise() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!("cannot raise the limit of open descriptors: {error}");
    }
}
