//! What comes in, one file a source of events.

pub(crate) mod backpressure;
pub(crate) mod death;
pub(crate) mod hang_up;
pub(crate) mod lab;
pub(crate) mod picture;
pub(crate) mod plumber;
