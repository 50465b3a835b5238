//! Loads a document's sub-resources.

pub(crate) mod fetcher;
pub(crate) mod icon;
pub(crate) mod kinds;
pub(crate) mod scripted;
