//! Hands each event to its rule, then brings everything that follows from the state in line.

use crate::action::Action;
use crate::config::Config;
use crate::death::DeathCause;
use crate::event::{Command, Event, Time};
use crate::state::core::Core;
use crate::state::injection::Injection;
use crate::state::input::InputState;
use crate::state::navigation::NavigationKind;
use crate::state::process::Process;
use crate::state::tab::Tab;

impl Core {
    /// A core at time zero that wants its first processes started. The seed makes the names of
    /// opaque sites differ between sessions; nothing else depends on it.
    pub fn new(config: Config, seed: u64) -> Core {
        let chaos = config.chaos.clone();
        let mut core = Core::at_rest(config, seed);
        if let Some((spec, seed)) = chaos {
            core.begin_chaos(&spec, seed);
        }
        core.settle();
        core
    }

    /// Takes in one event. Time that goes back is taken as standing still.
    ///
    /// # Panics
    ///
    /// In debug builds, when an invariant does not hold afterwards: that is a bug of the core.
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
            panic!("the core broke its own rules: {violation}");
        }
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
        let now = self.now;
        let processes = self.processes.values();
        let stops = processes.filter_map(|p| p.scripts.deadline(now));
        let swaps = self.tabs.iter().filter_map(Tab::swap_deadline);
        let services = self.services.all().into_iter();
        let restarts = services.filter_map(|service| service.restart_at(self.now));
        let refreshes = self.refresh_deadline();
        let deadlines = handshakes.chain(hangs).chain(swaps).chain(restarts);
        let deadlines = deadlines.chain(stops).chain(self.leave_deadline());
        let deadlines = deadlines.chain(refreshes).chain(self.chaos_deadline());
        deadlines.chain(self.spare_delay()).min()
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
            Event::StartFailed { process, reason } => self.on_start_failed(process, &reason),
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
            Event::FromDevtools { process, message } => self.on_devtools(process, message),
            Event::FromX11Filter { process, message } => self.on_x11_filter(process, message),
            Event::BodyReady { navigation, result } => self.on_body_ready(navigation, result),
            Event::ClipboardRead { request, result } => {
                self.on_clipboard_read(request, result);
                self.send_held();
            }
            Event::ColorScheme(color_scheme) => self.config.color_scheme = color_scheme,
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
            Command::AnswerDialog(tab, answer) => self.close_dialog(tab, answer),
            Command::Activate(tab) => self.activate(tab),
            Command::Back(tab) => self.go_back(tab),
            Command::Chaos(Some((spec, seed))) => self.begin_chaos(&spec, seed),
            Command::Chaos(None) => self.end_chaos(),
            Command::Inject(tab, fault) => {
                self.inject(tab, Injection::Page(fault));
            }
            Command::InjectIntoService(role, fault) => self.inject_into_service(role, fault),
            Command::Close(tab) => self.close_tab(tab),
            Command::Forward(tab) => self.go_forward(tab),
            Command::Kill(tab) => self.inject(tab, Injection::Kill),
            Command::Navigate(tab, address) => {
                self.navigate_typed(tab, &address, NavigationKind::New)
            }
            Command::Open { address, activate } => {
                self.open_typed(&address, activate);
            }
            Command::Quit => self.quit(),
            Command::Reload(tab) => self.reload(tab),
            Command::StopScript(tab) => self.stop_script(tab),
        }
    }

    /// Brings everything in line that follows from the state: deadlines that have passed, services
    /// that must run, surfaces, scene, focus, and what the shell shows.
    fn settle(&mut self) {
        self.check_handshakes();
        self.check_hangs();
        self.check_swaps();
        self.check_leaving();
        if self.exiting {
            return;
        }
        self.check_refreshes();
        self.check_chaos();
        self.keep_services();
        self.keep_popup();
        // The shell knows what to paint before it has the surface.
        self.tell_popup();
        self.tell_dialog();
        self.hide_surfaces();
        self.keep_surfaces();
        self.tell_appearance();
        self.ask_finds();
        self.tell_scene();
        self.tell_focus();
        self.tell_cursor();
        self.tell_shell();
        self.tell_icons();
        self.ping_services();
        self.check_wishes();
    }

    /// Ends everything and then the browser, as the user wants it.
    pub(crate) fn quit(&mut self) {
        self.end(0);
    }

    /// Ends everything and then the browser, with that exit status.
    pub(crate) fn end(&mut self, code: u8) {
        if self.exiting {
            return;
        }
        for tab in self.tabs.ids() {
            self.supersede(tab);
        }
        self.exiting = true;
        self.tabs.clear();
        self.surfaces.clear();
        self.services.forget();
        self.window.forget();
        self.popup = None;
        self.input = InputState::default();
        for process in self.processes.ids() {
            self.dismiss(process);
        }
        self.emit(Action::Exit { code });
    }
}
