//! Lines for the person at the terminal.
//!
//! Owns: the two macros. Trusts: nobody to be reading. Never: panics or fails because the reader
//! has gone (`bulkhead | head`), as `println!` and `eprintln!` do.

/// A line on standard output.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let line = format!($($text)*) + "\n";
        let _ = std::io::stdout().write_all(line.as_bytes());
    }};
}

/// A line on standard error, if that takes it now.
macro_rules! complain {
    ($($text:tt)*) => {
        trace::write_line(&format!($($text)*))
    };
}

pub(crate) use {complain, say};
