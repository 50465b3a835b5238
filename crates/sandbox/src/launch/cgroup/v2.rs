//! Control groups of version 2, in their delegated form: one hierarchy for all controllers.

use crate::launch::cgroup::hierarchy::{Hierarchies, Hierarchy, HierarchyKind};
use crate::launch::cgroup::limits::{Limits, TREE_WEIGHT};
use crate::launch::cgroup::locate::unavailable;
use crate::launch::cgroup::names::{make_folder, remove_dead};
use std::fs;
use std::io;
use std::path::Path;

/// Creates the group of this browser. A group can only delegate controllers if it has no processes
/// itself, so the new group goes beside the own group of the browser, not below it.
pub(crate) fn create(own: &Path, name: &str) -> io::Result<Hierarchies> {
    let mut reason = unavailable();
    for place in own.parent().into_iter().chain([own]) {
        if !place.join("cgroup.controllers").exists() {
            continue;
        }
        remove_dead(place);
        match create_at(&place.join(name)) {
            Ok(made) => return Ok(made),
            Err(error) => reason = error,
        }
    }
    Err(reason)
}

fn create_at(folder: &Path) -> io::Result<Hierarchies> {
    make_folder(folder)?;
    let hierarchy = Hierarchy {
        folder: folder.to_owned(),
        kind: HierarchyKind::Unified,
    };
    // Removes the folder again if the rest fails.
    let hierarchies = Hierarchies(vec![hierarchy]);
    let controllers = fs::read_to_string(folder.join("cgroup.controllers"))?;
    if !["memory", "pids"]
        .iter()
        .all(|c| controllers.split_whitespace().any(|have| have == *c))
    {
        return Err(io::Error::from_raw_os_error(libc::EOPNOTSUPP));
    }
    fs::write(folder.join("cgroup.subtree_control"), "+memory +pids")?;
    // If the cpu controller is not delegated, the children compete without weights.
    if fs::write(folder.join("cgroup.subtree_control"), "+cpu").is_ok() {
        let _ = fs::write(folder.join("cpu.weight"), TREE_WEIGHT.to_string());
    }
    Ok(hierarchies)
}

/// Sets the limits of a child's group.
pub(crate) fn limit(folder: &Path, limits: Limits) -> io::Result<()> {
    let write = |file: &str, value: u64| fs::write(folder.join(file), value.to_string());
    write("memory.max", limits.memory_bytes)?;
    write("pids.max", u64::from(limits.tasks))?;
    // Not every kernel accounts for swap.
    let _ = write("memory.swap.max", 0);
    let _ = write("memory.oom.group", 1);
    if let Some(weight) = limits.weight {
        // Exists only if the cpu controller is delegated.
        let _ = write("cpu.weight", u64::from(weight));
    }
    Ok(())
}
