//! What the broker learns about a call that the filter refused.

pub mod notify;
