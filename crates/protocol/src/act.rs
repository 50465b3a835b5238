//! What a built-in page wants done to the browser: the acts behind its buttons.
//!
//! The broker carries one out only for a page of its own, on which the user has just acted.

use serde::{Deserialize, Serialize};

/// An act, and on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// What is to be done.
    pub kind: ActKind,
    /// The process, by its id on the host; of [`ActKind::Reload`] the tab, by its number; of the
    /// others what they say.
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
    /// Make the attack of that number, of those that `bulkhead://attack` lists.
    Attack,
    /// Make all attacks of that page, one after the other: those in machine code (0), or those of
    /// scripts (1).
    EveryAttack,
    /// Show one frame a second (1), or as many as the display can (0).
    SlowMotion,
    /// Replace the spare renderer by a new one, which attacks its own sandbox as it starts.
    TryCanaries,
    /// Guide the tour.
    Tour(TourKey),
}

/// What a user says to the tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TourKey {
    /// Do this stop, or go to the next one.
    Next,
    /// Go to the stop before.
    Back,
    /// Do this stop again.
    Again,
    /// Leave this stop out.
    Skip,
}

impl ActKind {
    /// Every kind with its name, as pages write it.
    pub const NAMES: [(&'static str, ActKind); 15] = [
        ("kill", ActKind::Kill),
        ("segfault", ActKind::Segfault),
        ("stop", ActKind::Stop),
        ("continue", ActKind::Continue),
        ("hang", ActKind::Hang),
        ("exhaust-memory", ActKind::ExhaustMemory),
        ("reload", ActKind::Reload),
        ("attack", ActKind::Attack),
        ("every-attack", ActKind::EveryAttack),
        ("slow-motion", ActKind::SlowMotion),
        ("try-canaries", ActKind::TryCanaries),
        ("tour-next", ActKind::Tour(TourKey::Next)),
        ("tour-back", ActKind::Tour(TourKey::Back)),
        ("tour-again", ActKind::Tour(TourKey::Again)),
        ("tour-skip", ActKind::Tour(TourKey::Skip)),
    ];
}
