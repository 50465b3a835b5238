//! The broker's decision logic: a state machine without I/O that decides everything and touches
//! nothing.
//!
//! Owns: tabs, processes, surfaces, navigations, and which process may do what. Trusts: its caller
//! to report truly what the operating system said; no child about anything but its own document.
//! Never: reads a clock, randomness, the environment or a descriptor; it sees ids only.
//!
//! Time and events go in through [`Core::handle`], actions come out of [`Core::poll_action`]:
//!
//! ```
//! use browser_core::{Action, Config, Core, Event, Time};
//!
//! let mut core = Core::new(Config::default(), 1);
//! // It wants its first processes, the gpu process before all others.
//! let Some(Action::Spawn { process, role }) = core.poll_action() else {
//!     panic!("a new browser needs processes");
//! };
//! assert_eq!(role.to_string(), "gpu");
//! core.handle(Time(5), Event::Spawned { process, pid: 4711 });
//! // A child that does not finish its handshake is killed at this time at the latest.
//! assert!(core.deadline().is_some());
//! ```
//!
//! `state/` holds types and what can be said about one of them alone; `rules/` hold what happens to
//! them together, one file a subject; `dispatch.rs` is the only file that knows all rules.
#![forbid(unsafe_code)]

pub mod action;
pub mod address;
mod chaos;
mod config;
mod death;
mod dispatch;
mod event;
mod invariants;
mod record;
mod rules;
mod state;
mod text;
mod views;

pub use action::{Action, Body, EXIT_NO_WINDOW, KillReason};
pub use chaos::{ChaosError, ChaosKind, ChaosLine, ChaosSpec};
pub use config::{Capacity, Config};
pub use death::{DeathCause, Exit, Stack, Usage, Waiting};
pub use event::{Command, Event, Time};
pub use record::{ChaosFault, Record, RecordKind};
pub use state::core::Core;
pub use views::{ProcessInfo, ProcessState, SurfaceInfo, TabInfo, TabState};
