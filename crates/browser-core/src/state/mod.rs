//! What the core knows: types, and what can be said about one of them alone.

pub(crate) mod clipboard;
pub(crate) mod closed_tabs;
pub(crate) mod core;
pub(crate) mod dialog;
pub(crate) mod find;
pub(crate) mod history;
pub(crate) mod ids;
pub(crate) mod injection;
pub(crate) mod input;
pub(crate) mod liveness;
pub(crate) mod navigation;
pub(crate) mod popup;
pub(crate) mod process;
pub(crate) mod processes;
pub(crate) mod rate_limit;
pub(crate) mod restarts;
pub(crate) mod script;
pub(crate) mod script_sites;
pub(crate) mod service;
pub(crate) mod storage;
pub(crate) mod surface;
pub(crate) mod surfaces;
pub(crate) mod tab;
pub(crate) mod tabs;
pub(crate) mod visits;
pub(crate) mod zoom;
