//! End-to-end tests: claims about the real binary, tried on the real binary.
//!
//! Owns: one module a group of claims. Trusts: nothing but what can be seen from outside: records,
//! pixels, `/proc`. Never: sleeps; every wait is for an event, under a watchdog.

/// The filter machine and the reading of the policies, which the tests of the sandbox own.
#[path = "../crates/sandbox/tests/sweep/machine.rs"]
mod machine;
#[path = "../crates/sandbox/tests/sweep/text.rs"]
mod text;

mod bad_input;
mod command_line;
mod crash;
mod environments;
mod isolation;
mod lab;
mod pages;
mod plumber;
mod read_back;
mod resources;
mod sandbox;
mod window;
