//! What each role may use of memory, tasks and processors.

use crate::rlimits;
use role::Role;

/// Most tasks of a process. Those of ours have three threads at most, and display libraries may add
/// some.
const TASKS_MAX: u32 = 16;

/// What a child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most memory, in bytes.
    pub memory_bytes: u64,
    /// Most tasks (processes and threads).
    pub tasks: u32,
    /// Its share of busy processors, as a weight against the other children; `None`: no share is
    /// set.
    pub weight: Option<u32>,
}

impl Limits {
    /// The limits of a role. The memory limit is above the limit on private memory, to leave room
    /// for shared memory and for the kernel.
    pub fn of(role: Role) -> Limits {
        let (data, _) = rlimits::memory_limits(role);
        Limits {
            memory_bytes: data + data / 4,
            tasks: TASKS_MAX,
            weight: Some(weight(role)),
        }
    }
}

/// Pages rank below the processes that draw them and that the user works with. With sixteen pages
/// that compute endlessly, the gpu process still gets half of the processors.
fn weight(role: Role) -> u32 {
    match role {
        Role::Gpu | Role::Shell | Role::X11Filter => 800,
        Role::Devtools | Role::Network => 400,
        Role::Demo | Role::Renderer => 50,
    }
}

/// The weight of all children together. The process of the broker, and other processes beside it,
/// have 100.
pub(crate) const TREE_WEIGHT: u32 = 400;
