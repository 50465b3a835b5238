//! The ways to drive the browser: commands in, records out.

pub(crate) mod fifo;
pub(crate) mod records;
