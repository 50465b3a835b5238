//! The executable `bulkhead`. All code is in the library, so that test programs can run it too.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    broker::main()
}
