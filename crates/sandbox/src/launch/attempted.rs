//! What the launcher decided for one child.

/// What was decided for one child: layers that it should have and does not are missing, whatever
/// else explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// It was given a network namespace of its own.
    pub network_namespace: bool,
    /// It was given a user id of its own.
    pub distinct_uid: bool,
    /// It was put into a control group.
    pub cgroup: bool,
    /// How many system-call filters the launcher had itself, which the child inherited. `None`: it
    /// has some, and the kernel does not say how many.
    pub inherited_filters: Option<usize>,
}
