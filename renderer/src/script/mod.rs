//! Runs a document's scripts: QuickJS over Blitz's tree, in the renderer's one thread.
//!
//! Owns: the realm of a document. Trusts: neither the scripts nor what the prelude gives back.
//! Never: runs without a deadline, drops a node during an event, or hands Blitz what it would panic
//! on.

pub(crate) mod address;
pub(crate) mod arrivals;
pub(crate) mod canvas;
pub(crate) mod console;
pub(crate) mod elements;
pub(crate) mod event_stream;
pub(crate) mod events;
pub(crate) mod fragment;
pub(crate) mod handles;
pub(crate) mod hearer;
pub(crate) mod host;
pub(crate) mod import_map;
pub(crate) mod imports;
pub(crate) mod inspected;
mod inspection;
mod inspector_natives;
pub(crate) mod kinds;
pub(crate) mod limits;
pub(crate) mod loader;
pub(crate) mod markup;
pub(crate) mod modules;
pub(crate) mod names;
pub(crate) mod native;
pub(crate) mod natives;
pub(crate) mod nodes;
pub(crate) mod outside;
pub(crate) mod realm;
pub(crate) mod requests;
pub(crate) mod resources;
pub(crate) mod scripts;
pub(crate) mod sheets;
pub(crate) mod sources;
pub(crate) mod special;
pub(crate) mod stage;
pub(crate) mod storage;
pub(crate) mod streams;
pub(crate) mod sweep;
pub(crate) mod timers;
mod tokens;
pub(crate) mod tree;
pub(crate) mod types;
mod worlds;
pub(crate) mod written;

pub(crate) use realm::Realm;
