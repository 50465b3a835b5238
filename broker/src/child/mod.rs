//! The broker's side of a child: its start, its descriptors, its channels and its output.

pub(crate) mod children;
pub(crate) mod lanes;
pub(crate) mod launcher;
pub(crate) mod life;
pub(crate) mod outbox;
pub(crate) mod process;
pub(crate) mod refused_calls;
pub(crate) mod stderr;
pub(crate) mod verify;
