//! Plays the broker and its children around the core, at random or step by step, and checks what
//! must hold after every event. For tests.
//!
//! ```
//! use sim::World;
//!
//! let mut world = World::running();
//! let tab = world.open("https://example.org/");
//! assert_eq!(world.tab(tab).url, "https://example.org/");
//! world.check_at_rest();
//! ```
#![forbid(unsafe_code)]
#![allow(
    missing_docs,
    reason = "a test reads the names; a doc that repeats them helps nobody"
)]

pub mod checker;
pub mod op;
pub mod play;
mod recipients;
mod settle;
mod words;
pub mod world;

pub use world::World;
