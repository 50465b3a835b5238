//! Lines for the person at the terminal.
//!
//! Owns: the two macros. Trusts: nobody to be reading. Never: panics or fails because the reader
//! has gone (`bulkhead | head`), as `println!` and `eprintln!` do.

/// A line on standard output.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

/// A line on standard error.
macro_rules! complain {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

pub(crate) use {complain, say};
