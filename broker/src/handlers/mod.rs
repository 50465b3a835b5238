//! Incoming events: one file for each source.

mod attack;
mod backpressure;
mod child;
mod command;
mod death;
mod glass;
mod hang_up;
mod hold;
mod lab;
mod look;
mod picture;
mod plumber;
mod tap;
mod wait;
