//! Lines for users and programs outside the browser. A thread writes them, so that the event loop
//! never waits for a reader.

pub(crate) mod clock;
pub(crate) mod line_queue;
pub(crate) mod script_log;
pub(crate) mod terminal;
