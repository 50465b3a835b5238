//! Faults: the ways in which a child can be told to break itself, for users, tests and workshops.

use crate::limits::TEXT_BYTES_MAX;
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};

/// A fault to inject into a child, on request of the user, a test or the chaos run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// Call `abort`.
    Abort,
    /// Do the hostile action of that name. Only a program of the tests has any.
    Attack(String),
    /// Send the broker bytes that are no message.
    BadMessage,
    /// Touch an address that is not mapped.
    Crash,
    /// Loop endlessly without reading any channel.
    Hang,
    /// Allocate and touch memory until something gives.
    Memory,
    /// Panic.
    Panic,
    /// Make the system call of this number. `socket` gets arguments that policies know; every other
    /// call gets zeros.
    Syscall {
        /// Its number on x86-64.
        number: u32,
    },
}

impl Fault {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Fault::Attack(name) => check_text(name, TEXT_BYTES_MAX),
            _ => Ok(()),
        }
    }
}
