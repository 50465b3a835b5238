//! Starts the real browser, drives it, and looks at it from outside: for tests and benches.
//!
//! ```no_run
//! let mut browser = testkit::Browser::headless(&[]);
//! let tab = browser.open("data:text/html,<title>hello</title>");
//! browser.wait_for_tab("loaded", &tab);
//! assert!(browser.quit().success());
//! ```
#![deny(unsafe_code)]

pub mod bench;
pub mod browser;
pub mod desk;
pub mod npm;
pub mod picture;
pub mod process;
mod program;
pub mod server;
pub mod sway;
pub mod wait;
pub mod wayland;
pub mod world;
pub mod x11;
pub mod x11_attacks;
pub mod x11_client;

pub use browser::{Browser, Tab, run, whole_lines};
pub use program::{EXECUTABLE_VARIABLE, NO_WINDOW, executable, set_executable};
pub use wait::{WATCHDOG, Watchdog};
