//! Loads a document's sub-resources.

pub(crate) mod fetcher;
