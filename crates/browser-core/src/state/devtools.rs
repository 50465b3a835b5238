//! What the devtools process has asked for and has not been answered.

use protocol::ids::{Generation, ProcessId, SurfaceId, TabId};
use protocol::traffic::Rules;
use std::collections::{BTreeMap, BTreeSet};

/// The calls of the devtools process that take their time.
#[derive(Debug, Default)]
pub(crate) struct DevtoolsCalls {
    pub(crate) waiting: Vec<Waiting>,
    /// The call that the next navigation comes of.
    pub(crate) navigating: Option<u32>,
    /// Tabs whose dialogs somebody answers.
    pub(crate) dialogs: BTreeSet<TabId>,
    /// The network process that it is connected with.
    pub(crate) network: Option<ProcessId>,
    /// What is done with the requests of tabs, for the next network process as well.
    pub(crate) rules: BTreeMap<TabId, Rules>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) call: u32,
    pub(crate) until: Until,
}

/// What a call waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// The process has answered that number.
    Done { process: ProcessId, sequence: u32 },
    /// The tab is on show with another frame than that one.
    Frame {
        tab: TabId,
        after: u64,
        /// The gpu process that tells when there is one, and of which surface.
        watched: Option<(ProcessId, SurfaceId)>,
        is_there: bool,
    },
    /// A frame of a later generation has been taken.
    Painted {
        surface: SurfaceId,
        after: Generation,
        /// The tab of which a picture is to be taken then.
        picture_of: Option<TabId>,
    },
}
