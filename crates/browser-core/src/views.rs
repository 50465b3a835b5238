//! Read-only views of the state, for the process page, the automation and the tour.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::event::Time;
use crate::state::core::Core;
use crate::state::liveness::UNANSWERED_MOVES_MAX;
use crate::state::process::{Process, ProcessStage};
use crate::state::surface::Surface;
use crate::state::tab::Tab;
use protocol::geometry::Size;
use protocol::ids::{ContextId, Generation, ProcessId, Role, SurfaceId, TabId};
use protocol::shell::{Card, Popup, TabMark};
use protocol::site::Site;
use protocol::surface::SurfacePart;

/// How a tab is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabState {
    /// Its process has died; it shows its card.
    Crashed,
    /// A page is on its way or not complete.
    Loading,
    /// Complete.
    Ready,
    /// It does not answer input.
    Slow,
}

/// A tab as others may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabInfo {
    pub tab: TabId,
    /// With which tabs it shares cookies and storage.
    pub context: ContextId,
    /// The title of the committed page; empty where it has none.
    pub title: String,
    /// The committed URL, or before the first commit the one asked for.
    pub url: String,
    /// How it is.
    pub state: TabState,
    /// The living process of the committed page.
    pub process: Option<ProcessId>,
    /// Whether the window shows it.
    pub is_active: bool,
    /// Whether a navigation is on its way that is not committed yet.
    pub is_pending: bool,
    /// The code of the error whose page it shows ([`protocol::error::LoadError::code`]).
    pub error: Option<&'static str>,
    /// Whether there is a page to go back to.
    pub can_go_back: bool,
    /// Whether there is a page to go forward to.
    pub can_go_forward: bool,
    /// The remark on it.
    pub notice: Option<String>,
    pub card: Option<Card>,
}

/// How far a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessState {
    /// Killed; its exit has not been reported.
    Ending,
    /// Sealed, verified, in use.
    Ready,
    /// Not sealed yet: it holds nothing.
    Starting,
}

/// A process as others may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessInfo {
    pub process: ProcessId,
    pub role: Role,
    /// Its process id as the host sees it, once it runs.
    pub pid: Option<u32>,
    /// The tab it works for.
    pub tab: Option<TabId>,
    /// What it is locked to.
    pub site: Option<Site>,
    /// The tier that was verified, once it is sealed.
    pub tier: Option<String>,
    /// How far it is.
    pub state: ProcessState,
    /// Whether it is the spare renderer.
    pub is_spare: bool,
    /// When it was asked for.
    pub spawned_at: Time,
}

/// A surface as others may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurfaceInfo {
    pub surface: SurfaceId,
    /// What it shows.
    pub part: SurfacePart,
    /// Whose page it is.
    pub tab: Option<TabId>,
    /// Its producer, if that lives.
    pub producer: Option<ProcessId>,
    pub generation: Generation,
    pub size: Size,
    /// Whether it is in the scene.
    pub is_visible: bool,
    /// Whether the present gpu process has taken a frame of it.
    pub is_live: bool,
}

impl Core {
    /// All tabs, in the order of the strip.
    pub fn tabs(&self) -> Vec<TabInfo> {
        self.tabs.iter().map(|tab| self.tab_info(tab)).collect()
    }

    /// One tab.
    pub fn tab(&self, tab: TabId) -> Option<TabInfo> {
        self.tabs.find(tab).map(|tab| self.tab_info(tab))
    }

    /// The tab that the window shows.
    pub fn active_tab(&self) -> Option<TabId> {
        self.tabs.active
    }

    /// All processes whose exit has not been reported, in the order of their start.
    pub fn processes(&self) -> Vec<ProcessInfo> {
        self.processes
            .values()
            .map(|process| self.process_info(process))
            .collect()
    }

    /// One process.
    pub fn process(&self, process: ProcessId) -> Option<ProcessInfo> {
        self.processes
            .get(process)
            .map(|process| self.process_info(process))
    }

