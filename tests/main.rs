//! End-to-end tests: claims about the real binary, tried on the real binary.
//!
//! Owns: one module a group of claims. Trusts: nothing but what can be seen from outside: records,
//! pixels, `/proc`. Never: sleeps; every wait is for an event, under a watchdog.

mod harness;

mod bad_input;
mod command_line;
mod crash;
mod environments;
mod isolation;
mod pages;
mod sandbox;
mod tidy;
mod window;
