//! What becomes known of a call that the filter refused.

pub mod notify;
