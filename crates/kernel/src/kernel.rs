//! The state machine itself: what it holds, how an event reaches its handler, and what is brought
//! in line after every event.
//!
//! Owns: all of the kernel's state; the other modules are parts of [`Kernel`] by subject. Trusts:
//! the event loop. Never: leaves a handler with a decision half made: everything that follows from
//! the new state (scene, titles, focus, the shell's view) is derived from it in `settle`.

use crate::action::Action;
use crate::config::Config;
use crate::event::{Command, Event, Time};
use crate::exit::DeathCause;
use crate::given::Ids;
use crate::input::InputState;
use crate::navigation::Kind;
use crate::processes::{Process, Service, Services};
use crate::record::{Record, RecordKind};
use crate::surfaces::{Surface, Window};
use crate::tabs::Tab;
use crate::text;
use protocol::ids::{NavigationId, ProcessId, SurfaceId, TabId};
use protocol::shell::ShellState;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The broker's mind. See the crate's documentation.
#[derive(Debug)]
pub struct Kernel {
    pub(crate) config: Config,
    pub(crate) now: Time,
    pub(crate) actions: VecDeque<Action>,
    pub(crate) ids: Ids,
    pub(crate) processes: BTreeMap<ProcessId, Process>,
    pub(crate) services: Services,
    /// In the order of the strip.
    pub(crate) tabs: Vec<Tab>,
    pub(crate) active: Option<TabId>,
    pub(crate) surfaces: BTreeMap<SurfaceId, Surface>,
    pub(crate) window: Window,
    pub(crate) input: InputState,
    /// What the shell was told last.
    pub(crate) shell_told: Option<ShellState>,
    /// Local pages and files that the event loop was asked for and has not answered yet.
    pub(crate) building: BTreeSet<NavigationId>,
    /// The browser ends: only exits matter any more.
    pub(crate) exiting: bool,
}

impl Kernel {
    /// A kernel at time zero that wants its first processes started. The seed makes the names of
    /// opaque sites differ between sessions; nothing else depends on it.
    pub fn new(config: Config, seed: u64) -> Kernel {
        let window = Window::new(config.window.clamped_to_surface());
        let services = Services::new(&config);
        let mut kernel = Kernel {
            config,
            now: Time::default(),
            actions: VecDeque::new(),
            ids: Ids::new(seed),
            processes: BTreeMap::new(),
            services,
            tabs: Vec::new(),
            active: None,
            surfaces: BTreeMap::new(),
            window,
            input: InputState::default(),
            shell_told: None,
            building: BTreeSet::new(),
            exiting: false,
        };
        kernel.settle();
        kernel
    }

    /// Takes in one event. Time that goes back is taken as standing still.
    ///
    /// # Panics
    ///
    /// In debug builds, when an invariant does not hold afterwards: that is a bug of the kernel.
    pub fn handle(&mut self, now: Time, event: Event) {
        self.now = self.now.max(now);
        if self.exiting {
            self.handle_while_exiting(event);
        } else {
            self.dispatch(event);
            self.settle();
        }
        if cfg!(debug_assertions)
            && let Err(violation) = self.check_invariants()
        {
            panic!("the kernel broke its own rules: {violation}");
        }
    }

