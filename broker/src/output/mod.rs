//! Lines for people and programs outside the browser: queued, bounded, and written by a thread, so
//! that the event loop never waits for a reader.

pub(crate) mod line_queue;
pub(crate) mod terminal;
