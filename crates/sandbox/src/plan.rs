//! The launcher's decisions, which the child carries out when it seals itself. They travel in one
//! environment variable, the only one that every child has.
//!
//! Trusts: the launcher, which sets the environment before the first instruction of the child.
//! Never: falls back to a weaker plan if the variable is missing or malformed.

use crate::layer::Layer;
use crate::namespaces::Namespace;
use crate::support::{Feature, Support};
use crate::test_knobs::{Mandatory, TestKnobs};
use role::Role;
use std::ffi::CString;

/// The environment variable's name.
pub const PLAN_VARIABLE: &str = "BULKHEAD_SANDBOX";

/// What the launcher gave a child, and what the child still has to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) role: Role,
    namespaces: u32,
    features: u32,
    knobs: TestKnobs,
}

impl Plan {
    /// The plan for a child of that role: every layer that is available. `host_network` omits the
    /// network namespace.
    pub(crate) fn new(role: Role, support: &Support, host_network: bool) -> Plan {
        let mut namespaces = 0;
        // Without the essential ones, a user namespace only adds attack surface. The network one is
        // the exception: the launcher may omit it knowingly.
        let is_partial = support.knobs.leaves_off(Mandatory::WholeSetOfNamespaces);
        if support.has_namespaces() || is_partial {
            for namespace in Namespace::ALL {
                let wanted = namespace != Namespace::Net || !host_network;
                if wanted && support.namespace(namespace).is_available() {
                    namespaces |= 1 << namespace as u32;
                }
            }
        }
        let pretended = Namespace::ALL.into_iter();
        for namespace in pretended.filter(|n| support.knobs.pretends(Layer::Namespace(*n))) {
            namespaces |= 1 << namespace as u32;
        }
        let mut features = 0;
        for feature in Feature::ALL {
            if support.feature(feature).is_available() {
                features |= 1 << feature as u32;
            }
        }
        Plan {
            role,
            namespaces,
            features,
            knobs: support.knobs,
        }
    }

    /// Whether the child is in a new namespace of that kind.
    pub(crate) fn has_namespace(&self, namespace: Namespace) -> bool {
        self.claims_namespace(namespace) && !self.pretends(Layer::Namespace(namespace))
    }

    /// The same, but true also for a namespace that a test only pretends: what the child believes.
    pub(crate) fn claims_namespace(&self, namespace: Namespace) -> bool {
        self.namespaces & (1 << namespace as u32) != 0
    }

    /// Whether a test claims this layer without applying it; see [`Support::pretend`].
    pub(crate) fn pretends(&self, layer: Layer) -> bool {
        self.knobs.pretends(layer)
    }

    /// Whether the child must apply that feature.
    pub(crate) fn has_feature(&self, feature: Feature) -> bool {
        self.features & (1 << feature as u32) != 0
    }

    /// Whether a test switched that layer off.
    pub(crate) fn leaves_off(&self, layer: Mandatory) -> bool {
        self.knobs.leaves_off(layer)
    }

    /// The flags for `clone`.
    pub(crate) fn clone_flags(&self) -> u64 {
        let wanted = Namespace::ALL
            .into_iter()
            .filter(|n| self.has_namespace(*n));
        wanted
            .map(Namespace::flag)
            .fold(0, |flags, flag| flags | flag)
    }

    /// `NAME=VALUE`, for the environment.
    pub(crate) fn to_variable(&self) -> CString {
        let (role, namespaces, features) = (self.role, self.namespaces, self.features);
        let [left_off, pretended] = self.knobs.words();
        let text = format!(
            "{PLAN_VARIABLE}={role}:{namespaces:x}:{features:x}:{left_off:x}:{pretended:x}"
        );
        CString::new(text).expect("names and hex digits have no NUL")
    }

