//! The helper processes of the lab and its Plumber.

pub(crate) mod helper;
