//! End-to-end tests: claims about the real binary, one module a group of claims.
//!
//! A test believes what it sees from outside: records, pixels, `/proc`. It waits with
//! `testkit::wait`, under a watchdog, and makes no claim about time.

/// The filter machine and the reading of the policies, which the tests of the sandbox own.
#[path = "../crates/sandbox/tests/sweep/machine.rs"]
mod machine;
#[path = "../crates/sandbox/tests/sweep/text.rs"]
mod text;

mod answers;
mod bad_input;
mod book;
mod chaos;
mod clients;
mod command_line;
mod crash;
mod devtools;
mod devtools_looks;
mod devtools_pipe;
mod display;
mod environments;
mod executable;
mod faults;
mod frameworks;
mod glass;
mod glass_acts;
mod hands;
mod isolation;
mod lab;
mod last_words;
mod libraries;
mod look;
mod no_window;
mod pages;
mod places;
mod platform;
mod plumber;
mod read_back;
mod requests;
mod resources;
mod sandbox;
mod script_shell;
mod scripts;
mod stalled;
mod tabs;
mod tour;
mod trace;
mod walls;
mod window;
mod worst;
