//! Sealing: a child that is warm gives everything up, for ever, layer by layer, and tries each one
//! as soon as it is on.
//!
//! Owns: the order of the layers. Trusts: the plan that the launcher put into the environment, and
//! the child's own code, which has seen nothing of a stranger yet. Never: returns success with a
//! layer of the plan missing, or with a canary that was not refused; the filter, by which the
//! broker judges, comes last.

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
use crate::support::{Feature, Mandatory};
use crate::sys::RawResult;
use canary::{Canary, NotRefused};
use role::Role;
use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;
use thiserror::Error;
use threads::Restrictions;

/// A process that holds nothing any more but its descriptors.
#[derive(Debug)]
pub struct Sealed {
    /// Where the kernel reports calls that are on no list, for the broker. The child must not keep
    /// it.
    pub call_notifications: Option<OwnedFd>,
    /// What came back when the layers were tried, for the broker's report.
    pub canaries: Vec<Canary>,
}

/// Why a child could not be sealed. It must exit.
#[derive(Debug, Error)]
pub enum SealError {
    /// The environment has no plan: the process was not made by [`crate::launch()`].
    #[error("{PLAN_VARIABLE} does not hold a plan for the {0} role")]
    NoPlan(Role),
    /// The policy makes no filter.
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
    /// A layer is on, and what it must refuse was not refused.
    #[error(transparent)]
    NotRefused(#[from] NotRefused),
    /// The launcher died in the meantime.
    #[error("the launcher is gone")]
    ParentGone,
}

/// Seals the calling process. To be called once, when all that needs files, sockets or new threads
/// has been done; the other threads must be idle or in a blocking call.
///
/// # Errors
/// A layer could not be put on, or does not hold. Some may be on already: the process must exit.
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

/// The layers that are on so far, tried.
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

    /// Puts a layer on, and tries it at once, before a later one hides it.
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

    /// The launch has put them on. Now, with all the power that the child has inside of them, it
    /// must not reach outside.
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
        // Put on at launch already; anything since then that changes credentials may have cleared
        // it.
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

/// `execveat` of a descriptor leaves its number as the name; `ps` should say something better.
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
