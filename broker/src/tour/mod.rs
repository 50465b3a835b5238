//! The tour: a walk through the browser at work. Each stop says what to look at, does it, and
//! checks what it says by the records of the core and of the flight rings.
//!
//! A stop is data and a function over a [`stage::Stage`]; [`guide`] goes from stop to stop.

pub(crate) mod board;
pub(crate) mod guide;
mod hands;
pub(crate) mod house;
pub(crate) mod keyboard;
mod stage;
pub(crate) mod stop;
pub(crate) mod stops;
mod voice;
mod witness;
