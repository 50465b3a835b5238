//! The folders of one browser in the hierarchies of control groups.

use crate::launch::cgroup::names;
use std::path::PathBuf;

/// The folders of one browser. Dropping it removes the empty ones.
#[derive(Debug)]
pub(crate) struct Hierarchies(pub(crate) Vec<Hierarchy>);

/// A folder in one hierarchy.
#[derive(Clone, Debug)]
pub(crate) struct Hierarchy {
    pub(crate) folder: PathBuf,
    pub(crate) kind: HierarchyKind,
}

/// Which hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HierarchyKind {
    Unified,
    MemoryV1,
    ProcessorsV1,
    TasksV1,
}

impl Hierarchies {
    /// Removes the groups of children that are gone, and its own when none is left.
    pub(crate) fn remove(&self) {
        for hierarchy in &self.0 {
            names::remove_with_children(&hierarchy.folder);
        }
    }
}

impl Drop for Hierarchies {
    fn drop(&mut self) {
        self.remove();
    }
}
