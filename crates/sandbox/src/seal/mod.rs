//! Sealing: after its warm-up, a child gives up its powers permanently, layer by layer, and tests
//! each layer as soon as it is on.
//!
//! Trusts: the plan that the launcher put into the environment, and the code of the child, which
//! has not seen any content yet. Never: returns success if a layer of the plan is missing or a
//! canary was not refused. The filter comes last, because the broker judges by it.

pub(crate) mod attacks;
pub(crate) mod canary;
pub(crate) mod capabilities;
pub(crate) mod landlock;
pub(crate) mod threads;

use crate::launch::root;
use crate::layer::Layer;
use crate::namespaces::{self, Namespace};
use crate::plan::{PLAN_VARIABLE, Plan};
use crate::policy::filter::{self, CompileError, Programs};
use crate::policy::needs;
use crate::properties::{self, Speculation};
use crate::rlimits;
use crate::support::Feature;
use crate::sys::RawResult;
use crate::test_knobs::Mandatory;
use canary::{Canary, NotRefused};
use role::Role;
use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;
use thiserror::Error;
use threads::Restrictions;

/// A process that has nothing left but its descriptors.
#[derive(Debug)]
pub struct Sealed {
    /// The descriptor on which the kernel reports refused calls, for the broker. The child must not
    /// keep it.
    pub call_notifications: Option<OwnedFd>,
    /// The answers to the canaries, for the report of the broker.
    pub canaries: Vec<Canary>,
}

/// Why a child could not be sealed. It must exit.
#[derive(Debug, Error)]
pub enum SealError {
    /// The environment has no plan: [`crate::launch()`] did not create the process.
    #[error("{PLAN_VARIABLE} does not hold a plan for the {0} role")]
    NoPlan(Role),
    /// The policy does not compile.
    #[error(transparent)]
    Policy(#[from] CompileError),
    /// A layer that the probe found available failed.
    #[error("{layer}: {source}")]
    Layer {
        /// Which one.
        layer: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A layer is on but did not refuse its canary.
    #[error(transparent)]
    NotRefused(#[from] NotRefused),
    /// The launcher died meanwhile.
    #[error("the launcher is gone")]
    ParentGone,
}

/// Seals the calling process. Call it once, when everything that needs files, sockets or new
/// threads is done; the other threads must be idle or in a blocking call.
///
/// A layer could not be applied, or does not hold. Some may be on already: the process must exit.
pub fn seal(role: Role) -> Result<Sealed, SealError> {
    let value = std::env::var(PLAN_VARIABLE).ok();
    let plan = value
        .and_then(|v| Plan::from_value(&v))
        .filter(|plan| plan.role == role);
    let plan = plan.ok_or(SealError::NoPlan(role))?;
    let programs = compile(&plan)?;
    let rules = make_rules(&plan)?;
    name_process(role);
    let is_mitigated = |feature| needs::holds_content(role) && plan.has_feature(feature);
    let restrictions = Restrictions {
        rules: rules.as_ref(),
        capabilities: !plan.leaves_off(Mandatory::Capabilities),
        store_bypass: is_mitigated(Feature::StoreBypass),
        indirect_branch: is_mitigated(Feature::IndirectBranch),
    };
    let mut sealing = Sealing::new(&plan);
    sealing.try_namespaces()?;
    if plan.has_namespace(Namespace::User) && plan.has_feature(Feature::NestingLimit) {
        sealing.put(Layer::NestingLimit, namespaces::forbid_nesting)?;
    }
    threads::restrict_others(restrictions).map_err(|source| SealError::Layer {
        layer: "threads",
        source,
    })?;
    if plan.has_namespace(Namespace::Mount) {
        sealing.put(Layer::Root, root::pivot_to_nothing)?;
    }
    sealing.put(Layer::NoNewPrivileges, capabilities::no_new_privileges)?;
    if restrictions.capabilities {
        sealing.put(Layer::Capabilities, capabilities::drop_all)?;
    }
    if !plan.leaves_off(Mandatory::Limits) {
        sealing.put(Layer::Limits, || rlimits::apply(role))?;
    }
    sealing.process_properties()?;
    if restrictions.store_bypass || restrictions.indirect_branch {
        sealing.put(Layer::Speculation, || mitigate(restrictions))?;
    }
    if let Some(rules) = rules {
        let on = || landlock::restrict_thread(rules.raw());
        sealing.put(Layer::Landlock, on)?;
    }
    let call_notifications = sealing.filter(programs)?;
    Ok(Sealed {
        call_notifications,
        canaries: sealing.canaries,
    })
}

/// The layers that are on and tested so far.
struct Sealing<'a> {
    plan: &'a Plan,
    canaries: Vec<Canary>,
}

impl Sealing<'_> {
    fn new(plan: &Plan) -> Sealing<'_> {
        Sealing {
            plan,
            canaries: Vec::with_capacity(Layer::ALL.len()),
        }
    }

