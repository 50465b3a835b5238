//! Names for the addresses of a backtrace, by a process that is sealed before it reads the tables
//! of the executable: their parsers are large, and nobody vouches for the file.
//!
//! [`Asker`] starts that process and asks it; [`main()`] is what it runs. Trusts: the Linux kernel.
//! Never: lets a name through that is long or not plain text.
#![deny(unsafe_code)]

mod asker;
mod error;
mod messages;
mod process;
mod tables;

pub use asker::Asker;
pub use error::SymbolsError;
pub use messages::{ADDRESSES_MAX, NAME_BYTES_MAX};
pub use process::{ARGUMENT, main};
