//! What each role may call: the policy language, its words, its texts, and their compilation.

pub(crate) mod filter;
pub(crate) mod language;
pub(crate) mod needs;
pub(crate) mod texts;
pub(crate) mod words;

pub use texts::{rules, text};
