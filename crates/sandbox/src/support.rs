//! The layers that this machine offers this user, as the probe found them.

use crate::layer::Layer;
use crate::namespaces::Namespace;
use crate::test_knobs::{Mandatory, TestKnobs};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether something was tried and worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// It was tried and worked.
    Available,
    /// It was tried and failed with this errno.
    Unavailable(i32),
}

impl Availability {
    /// Whether it worked.
    pub fn is_available(self) -> bool {
        self == Availability::Available
    }

    pub(crate) fn from_errno(errno: i32) -> Availability {
        if errno == 0 {
            Availability::Available
        } else {
            Availability::Unavailable(errno)
        }
    }
}

/// What the probe tries besides namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// An unprivileged user id for each child (only root can assign one).
    DistinctUid,
    /// A limit of zero on further namespaces inside.
    NestingLimit,
    /// A session keyring for each child.
    Keyring,
    /// Memory-deny-write-execute.
    DenyWriteExecute,
    /// Core scheduling.
    CoreScheduling,
    /// Mitigation of speculative store bypass, per process.
    StoreBypass,
    /// Mitigation of indirect branch speculation, per process.
    IndirectBranch,
    /// Landlock.
    Landlock,
    /// System-call filters.
    Seccomp,
    /// Notification of the broker about refused calls.
    CallNotifications,
    /// Control groups in which this user may limit memory and processes.
    Cgroup,
}

impl Feature {
    /// All of them.
    pub const ALL: [Feature; 11] = [
        Feature::DistinctUid,
        Feature::NestingLimit,
        Feature::Keyring,
        Feature::DenyWriteExecute,
        Feature::CoreScheduling,
        Feature::StoreBypass,
        Feature::IndirectBranch,
        Feature::Landlock,
        Feature::Seccomp,
        Feature::CallNotifications,
        Feature::Cgroup,
    ];
}

/// The findings of the probe. A caller may mark a layer unavailable to switch it off; children
/// launched with it go without, and their report says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    pub(crate) namespaces: [Availability; Namespace::ALL.len()],
    pub(crate) features: [Availability; Feature::ALL.len()],
    pub(crate) landlock_abi: u32,
    pub(crate) knobs: TestKnobs,
}

impl Support {
    /// Nothing at all, each with `errno`.
    pub fn nothing(errno: i32) -> Support {
        Support {
            namespaces: [Availability::Unavailable(errno); Namespace::ALL.len()],
            features: [Availability::Unavailable(errno); Feature::ALL.len()],
            landlock_abi: 0,
            knobs: TestKnobs::default(),
        }
    }

    /// Whether a namespace is available.
    pub fn namespace(&self, namespace: Namespace) -> Availability {
        self.namespaces[namespace as usize]
    }

    /// Whether a feature is available.
    pub fn feature(&self, feature: Feature) -> Availability {
        self.features[feature as usize]
    }

    /// The version of Landlock's interface, 0 where there is none.
    pub fn landlock_abi(&self) -> u32 {
        self.landlock_abi
    }

    /// Records whether a namespace is available; "unavailable" switches it off.
    pub fn set_namespace(&mut self, namespace: Namespace, availability: Availability) {
        self.namespaces[namespace as usize] = availability;
    }

    /// Records whether a feature is available; "unavailable" switches it off.
    pub fn set_feature(&mut self, feature: Feature, availability: Availability) {
        self.features[feature as usize] = availability;
    }

    /// For tests: switches off a layer that every child of the browser has. A child launched with
    /// it never passes [`verify`](crate::report::verify).
    pub fn leave_off(&mut self, layer: Mandatory) {
        self.knobs.leave_off(layer);
    }

    /// For tests: children believe that they have this layer, but nobody applies it, so that its
    /// canary fails. They never pass [`verify`](crate::report::verify).
    ///
    /// # Panics
    /// The layer has no canary.
    pub fn pretend(&mut self, layer: Layer) {
        self.knobs.pretend(layer);
    }

