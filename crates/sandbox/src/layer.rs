//! The layers of the sandbox, by name and number.

use crate::namespaces::Namespace;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One layer of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A new namespace.
    Namespace(Namespace),
    /// An empty read-only root directory, and no other mount.
    Root,
    /// A user id outside that no other process has.
    DistinctUid,
    /// No capability in any set.
    Capabilities,
    /// Nothing executed gains privileges.
    NoNewPrivileges,
    /// No further namespaces.
    NestingLimit,
    /// A new session keyring.
    Keyring,
    /// Resource limits.
    Limits,
    /// A control group with limits.
    Cgroup,
    /// Only descriptors of the kinds that the broker hands over.
    Descriptors,
    /// Not dumpable: no other process attaches to it, and it leaves no core file.
    NotDumpable,
    /// Writable memory never becomes executable.
    DenyWriteExecute,
    /// Dies with the browser.
    ParentDeathSignal,
    /// Shares no core with strangers.
    CoreScheduling,
    /// Speculation mitigations.
    Speculation,
    /// Landlock.
    Landlock,
    /// System-call filters on all threads.
    Seccomp,
}

impl Layer {
    /// All of them, in the order in which they come into force.
    pub const ALL: [Layer; 23] = [
        Layer::Namespace(Namespace::User),
        Layer::Namespace(Namespace::Pid),
        Layer::Namespace(Namespace::Net),
        Layer::Namespace(Namespace::Mount),
        Layer::Namespace(Namespace::Ipc),
        Layer::Namespace(Namespace::Uts),
        Layer::Namespace(Namespace::Cgroup),
        Layer::Cgroup,
        Layer::DistinctUid,
        Layer::Keyring,
        Layer::Descriptors,
        Layer::NestingLimit,
        Layer::Root,
        Layer::NoNewPrivileges,
        Layer::Capabilities,
        Layer::Limits,
        Layer::NotDumpable,
        Layer::DenyWriteExecute,
        Layer::CoreScheduling,
        Layer::ParentDeathSignal,
        Layer::Speculation,
        Layer::Landlock,
        Layer::Seccomp,
    ];

    /// Its place in [`Layer::ALL`].
    pub fn number(self) -> u8 {
        let place = Layer::ALL.iter().position(|layer| *layer == self);
        // There are fewer than 256, and the tests show that none is left out.
        place.map_or(u8::MAX, |place| place as u8)
    }

    /// The layer at that place.
    pub fn from_number(number: u8) -> Option<Layer> {
        Layer::ALL.get(usize::from(number)).copied()
    }

    /// The name that reports show.
    pub fn name(self) -> &'static str {
        match self {
            Layer::Namespace(Namespace::User) => "user namespace",
            Layer::Namespace(Namespace::Pid) => "pid namespace",
            Layer::Namespace(Namespace::Net) => "net namespace",
            Layer::Namespace(Namespace::Mount) => "mnt namespace",
            Layer::Namespace(Namespace::Ipc) => "ipc namespace",
            Layer::Namespace(Namespace::Uts) => "uts namespace",
            Layer::Namespace(Namespace::Cgroup) => "cgroup namespace",
            Layer::Root => "empty root",
            Layer::DistinctUid => "distinct user id",
            Layer::Capabilities => "no capabilities",
            Layer::NoNewPrivileges => "no new privileges",
            Layer::NestingLimit => "nesting limit",
            Layer::Keyring => "session keyring",
            Layer::Limits => "resource limits",
            Layer::Cgroup => "control group",
            Layer::Descriptors => "descriptors",
            Layer::NotDumpable => "not dumpable",
            Layer::DenyWriteExecute => "deny write+execute",
            Layer::ParentDeathSignal => "dies with browser",
            Layer::CoreScheduling => "core scheduling",
            Layer::Speculation => "speculation control",
            Layer::Landlock => "Landlock",
            Layer::Seccomp => "system-call filter",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layer_has_a_number_of_its_own() {
        for (number, layer) in Layer::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(layer.number()), number, "{layer}");
            assert_eq!(Layer::from_number(layer.number()), Some(layer));
        }
        assert_eq!(Layer::from_number(Layer::ALL.len() as u8), None);
        for namespace in Namespace::ALL {
            assert_ne!(Layer::Namespace(namespace).number(), u8::MAX);
        }
    }
}
