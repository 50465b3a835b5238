//! Raises the broker's limit of open descriptors.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What every system allows (`_POSIX_OPEN_MAX`).
const POSIX_MIN: u64 = 20;

/// Raises the soft limit to the hard limit, and returns it. Descriptors in flight between children
/// also count, if the children run as the broker's user (unix(7), `ETOOMANYREFS`). Children must
/// not be able to send so many that the broker can send none.
pub fn raise() -> u64 {
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, hard)| {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        Ok(hard)
    });
    raised.unwrap_or_else(|error| {
        tracing::warn!("cannot raise the limit of open descriptors: {error}");
        getrlimit(Resource::RLIMIT_NOFILE).map_or(POSIX_MIN, |(soft, _)| soft)
    })
}
