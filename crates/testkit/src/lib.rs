//! Starts the real browser, drives it, and looks at it from outside: for tests and benches.
#![deny(unsafe_code)]

pub mod browser;
pub mod picture;
pub mod process;
mod program;
pub mod server;
pub mod wait;
pub mod world;
pub mod x11;

pub use browser::{Browser, Tab, run, whole_lines};
pub use program::{EXECUTABLE_VARIABLE, executable, set_executable};
pub use wait::{WATCHDOG, Watchdog};
