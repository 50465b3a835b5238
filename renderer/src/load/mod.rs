//! Loads a document's sub-resources.

pub(crate) mod fetcher;
pub(crate) mod finished;
pub(crate) mod icon;
pub(crate) mod kinds;
pub(crate) mod link;
pub(crate) mod orders;
pub(crate) mod scripted;
