//! The IPC lab, `bulkhead lab`: benchmarks every mechanism of inter-process communication, and
//! demonstrates each one step by step.
//!
//! ```
//! use lab::Mechanism;
//!
//! let (title, about) = Mechanism::Seqpacket.about();
//! println!("{title}: {about}");
//! for job in lab::jobs(Mechanism::Seqpacket) {
//!     println!("in the browser: {}: {}", job.file, job.what);
//! }
//! # assert!(!lab::jobs(Mechanism::Seqpacket).is_empty());
//! ```
//!
//! `stories/` holds the smallest program of each mechanism, `measure/` the benchmarks, `plumber/`
//! an interactive pipe. Trusts: `/proc` for what a process is doing. Never: uses threads in place
//! of processes, or leaves a process, a name or shared memory behind.
#![deny(unsafe_code)]

mod cli;
mod link;
mod locks;
mod machine;
mod measure;
mod mechanism;
mod memory;
mod output;
mod places;
mod plot;
pub mod plumber;
mod process;
mod process_state;
pub mod report;
mod signalling;
mod stories;
mod supervisor;
mod table;

pub use cli::{ENDS_WITH_PARENT, main};
pub use mechanism::Mechanism;
pub use places::{jobs, story_file};
pub use process_state::ProcessState;
pub use table::text as table_text;
