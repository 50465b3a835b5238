//! The life of every process: spawned, greeted, sealed, used, dead; and the services that are kept
//! running (gpu, network, shell, the spare renderer).
//!
//! Owns: the table of processes and the restart policy. Trusts: the event loop's word on what the
//! operating system did. Never: sends anything to a process that is not sealed, or to one that it
//! has killed; kills any process twice.

use crate::action::{Action, KillReason};
use crate::config::Config;
use crate::event::Time;
use crate::exit::{DeathCause, Exit, Waiting};
use crate::given::Given;
use crate::hang::Hang;
use crate::kernel::Kernel;
use crate::rate_limit::RateLimit;
use crate::record::RecordKind;
use protocol::ids::{ProcessId, Role, TabId};
use protocol::input::Cursor;
use protocol::limits;
use protocol::misbehaviour::Misbehaviour;
use protocol::site::Site;
use std::collections::VecDeque;

/// Messages remembered per process, for its card.
const NOTES_MAX: usize = 8;
/// Processes that renderers may not take, so that a service can always be restarted.
const SERVICE_PROCESSES: usize = 12;

/// How far a process is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Asked for.
    Spawning,
    /// It runs; its hello has not come.
    Spawned,
    /// It has its bootstrap; it warms up and seals itself.
    Bootstrapped,
    /// Sealed and verified.
    Ready,
    /// Killed, for this reason; its exit has not been reported.
    Ending(DeathCause),
}

/// One process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) id: ProcessId,
    pub(crate) role: Role,
    pub(crate) pid: Option<u32>,
    pub(crate) stage: Stage,
    pub(crate) spawned_at: Time,
    pub(crate) tier: Option<String>,
    /// The tab it works for. Of a dead one: worked for.
    pub(crate) tab: Option<TabId>,
    /// What it is locked to. Set once, never changed.
    pub(crate) site: Option<Site>,
    /// The network process that it has a fetch channel with.
    pub(crate) network: Option<ProcessId>,
    /// Of a renderer: the navigations committed in it. Of a network process: those it was to fetch.
    pub(crate) navigations: Given,
    pub(crate) hang: Hang,
    /// Whether the person did something there that no new tab has used up yet.
    pub(crate) activated: bool,
    /// How often its page has asked to go elsewhere.
    pub(crate) navigations_asked: RateLimit,
    pub(crate) cursor: Cursor,
    pub(crate) hover_link: Option<String>,
    /// The last messages from (`<`) and to (`>`) it.
    pub(crate) notes: VecDeque<&'static str>,
}

impl Process {
    fn new(id: ProcessId, role: Role, now: Time) -> Process {
        Process {
            id,
            role,
            pid: None,
            stage: Stage::Spawning,
            spawned_at: now,
            tier: None,
            tab: None,
            site: None,
            network: None,
            navigations: Given::default(),
            hang: Hang::default(),
            activated: false,
            navigations_asked: RateLimit::new(
                limits::PAGE_NAVIGATIONS_MAX,
                limits::PAGE_NAVIGATIONS_WINDOW_MS,
            ),
            cursor: Cursor::Default,
            hover_link: None,
            notes: VecDeque::new(),
        }
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }

    pub(crate) fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::Ending(_))
    }

    pub(crate) fn handshake_deadline(&self) -> Option<Time> {
        if self.is_ready() || self.is_ending() {
            return None;
        }
        Some(Time(self.spawned_at.0 + limits::HANDSHAKE_MS_MAX))
    }

    pub(crate) fn note(&mut self, name: &'static str) {
        if self.notes.len() == NOTES_MAX {
            self.notes.pop_front();
        }
        self.notes.push_back(name);
    }
}

/// A role that is kept filled.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) process: Option<ProcessId>,
    /// Whether the settings have it.
    is_configured: bool,
    /// Whether it is to be there now: not after too many deaths, until those are long enough ago.
    pub(crate) wanted: bool,
    pub(crate) restarts: RateLimit,
}

impl Service {
    fn new(is_configured: bool, restarts_max: usize) -> Service {
        Service {
            process: None,
            is_configured,
            wanted: is_configured,
            restarts: RateLimit::new(restarts_max, limits::RESTART_WINDOW_MS),
        }
    }

    /// It has died; says whether it is given up for now.
    fn died(&mut self, now: Time) -> bool {
        self.process = None;
        self.wanted = self.restarts.allow(now);
        !self.wanted
    }

    /// Wanted again once enough time has gone by.
    fn revive(&mut self, now: Time) {
        if self.is_configured && !self.wanted {
            self.wanted = self.restarts.allow(now);
        }
    }

    /// When it is to be tried again, if it is given up.
    pub(crate) fn revival(&self) -> Option<Time> {
        let is_given_up = self.is_configured && !self.wanted;
        self.restarts.room_at().filter(|_| is_given_up)
    }
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) gpu: Service,
    pub(crate) network: Service,
    pub(crate) shell: Service,
    pub(crate) spare: Service,
}

