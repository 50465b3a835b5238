//! Tests of the core from outside: events in, actions out. The crate `sim` plays the event
//! loop with all the children and watches the stream of actions.

mod chaos;
mod console;
mod contexts;
mod crash;
mod devtools;
mod dialogs;
mod display;
mod find;
mod forged;
mod glass;
mod gpu;
mod hands;
mod hidden;
mod input;
mod lifecycle;
mod liveness;
mod navigation;
mod network;
mod places;
mod random;
mod scripts;
mod shell;
mod source;
mod storage;
mod tabs;
mod zoom;
