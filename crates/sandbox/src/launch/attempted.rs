//! What the launcher decided for one child.

/// What the launcher decided for one child. A layer attempted but absent counts as missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// It got a new network namespace.
    pub network_namespace: bool,
    /// It got a distinct user id.
    pub distinct_uid: bool,
    /// It started in a control group.
    pub cgroup: bool,
    /// How many system-call filters the child inherited from the launcher. `None`: some, but the
    /// kernel does not count them.
    pub inherited_filters: Option<usize>,
}
