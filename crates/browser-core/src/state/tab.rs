//! One tab: what is committed in it, what the window shows of it, and what its crash left behind.

use crate::death::DeathCause;
use crate::event::Time;
use crate::state::find::Find;
use crate::state::history::History;
use crate::state::injection::Injection;
use crate::state::navigation::{LoadStage, Navigation};
use protocol::error::LoadError;
use protocol::ids::{NavigationId, ProcessId, SurfaceId, TabId};
use protocol::limits::STALE_PAGE_MS_MAX;
use protocol::site::Site;

/// One tab.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) id: TabId,
    /// The address asked for first; shown until something is committed.
    pub(crate) requested: String,
    pub(crate) history: History,
    pub(crate) committed: Option<Committed>,
    /// What is on show.
    pub(crate) front: Option<Slot>,
    /// What is committed but has painted nothing yet; then `front` is the page before it.
    pub(crate) next: Option<Slot>,
    pub(crate) pending: Option<Navigation>,
    pub(crate) crash: Option<Crash>,
    /// A remark on the page; goes with the next commit.
    pub(crate) notice: Option<String>,
    /// The bar for finding text, if it is open; goes with the next commit.
    pub(crate) find: Option<Find>,
    /// A fault to inject once the page of the break-it addresses is on show.
    pub(crate) injection_when_painted: Option<Injection>,
}

/// A process and its surface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// `None` once it has died.
    pub(crate) process: Option<ProcessId>,
    pub(crate) surface: SurfaceId,
    pub(crate) since: Time,
}

/// The committed page.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) navigation: NavigationId,
    pub(crate) url: String,
    pub(crate) site: Site,
    /// Of an error page: what failed.
    pub(crate) error: Option<LoadError>,
    pub(crate) title: String,
    pub(crate) is_painted: bool,
    /// Whether it is complete, or never will be.
    pub(crate) is_loaded: bool,
    /// The network process that still writes its body.
    pub(crate) body_from: Option<ProcessId>,
}

/// The death of a tab's process.
#[derive(Debug)]
pub(crate) struct Crash {
    pub(crate) cause: DeathCause,
    /// Lines for the card.
    pub(crate) details: Vec<String>,
}

impl Tab {
    pub(crate) fn new(id: TabId, requested: String) -> Tab {
        Tab {
            id,
            requested,
            history: History::default(),
            committed: None,
            front: None,
            next: None,
            pending: None,
            crash: None,
            notice: None,
            find: None,
            injection_when_painted: None,
        }
    }

    /// The slot of the committed page.
    pub(crate) fn current(&self) -> Option<&Slot> {
        self.next.as_ref().or(self.front.as_ref())
    }

    /// The committed URL, or the one asked for.
    pub(crate) fn url(&self) -> &str {
        self.committed
            .as_ref()
            .map_or(&self.requested, |committed| &committed.url)
    }

    /// The process that the pending navigation waits for.
    pub(crate) fn awaited_process(&self) -> Option<ProcessId> {
        match self.pending.as_ref()?.stage {
            LoadStage::WaitProcess { process, .. } => Some(process),
            _ => None,
        }
    }

    pub(crate) fn swap_deadline(&self) -> Option<Time> {
        self.front?;
        Some(Time(self.next?.since.0 + STALE_PAGE_MS_MAX))
    }
}
