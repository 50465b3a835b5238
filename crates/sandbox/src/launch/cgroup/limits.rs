//! What each role may use of memory, tasks and processors.

use crate::rlimits;
use role::Role;

/// Most tasks of the network process; each of its workers is one.
pub const NETWORK_TASKS_MAX: u32 = 192;

/// What a child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most memory, in bytes.
    pub memory_bytes: u64,
    /// Most tasks (processes and threads).
    pub tasks: u32,
    /// Its share of busy processors, as a weight against the browser's other children; `None`: it
    /// shares them as if it were in no group.
    pub weight: Option<u32>,
}

impl Limits {
    /// The limits of a role. Memory has some room above the limit on private memory, for what is
    /// shared and for the kernel's share.
    pub fn of(role: Role) -> Limits {
        let (data, _) = rlimits::memory_limits(role);
        Limits {
            memory_bytes: data + data / 4,
            tasks: if role == Role::Network {
                NETWORK_TASKS_MAX
            } else {
                16
            },
            weight: Some(weight(role)),
        }
    }
}

/// Pages come after what draws them and what the person works with. Sixteen pages that compute
/// without end leave the gpu process half of the processors, if it can use them.
fn weight(role: Role) -> u32 {
    match role {
        Role::Gpu | Role::Shell => 800,
        Role::Network => 400,
        Role::Demo | Role::Renderer => 50,
    }
}

/// The weight of all children together, against the browser's own process and those of others
/// beside it, which have 100.
pub(crate) const TREE_WEIGHT: u32 = 400;
