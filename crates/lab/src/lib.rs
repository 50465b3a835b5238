//! The IPC lab: every mechanism by which processes talk, in the hand and measured.
//!
//! Owns: `bulkhead lab`. Trusts: the kernel's own files for what a process is doing. Never: a
//! thread that poses as a process; leaves a process, a name or a piece of memory behind.
#![deny(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "a state that the kernel reports cannot be waited for, only looked at again"
)]

mod cli;
mod link;
mod locks;
mod machine;
mod measure;
mod mechanism;
mod memory;
mod output;
mod places;
mod plot;
pub mod plumber;
mod process;
pub mod report;
mod signalling;
mod stories;
mod supervisor;
mod table;

pub use cli::{ENDS_WITH_PARENT, main};
pub use mechanism::Mechanism;
pub use places::{jobs, story_file};
pub use process::Look;
pub use table::text as table_text;
