//! Chaos: injects faults by a list and a seed while the browser runs.
//!
//! Trusts: nothing but the clock. Never: meets the broker; wakes a browser without a list; decides
//! by anything that differs between runs, such as the ids of processes on the host.

use crate::action::{Action, ChildSignal};
use crate::chaos::{ChaosKind, ChaosSpec};
use crate::death::DeathCause;
use crate::event::Time;
use crate::record::{ChaosFault, RecordKind};
use crate::state::chaos::{Chaos, Decision, Stopped};
use crate::state::core::Core;
use crate::state::liveness::Slowness;
use protocol::devtools::{ChaosNews, ToDevtools};
use protocol::fault::Fault;
use protocol::ids::{ProcessId, Role, TabId};

/// `ptrace`, which no policy permits.
const REFUSED_CALL: u32 = 101;

/// Decisions that are carried out in one turn. After a browser was stopped for an hour, many are
/// due: the others follow, and what else happens comes in between.
const DECISIONS_A_TURN_MAX: usize = 64;

/// Whom a decision can meet.
#[derive(Clone, Copy, Debug)]
enum Candidate {
    Process(ProcessId),
    /// A tab that has died or does not answer.
    Tab(TabId),
}

impl Core {
    /// Begins a run, in place of one that is under way.
    pub(crate) fn begin_chaos(&mut self, spec: &ChaosSpec, seed: u64) {
        self.end_chaos();
        self.chaos = Some(Chaos::new(spec, seed, self.now));
        let spec = spec.to_string();
        self.record(RecordKind::ChaosBegan { spec, seed }, None, None);
    }

    /// Ends the run, if there is one. What it has stopped goes on; what it has made hang is
    /// killed.
    pub(crate) fn end_chaos(&mut self) {
        let Some(chaos) = self.chaos.take() else {
            return;
        };
        for stopped in &chaos.stopped {
            self.resume(stopped, chaos.age_ms(self.now));
        }
        for process in chaos.hung.iter().copied() {
            self.condemn(process, DeathCause::Hung);
        }
        let decisions = chaos.decisions();
        self.record(RecordKind::ChaosEnded { decisions }, None, None);
    }

    pub(crate) fn chaos_deadline(&self) -> Option<Time> {
        self.chaos.as_ref()?.deadline()
    }

    /// Does what is due.
    pub(crate) fn check_chaos(&mut self) {
        let now = self.now;
        let Some(chaos) = &mut self.chaos else { return };
        let age_ms = chaos.age_ms(now);
        for stopped in chaos.take_rested(now) {
            self.resume(&stopped, age_ms);
        }
        for _ in 0..DECISIONS_A_TURN_MAX {
            let decision = self.chaos.as_mut().and_then(|it| it.decide(now));
            let Some(decision) = decision else { return };
            self.carry_out(&decision);
        }
    }

    /// Has a stopped process go on, if it still lives.
    fn resume(&mut self, stopped: &Stopped, after_ms: u64) {
        let Stopped {
            process,
            role,
            number,
            ..
        } = *stopped;
        if self.processes.living(process).is_none() {
            return;
        }
        let signal = ChildSignal::Continue;
        self.emit(Action::Signal { process, signal });
        let fault = ChaosFault {
            number,
            kind: "cont",
            role,
            after_ms,
            choice: 0,
            of: 0,
            is_skipped: false,
            pid: None,
        };
        let tab = self.processes.get(process).and_then(|it| it.tab);
        self.tell_of_chaos(fault, tab, Some(process));
    }

    fn carry_out(&mut self, decision: &Decision) {
        let candidates = self.candidates(decision.kind, decision.role);
        let of = candidates.len();
        let choice = decision.choice(of);
        let chosen = choice.and_then(|at| candidates.get(at).copied());
        let (process, tab) = match chosen {
            None => (None, None),
            Some(Candidate::Tab(tab)) => (self.current_process(tab), Some(tab)),
            Some(Candidate::Process(process)) => {
                let entry = self.processes.get(process);
                (Some(process), entry.and_then(|it| it.tab))
            }
        };
        let fault = ChaosFault {
            number: decision.number,
            kind: decision.kind.name(),
            role: decision.role,
            after_ms: decision.due_ms,
            choice: choice.map_or(0, |at| at + 1),
            of,
            is_skipped: chosen.is_none(),
            pid: None,
        };
        self.tell_of_chaos(fault, tab, process);
        match chosen {
            None => {}
            Some(Candidate::Tab(tab)) => self.recover(tab),
            Some(Candidate::Process(process)) => self.meet(process, decision),
        }
    }

