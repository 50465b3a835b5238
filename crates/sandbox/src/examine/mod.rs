//! What really confines a process, found out from outside.

pub(crate) mod finding;
pub(crate) mod process;
pub mod report;