    /// Whether a test switched off a layer, or only pretends it.
    pub(crate) fn is_for_tests_only(&self) -> bool {
        self.knobs.is_set()
    }

    /// Whether all essential namespaces are available.
    pub fn has_namespaces(&self) -> bool {
        Namespace::ESSENTIAL
            .into_iter()
            .all(|n| self.namespace(n).is_available())
    }

    /// The best tier that a child can reach on this machine.
    pub fn tier(&self) -> Tier {
        Tier::of(
            self.has_namespaces(),
            self.feature(Feature::Landlock).is_available(),
            self.feature(Feature::Seccomp).is_available(),
        )
    }
}

/// How complete the sandbox is, the best first. [`Tier::layers`] says what each consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tier {
    /// Every layer.
    A,
    /// No user namespaces: some distributions and containers.
    B,
    /// No Landlock: kernels before 5.13.
    C,
    /// Neither: only if the user asked for degraded operation.
    D,
    /// Not even filters: the browser refuses to run.
    None,
}

impl Tier {
    /// The tiers with which the browser runs, the best first.
    pub const ALL: [Tier; 4] = [Tier::A, Tier::B, Tier::C, Tier::D];

    /// The least tier that the browser accepts unless the user says otherwise.
    pub const DEFAULT_MIN: Tier = Tier::C;

    /// The tier that follows from these three layers.
    pub fn of(namespaces: bool, landlock: bool, seccomp: bool) -> Tier {
        match (namespaces, landlock, seccomp) {
            (_, _, false) => Tier::None,
            (true, true, true) => Tier::A,
            (false, true, true) => Tier::B,
            (true, false, true) => Tier::C,
            (false, false, true) => Tier::D,
        }
    }

    /// Whether the browser accepts this tier by default.
    pub fn is_enough_by_default(self) -> bool {
        self <= Tier::DEFAULT_MIN
    }

    /// The name, for the command line and for records.
    pub fn name(self) -> &'static str {
        match self {
            Tier::A => "A",
            Tier::B => "B",
            Tier::C => "C",
            Tier::D => "D",
            Tier::None => "none",
        }
    }

    /// The layers that the tier consists of, in words for the user.
    pub fn layers(self) -> &'static str {
        match self {
            Tier::A => "namespaces, Landlock and system-call filters",
            Tier::B => "Landlock and system-call filters, no namespaces",
            Tier::C => "namespaces and system-call filters, no Landlock",
            Tier::D => "system-call filters only",
            Tier::None => "no system-call filters",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filters_is_no_tier_whatever_else_there_is() {
        assert_eq!(Tier::of(true, true, false), Tier::None);
        assert!(!Tier::None.is_enough_by_default());
        assert!(!Tier::D.is_enough_by_default());
        assert!(Tier::B.is_enough_by_default());
    }

    #[test]
    fn every_feature_has_its_own_place() {
        for (index, feature) in Feature::ALL.into_iter().enumerate() {
            assert_eq!(feature as usize, index);
        }
        for (index, namespace) in Namespace::ALL.into_iter().enumerate() {
            assert_eq!(namespace as usize, index);
        }
    }

    #[test]
    fn one_missing_essential_namespace_costs_the_tier() {
        let mut support = Support::nothing(libc::EPERM);
        for namespace in Namespace::ALL {
            support.set_namespace(namespace, Availability::Available);
        }
        support.set_feature(Feature::Landlock, Availability::Available);
        support.set_feature(Feature::Seccomp, Availability::Available);
        assert_eq!(support.tier(), Tier::A);
        support.set_namespace(Namespace::Uts, Availability::Unavailable(libc::EPERM));
        assert_eq!(support.tier(), Tier::A);
        support.set_namespace(Namespace::Net, Availability::Unavailable(libc::EPERM));
        assert_eq!(support.tier(), Tier::B);
    }
}
