//! Which inputs, pages and pings a process has not answered yet, and what follows from its silence.
//!
//! Owns: the clock of what is unanswered, per process. Trusts: no answer that does not fit what was
//! sent. Never: kills a tab's process by itself; the person decides. A silent service has no card
//! to show and is restarted.

use crate::action::Action;
use crate::event::Time;
use crate::exit::DeathCause;
use crate::kernel::Kernel;
use crate::processes::Process;
use crate::record::RecordKind;
use protocol::ids::{ProcessId, Role};
use protocol::limits::{HANG_CARD_MS, HANG_MARK_MS};
use protocol::misbehaviour::Misbehaviour;
use std::collections::VecDeque;

/// Unanswered inputs beyond which pointer moves are not sent any more.
pub(crate) const UNANSWERED_MOVES_MAX: usize = 32;
/// Unanswered inputs beyond which nothing is sent any more.
pub(crate) const UNANSWERED_MAX: usize = 64;

/// How slow a process is, as the person sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Slowness {
    /// It answers.
    #[default]
    None,
    /// The tab is marked.
    Marked,
    /// The card is up.
    Carded,
}

/// The inputs and pages of one process.
#[derive(Debug, Default)]
pub(crate) struct Hang {
    sent: u32,
    unanswered: VecDeque<(u32, Time)>,
    /// Last answer, or last time the person said Wait.
    patience_from: Time,
    pub(crate) slowness: Slowness,
    /// A service has been given something to do since the last ping.
    pub(crate) is_busy: bool,
}

impl Hang {
    /// The number of the next input or page, which counts as unanswered from now.
    pub(crate) fn send(&mut self, now: Time) -> u32 {
        self.sent = self.sent.wrapping_add(1);
        self.unanswered.push_back((self.sent, now));
        self.sent
    }

    pub(crate) fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    fn answer(&mut self, sequence: u32, now: Time) -> Result<(), Misbehaviour> {
        if self
            .unanswered
            .front()
            .is_none_or(|&(expected, _)| expected != sequence)
        {
            return Err(Misbehaviour::ValueOutOfRange);
        }
        self.unanswered.pop_front();
        self.patience_from = now;
        self.slowness = Slowness::None;
        Ok(())
    }

    /// The person gives it more time: the card goes, the mark stays.
    pub(crate) fn wait(&mut self, now: Time) {
        self.patience_from = now;
        self.slowness = Slowness::Marked;
    }

    /// Since when it has been silent.
    fn silent_since(&self) -> Option<Time> {
        self.unanswered
            .front()
            .map(|&(_, sent)| sent.max(self.patience_from))
    }

    fn is_silent_for(&self, now: Time, ms: u64) -> bool {
        self.silent_since()
            .is_some_and(|since| since.0 + ms <= now.0)
    }
}

impl Kernel {
    pub(crate) fn on_done(&mut self, id: ProcessId, sequence: u32) {
        let now = self.now;
        let Some(process) = self.living_mut(id) else {
            return;
        };
        if let Err(misbehaviour) = process.hang.answer(sequence, now) {
            self.on_misbehaved(id, misbehaviour);
        }
    }

    /// Asks the gpu and the network process whether they have taken in what they were last told.
    /// One that is told nothing is not asked: an idle browser wakes nobody.
    pub(crate) fn ping_services(&mut self) {
        let now = self.now;
        let gpu = self.window.gpu;
        for process in self.processes.values_mut().filter(|p| p.is_ready()) {
            let is_service = process.role == Role::Network || gpu == Some(process.id);
            if is_service && process.hang.is_busy && process.hang.unanswered() == 0 {
                process.hang.is_busy = false;
                let (process, sequence) = (process.id, process.hang.send(now));
                self.actions.push_back(Action::Ping { process, sequence });
            }
        }
    }

    /// Whether a card of that process would be seen.
    fn is_on_show(&self, process: &Process) -> bool {
        process.tab.is_some_and(|tab| {
            self.active == Some(tab) && self.current_process(tab) == Some(process.id)
        })
    }

    pub(crate) fn hang_deadline(&self, process: &Process) -> Option<Time> {
        if !process.is_ready() {
            return None;
        }
        let since = process.hang.silent_since()?.0;
        match (process.role, process.hang.slowness) {
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
            .filter(|p| p.is_ready())
            .map(|p| p.id)
            .collect();
        for id in ready {
            self.check_hang(id);
        }
    }

    fn check_hang(&mut self, id: ProcessId) {
        let now = self.now;
        let Some(process) = self.living(id) else {
            return;
        };
        let is_on_show = self.is_on_show(process);
        let (role, tab) = (process.role, process.tab);
        if is_ended_when_silent(role) {
            if process.hang.is_silent_for(now, HANG_CARD_MS) {
                self.condemn(id, DeathCause::Hung);
            }
            return;
        }
        let Some(process) = self.living_mut(id) else {
            return;
        };
        let hang = &mut process.hang;
        let mut news = Vec::new();
        if hang.slowness == Slowness::None && hang.is_silent_for(now, HANG_MARK_MS) {
            hang.slowness = Slowness::Marked;
            news.push(false);
        }
        if hang.slowness == Slowness::Marked && is_on_show && hang.is_silent_for(now, HANG_CARD_MS)
        {
            hang.slowness = Slowness::Carded;
            news.push(true);
        }
        for card in news {
            self.record(RecordKind::Slow { card }, tab, Some(id));
        }
    }
}

/// A service has no card on which the person could decide: it is replaced.
fn is_ended_when_silent(role: Role) -> bool {
    matches!(role, Role::Gpu | Role::Network | Role::Shell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_must_come_in_order_and_once() {
        let mut hang = Hang::default();
        let (first, second) = (hang.send(Time(0)), hang.send(Time(1)));
        assert_eq!(
            hang.answer(second, Time(2)),
            Err(Misbehaviour::ValueOutOfRange)
        );
        assert_eq!(hang.answer(first, Time(2)), Ok(()));
        assert_eq!(
            hang.answer(first, Time(2)),
            Err(Misbehaviour::ValueOutOfRange)
        );
        assert_eq!(hang.answer(second, Time(2)), Ok(()));
        assert_eq!(
            hang.answer(second + 1, Time(2)),
            Err(Misbehaviour::ValueOutOfRange)
        );
    }

    #[test]
    fn patience_starts_anew_with_each_answer() {
        let mut hang = Hang::default();
        let first = hang.send(Time(0));
        hang.send(Time(1));
        hang.answer(first, Time(2_900)).expect("the first is due");
        assert!(!hang.is_silent_for(Time(3_100), HANG_MARK_MS));
        assert!(hang.is_silent_for(Time(5_900), HANG_MARK_MS));
    }
}