    /// The next thing to do, in order; `None` when there is nothing until the next event.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When [`Event::Tick`] must come at the latest.
    pub fn deadline(&self) -> Option<Time> {
        if self.exiting {
            return None;
        }
        let handshakes = self
            .processes
            .values()
            .filter_map(Process::handshake_deadline);
        let hangs = self
            .processes
            .values()
            .filter_map(|p| self.hang_deadline(p));
        let swaps = self.tabs.iter().filter_map(Tab::swap_deadline);
        let services = self.services.all().into_iter();
        let revivals = services.filter_map(Service::revival);
        handshakes.chain(hangs).chain(swaps).chain(revivals).min()
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::Spawned { process, pid } => self.on_spawned(process, pid),
            Event::SpawnFailed { process, reason } => self.on_spawn_failed(process, reason),
            Event::Hello { process } => self.on_hello(process),
            Event::Sealed { process, tier } => self.on_sealed(process, tier),
            Event::SealRefused { process, reason } => {
                self.condemn(process, DeathCause::SealRefused(reason));
            }
            Event::StartFailed { process, reason } => {
                let reason = text::clean(&reason, text::REMARK_BYTES_MAX);
                self.condemn(process, DeathCause::SpawnFailed(reason));
            }
            Event::Exited { process, exit } => self.on_exited(process, &exit),
            Event::Misbehaved {
                process,
                misbehaviour,
            } => {
                self.on_misbehaved(process, misbehaviour);
            }
            Event::SystemCallRefused {
                process,
                call,
                place,
            } => self.on_call_refused(process, call, place),
            Event::Flooded { process, messages } => self.on_flooded(process, messages),
            Event::QueueFull { process, waiting } => self.on_queue_full(process, waiting),
            Event::FromRenderer { process, message } => self.on_renderer(process, message),
            Event::FromShell { process, message } => self.on_shell(process, message),
            Event::FromGpu { process, message } => self.on_gpu(process, message),
            Event::FromNetwork { process, message } => self.on_network(process, message),
            Event::BodyReady { navigation, result } => self.on_body_ready(navigation, result),
            Event::Command(command) => self.on_command(command),
            Event::Tick => {}
        }
    }

    fn handle_while_exiting(&mut self, event: Event) {
        match event {
            Event::Spawned { process, pid } => self.on_spawned(process, pid),
            Event::SpawnFailed { process, reason } => self.on_spawn_failed(process, reason),
            Event::Exited { process, exit } => self.on_exited(process, &exit),
            Event::BodyReady {
                navigation,
                result: Ok(_),
            } if self.building.remove(&navigation) => {
                self.emit(Action::DropBody { navigation });
            }
            _ => {}
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Activate(tab) => self.activate(tab),
            Command::Back(tab) => self.go_back(tab),
            Command::Break(tab, action) => {
                self.inject(tab, crate::breaks::Fault::Page(action));
            }
            Command::BreakService(role, action) => self.break_service(role, action),
            Command::Close(tab) => self.close_tab(tab),
            Command::Forward(tab) => self.go_forward(tab),
            Command::Kill(tab) => self.inject(tab, crate::breaks::Fault::Kill),
            Command::Navigate(tab, address) => self.navigate_typed(tab, &address, Kind::New),
            Command::Open { address, activate } => {
                self.open_typed(&address, activate);
            }
            Command::Quit => self.quit(),
            Command::Reload(tab) => self.reload(tab),
        }
    }

    /// Brings everything in line that follows from the state: deadlines that have passed, services
    /// that must run, surfaces, scene, focus, and what the shell shows.
    fn settle(&mut self) {
        self.check_handshakes();
        self.check_hangs();
        self.check_swaps();
        if self.exiting {
            return;
        }
        self.keep_services();
        self.keep_surfaces();
        self.tell_scene();
        self.tell_focus();
        self.tell_cursor();
        self.tell_shell();
        self.ping_services();
    }

    /// Ends everything and then the browser.
    pub(crate) fn quit(&mut self) {
        if self.exiting {
            return;
        }
        for tab in self.tab_ids() {
            self.supersede(tab);
        }
        self.exiting = true;
        self.tabs.clear();
        self.active = None;
        self.surfaces.clear();
        self.services.forget();
        self.window.forget();
        self.input = InputState::default();
        let processes: Vec<ProcessId> = self.processes.keys().copied().collect();
        for process in processes {
            self.dismiss(process);
        }
        self.emit(Action::Exit { code: 0 });
    }

    pub(crate) fn emit(&mut self, action: Action) {
        if let Some((process, name)) = action.message_name()
            && let Some(process) = self.processes.get_mut(&process)
        {
            process.note(name);
        }
        if let Some(service) = action.service()
            && let Some(process) = self.processes.get_mut(&service)
        {
            process.hang.is_busy = true;
        }
        self.actions.push_back(action);
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