    /// Those that could be meant, in an order that depends on no id: tabs stand as in the strip.
    fn candidates(&self, kind: ChaosKind, role: Role) -> Vec<Candidate> {
        if kind == ChaosKind::Reload {
            let failing = self.tabs.iter().map(|tab| tab.id);
            let failing = failing.filter(|tab| self.is_failing(*tab));
            return failing.map(Candidate::Tab).collect();
        }
        let is_free = |process: &ProcessId| {
            let is_stopped = |chaos: &Chaos| chaos.stopped.iter().any(|it| it.process == *process);
            kind != ChaosKind::Stop || !self.chaos.as_ref().is_some_and(is_stopped)
        };
        let processes: Vec<ProcessId> = match role {
            Role::Renderer => {
                let tabs = self.tabs.iter();
                tabs.filter_map(|tab| self.current_process(tab.id))
                    .collect()
            }
            role => self.services.process_of(role).into_iter().collect(),
        };
        let ready = processes
            .into_iter()
            .filter(|process| self.processes.is_ready(*process));
        ready.filter(is_free).map(Candidate::Process).collect()
    }

    /// Whether the tab's user would reload it.
    fn is_failing(&self, id: TabId) -> bool {
        let Some(tab) = self.tabs.find(id).filter(|tab| tab.pending.is_none()) else {
            return false;
        };
        tab.crash.is_some() || self.slowness(tab) != Slowness::None || self.is_hung_by_chaos(id)
    }

    fn is_hung_by_chaos(&self, tab: TabId) -> bool {
        let process = self.current_process(tab);
        let chaos = self.chaos.as_ref();
        process.is_some_and(|process| chaos.is_some_and(|it| it.hung.contains(&process)))
    }

    /// Brings a tab back as its user would: a page that does not answer is ended first.
    fn recover(&mut self, tab: TabId) {
        if let Some(process) = self.current_process(tab) {
            self.condemn(process, DeathCause::Hung);
        }
        self.reload(tab);
    }

    fn meet(&mut self, process: ProcessId, decision: &Decision) {
        let fault = match decision.kind {
            ChaosKind::Abort => Fault::Abort,
            ChaosKind::BadMessage => Fault::BadMessage,
            ChaosKind::Crash => Fault::Crash,
            ChaosKind::Hang => Fault::Hang,
            ChaosKind::Memory => Fault::Memory,
            ChaosKind::Panic => Fault::Panic,
            ChaosKind::Syscall => Fault::Syscall {
                number: REFUSED_CALL,
            },
            ChaosKind::Kill => return self.signal(process, ChildSignal::Kill),
            ChaosKind::Segv => return self.signal(process, ChildSignal::Segfault),
            ChaosKind::Stop => {
                let now = self.now;
                if let Some(chaos) = &mut self.chaos {
                    chaos.stop(process, decision, now);
                }
                return self.signal(process, ChildSignal::Stop);
            }
            // It meets a tab.
            ChaosKind::Reload => return,
        };
        if let Some(chaos) = self.chaos.as_mut().filter(|_| fault == Fault::Hang) {
            let processes = &self.processes;
            chaos.hung.retain(|it| processes.living(*it).is_some());
            chaos.hung.insert(process);
        }
        self.emit(Action::Inject { process, fault });
    }

    fn signal(&mut self, process: ProcessId, signal: ChildSignal) {
        self.emit(Action::Signal { process, signal });
    }

    fn tell_of_chaos(
        &mut self,
        mut fault: ChaosFault,
        tab: Option<TabId>,
        process: Option<ProcessId>,
    ) {
        let entry = process.and_then(|process| self.processes.get(process));
        fault.pid = entry.and_then(|process| process.pid);
        let news = ChaosNews {
            number: fault.number,
            kind: fault.kind.to_owned(),
            role: fault.role,
            after_ms: fault.after_ms,
            is_skipped: fault.is_skipped,
            pid: fault.pid,
            tab,
        };
        self.record(RecordKind::Chaos(fault), tab, process);
        self.tell_devtools(|| ToDevtools::Chaos(news));
    }
}
