//! What a built-in page wants done to the browser: the acts behind its buttons.
//!
//! The broker carries one out only for a page of its own, on which the user has just acted.

use serde::{Deserialize, Serialize};

/// An act, and on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// What is to be done.
    pub kind: ActKind,
    /// The process, by its id on the host; of [`ActKind::Reload`] the tab, by its number.
    pub of: u32,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActKind {
    /// End it by SIGKILL.
    Kill,
    /// Send it SIGSEGV, as a bad access to memory would.
    Segfault,
    /// Send it SIGSTOP.
    Stop,
    /// Send it SIGCONT.
    Continue,
    /// Have it loop without end.
    Hang,
    /// Have it allocate memory until something gives.
    ExhaustMemory,
    /// Load the tab again.
    Reload,
    /// Begin to write a trace of what all processes do; of 0.
    StartTrace,
    /// End that trace; of 0.
    StopTrace,
}

impl ActKind {
    /// Every kind with its name, as pages write it.
    pub const NAMES: [(&'static str, ActKind); 9] = [
        ("kill", ActKind::Kill),
        ("segfault", ActKind::Segfault),
        ("stop", ActKind::Stop),
        ("continue", ActKind::Continue),
        ("hang", ActKind::Hang),
        ("exhaust-memory", ActKind::ExhaustMemory),
        ("reload", ActKind::Reload),
        ("start-trace", ActKind::StartTrace),
        ("stop-trace", ActKind::StopTrace),
    ];
}
