//! Shows one document: layout, input, painting, and the surface it is painted on.

pub(crate) mod blitz_events;
pub(crate) mod canvas;
pub(crate) mod fonts;
pub(crate) mod input;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod pointer;
pub(crate) mod scrollbar;
pub(crate) mod surface;
#[allow(
    clippy::module_inception,
    reason = "the room and its main type share a name"
)]
pub(crate) mod view;
pub(crate) mod warm_up;

pub(crate) use view::{Anchor, View};
