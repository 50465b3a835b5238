//! What the core writes down: one entry for every decision worth knowing. The event loop logs
//! them and, on request, writes them as lines of JSON that automation and tests wait for.

use protocol::geometry::Size;
use protocol::ids::{NavigationId, ProcessId, Role, SurfaceId, TabId};

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What happened.
    pub kind: RecordKind,
    /// The tab concerned.
    pub tab: Option<TabId>,
    /// The process concerned.
    pub process: Option<ProcessId>,
}

/// What happened. Names and fields are part of the interface of `--record`.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordKind {
    /// A navigation was committed; the URL is what the address bar shows now.
    Committed {
        /// Which navigation.
        navigation: NavigationId,
        /// The URL.
        url: String,
        /// The site the process is locked to.
        site: String,
    },
    /// A process died that was not ended on purpose.
    Died {
        /// Its role.
        role: Role,
        /// Its process id.
        pid: u32,
        /// Why.
        cause: String,
    },
    /// A process ended on purpose.
    Ended {
        /// Its role.
        role: Role,
        /// Its process id.
        pid: u32,
    },
    /// A service has died too often: it is not started again for a while.
    GivenUp {
        /// Which role.
        role: Role,
    },
    /// The document and its sub-resources are there and painted.
    Loaded {
        /// Which navigation.
        navigation: NavigationId,
        /// The URL.
        url: String,
        /// Sub-resources that could not be had.
        failed_resources: u32,
    },
    /// A navigation failed; its error page is committed.
    Failed {
        /// Which navigation.
        navigation: NavigationId,
        /// The URL asked for.
        url: String,
        /// [`protocol::error::LoadError::code`].
        code: String,
        /// In words.
        reason: String,
    },
    /// A page could only be shown in part.
    Incomplete {
        /// Why.
        reason: String,
    },
    /// A page asked for something that it may not have (a link to a file, a tab unasked for).
    Refused {
        /// What, in words.
        reason: String,
    },
    /// The tab does not answer input (`card` false: marked; true: the card is up).
    Slow {
        /// Whether the card is up.
        card: bool,
    },
    /// A process runs sealed and verified.
    Sealed {
        /// Its role.
        role: Role,
        /// Its process id.
        pid: u32,
        /// Its tier.
        tier: String,
    },
    /// A navigation was superseded or stopped.
    Superseded {
        /// Which navigation.
        navigation: NavigationId,
    },
    /// The first frame of a surface has been taken by the gpu process.
    SurfaceLive {
        /// Which surface.
        surface: SurfaceId,
    },
    /// A tab was opened.
    TabOpened {
        /// The address asked for.
        url: String,
    },
    /// A tab was closed.
    TabClosed,
    /// A tab shows its card: its process died.
    TabCrashed {
        /// Why.
        cause: String,
    },
    /// A tab's title.
    Title {
        /// The title.
        title: String,
    },
    /// The window has this size.
    Window {
        /// Its size.
        size: Size,
    },
}
