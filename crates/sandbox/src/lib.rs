//! The sandbox of the child processes of Bulkhead: it launches them into new namespaces, they seal
//! themselves from inside after their warm-up, and the broker verifies the result from outside.
//!
//! The order of a child's life: [`probe()`] once in the broker, [`launch()`] there, [`seal()`] in
//! the child, [`report::verify`] in the broker before the child sees any content.
//!
//! Trusts: the Linux kernel; the broker that launches; a child until it has sealed itself. Never:
//! continues without a layer that the probe found available, or decides by a kernel version.
//!
//! A decoder of pictures, confined so. `Role` names the list of system calls; for a program of
//! your own, write a list into `policies/` and a name into the crate `role`.
//!
//! ```no_run
#![doc = include_str!("../examples/image_decoder.rs")]
//! ```
//!
//! To be published, if at all, as `bulkhead-sandbox` (with `role` and `syscalls` inside it).
//!
//! # The policy language
//!
//! The system calls of each role are a text, `policies/ROLE.policy`: one call a line, with its
//! conditions, its answer and its reason. Any other call ends the process. A line of the renderer:
//!
//! ```text
//! mprotect  arg2 in PROT_READ|PROT_WRITE   # malloc's arenas grow; never executable
//! ```
//!
//! ```
//! use sandbox::{Role, Test, Verdict, policy};
//!
//! let own_pid = std::process::id();
//! let rules = policy::rules(Role::Renderer, own_pid)?;
//! let rule = rules.iter().find(|rule| rule.call == "mprotect").expect("it is on the list");
//! assert_eq!(rule.verdict, Verdict::Allow);
//! assert_eq!(rule.conditions[0].argument, 2);
//! // No other bits than PROT_READ and PROT_WRITE.
//! assert_eq!(rule.conditions[0].test, Test::Within(1 | 2));
//! assert!(rule.reason.contains("never executable"));
//!
//! // The same text becomes a stack of filters for the kernel: one that kills foreign calling
//! // conventions, one for each errno that answers a call, and the allow-list.
//! let programs = sandbox::compile(Role::Renderer, own_pid, false)?;
//! assert!(programs.count() >= 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
mod test_knobs;

pub use examine::report;
pub use launch::cgroup;
pub use launch::{
    Attempted, DISTINCT_UID_BASE, Execution, LaunchError, LaunchSpec, Launched, launch,
};
pub use layer::Layer;
pub use namespaces::Namespace;
pub use plan::PLAN_VARIABLE;
pub use policy::filter::{Program, Programs, compile};
pub use policy::language::{CallRule, Condition, ParseError, Test, Verdict};
pub use probe::probe;
pub use proc_files::exit_status;
pub use refusal::notify;
pub use rlimits::private_memory_max;
pub use role::Role;
pub use seal::attacks::untried;
pub use seal::canary::{Canary, NotRefused};
pub use seal::{SealError, Sealed, seal};
pub use support::{Availability, Feature, Support, Tier};
pub use test_knobs::Mandatory;
