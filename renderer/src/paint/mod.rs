//! From what a view draws to pixels, with as little work as the change needs: the drawing is
//! recorded, compared with the last one, and only what differs is painted; what has moved is moved.

pub(crate) mod diff;
pub(crate) mod glyphs;
pub(crate) mod list;
pub(crate) mod look;
pub(crate) mod mended;
pub(crate) mod pixels;
pub(crate) mod plan;
pub(crate) mod replay;

pub(crate) use list::DisplayList;
pub(crate) use mended::Mended;
pub(crate) use plan::{Plan, plan};
