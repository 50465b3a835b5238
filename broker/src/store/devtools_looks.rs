//! What the devtools process has asked to be told of the browser as a whole.

use protocol::ids::ProcessId;

/// Who looks. A process that has died looks at nothing any more.
#[derive(Default)]
pub struct DevtoolsLooks {
    /// The process for which a trace is written in memory.
    pub trace: Option<ProcessId>,
    /// The process that is told of messages.
    pub tap: Option<Tap>,
}

/// Who is told of messages.
pub struct Tap {
    pub devtools: ProcessId,
    /// Messages of which it has not been told, since it was told last.
    pub dropped: u64,
}