impl Services {
    pub(crate) fn new(config: &Config) -> Services {
        Services {
            gpu: Service::new(true, limits::GPU_RESTARTS_MAX),
            network: Service::new(true, limits::NETWORK_RESTARTS_MAX),
            shell: Service::new(config.shell, limits::SHELL_RESTARTS_MAX),
            spare: Service::new(config.spare, limits::SPARE_RESTARTS_MAX),
        }
    }

    /// The service of that role; of a renderer it is the spare one.
    pub(crate) fn of(&mut self, role: Role) -> Option<&mut Service> {
        match role {
            Role::Gpu => Some(&mut self.gpu),
            Role::Network => Some(&mut self.network),
            Role::Renderer => Some(&mut self.spare),
            Role::Shell => Some(&mut self.shell),
            Role::Demo => None,
        }
    }

    pub(crate) fn all(&self) -> [&Service; 4] {
        [&self.gpu, &self.network, &self.shell, &self.spare]
    }

    /// No service has a process any more and none is to have one.
    pub(crate) fn forget(&mut self) {
        for service in [
            &mut self.gpu,
            &mut self.network,
            &mut self.shell,
            &mut self.spare,
        ] {
            service.process = None;
            service.is_configured = false;
            service.wanted = false;
        }
    }
}

impl Kernel {
    /// The process, unless it is unknown or on its way out: then whatever it says is ignored.
    pub(crate) fn living(&self, process: ProcessId) -> Option<&Process> {
        self.processes.get(&process).filter(|p| !p.is_ending())
    }

    pub(crate) fn living_mut(&mut self, process: ProcessId) -> Option<&mut Process> {
        self.processes.get_mut(&process).filter(|p| !p.is_ending())
    }

    pub(crate) fn is_ready(&self, process: ProcessId) -> bool {
        self.processes.get(&process).is_some_and(Process::is_ready)
    }

    /// The service's process if it is ready to be spoken to.
    pub(crate) fn ready_service(&self, service: &Service) -> Option<ProcessId> {
        service.process.filter(|&p| self.is_ready(p))
    }

    /// A new process of that role; `None` at the limit.
    fn spawn(&mut self, role: Role) -> Option<ProcessId> {
        let reserved = if role == Role::Renderer {
            SERVICE_PROCESSES
        } else {
            0
        };
        if self.processes.len() + reserved >= limits::PROCESSES_MAX {
            return None;
        }
        let process = self.ids.process();
        self.processes
            .insert(process, Process::new(process, role, self.now));
        self.emit(Action::Spawn { process, role });
        Some(process)
    }

    /// A renderer without a site for that tab: the spare one, or a new one; `None` at the limit. It
    /// may still be starting.
    pub(crate) fn acquire_renderer(&mut self, tab: TabId) -> Option<ProcessId> {
        let id = match self.services.spare.process.take() {
            Some(spare) => spare,
            None => self.spawn(Role::Renderer)?,
        };
        let process = self.living_mut(id).expect("a spare or new renderer lives");
        process.tab = Some(tab);
        Some(id)
    }

    /// A renderer that was acquired and not locked is not needed: it becomes the spare, or ends.
    pub(crate) fn release_renderer(&mut self, id: ProcessId) {
        let spare = &self.services.spare;
        let is_wanted = spare.wanted && spare.process.is_none();
        let Some(process) = self.living_mut(id) else {
            return;
        };
        debug_assert!(
            process.site.is_none(),
            "only a renderer without a site can be released"
        );
        process.tab = None;
        if is_wanted {
            self.services.spare.process = Some(id);
        } else {
            self.dismiss(id);
        }
    }

    /// Spawns the services that should be there and are not.
    pub(crate) fn keep_services(&mut self) {
        let services = &mut self.services;
        services.gpu.revive(self.now);
        services.network.revive(self.now);
        services.shell.revive(self.now);
        services.spare.revive(self.now);
        if self.services.gpu.wanted && self.services.gpu.process.is_none() {
            self.services.gpu.process = self.spawn(Role::Gpu);
        }
        if self.services.network.wanted && self.services.network.process.is_none() {
            self.services.network.process = self.spawn(Role::Network);
        }
        if self.services.shell.wanted && self.services.shell.process.is_none() {
            self.services.shell.process = self.spawn(Role::Shell);
        }
        // A tab that waits for its process has the machine first.
        let is_tab_waiting = self.tabs.iter().any(|tab| tab.awaited_process().is_some());
        if self.services.spare.wanted && self.services.spare.process.is_none() && !is_tab_waiting {
            self.services.spare.process = self.spawn(Role::Renderer);
        }
    }

    pub(crate) fn on_spawned(&mut self, id: ProcessId, pid: u32) {
        let Some(process) = self.processes.get_mut(&id) else {
            return;
        };
        if process.pid.is_none() {
            process.pid = Some(pid);
        }
        if process.stage == Stage::Spawning {
            process.stage = Stage::Spawned;
        }
    }

    pub(crate) fn on_spawn_failed(&mut self, id: ProcessId, reason: String) {
        self.gone(id, DeathCause::SpawnFailed(reason));
    }