    /// Its role.
    pub fn process_role(&self, process: ProcessId) -> Option<Role> {
        self.processes.get(process).map(|process| process.role)
    }

    /// What it is locked to.
    pub fn process_site(&self, process: ProcessId) -> Option<&Site> {
        self.processes.get(process)?.site.as_ref()
    }

    /// The tab it works for.
    pub fn process_tab(&self, process: ProcessId) -> Option<TabId> {
        self.processes.get(process)?.tab
    }

    /// How far it is.
    pub fn process_state(&self, process: ProcessId) -> Option<ProcessState> {
        self.processes.get(process).map(state_of)
    }

    /// All surfaces.
    pub fn surfaces(&self) -> Vec<SurfaceInfo> {
        let scene = self.scene();
        let is_visible = |id| scene.items.iter().any(|item| item.surface == id);
        let info = |(id, surface): (SurfaceId, &Surface)| SurfaceInfo {
            surface: id,
            part: surface.part,
            tab: surface.tab,
            producer: surface.producer,
            generation: surface.generation,
            size: surface.size,
            is_visible: is_visible(id),
            is_live: surface.is_live,
        };
        self.surfaces.iter().map(info).collect()
    }

    /// The size of the window, as last reported.
    pub fn window_size(&self) -> Size {
        self.window.size
    }

    /// The gpu process, once its window stands.
    pub fn window_gpu(&self) -> Option<ProcessId> {
        self.window.gpu
    }

    /// The open menu, or the list under the address bar.
    pub fn popup(&self) -> Option<Popup> {
        self.popup.as_ref().map(|popup| popup.view())
    }

    /// Whether another input would be sent on to whomever it is for, rather than be dropped because
    /// too many are unanswered.
    pub fn takes_input(&self) -> bool {
        let page = self.tabs.active.and_then(|tab| self.current_process(tab));
        let shell = self.ready_service(&self.services.shell);
        let mut processes = page.into_iter().chain(shell);
        self.window.gpu.is_some()
            && processes.all(|id| {
                self.processes
                    .living(id)
                    .is_none_or(|process| process.unanswered.count() < UNANSWERED_MOVES_MAX)
            })
    }

    /// Whether the browser ends.
    pub fn is_exiting(&self) -> bool {
        self.exiting
    }

    fn tab_info(&self, tab: &Tab) -> TabInfo {
        let committed = tab.committed.as_ref();
        TabInfo {
            tab: tab.id,
            context: tab.context,
            title: committed
                .map(|committed| committed.title.clone())
                .unwrap_or_default(),
            url: tab.url().to_owned(),
            state: match self.mark(tab) {
                TabMark::Crashed => TabState::Crashed,
                TabMark::Loading => TabState::Loading,
                TabMark::Ready => TabState::Ready,
                TabMark::Slow => TabState::Slow,
            },
            process: self.current_process(tab.id),
            is_active: self.tabs.active == Some(tab.id),
            is_pending: tab.pending.is_some(),
            error: committed
                .and_then(|c| c.error.as_ref())
                .map(|error| error.code()),
            can_go_back: tab.history.back().is_some(),
            can_go_forward: tab.history.forward().is_some(),
            notice: tab.notice.clone(),
            card: self.card(tab.id),
        }
    }

    fn process_info(&self, process: &Process) -> ProcessInfo {
        ProcessInfo {
            process: process.id,
            role: process.role,
            pid: process.pid,
            tab: process.tab,
            site: process.site.clone(),
            tier: process.tier.clone(),
            state: state_of(process),
            is_spare: self.services.spare.process == Some(process.id),
            spawned_at: process.spawned_at,
        }
    }
}

fn state_of(process: &Process) -> ProcessState {
    match process.stage {
        ProcessStage::Spawning | ProcessStage::Spawned | ProcessStage::Bootstrapped => {
            ProcessState::Starting
        }
        ProcessStage::Ready => ProcessState::Ready,
        ProcessStage::Ending(_) => ProcessState::Ending,
    }
}
