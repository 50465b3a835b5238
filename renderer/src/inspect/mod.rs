//! The inspector: what clients of the protocol of devtools ask of the document that is shown, and
//! what they are told of it.
//!
//! Owns: its channel, the sessions, and what each has been told. Trusts: neither the devtools
//! process nor the document. Never: is there before the broker sends a channel.

pub(crate) mod accessible;
pub(crate) mod boxes;
pub(crate) mod changes;
pub(crate) mod contexts;
pub(crate) mod debugger;
pub(crate) mod describe;
pub(crate) mod document;
pub(crate) mod dom;
pub(crate) mod dom_commands;
pub(crate) mod fault;
pub(crate) mod frames;
pub(crate) mod inspector;
pub(crate) mod kinds;
pub(crate) mod limits;
pub(crate) mod media;
pub(crate) mod outbox;
pub(crate) mod page_commands;
pub(crate) mod session;

pub(crate) use inspector::{Command, Inspector, Order};
