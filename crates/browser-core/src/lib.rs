//! The broker's mind: a sans-IO state machine that decides everything and touches nothing.
//!
//! Owns: tabs, processes, surfaces, navigations, and which process may do what. Trusts: its caller
//! to report truly what the operating system said; no child about anything but its own document.
//! Never: reads a clock, randomness, the environment or a descriptor; it sees ids only. Time and
//! events go in through [`Core::handle`], actions come out of [`Core::poll_action`].
#![forbid(unsafe_code)]

pub mod action;
pub mod address;
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

pub use action::{Action, Body, KillReason};
pub use config::Config;
pub use death::{DeathCause, Exit, Stack, Usage, Waiting};
pub use event::{Command, Event, Time};
pub use record::{Record, RecordKind};
pub use state::core::Core;
pub use views::{ProcessInfo, ProcessState, SurfaceInfo, TabInfo, TabState};
