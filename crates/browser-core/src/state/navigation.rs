//! One navigation: the attempt to bring a tab to an address.

use crate::action::Body;
use protocol::error::LoadError;
use protocol::ids::{NavigationId, ProcessId};
use protocol::site::Site;

/// What a navigation does to the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NavigationKind {
    /// To a new entry.
    New,
    /// The present entry again.
    Reload,
    /// In place of the present entry.
    Replace,
    /// To the entry of that index.
    History(usize),
}

/// The attempt to bring a tab to an address.
#[derive(Debug)]
pub(crate) struct Navigation {
    pub(crate) id: NavigationId,
    /// The URL asked for; of an address that is no URL, its text.
    pub(crate) url: String,
    pub(crate) kind: NavigationKind,
    /// The site of the page that asked for it; none if the user did.
    pub(crate) initiator: Option<Site>,
    pub(crate) stage: LoadStage,
    /// Whether the event loop holds a body under its id.
    pub(crate) is_body_held: bool,
    /// Whether it was already asked for a second time after the network process died.
    pub(crate) is_repeated: bool,
    /// The network process that writes its body.
    pub(crate) body_from: Option<ProcessId>,
    /// Why its body is not whole.
    pub(crate) body_error: Option<LoadError>,
}

/// How far it is.
#[derive(Debug)]
pub(crate) enum LoadStage {
    /// There is no network process to ask yet.
    WaitNetwork,
    /// That network process was asked.
    Fetching(ProcessId),
    /// The event loop was asked for a built-in page or a file.
    Building,
    /// All is there but the process is still starting.
    WaitProcess {
        /// Which one.
        process: ProcessId,
        /// What to commit.
        document: Document,
    },
}

/// What is to be committed.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) refresh: Option<String>,
    pub(crate) body: Body,
    pub(crate) site: Site,
}
