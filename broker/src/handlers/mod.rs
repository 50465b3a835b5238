//! What comes in, one file a source of events.

mod backpressure;
mod child;
mod command;
mod death;
mod hang_up;
mod lab;
mod picture;
mod plumber;
