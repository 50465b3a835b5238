//! `bulkhead`, the one executable.
//!
//! Owns: nothing; the library is all of it, so that a program of the tests can be it too.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    broker::main()
}
