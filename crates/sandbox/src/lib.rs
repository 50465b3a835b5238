//! The sandbox of Bulkhead's child processes: launching them into namespaces of their own, sealing
//! them from inside once they are warm, and looking from outside at what really holds them.
//!
//! Owns: every layer (one file each), the policies as text, the probe of what this machine can do.
//! Trusts: the kernel; the broker that launches; a child until it has sealed itself. Never: goes on
//! with a layer missing that the probe found available, or decides by a kernel's version number.
//!
//! The order of a child's life: [`probe()`] once in the broker, [`launch()`] there, [`seal()`] in
//! the child after its warm-up, [`report::verify`] in the broker before the child sees any content.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
compile_error!("the policies are written for Linux on x86-64");

pub mod crash;
mod examine;
mod launch;
mod layer;
mod namespaces;
mod plan;
pub mod policy;
mod probe;
mod proc_files;
mod properties;
mod refusal;
mod rlimits;
mod seal;
mod support;
mod sys;

pub use examine::report;
pub use launch::cgroup;
pub use launch::{Attempted, DISTINCT_UID_BASE, LaunchError, LaunchSpec, Launched, launch};
pub use layer::Layer;
pub use namespaces::Namespace;
pub use plan::PLAN_VARIABLE;
pub use policy::filter::{Program, Programs, compile};
pub use policy::language::{CallRule, Condition, ParseError, Test, Verdict};
pub use probe::probe;
pub use refusal::notify;
pub use rlimits::private_memory_max;
pub use role::Role;
pub use seal::attacks::untried;
pub use seal::canary::{Canary, NotRefused};
pub use seal::{SealError, Sealed, seal};
pub use support::{Availability, Feature, Mandatory, Support, Tier};
