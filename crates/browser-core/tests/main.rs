//! Tests of the core from outside: events in, actions out. `world` plays the event loop with all
//! the children, `checker` watches the stream of actions; the other files make claims.

mod checker;
mod crash;
mod forged;
mod gpu;
mod input;
mod lifecycle;
mod liveness;
mod navigation;
mod network;
mod random;
mod shell;
mod tabs;
mod world;
