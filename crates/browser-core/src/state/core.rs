//! The state as a whole: what the core knows, and the queue of actions that it wants carried out.

use crate::action::Action;
use crate::config::Config;
use crate::event::Time;
use crate::record::{Record, RecordKind};
use crate::state::chaos::Chaos;
use crate::state::clipboard::Pastes;
use crate::state::closed_tabs::ClosedTabs;
use crate::state::contexts::Contexts;
use crate::state::devtools::DevtoolsCalls;
use crate::state::ids::Ids;
use crate::state::input::InputState;
use crate::state::popup::Popup;
use crate::state::processes::Processes;
use crate::state::script_sites::ScriptSites;
use crate::state::service::{Service, Services};
use crate::state::storage::Storage;
use crate::state::surface::Window;
use crate::state::surfaces::Surfaces;
use crate::state::tabs::Tabs;
use crate::state::visits::Visits;
use crate::state::zoom::Zooms;
use protocol::appearance::Percent;
use protocol::devtools::ToDevtools;
use protocol::dialog::DialogView;
use protocol::ids::{NavigationId, ProcessId, TabId};
use protocol::shell::{Popup as PopupView, ShellState};
use protocol::site::Site;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The broker's decision logic. See the crate's documentation.
#[derive(Debug)]
pub struct Core {
    pub(crate) config: Config,
    pub(crate) now: Time,
    pub(crate) actions: VecDeque<Action>,
    pub(crate) ids: Ids,
    pub(crate) processes: Processes,
    pub(crate) services: Services,
    pub(crate) tabs: Tabs,
    pub(crate) surfaces: Surfaces,
    pub(crate) window: Window,
    pub(crate) input: InputState,
    /// The open menu, or the list under the address bar.
    pub(crate) popup: Option<Popup>,
    /// What the shell was told of it last.
    pub(crate) popup_told: Option<PopupView>,
    /// The dialog that the shell was told of last.
    pub(crate) dialog_told: Option<DialogView>,
    /// How many dialogs were opened so far.
    pub(crate) dialogs_opened: u32,
    pub(crate) pastes: Pastes,
    pub(crate) visits: Visits,
    pub(crate) closed_tabs: ClosedTabs,
    pub(crate) zooms: Zooms,
    pub(crate) scripts_off: ScriptSites,
    pub(crate) storage: Storage,
    pub(crate) contexts: Contexts,
    pub(crate) devtools: DevtoolsCalls,
    /// The run of faults that is under way.
    pub(crate) chaos: Option<Chaos>,
    /// The text that was looked for last, in any tab.
    pub(crate) last_find: String,
    /// What the shell was told last.
    pub(crate) shell_told: Option<ShellState>,
    /// The icon of each tab that the shell was told last, by its serial.
    pub(crate) icons_told: BTreeMap<TabId, u64>,
    /// Local pages and files that the event loop was asked for and has not answered yet.
    pub(crate) building: BTreeSet<NavigationId>,
    /// The site of the page whose wish is being carried out: the next navigation is by it.
    pub(crate) asking: Option<Site>,
    /// The browser ends: only exits matter any more.
    pub(crate) exiting: bool,
}

impl Core {
    /// At time zero, with nothing decided yet.
    pub(crate) fn at_rest(config: Config, seed: u64) -> Core {
        let scale = config.scale.unwrap_or(Percent::HUNDRED);
        let window = Window::new(scale.of_size(config.window), scale);
        let services = Services::new(&config);
        Core {
            config,
            now: Time::default(),
            actions: VecDeque::new(),
            ids: Ids::new(seed),
            processes: Processes::default(),
            services,
            tabs: Tabs::default(),
            surfaces: Surfaces::default(),
            window,
            input: InputState::default(),
            popup: None,
            popup_told: None,
            dialog_told: None,
            dialogs_opened: 0,
            pastes: Pastes::default(),
            visits: Visits::default(),
            closed_tabs: ClosedTabs::default(),
            zooms: Zooms::default(),
            scripts_off: ScriptSites::default(),
            storage: Storage::default(),
            contexts: Contexts::default(),
            devtools: DevtoolsCalls::default(),
            chaos: None,
            last_find: String::new(),
            shell_told: None,
            icons_told: BTreeMap::new(),
            building: BTreeSet::new(),
            asking: None,
            exiting: false,
        }
    }

    /// The service's process if it is ready to be spoken to.
    pub(crate) fn ready_service(&self, service: &Service) -> Option<ProcessId> {
        service.process.filter(|&p| self.processes.is_ready(p))
    }

    /// The living process of the tab's committed page.
    pub(crate) fn current_process(&self, tab: TabId) -> Option<ProcessId> {
        self.tabs.find(tab)?.committed_process()
    }

    /// The next thing to do, in order; `None` when there is nothing until the next event.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    pub(crate) fn emit(&mut self, action: Action) {
        if let Some((process, name)) = action.message_name()
            && let Some(process) = self.processes.get_mut(process)
        {
            process.note(name);
        }
        if let Some(service) = action.service()
            && let Some(process) = self.processes.get_mut(service)
        {
            process.unanswered.is_busy = true;
        }
        self.actions.push_back(action);
    }

    /// Tells the devtools process, if one is ready.
    pub(crate) fn tell_devtools(&mut self, news: impl FnOnce() -> ToDevtools) {
        if let Some(devtools) = self.ready_service(&self.services.devtools) {
            let news = Box::new(news());
            self.emit(Action::TellDevtools { devtools, news });
        }
    }

    pub(crate) fn record(
        &mut self,
        kind: RecordKind,
        tab: Option<TabId>,
        process: Option<ProcessId>,
    ) {
        self.emit(Action::Record(Record { kind, tab, process }));
    }
}
