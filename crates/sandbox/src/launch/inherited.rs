//! System-call filters that a child inherits from its launcher.

use crate::proc_files::{self, FILTERS};
use std::fs;
use std::io;

/// How many filters the calling thread has; its children inherit them. `None`: it has some, and the
/// kernel does not count them.
pub(crate) fn own_filters() -> io::Result<Option<usize>> {
    let status = fs::read_to_string("/proc/thread-self/status")?;
    let field = |name| proc_files::field(&status, name);
    let number = |value: &str| value.parse().ok();
    match (field("Seccomp:").and_then(number), field(FILTERS)) {
        // A kernel that does not show the mode shows it for no child either.
        (Some(0) | None, _) => Ok(Some(0)),
        (Some(_), count) => Ok(count.and_then(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_without_filters_inherits_none() {
        let status = fs::read_to_string("/proc/thread-self/status").expect("readable");
        if status.contains("Seccomp:\t0") {
            assert_eq!(own_filters().expect("readable"), Some(0));
        } else {
            assert_ne!(own_filters().expect("readable"), Some(0));
        }
    }
}