    /// Applies a layer and tests it at once, before a later one hides it.
    fn put(&mut self, on: Layer, put: impl FnOnce() -> RawResult<()>) -> Result<(), SealError> {
        if !self.plan.pretends(on) {
            layer(on.name(), put())?;
        }
        self.try_layer(on)
    }

    fn try_layer(&mut self, layer: Layer) -> Result<(), SealError> {
        self.canaries.extend(canary::try_layer(layer, self.plan)?);
        Ok(())
    }

    /// Tests the namespaces, which the launch has applied: with all its capabilities inside them,
    /// the child must not reach outside.
    fn try_namespaces(&mut self) -> Result<(), SealError> {
        for namespace in Namespace::ALL {
            if self.plan.claims_namespace(namespace) {
                self.try_layer(Layer::Namespace(namespace))?;
            }
        }
        Ok(())
    }

    fn process_properties(&mut self) -> Result<(), SealError> {
        if !self.plan.leaves_off(Mandatory::NotDumpable) {
            self.put(Layer::NotDumpable, properties::not_dumpable)?;
        }
        if self.plan.has_feature(Feature::DenyWriteExecute) {
            self.put(Layer::DenyWriteExecute, properties::deny_write_execute)?;
        }
        if self.plan.has_feature(Feature::CoreScheduling) {
            self.put(Layer::CoreScheduling, properties::schedule_alone)?;
        }
        // Set at launch already; a change of credentials since then may have cleared it.
        self.put(Layer::ParentDeathSignal, properties::die_with_parent)?;
        match properties::is_hung_up(BOOTSTRAP_FD) {
            Ok(true) => Err(SealError::ParentGone),
            Ok(false) => Ok(()),
            Err(errno) => layer("parent check", Err(errno)),
        }
    }

    fn filter(&mut self, programs: Option<Programs>) -> Result<Option<OwnedFd>, SealError> {
        let Some(programs) = programs else {
            return Ok(None);
        };
        let mut call_notifications = None;
        if !self.plan.pretends(Layer::Seccomp) {
            call_notifications = programs.install().map_err(|source| SealError::Layer {
                layer: Layer::Seccomp.name(),
                source,
            })?;
        }
        self.try_layer(Layer::Seccomp)?;
        Ok(call_notifications)
    }
}

fn mitigate(restrictions: Restrictions<'_>) -> RawResult<()> {
    if restrictions.store_bypass {
        properties::mitigate(Speculation::StoreBypass)?;
    }
    if restrictions.indirect_branch {
        properties::mitigate(Speculation::IndirectBranch)?;
    }
    Ok(())
}

fn compile(plan: &Plan) -> Result<Option<Programs>, SealError> {
    if !plan.has_feature(Feature::Seccomp) {
        return Ok(None);
    }
    let notify = plan.has_feature(Feature::CallNotifications);
    Ok(Some(filter::compile(
        plan.role,
        std::process::id(),
        notify,
    )?))
}

fn make_rules(plan: &Plan) -> Result<Option<landlock::Rules>, SealError> {
    if !plan.has_feature(Feature::Landlock) {
        return Ok(None);
    }
    let rules = landlock::Rules::new(plan.role);
    rules.map(Some).map_err(|source| SealError::Layer {
        layer: "Landlock rules",
        source,
    })
}

/// Names the process for `ps`: `execveat` uses the number of the descriptor as the name.
fn name_process(role: Role) {
    let name = CString::new(format!("bh-{role}")).expect("policies' names have no NUL");
    properties::set_name(&name);
}

fn layer(layer: &'static str, result: RawResult<()>) -> Result<(), SealError> {
    result.map_err(|errno| SealError::Layer {
        layer,
        source: io::Error::from_raw_os_error(errno),
    })
}

/// The launcher's end of this descriptor closes when the launcher dies.
const BOOTSTRAP_FD: i32 = 3;