    pub(crate) fn on_hello(&mut self, id: ProcessId) {
        let Some(process) = self.living_mut(id) else {
            return;
        };
        if process.stage != Stage::Spawned {
            self.on_misbehaved(id, Misbehaviour::Handshake);
            return;
        }
        process.stage = Stage::Bootstrapped;
        self.emit(Action::Bootstrap { process: id });
    }

    pub(crate) fn on_sealed(&mut self, id: ProcessId, tier: String) {
        let Some(process) = self.living_mut(id) else {
            return;
        };
        if process.stage != Stage::Bootstrapped {
            self.on_misbehaved(id, Misbehaviour::Handshake);
            return;
        }
        process.stage = Stage::Ready;
        process.tier = Some(tier.clone());
        let (role, pid, tab) = (process.role, process.pid.unwrap_or(0), process.tab);
        self.record(RecordKind::Sealed { role, pid, tier }, tab, Some(id));
        match role {
            Role::Network => self.network_ready(id),
            Role::Renderer => {
                if let Some(tab) = tab {
                    self.awaited_process_ready(tab, id);
                }
            }
            Role::Gpu | Role::Shell | Role::Demo => {}
        }
    }

    pub(crate) fn on_misbehaved(&mut self, id: ProcessId, misbehaviour: Misbehaviour) {
        self.condemn(id, DeathCause::Misbehaved(misbehaviour));
    }

    pub(crate) fn on_flooded(&mut self, id: ProcessId, messages: u32) {
        self.condemn(id, DeathCause::Flooded(messages));
    }

    pub(crate) fn on_call_refused(&mut self, id: ProcessId, call: String, place: String) {
        self.condemn(id, DeathCause::SystemCall { call, place });
    }

    pub(crate) fn on_queue_full(&mut self, id: ProcessId, waiting: Waiting) {
        self.condemn(id, DeathCause::QueueFull(waiting));
    }

    pub(crate) fn on_exited(&mut self, id: ProcessId, exit: &Exit) {
        self.gone(id, DeathCause::of(exit));
    }

    pub(crate) fn check_handshakes(&mut self) {
        let is_late = |p: &&Process| p.handshake_deadline().is_some_and(|at| at <= self.now);
        let late: Vec<ProcessId> = self
            .processes
            .values()
            .filter(is_late)
            .map(|p| p.id)
            .collect();
        for process in late {
            self.condemn(process, DeathCause::HandshakeTimeout);
        }
    }

    /// Kills a process for a reason of the kernel's own, and deals with the loss at once: its exit,
    /// when it comes, tells nothing new.
    pub(crate) fn condemn(&mut self, id: ProcessId, cause: DeathCause) {
        let reason = match cause {
            DeathCause::Wanted => KillReason::Wanted,
            _ => KillReason::Fault,
        };
        let Some(process) = self.living_mut(id) else {
            return;
        };
        process.stage = Stage::Ending(cause.clone());
        self.emit(Action::Kill {
            process: id,
            reason,
        });
        self.lost(id, cause);
    }

    /// Ends a process that nothing refers to any more.
    pub(crate) fn dismiss(&mut self, id: ProcessId) {
        let Some(process) = self.living_mut(id) else {
            return;
        };
        process.stage = Stage::Ending(DeathCause::Wanted);
        process.network = None;
        self.emit(Action::Kill {
            process: id,
            reason: KillReason::Wanted,
        });
    }

    /// The operating system has no such process any more.
    fn gone(&mut self, id: ProcessId, reported: DeathCause) {
        let Some(process) = self.processes.get_mut(&id) else {
            return;
        };
        let (cause, is_news) = match &process.stage {
            Stage::Ending(cause) => (cause.clone(), false),
            _ => (reported, true),
        };
        process.stage = Stage::Ending(cause.clone());
        let (role, pid, tab) = (process.role, process.pid.unwrap_or(0), process.tab);
        let kind = match &cause {
            DeathCause::Wanted => RecordKind::Ended { role, pid },
            cause => RecordKind::Died {
                role,
                pid,
                cause: cause.in_full(),
            },
        };
        self.record(kind, tab, Some(id));
        if is_news {
            self.lost(id, cause);
        }
        self.processes.remove(&id);
    }

    /// Takes everything from a process that has just died or been killed, and tells whom it served.
    fn lost(&mut self, id: ProcessId, cause: DeathCause) {
        let Some(process) = self.processes.get_mut(&id) else {
            return;
        };
        process.network = None;
        let (role, tab) = (process.role, process.tab);
        for surface in self.surfaces.values_mut() {
            surface.producer = surface.producer.filter(|&producer| producer != id);
        }
        let now = self.now;
        let service = self
            .services
            .of(role)
            .filter(|service| service.process == Some(id));
        let Some(service) = service else {
            if let (Role::Renderer, Some(tab)) = (role, tab) {
                self.tab_process_lost(tab, id, cause);
            }
            return;
        };
        let is_given_up = service.died(now);
        // A tab does without the spare one.
        if is_given_up && role != Role::Renderer {
            self.record(RecordKind::GivenUp { role }, None, None);
        }
        match role {
            Role::Gpu => self.gpu_lost(),
            Role::Network => self.network_lost(id),
            Role::Shell => self.shell_lost(),
            Role::Renderer | Role::Demo => {}
        }
    }
}
