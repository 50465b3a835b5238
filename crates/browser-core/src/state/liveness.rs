//! What one process has not answered yet, and since when it has been silent.

use crate::event::Time;
use protocol::ids::SurfaceId;
use protocol::input::InputEvent;
use protocol::misbehaviour::Misbehaviour;
use std::collections::VecDeque;

/// Unanswered inputs beyond which moves of pointer and wheel are not sent any more, but merged.
pub(crate) const UNANSWERED_MOVES_MAX: usize = 32;

/// Unanswered inputs beyond which nothing is sent any more.
pub(crate) const UNANSWERED_MAX: usize = 64;

/// How slow a process is, as the user sees it.
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
pub(crate) struct Unanswered {
    sent: u32,
    unanswered: VecDeque<(u32, Time)>,
    /// Last answer, or last time the user said Wait.
    patience_from: Time,
    pub(crate) slowness: Slowness,
    /// The moves that were not sent, as one.
    held: Option<(SurfaceId, InputEvent)>,
    /// A service has been given something to do since the last ping.
    pub(crate) is_busy: bool,
}

impl Unanswered {
    /// The number of the next input or page, which counts as unanswered from now.
    pub(crate) fn send(&mut self, now: Time) -> u32 {
        self.sent = self.sent.wrapping_add(1);
        self.unanswered.push_back((self.sent, now));
        self.sent
    }

    pub(crate) fn count(&self) -> usize {
        self.unanswered.len()
    }

    /// Whether that number is not answered.
    pub(crate) fn has(&self, sequence: u32) -> bool {
        self.unanswered.iter().any(|&(sent, _)| sent == sequence)
    }

    pub(crate) fn answer(&mut self, sequence: u32, now: Time) -> Result<(), Misbehaviour> {
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

    /// Keeps a move until there is an answer. What cannot be merged with it is lost for it.
    pub(crate) fn hold(&mut self, surface: SurfaceId, event: InputEvent) {
        let held = self.held.filter(|&(held, _)| held == surface);
        let merged = held.and_then(|(_, held)| held.merged(event));
        self.held = Some((surface, merged.unwrap_or(event)));
    }

    pub(crate) fn take_held(&mut self) -> Option<(SurfaceId, InputEvent)> {
        self.held.take()
    }

    /// The user gives it more time: the card goes, the mark stays.
    pub(crate) fn wait(&mut self, now: Time) {
        self.patience_from = now;
        self.slowness = Slowness::Marked;
    }

    /// It had no reason to answer until now.
    pub(crate) fn rest(&mut self, now: Time) {
        self.patience_from = now;
    }

    /// Since when it has been silent.
    pub(crate) fn silent_since(&self) -> Option<Time> {
        self.unanswered
            .front()
            .map(|&(_, sent)| sent.max(self.patience_from))
    }

    pub(crate) fn is_silent_for(&self, now: Time, ms: u64) -> bool {
        self.silent_since()
            .is_some_and(|since| since.0 + ms <= now.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::limits::HANG_MARK_MS;

    #[test]
    fn answers_must_come_in_order_and_once() {
        let mut unanswered = Unanswered::default();
        let (first, second) = (unanswered.send(Time(0)), unanswered.send(Time(1)));
        assert_eq!(
            unanswered.answer(second, Time(2)),
            Err(Misbehaviour::ValueOutOfRange)
        );
        assert_eq!(unanswered.answer(first, Time(2)), Ok(()));
        assert_eq!(
            unanswered.answer(first, Time(2)),
            Err(Misbehaviour::ValueOutOfRange)
        );
        assert_eq!(unanswered.answer(second, Time(2)), Ok(()));
        assert_eq!(
            unanswered.answer(second + 1, Time(2)),
            Err(Misbehaviour::ValueOutOfRange)
        );
    }

    #[test]
    fn patience_starts_anew_with_each_answer() {
        let mut unanswered = Unanswered::default();
        let first = unanswered.send(Time(0));
        unanswered.send(Time(1));
        unanswered
            .answer(first, Time(2_900))
            .expect("the first is due");
        assert!(!unanswered.is_silent_for(Time(3_100), HANG_MARK_MS));
        assert!(unanswered.is_silent_for(Time(5_900), HANG_MARK_MS));
    }
}
