//! The broker's mind: a sans-IO state machine that decides everything and touches nothing.
//!
//! Owns: tabs, processes, surfaces, navigations, and which process may do what. Trusts: its caller
//! to report truly what the operating system said; no child about anything but its own document.
//! Never: reads a clock, randomness, the environment or a descriptor; it sees ids only. Time and
//! events go in through [`Kernel::handle`], actions come out of [`Kernel::poll_action`].
#![forbid(unsafe_code)]

mod action;
pub mod address;
mod breaks;
mod commit;
mod config;
mod event;
mod exit;
mod given;
mod hang;
mod history;
mod input;
mod invariants;
mod kernel;
mod navigation;
mod network;
mod processes;
mod rate_limit;
mod record;
mod renderer;
mod scene;
mod shell_state;
mod shortcuts;
mod surfaces;
mod tabs;
mod text;
mod views;

pub use action::{Action, Body, KillReason};
pub use config::Config;
pub use event::{Command, Event, Time};
pub use exit::{DeathCause, Exit, Stack, Usage, Waiting};
pub use kernel::Kernel;
pub use record::{Record, RecordKind};
pub use views::{ProcessInfo, ProcessState, SurfaceInfo, TabInfo, TabState};
