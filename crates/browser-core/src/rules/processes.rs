//! The life of every process: spawned, greeted, sealed, used, dead; and the services that are kept
//! running.
//!
//! Trusts: the event loop on what the operating system did. Never: sends anything to a process that
//! is not sealed or has been killed; kills a process twice.

use crate::action::{Action, EXIT_NO_WINDOW, KillReason};
use crate::config::SERVICE_PROCESSES;
use crate::death::{DeathCause, Exit, Waiting};
use crate::event::Time;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::process::{Process, ProcessStage};
use crate::state::service::Outlook;
use crate::state::tab::Tab;
use crate::text;
use protocol::ids::{ProcessId, Role, TabId};
use protocol::limits::WINDOW_TRIES_MAX;
use protocol::misbehaviour::Misbehaviour;

impl Core {
    /// A new process of that role; `None` at the limit.
    fn spawn(&mut self, role: Role) -> Option<ProcessId> {
        let reserved = if role == Role::Renderer {
            SERVICE_PROCESSES
        } else {
            0
        };
        if self.processes.len() + reserved >= self.config.capacity.processes {
            return None;
        }
        let process = self.ids.process();
        self.processes.insert(Process::new(process, role, self.now));
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
        let process = self
            .processes
            .living_mut(id)
            .expect("a spare or new renderer lives");
        process.tab = Some(tab);
        Some(id)
    }

