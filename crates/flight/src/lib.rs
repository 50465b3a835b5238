//! The flight recorder: each process writes down what it sends, receives and begins, into memory
//! that the broker made and can still read when the process is dead.
//!
//! Owns: the layout of a ring, its writer, its reader, and the joining of a send in one process
//! with its receipt in another. Trusts: nothing that a reader finds in a ring; its process may
//! write anything there at any time. Never: waits, makes a system call to write, or writes text.
//!
//! ```
//! use flight::{Kind, Reader, Record, Writer, WORDS};
//! use std::sync::atomic::AtomicU64;
//!
//! let memory: Vec<AtomicU64> = (0..WORDS).map(|_| AtomicU64::new(0)).collect();
//! let writer = Writer::new(&memory).expect("it is large enough");
//! writer.write(&Record { ordinal: 7, ..Record::new(Kind::Sent) });
//! let read = Reader::new(&memory).expect("it is large enough").last(64);
//! assert_eq!(read.records[0].ordinal, 7);
//! ```
#![forbid(unsafe_code)]

mod join;
mod name;
mod reader;
mod record;
mod recorder;
mod ring;
mod writer;

pub use join::{Arrow, Ends, Joiner, Peer, Source, Unmatched, Why};
pub use name::{Name, Step};
pub use reader::{Read, Reader};
pub use record::{Kind, Record};
pub use recorder::{
    Began, ENABLED, began, frame_published, frame_taken, install, installed, mark, now_ns,
    received, sent, span,
};
pub use ring::WORDS;
pub use writer::Writer;
