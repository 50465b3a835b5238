//! What a document needs beside its own bytes.

pub(crate) mod fetcher;
