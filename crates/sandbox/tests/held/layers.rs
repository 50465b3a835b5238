//! The layers of the knock-out matrix, and the support that gives a child some of them only.

use crate::harness::SUPPORT;
use sandbox::{Availability, Feature, Mandatory, Namespace, Support};

/// A layer that can be had alone, and taken away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Filter,
    Landlock,
    User,
    Root,
    Pid,
    Net,
    Ipc,
    Nesting,
    Capabilities,
    Limits,
    NotDumpable,
    WriteExecute,
    Keyring,
    Uid,
    Group,
}

pub const LAYERS: [(Layer, &str); 15] = [
    (Layer::Filter, "filter"),
    (Layer::Landlock, "Landlock"),
    (Layer::User, "user ns"),
    (Layer::Root, "empty root"),
    (Layer::Pid, "pid ns"),
    (Layer::Net, "net ns"),
    (Layer::Ipc, "ipc ns"),
    (Layer::Nesting, "no nesting"),
    (Layer::Capabilities, "no caps"),
    (Layer::Limits, "limits"),
    (Layer::NotDumpable, "not dumpable"),
    (Layer::WriteExecute, "no W→X"),
    (Layer::Keyring, "keyring"),
    (Layer::Uid, "own uid"),
    (Layer::Group, "cgroup"),
];

/// Layers that are not the same in every role.
pub const OF_A_ROLE: [Layer; 4] = [Layer::Filter, Layer::Landlock, Layer::Net, Layer::Limits];

/// A set of layers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Set(u32);

impl Set {
    pub fn none() -> Set {
        Set(0)
    }

    pub fn all() -> Set {
        Set((1 << LAYERS.len()) - 1)
    }

    pub fn has(self, layer: Layer) -> bool {
        self.0 & (1 << layer as u32) != 0
    }

    pub fn with(self, layer: Layer) -> Set {
        Set(self.0 | 1 << layer as u32)
    }

    pub fn without(self, layer: Layer) -> Set {
        Set(self.0 & !(1 << layer as u32))
    }

    /// What a child is launched with. Without a user namespace there are no others.
    pub fn support(self) -> Support {
        let off = Availability::Unavailable(libc::ECANCELED);
        let mut support = SUPPORT.clone();
        for (layer, namespace) in NAMESPACES {
            if !self.has(layer) || !self.has(Layer::User) {
                support.set_namespace(namespace, off);
            }
        }
        if !support.has_namespaces() {
            support.set_namespace(Namespace::Uts, off);
            support.set_namespace(Namespace::Cgroup, off);
            support.leave_off(Mandatory::WholeSetOfNamespaces);
        }
        for (layer, features) in FEATURES {
            for feature in features.iter().filter(|_| !self.has(*layer)) {
                support.set_feature(*feature, off);
            }
        }
        for (layer, mandatory) in MANDATORY {
            if !self.has(layer) {
                support.leave_off(mandatory);
            }
        }
        support
    }
}

const NAMESPACES: [(Layer, Namespace); 5] = [
    (Layer::User, Namespace::User),
    (Layer::Root, Namespace::Mount),
    (Layer::Pid, Namespace::Pid),
    (Layer::Net, Namespace::Net),
    (Layer::Ipc, Namespace::Ipc),
];

const FEATURES: &[(Layer, &[Feature])] = &[
    (
        Layer::Filter,
        &[Feature::Seccomp, Feature::CallNotifications],
    ),
    (Layer::Landlock, &[Feature::Landlock]),
    (Layer::Nesting, &[Feature::NestingLimit]),
    (Layer::WriteExecute, &[Feature::DenyWriteExecute]),
    (Layer::Keyring, &[Feature::Keyring]),
    (Layer::Uid, &[Feature::DistinctUid]),
    (Layer::Group, &[Feature::Cgroup]),
];

const MANDATORY: [(Layer, Mandatory); 3] = [
    (Layer::Capabilities, Mandatory::Capabilities),
    (Layer::Limits, Mandatory::Limits),
    (Layer::NotDumpable, Mandatory::NotDumpable),
];

/// Whether this machine gives this user that layer.
pub fn is_available(layer: Layer) -> bool {
    if is_roots(layer) {
        return false;
    }
    let namespaces = NAMESPACES.iter().filter(|(known, _)| *known == layer);
    let features = FEATURES.iter().filter(|(known, _)| *known == layer);
    namespaces
        .map(|(_, namespace)| SUPPORT.namespace(*namespace))
        .chain(features.map(|(_, features)| SUPPORT.feature(features[0])))
        .all(Availability::is_available)
}

/// Those that need a user namespace to be had at all.
pub fn is_inside_user(layer: Layer) -> bool {
    let others = [Layer::Root, Layer::Pid, Layer::Net, Layer::Ipc];
    layer == Layer::Nesting || others.contains(&layer)
}

pub fn is_roots(layer: Layer) -> bool {
    is_ordinary() && matches!(layer, Layer::Uid | Layer::Group)
}

pub fn is_ordinary() -> bool {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() != 0 }
}
