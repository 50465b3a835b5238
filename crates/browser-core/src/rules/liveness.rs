//! Which inputs, pages and pings a process has not answered yet, and what follows from its silence.
//!
//! Trusts: no answer that does not fit what was sent. Never: kills a tab's process by itself; the
//! user decides. A silent service has no card to show, so it is restarted.

use crate::action::Action;
use crate::death::DeathCause;
use crate::event::Time;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::liveness::Slowness;
use crate::state::process::Process;
use protocol::ids::{ProcessId, Role};
use protocol::limits::{HANG_CARD_MS, HANG_MARK_MS};

impl Core {
    pub(crate) fn on_done(&mut self, id: ProcessId, sequence: u32) {
        let now = self.now;
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        if let Err(misbehaviour) = process.unanswered.answer(sequence, now) {
            self.on_misbehaved(id, misbehaviour);
        } else if let Some((surface, held)) = process.unanswered.take_held() {
            self.send_input(surface, held);
        }
    }

    /// Asks the gpu and the network process whether they have taken in what they were last told.
    /// One that is told nothing is not asked: an idle browser wakes nobody.
    pub(crate) fn ping_services(&mut self) {
        let now = self.now;
        let gpu = self.window.gpu;
        for process in self.processes.values_mut().filter(|p| p.is_ready()) {
            let is_service = process.role == Role::Network || gpu == Some(process.id);
            if is_service && process.unanswered.is_busy && process.unanswered.count() == 0 {
                process.unanswered.is_busy = false;
                let (process, sequence) = (process.id, process.unanswered.send(now));
                self.actions.push_back(Action::Ping { process, sequence });
            }
        }
    }

    /// Whether a card of that process would be seen.
    fn is_on_show(&self, process: &Process) -> bool {
        process.tab.is_some_and(|tab| {
            self.tabs.active == Some(tab) && self.current_process(tab) == Some(process.id)
        })
    }

    pub(crate) fn hang_deadline(&self, process: &Process) -> Option<Time> {
        // One that waits for the user is not silent.
        if !process.is_ready() || process.dialog.is_some() {
            return None;
        }
        let since = process.unanswered.silent_since()?.0;
        match (process.role, process.unanswered.slowness) {
            (role, _) if is_ended_when_silent(role) => Some(Time(since + HANG_CARD_MS)),
            (_, Slowness::None) => Some(Time(since + HANG_MARK_MS)),
            (_, Slowness::Marked) if self.is_on_show(process) => Some(Time(since + HANG_CARD_MS)),
            _ => None,
        }
    }

    pub(crate) fn check_hangs(&mut self) {
        let ready: Vec<ProcessId> = self
            .processes
            .values()
            .filter(|p| p.is_ready() && p.dialog.is_none())
            .map(|p| p.id)
            .collect();
        for id in ready {
            self.check_hang(id);
        }
    }

    fn check_hang(&mut self, id: ProcessId) {
        let now = self.now;
        let Some(process) = self.processes.living(id) else {
            return;
        };
        let is_on_show = self.is_on_show(process);
        let (role, tab) = (process.role, process.tab);
        if is_ended_when_silent(role) {
            if process.unanswered.is_silent_for(now, HANG_CARD_MS) {
                self.condemn(id, DeathCause::Hung);
            }
            return;
        }
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        let unanswered = &mut process.unanswered;
        let mut news = Vec::new();
        if unanswered.slowness == Slowness::None && unanswered.is_silent_for(now, HANG_MARK_MS) {
            unanswered.slowness = Slowness::Marked;
            news.push(false);
        }
        if unanswered.slowness == Slowness::Marked
            && is_on_show
            && unanswered.is_silent_for(now, HANG_CARD_MS)
        {
            unanswered.slowness = Slowness::Carded;
            news.push(true);
        }
        for card in news {
            self.record(RecordKind::Slow { card }, tab, Some(id));
        }
    }
}

/// A service has no card on which the user could decide: it is replaced.
fn is_ended_when_silent(role: Role) -> bool {
    matches!(role, Role::Gpu | Role::Network | Role::Shell)
}
