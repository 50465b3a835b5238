//! Control groups of version 1: one hierarchy a controller, where the folders are writable.

use crate::launch::cgroup::hierarchy::{Hierarchies, Hierarchy, HierarchyKind};
use crate::launch::cgroup::limits::{Limits, TREE_WEIGHT};
use crate::launch::cgroup::locate::{locate, unavailable};
use crate::launch::cgroup::names::{make_folder, remove_dead};
use std::fs;
use std::io;
use std::path::Path;

/// Creates the groups of this browser for memory and tasks, and for processors if it may.
pub(crate) fn create(mounts: &str, own: &str, name: &str) -> io::Result<Hierarchies> {
    let mut hierarchies = Hierarchies(Vec::new());
    for (controller, kind) in [
        ("memory", HierarchyKind::MemoryV1),
        ("pids", HierarchyKind::TasksV1),
    ] {
        let parent = locate(mounts, own, "cgroup", Some(controller)).ok_or_else(unavailable)?;
        remove_dead(&parent);
        let folder = parent.join(name);
        make_folder(&folder)?;
        hierarchies.0.push(Hierarchy { folder, kind });
    }
    hierarchies.0.extend(create_processors(mounts, own, name));
    Ok(hierarchies)
}

/// `None` if this user may not set processor shares.
fn create_processors(mounts: &str, own: &str, name: &str) -> Option<Hierarchy> {
    let parent = locate(mounts, own, "cgroup", Some("cpu"))?;
    remove_dead(&parent);
    let folder = parent.join(name);
    make_folder(&folder).ok()?;
    let _ = fs::write(folder.join("cpu.shares"), shares(TREE_WEIGHT).to_string());
    Some(Hierarchy {
        folder,
        kind: HierarchyKind::ProcessorsV1,
    })
}

/// Limits the memory of a child's group.
pub(crate) fn limit_memory(folder: &Path, limits: Limits) -> io::Result<()> {
    let write = |file: &str| fs::write(folder.join(file), limits.memory_bytes.to_string());
    write("memory.limit_in_bytes")?;
    // Not every kernel accounts for swap.
    let _ = write("memory.memsw.limit_in_bytes");
    Ok(())
}

/// Limits the tasks of a child's group.
pub(crate) fn limit_tasks(folder: &Path, limits: Limits) -> io::Result<()> {
    fs::write(folder.join("pids.max"), limits.tasks.to_string())
}

/// Sets the processor share of a child, as far as possible.
pub(crate) fn share_processors(folder: &Path, limits: Limits) {
    if let Some(weight) = limits.weight {
        let _ = fs::write(folder.join("cpu.shares"), shares(weight).to_string());
    }
}

/// Version 1 uses another scale: 1024 where version 2 has 100.
fn shares(weight: u32) -> u64 {
    u64::from(weight) * 1024 / 100
}
