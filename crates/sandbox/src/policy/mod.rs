//! What each role may call: the policy language, its words, its texts, and their compilation.

pub(crate) mod filter;
pub(crate) mod language;
pub(crate) mod role;
pub(crate) mod words;
