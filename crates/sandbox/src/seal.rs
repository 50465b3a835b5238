//! Sealing: a child that is warm gives everything up, for ever, layer by layer.
//!
//! Owns: the order of the layers. Trusts: the plan that the launcher put into the environment, and
//! the child's own code, which has seen nothing of a stranger yet. Never: returns success with a
//! layer of the plan missing; the filter, by which the broker judges, comes last.

use crate::capabilities;
use crate::landlock;
use crate::namespaces::{self, Namespace};
use crate::plan::{PLAN_VARIABLE, Plan};
use crate::policy::Policy;
use crate::process::{self, Speculation};
use crate::rlimits;
use crate::root;
use crate::seccomp::{self, CompileError, Programs};
use crate::support::{Feature, Mandatory};
use crate::sys::RawResult;
use crate::threads::{self, Restrictions};
use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;
use thiserror::Error;

/// A process that holds nothing any more but its descriptors.
#[derive(Debug)]
pub struct Sealed {
    /// Where the kernel reports calls that are on no list, for the broker. The child must not keep
    /// it.
    pub listener: Option<OwnedFd>,
}

/// Why a child could not be sealed. It must exit.
#[derive(Debug, Error)]
pub enum SealError {
    /// The environment has no plan: the process was not made by [`crate::launch()`].
    #[error("{PLAN_VARIABLE} does not hold a plan for the {0} policy")]
    NoPlan(Policy),
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
    /// The canary: what Landlock must refuse was not refused.
    #[error("Landlock is in force but the root directory could be opened")]
    LandlockIdle,
    /// The launcher died in the meantime.
    #[error("the launcher is gone")]
    ParentGone,
}

/// Seals the calling process. To be called once, when all that needs files, sockets or new threads
/// has been done; the other threads must be idle or in a blocking call.
///
/// # Errors
/// A layer could not be put on. Some may be on already: the process must exit.
pub fn seal(policy: Policy) -> Result<Sealed, SealError> {
    let value = std::env::var(PLAN_VARIABLE).ok();
    let plan = value
        .and_then(|v| Plan::from_value(&v))
        .filter(|plan| plan.policy == policy);
    let plan = plan.ok_or(SealError::NoPlan(policy))?;
    let programs = compile(&plan)?;
    let rules = make_rules(&plan)?;
    name_process(policy);
    if plan.has_namespace(Namespace::User) && plan.has_feature(Feature::NestingLimit) {
        layer("nesting limit", namespaces::forbid_nesting())?;
    }
    let is_mitigated = |feature| policy.holds_content() && plan.has_feature(feature);
    let restrictions = Restrictions {
        rules: rules.as_ref(),
        capabilities: !plan.leaves_off(Mandatory::Capabilities),
        store_bypass: is_mitigated(Feature::StoreBypass),
        indirect_branch: is_mitigated(Feature::IndirectBranch),
    };
    threads::restrict_others(restrictions).map_err(|source| SealError::Layer {
        layer: "threads",
        source,
    })?;
    if plan.has_namespace(Namespace::Mount) {
        layer("root", root::pivot_to_nothing())?;
    }
    layer("no new privileges", capabilities::no_new_privileges())?;
    if restrictions.capabilities {
        layer("capabilities", capabilities::drop_all())?;
    }
    if !plan.leaves_off(Mandatory::Limits) {
        rlimits::apply(policy).map_err(|source| SealError::Layer {
            layer: "limits",
            source,
        })?;
    }
    process_properties(&plan)?;
    if restrictions.store_bypass {
        layer(
            "speculative store bypass",
            process::mitigate(Speculation::StoreBypass),
        )?;
    }
    if restrictions.indirect_branch {
        layer(
            "indirect branch speculation",
            process::mitigate(Speculation::IndirectBranch),
        )?;
    }
    if let Some(rules) = rules {
        layer("Landlock", landlock::restrict_thread(rules.raw()))?;
        drop(rules);
        match landlock::canary() {
            Err(0) => return Err(SealError::LandlockIdle),
            result => layer("Landlock canary", result)?,
        }
    }
    let listener = match programs {
        None => None,
        Some(programs) => programs.install().map_err(|source| SealError::Layer {
            layer: "seccomp",
            source,
        })?,
    };
    Ok(Sealed { listener })
}

fn compile(plan: &Plan) -> Result<Option<Programs>, SealError> {
    if !plan.has_feature(Feature::Seccomp) {
        return Ok(None);
    }
    let notify = plan.has_feature(Feature::SeccompListener);
    Ok(Some(seccomp::compile(
        plan.policy,
        std::process::id(),
        notify,
    )?))
}

fn make_rules(plan: &Plan) -> Result<Option<landlock::Rules>, SealError> {
    if !plan.has_feature(Feature::Landlock) {
        return Ok(None);
    }
    let rules = landlock::Rules::new(plan.policy);
    rules.map(Some).map_err(|source| SealError::Layer {
        layer: "Landlock rules",
        source,
    })
}

fn process_properties(plan: &Plan) -> Result<(), SealError> {
    if !plan.leaves_off(Mandatory::NotDumpable) {
        layer("not dumpable", process::not_dumpable())?;
    }
    if plan.has_feature(Feature::DenyWriteExecute) {
        layer("memory-deny-write-execute", process::deny_write_execute())?;
    }
    if plan.has_feature(Feature::CoreScheduling) {
        layer("core scheduling", process::schedule_alone())?;
    }
    // Put on at launch already; anything since then that changes credentials may have cleared it.
    layer("parent-death signal", process::die_with_parent())?;
    match process::is_hung_up(BOOTSTRAP_FD) {
        Ok(true) => Err(SealError::ParentGone),
        Ok(false) => Ok(()),
        Err(errno) => layer("parent check", Err(errno)),
    }
}

/// `execveat` of a descriptor leaves its number as the name; `ps` should say something better.
fn name_process(policy: Policy) {
    let name = CString::new(format!("bh-{policy}")).expect("policies' names have no NUL");
    process::set_name(&name);
}

fn layer(layer: &'static str, result: RawResult<()>) -> Result<(), SealError> {
    result.map_err(|errno| SealError::Layer {
        layer,
        source: io::Error::from_raw_os_error(errno),
    })
}

/// The launcher's end of this descriptor closes when the launcher dies.
const BOOTSTRAP_FD: i32 = 3;
