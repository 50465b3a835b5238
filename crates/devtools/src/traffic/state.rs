//! What is known of loads, and what waits for the network process.

use crate::tab::Asker;
use crate::traffic::load::Load;
use protocol::ids::ContextId;
use protocol::traffic::{Cookie, CookieWish, LoadNumber};
use serde_json::Value;
use std::collections::BTreeMap;

/// All loads, and what waits for the network process.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Whether there is a network process.
    pub is_open: bool,
    /// Rules so far.
    pub ruled: u32,
    /// Commands that are answered once rules are in force, and the answers.
    pub waiting: BTreeMap<u32, (Asker, Value)>,
    pub loads: BTreeMap<LoadNumber, Load>,
    /// Bytes of their bodies.
    pub bodies_bytes: usize,
    pub cookie_calls: BTreeMap<u32, CookieCall>,
    /// Calls of that kind so far.
    pub cookies_called: u32,
    /// Pauses so far.
    pub pauses: u32,
}

/// One question to the network process, of the several that a command may be.
#[derive(Debug)]
pub struct CookieCall {
    pub asker: Asker,
    pub context: ContextId,
    /// What the command has come to so far.
    pub found: Vec<Cookie>,
    pub is_done: bool,
    /// What is asked next.
    pub rest: Vec<CookieWish>,
    pub answer: CookieAnswer,
}

/// What the command is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieAnswer {
    Cookies,
    Nothing,
    /// Whether it could be done.
    Success,
}
