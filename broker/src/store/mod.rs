//! What the broker keeps, and for whom.

pub(crate) mod documents;
pub(crate) mod surfaces;
