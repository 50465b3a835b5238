//! Shows one document: layout, input, painting, and the surface it is painted on.

pub(crate) mod appearance;
pub(crate) mod blitz_events;
pub(crate) mod canvas;
pub(crate) mod controls;
pub(crate) mod edit;
pub(crate) mod find;
mod finding;
pub(crate) mod form_input;
mod growing;
mod growth;
pub(crate) mod input;
pub(crate) mod keys;
pub(crate) mod links;
mod looks;
mod marks;
pub(crate) mod option_keys;
mod places;
pub(crate) mod pointer;
pub(crate) mod popup;
pub(crate) mod scripted;
pub(crate) mod scrollbar;
mod selecting;
pub(crate) mod selection;
pub(crate) mod surface;
pub(crate) mod text;
#[allow(
    clippy::module_inception,
    reason = "the room and its main type share a name"
)]
pub(crate) mod view;
pub(crate) mod warm_up;

pub(crate) use view::{Anchor, View};
