//! End-to-end tests: claims about the real binary, tried on the real binary.
//!
//! Owns: one module a group of claims. Trusts: nothing but what can be seen from outside: records,
//! pixels, `/proc`. Never: sleeps; every wait is for an event, under a watchdog.

#[allow(
    dead_code,
    reason = "the attacks by compromised children use all of it"
)]
mod harness;

mod bad_input;
mod command_line;
mod crash;
mod isolation;
mod pages;
mod sandbox;
mod tidy;
mod window;