    /// A renderer that was acquired and not locked is not needed: it becomes the spare, or ends.
    pub(crate) fn release_renderer(&mut self, id: ProcessId) {
        let is_wanted = self.services.spare.is_wanted();
        let Some(process) = self.processes.living_mut(id) else {
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
        self.keep_service(Role::X11Filter);
        if self.is_display_reachable() {
            self.keep_service(Role::Gpu);
        }
        for role in [Role::Network, Role::Shell, Role::Demo, Role::Devtools] {
            self.keep_service(role);
        }
        // A tab that waits for its process has the machine first.
        let is_tab_waiting = self.tabs.iter().any(|tab| tab.awaited_process().is_some());
        if !is_tab_waiting && self.spare_delay().is_none() {
            self.keep_service(Role::Renderer);
        }
    }

    /// Until when the next spare renderer waits for pages that load.
    pub(crate) fn spare_delay(&self) -> Option<Time> {
        if !self.services.spare.is_wanted() {
            return None;
        }
        let until = self.tabs.iter().filter_map(Tab::hurries_until).max();
        until.filter(|until| *until > self.now)
    }

    fn keep_service(&mut self, role: Role) {
        let now = self.now;
        if self.services.of(role).is_missing(now) {
            self.services.of(role).process = self.spawn(role);
        }
    }

    pub(crate) fn on_spawned(&mut self, id: ProcessId, pid: u32) {
        let Some(process) = self.processes.get_mut(id) else {
            return;
        };
        if process.pid.is_none() {
            process.pid = Some(pid);
        }
        if process.stage == ProcessStage::Spawning {
            process.stage = ProcessStage::Spawned;
        }
    }

    pub(crate) fn on_spawn_failed(&mut self, id: ProcessId, reason: String) {
        self.gone(id, DeathCause::SpawnFailed(reason));
    }

    /// A child says that it cannot work. Without a window nothing can be seen: it does not help to
    /// ask the same display again. A process that had been sealed had its window.
    pub(crate) fn on_start_failed(&mut self, id: ProcessId, reason: &str) {
        let reason = text::clean(reason, text::REMARK_BYTES_MAX);
        let window = [&self.services.gpu, &self.services.x11_filter];
        let process = self.processes.living(id);
        let was_sealed = process.is_some_and(|process| process.stage == ProcessStage::Ready);
        let is_window = window
            .into_iter()
            .any(|service| service.process == Some(id))
            && self.window.gpu.is_none()
            && !was_sealed;
        self.condemn(id, DeathCause::SpawnFailed(reason.clone()));
        if is_window {
            self.end_without_window(reason);
        }
    }

    pub(crate) fn on_hello(&mut self, id: ProcessId) {
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        if process.stage != ProcessStage::Spawned {
            self.on_misbehaved(id, Misbehaviour::Handshake);
            return;
        }
        process.stage = ProcessStage::Bootstrapped;
        self.emit(Action::Bootstrap { process: id });
    }

    pub(crate) fn on_sealed(&mut self, id: ProcessId, tier: String) {
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        if process.stage != ProcessStage::Bootstrapped {
            self.on_misbehaved(id, Misbehaviour::Handshake);
            return;
        }
        process.stage = ProcessStage::Ready;
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
            Role::Devtools => self.devtools_ready(),
            Role::Demo | Role::Gpu | Role::Shell | Role::X11Filter => {}
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

    /// Kills a process for a reason of the core's own, and deals with the loss at once: its exit,
    /// when it comes, tells nothing new.
    pub(crate) fn condemn(&mut self, id: ProcessId, cause: DeathCause) {
        let reason = match cause {
            DeathCause::Wanted => KillReason::Wanted,
            _ => KillReason::Fault,
        };
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        process.stage = ProcessStage::Ending(cause.clone());
        self.emit(Action::Kill {
            process: id,
            reason,
        });
        self.lost(id, cause);
    }

    /// Ends a process that nothing refers to any more.
    pub(crate) fn dismiss(&mut self, id: ProcessId) {
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        process.stage = ProcessStage::Ending(DeathCause::Wanted);
        process.network = None;
        self.emit(Action::Kill {
            process: id,
            reason: KillReason::Wanted,
        });
    }

    /// The operating system has no such process any more.
    fn gone(&mut self, id: ProcessId, reported: DeathCause) {
        let Some(process) = self.processes.get_mut(id) else {
            return;
        };
        let (cause, is_news) = match &process.stage {
            ProcessStage::Ending(cause) => (cause.clone(), false),
            _ => (reported, true),
        };
        process.stage = ProcessStage::Ending(cause.clone());
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
        self.processes.remove(id);
    }

    /// No window can be had: the browser says so and ends, rather than run unseen.
    fn end_without_window(&mut self, reason: String) {
        if !self.exiting {
            self.record(RecordKind::NoWindow { reason }, None, None);
            self.end(EXIT_NO_WINDOW);
        }
    }

    /// Takes everything from a process that has just died or been killed, and tells whom it served.
    fn lost(&mut self, id: ProcessId, cause: DeathCause) {
        let Some(process) = self.processes.get_mut(id) else {
            return;
        };
        process.network = None;
        let (role, tab) = (process.role, process.tab);
        let now = self.now;
        let lived_ms = now.0 - process.spawned_at.0;
        self.surfaces.forget_producer(id);
        let service = self.services.of(role);
        if service.process != Some(id) {
            if let (Role::Renderer, Some(tab)) = (role, tab) {
                self.tab_process_lost(tab, id, cause);
            }
            return;
        }
        let outlook = service.died(now, lived_ms);
        let deaths = service.restarts.deaths();
        match outlook {
            // A tab does without the spare one.
            _ if role == Role::Renderer => {}
            Outlook::Over => self.record(RecordKind::GivenUp { role }, None, None),
            Outlook::Again { pause_ms: 0 } => {}
            Outlook::Again { pause_ms } => {
                self.record(RecordKind::KeepsDying { role, pause_ms }, None, None);
            }
        }
        match role {
            Role::Gpu => {
                self.gpu_lost();
                if deaths > WINDOW_TRIES_MAX && !self.window.has_stood {
                    self.end_without_window(format!("the gpu process {cause}"));
                }
            }
            Role::Network => self.network_lost(id),
            Role::Shell => self.shell_lost(),
            Role::X11Filter => {
                self.x11_filter_lost();
                if deaths > WINDOW_TRIES_MAX && !self.window.has_stood {
                    self.end_without_window(format!("the X11 filter {cause}"));
                }
            }
            Role::Devtools => self.devtools_lost(),
            Role::Demo | Role::Renderer => {}
        }
    }
}
