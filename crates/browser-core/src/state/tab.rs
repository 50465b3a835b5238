//! One tab: what is committed in it, what the window shows of it, and what its crash left behind.

use crate::death::DeathCause;
use crate::event::Time;
use crate::state::dialog::{Dialogs, Leaving};
use crate::state::find::Find;
use crate::state::history::History;
use crate::state::injection::Injection;
use crate::state::navigation::{Document, LoadStage, Navigation};
use protocol::appearance::Percent;
use protocol::error::LoadError;
use protocol::geometry::Size;
use protocol::ids::{ContextId, NavigationId, ProcessId, SurfaceId, TabId};
use protocol::limits::{SPARE_DELAY_MS_MAX, STALE_PAGE_MS_MAX};
use protocol::site::Site;

/// One tab.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) id: TabId,
    /// With which tabs it shares cookies and storage; for ever.
    pub(crate) context: ContextId,
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
    /// The dialogs of its document; they go with the next commit.
    pub(crate) dialogs: Dialogs,
    /// Its page was asked whether it wants to be left.
    pub(crate) leaving: Option<Leaving>,
    /// The address that its page tried to open without the user; goes with the next commit.
    pub(crate) blocked_popup: Option<String>,
    /// The bar for finding text, if it is open; goes with the next commit.
    pub(crate) find: Option<Find>,
    /// The name that a link's `target` gave it, and the page that it was opened from.
    pub(crate) named: Option<Named>,
    /// When and where its page wants to be replaced.
    pub(crate) refresh: Option<Refresh>,
    /// Quick refreshes one after another that led here.
    pub(crate) quick_refreshes: u32,
    /// A fault to inject once the page of the break-it addresses is on show.
    pub(crate) injection_when_painted: Option<Injection>,
    /// Whether automation has switched the scripts of its next documents off.
    pub(crate) scripts_off: bool,
    /// The size of its page in pixels at scale 1, where automation has chosen one.
    pub(crate) page_size: Option<Size>,
    /// The scale of its page, likewise.
    pub(crate) page_scale: Option<Percent>,
    /// The size for the picture that is being taken.
    pub(crate) picture_size: Option<Size>,
}

/// Where a name of a tab is valid: for pages of one site in the tab that opened it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) opener: TabId,
    pub(crate) site: Site,
}

/// A page that wants to be replaced.
#[derive(Clone, Debug)]
pub(crate) struct Refresh {
    pub(crate) at: Time,
    pub(crate) url: String,
    /// Whether the page did not want to be seen before.
    pub(crate) is_quick: bool,
}

/// The icon of a page.
#[derive(Clone, Debug)]
pub(crate) struct Icon {
    /// Tells it from every other one.
    pub(crate) serial: u64,
    pub(crate) pixels: Vec<u8>,
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
    /// Its icon, or that of the page before it on the same site until it has told its own.
    pub(crate) icon: Option<Icon>,
    pub(crate) has_told_icon: bool,
    pub(crate) has_told_refresh: bool,
    pub(crate) is_painted: bool,
    /// Whether it is complete, or never will be.
    pub(crate) is_loaded: bool,
    /// What the devtools process is to be told of its commit, until that is there.
    pub(crate) untold: Option<Untold>,
    /// The network process that still writes its body.
    pub(crate) body_from: Option<ProcessId>,
}

/// A commit of which the devtools process has not been told.
#[derive(Clone, Debug)]
pub(crate) struct Untold {
    /// Its number, which its process answers.
    pub(crate) sequence: u32,
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
}

impl Untold {
    pub(crate) fn of(sequence: u32, document: &Document) -> Untold {
        Untold {
            sequence,
            status: document.status,
            content_type: document.content_type.clone(),
        }
    }
}

/// The death of a tab's process.
#[derive(Debug)]
pub(crate) struct Crash {
    pub(crate) cause: DeathCause,
    /// Lines for the card.
    pub(crate) details: Vec<String>,
}

impl Tab {
    pub(crate) fn new(id: TabId, context: ContextId, requested: String) -> Tab {
        Tab {
            id,
            context,
            requested,
            history: History::default(),
            committed: None,
            front: None,
            next: None,
            pending: None,
            crash: None,
            notice: None,
            dialogs: Dialogs::default(),
            leaving: None,
            blocked_popup: None,
            find: None,
            named: None,
            refresh: None,
            quick_refreshes: 0,
            injection_when_painted: None,
            page_size: None,
            page_scale: None,
            scripts_off: false,
            picture_size: None,
        }
    }

    /// The slot of the committed page.
    pub(crate) fn current(&self) -> Option<&Slot> {
        self.next.as_ref().or(self.front.as_ref())
    }

    /// The living process of the committed page.
    pub(crate) fn committed_process(&self) -> Option<ProcessId> {
        self.committed.as_ref()?;
        self.current()?.process
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

    /// Until when its page, which loads, has the machine before the next spare renderer.
    pub(crate) fn hurries_until(&self) -> Option<Time> {
        let committed = self.committed.as_ref()?;
        let slot = self.current().filter(|_| !committed.is_loaded)?;
        Some(Time(slot.since.0 + SPARE_DELAY_MS_MAX))
    }

    pub(crate) fn swap_deadline(&self) -> Option<Time> {
        self.front?;
        Some(Time(self.next?.since.0 + STALE_PAGE_MS_MAX))
    }
}
