//! What a child is to the broker: its start, its descriptors, what it says and writes.

pub(crate) mod children;
pub(crate) mod lanes;
pub(crate) mod launcher;
pub(crate) mod outbox;
pub(crate) mod pidfd;
pub(crate) mod process;
pub(crate) mod refused_calls;
pub(crate) mod stderr;
pub(crate) mod verify;