    /// Reads the variable's value.
    pub(crate) fn from_value(value: &str) -> Option<Plan> {
        let mut parts = value.split(':');
        let role = Role::from_name(parts.next()?)?;
        let namespaces = u32::from_str_radix(parts.next()?, 16).ok()?;
        let features = u32::from_str_radix(parts.next()?, 16).ok()?;
        let left_off = u32::from_str_radix(parts.next()?, 16).ok()?;
        let pretended = u32::from_str_radix(parts.next()?, 16).ok()?;
        let knobs = TestKnobs::from_words([left_off, pretended])?;
        let known = namespaces >> Namespace::ALL.len() == 0 && features >> Feature::ALL.len() == 0;
        (known && parts.next().is_none()).then_some(Plan {
            role,
            namespaces,
            features,
            knobs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::Availability;

    fn everything() -> Support {
        let mut support = Support::nothing(libc::EPERM);
        support.namespaces = [Availability::Available; Namespace::ALL.len()];
        support.features = [Availability::Available; Feature::ALL.len()];
        support
    }

    #[test]
    fn a_plan_survives_the_environment() {
        let mut support = everything();
        support.set_feature(Feature::Cgroup, Availability::Unavailable(libc::EACCES));
        let plan = Plan::new(Role::Gpu, &support, true);
        let variable = plan.to_variable();
        let text = variable.to_str().expect("ASCII");
        let (name, value) = text.split_once('=').expect("has a value");
        assert_eq!(name, PLAN_VARIABLE);
        assert_eq!(Plan::from_value(value), Some(plan.clone()));
        assert!(!plan.has_namespace(Namespace::Net));
        assert!(plan.has_namespace(Namespace::User));
        assert!(!plan.has_feature(Feature::Cgroup));
        assert!(plan.has_feature(Feature::Seccomp));
        for layer in Mandatory::ALL {
            assert!(!plan.leaves_off(layer));
        }
    }

    #[test]
    fn what_the_tests_leave_off_is_in_the_plan() {
        let mut support = everything();
        support.leave_off(Mandatory::Limits);
        let plan = Plan::new(Role::Renderer, &support, false);
        let variable = plan.to_variable();
        let text = variable.to_str().expect("ASCII");
        let (_, value) = text.split_once('=').expect("has a value");
        let plan = Plan::from_value(value).expect("is a plan");
        assert!(plan.leaves_off(Mandatory::Limits));
        assert!(!plan.leaves_off(Mandatory::Capabilities));
        assert!(support.is_for_tests_only());
    }

    #[test]
    fn what_the_tests_pretend_is_claimed_and_not_given() {
        let mut support = Support::nothing(libc::EPERM);
        support.pretend(Layer::Namespace(Namespace::Pid));
        support.pretend(Layer::Landlock);
        let plan = Plan::new(Role::Renderer, &support, false);
        let variable = plan.to_variable();
        let text = variable.to_str().expect("ASCII");
        let (_, value) = text.split_once('=').expect("has a value");
        let plan = Plan::from_value(value).expect("is a plan");
        assert!(plan.claims_namespace(Namespace::Pid) && !plan.has_namespace(Namespace::Pid));
        assert!(plan.pretends(Layer::Landlock) && !plan.pretends(Layer::Seccomp));
        assert_eq!(plan.clone_flags(), 0);
        assert!(support.is_for_tests_only());
    }

    #[test]
    fn an_odd_variable_is_no_plan() {
        for value in [
            "",
            "renderer",
            "renderer:1",
            "renderer:1:1",
            "rendere:1:1:0",
            "renderer:80:0:0:0",
            "renderer:0:0:0",
            "renderer:0:0:10:0",
            "renderer:0:0:0:800000",
            "renderer:0:0:0:0:0",
        ] {
            assert_eq!(Plan::from_value(value), None, "{value:?}");
        }
    }

    #[test]
    fn without_an_essential_namespace_none_is_used() {
        let mut support = everything();
        support.set_namespace(Namespace::Mount, Availability::Unavailable(libc::EACCES));
        assert_eq!(Plan::new(Role::Renderer, &support, false).clone_flags(), 0);
        support.leave_off(Mandatory::WholeSetOfNamespaces);
        let plan = Plan::new(Role::Renderer, &support, false);
        assert!(plan.has_namespace(Namespace::Pid) && !plan.has_namespace(Namespace::Mount));
    }
}
