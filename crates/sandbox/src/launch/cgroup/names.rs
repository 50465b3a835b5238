//! The names of control groups, and the removal of those whose browser is gone.

use crate::proc_files::start_of;
use std::fs;
use std::io;
use std::path::Path;

/// Removes the groups of browsers that are gone.
pub(crate) fn remove_dead(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let numbers = name
            .to_str()
            .and_then(|name| name.strip_prefix(GROUP_PREFIX));
        if numbers.is_some_and(|numbers| owner_is_dead(numbers, start_of)) {
            remove_with_children(&entry.path());
        }
    }
}

/// Whether the process that a group is named after is dead. Another process may have its id by now,
/// but has another start time.
fn owner_is_dead(numbers: &str, start_of: impl Fn(u32) -> io::Result<u64>) -> bool {
    let mut numbers = numbers.split('-');
    let Some(pid) = numbers.next().and_then(|n| n.parse().ok()) else {
        return false;
    };
    match (start_of(pid), numbers.next().and_then(|n| n.parse().ok())) {
        (Err(error), _) => error.kind() == io::ErrorKind::NotFound,
        (Ok(start), Some(named)) => start != named,
        (Ok(_), None) => false,
    }
}

/// The name of this browser's groups.
pub(crate) fn own_name() -> io::Result<String> {
    let pid = std::process::id();
    Ok(format!("{GROUP_PREFIX}{pid}-{}", start_of(pid)?))
}

/// Groups with a process in them stay: the kernel refuses.
pub(crate) fn remove_with_children(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

/// Creates a folder unless it exists.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// The prefix of group names; the process id and start time of the browser follow.
pub const GROUP_PREFIX: &str = "bulkhead-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_left_to_those_who_live_and_taken_from_those_who_do_not() {
        let nobody = |_| Err(io::ErrorKind::NotFound.into());
        let started = |at| move |_| Ok(at);
        assert!(owner_is_dead("7-100", nobody));
        assert!(!owner_is_dead("7-100", started(100)));
        assert!(!owner_is_dead("7-100-probe0", started(100)));
        assert!(owner_is_dead("7-100", started(200)), "another's id by now");
        assert!(!owner_is_dead("7", started(200)));
        assert!(!owner_is_dead("x", nobody));
        let unreadable = |_| Err(io::ErrorKind::PermissionDenied.into());
        assert!(!owner_is_dead("7-100", unreadable));
        let own = own_name().expect("this process started");
        let numbers = own.strip_prefix(GROUP_PREFIX).expect("named so");
        assert!(!owner_is_dead(numbers, start_of));
    }
}
