//! Which layers really confine a process, found out from outside.

pub(crate) mod finding;
pub(crate) mod process;
pub mod report;
