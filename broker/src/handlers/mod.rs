//! Incoming events: one file for each source.

mod backpressure;
mod child;
mod command;
mod death;
mod hang_up;
mod lab;
mod picture;
mod plumber;
