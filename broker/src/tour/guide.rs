//! Goes from stop to stop as the keys say, repeats what another hand has spoilt, and counts.
//!
//! Never: looks at the browser itself; a [`House`] does.

use crate::tour::board::{Board, Status};
use protocol::act::TourKey;

/// How often a stop is begun anew because of what another hand has done.
const REPEATS_MAX: u32 = 2;

/// Where the tour is done.
pub trait House {
    /// What the tour has shown.
    fn board(&mut self) -> &mut Board;

    /// The number of stops.
    fn stops(&self) -> usize;

    /// Waits for what the user says to the stop on the board.
    ///
    /// # Errors
    /// Nothing more will come.
    fn ask(&mut self, is_done: bool) -> Result<TourKey, Leave>;

    /// Brings the browser to where a stop begins: without a tab of the tour's.
    fn reset(&mut self);

    /// Does a stop; its claims go to the board.
    ///
    /// # Errors
    /// It was not finished.
    fn perform(&mut self, stop: usize) -> Result<(), Halt>;

    /// The board has changed.
    fn changed(&mut self, change: Change);
}

/// What has changed on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another stop is on it.
    Shown,
    /// The stop is begun.
    Begun,
    /// The stop is done, or left out.
    Done,
    /// A remark was added.
    Remark,
    /// All stops have been seen.
    Over,
}

/// The tour is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave;

/// Why a stop was not finished.
#[derive(Debug)]
pub enum Halt {
    /// The browser ends, or the tab of the tour is closed.
    Leave,
    /// The user wants something else.
    Key(TourKey),
    /// Another hand has ended something that the stop needs.
    OtherHand(String),
    /// It cannot be done, for this reason.
    Failed(String),
}

impl From<anyhow::Error> for Halt {
    fn from(error: anyhow::Error) -> Halt {
        Halt::Failed(format!("{error:#}"))
    }
}

/// Does the tour from the stop on the board, until it is over or left.
///
/// # Errors
/// It was left.
pub fn guide(house: &mut impl House) -> Result<(), Leave> {
    let stops = house.stops();
    let mut is_done = false;
    let mut next = None;
    house.changed(Change::Shown);
    loop {
        let key = match next.take() {
            Some(key) => key,
            None => house.ask(is_done)?,
        };
        let at = house.board().at;
        match (key, is_done) {
            (TourKey::Next, false) | (TourKey::Again, _) => {
                house.reset();
                next = perform(house, at)?;
                is_done = next.is_none();
            }
            (TourKey::Back, _) => {
                house.reset();
                is_done = false;
                show(house, at.saturating_sub(1));
            }
            (TourKey::Next | TourKey::Skip, _) => {
                if !is_done && let Some(shown) = house.board().current() {
                    shown.status = Status::Skipped;
                    house.changed(Change::Done);
                }
                house.reset();
                if at + 1 >= stops {
                    house.board().is_over = true;
                    house.changed(Change::Over);
                    return Ok(());
                }
                is_done = false;
                show(house, at + 1);
            }
        }
    }
}

fn show(house: &mut impl House, at: usize) {
    house.board().at = at;
    house.changed(Change::Shown);
}

/// Does a stop, again if another hand has spoilt it. Returns what the user wants instead of its
/// end.
fn perform(house: &mut impl House, at: usize) -> Result<Option<TourKey>, Leave> {
    let mut repeats = 0;
    loop {
        if let Some(shown) = house.board().current() {
            shown.claims.clear();
            (shown.status, shown.problem) = (Status::Running, None);
        }
        house.changed(Change::Begun);
        let problem = match house.perform(at) {
            Ok(()) => None,
            Err(Halt::Leave) => return Err(Leave),
            Err(Halt::Key(key)) => {
                if let Some(shown) = house.board().current() {
                    shown.status = Status::Open;
                }
                return Ok(Some(key));
            }
            Err(Halt::Failed(why)) => Some(why),
            Err(Halt::OtherHand(what)) if repeats < REPEATS_MAX => {
                repeats += 1;
                let remark = format!("{what}: the stop is done again");
                house.board().remark(remark);
                house.changed(Change::Remark);
                house.reset();
                continue;
            }
            Err(Halt::OtherHand(what)) => Some(format!("{what}, again and again")),
        };
        conclude(house, problem);
        return Ok(None);
    }
}

/// A stop is done: it holds if it has claims and each of them holds.
fn conclude(house: &mut impl House, problem: Option<String>) {
    let board = house.board();
    let mut holds = false;
    if let Some(shown) = board.current() {
        let all_hold = shown.claims.iter().all(|claim| claim.holds);
        holds = problem.is_none() && !shown.claims.is_empty() && all_hold;
        shown.status = if holds { Status::Held } else { Status::Failed };
        shown.problem = problem;
    }
    board.failures += u32::from(!holds);
    house.changed(Change::Done);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tour::board::Claim;
    use std::collections::VecDeque;

    /// What a stop does: whether its claim holds, or why it halts.
    type Play = Box<dyn FnMut() -> Result<bool, Halt>>;

    struct Stages {
        board: Board,
        plays: Vec<Play>,
        keys: VecDeque<TourKey>,
        done: Vec<usize>,
    }

    impl House for Stages {
        fn board(&mut self) -> &mut Board {
            &mut self.board
        }
        fn stops(&self) -> usize {
            self.plays.len()
        }
        fn ask(&mut self, _: bool) -> Result<TourKey, Leave> {
            self.keys.pop_front().ok_or(Leave)
        }
        fn reset(&mut self) {}
        fn perform(&mut self, stop: usize) -> Result<(), Halt> {
            self.done.push(stop);
            let holds = self.plays[stop]()?;
            let claim = Claim {
                text: "it is so".to_owned(),
                holds,
                evidence: vec!["seen".to_owned()],
            };
            if let Some(shown) = self.board.current() {
                shown.claims.push(claim);
            }
            Ok(())
        }
        fn changed(&mut self, _: Change) {}
    }

    fn stages(plays: Vec<Play>, keys: &[TourKey]) -> Stages {
        let mut board = Board::default();
        board.begin(plays.len());
        Stages {
            board,
            plays,
            keys: keys.iter().copied().collect(),
            done: Vec::new(),
        }
    }

    fn holds(yes: bool) -> Play {
        Box::new(move || Ok(yes))
    }

    fn statuses(house: &Stages) -> Vec<Status> {
        house.board.stops.iter().map(|shown| shown.status).collect()
    }

    const NEXT: TourKey = TourKey::Next;

    #[test]
    fn a_claim_that_does_not_hold_fails_its_stop_and_the_tour_goes_on() {
        let mut house = stages(vec![holds(true), holds(false), holds(true)], &[NEXT; 6]);
        assert_eq!(guide(&mut house), Ok(()));
        let expected = [Status::Held, Status::Failed, Status::Held];
        assert_eq!(statuses(&house), expected);
        assert_eq!(house.board.failures, 1);
        assert!(house.board.is_over);
    }

    #[test]
    fn a_stop_that_cannot_be_done_or_claims_nothing_has_failed() {
        let plays: Vec<Play> = vec![Box::new(|| Err(Halt::Failed("no page".to_owned())))];
        let mut house = stages(plays, &[NEXT]);
        assert_eq!(guide(&mut house), Err(Leave));
        assert_eq!(statuses(&house), [Status::Failed]);
        assert_eq!(house.board.stops[0].problem.as_deref(), Some("no page"));
        conclude(&mut house, None);
        assert_eq!(house.board.failures, 2);
    }

    #[test]
    fn a_stop_that_another_hand_has_spoilt_is_done_again_and_not_for_ever() {
        let mut left = 2;
        let spoilt: Play = Box::new(move || {
            if left == 0 {
                return Ok(true);
            }
            left -= 1;
            Err(Halt::OtherHand("renderer 7 died".to_owned()))
        });
        let always: Play = Box::new(|| Err(Halt::OtherHand("gpu 8 died".to_owned())));
        let mut house = stages(vec![spoilt, always], &[NEXT; 4]);
        assert_eq!(guide(&mut house), Ok(()));
        assert_eq!(statuses(&house), [Status::Held, Status::Failed]);
        assert_eq!(house.done, [0, 0, 0, 1, 1, 1]);
        assert_eq!(house.board.remarks.len(), 4);
        assert_eq!(house.board.failures, 1);
    }

    #[test]
    fn keys_go_on_back_again_and_past() {
        let (again, skip, back) = (TourKey::Again, TourKey::Skip, TourKey::Back);
        let keys = [NEXT, again, NEXT, skip, NEXT, back, NEXT, NEXT, NEXT, NEXT];
        let plays = vec![holds(true), holds(true), holds(true)];
        let mut house = stages(plays, &keys);
        assert_eq!(guide(&mut house), Ok(()));
        assert_eq!(house.done, [0, 0, 2, 1, 2]);
        assert_eq!(statuses(&house), [Status::Held; 3]);
        assert!(house.keys.is_empty());
    }

    #[test]
    fn a_key_ends_a_stop_that_is_under_way() {
        let mut is_first = true;
        let stuck: Play = Box::new(move || {
            let is_first = std::mem::take(&mut is_first);
            let key = if is_first {
                TourKey::Again
            } else {
                TourKey::Skip
            };
            Err(Halt::Key(key))
        });
        let mut house = stages(vec![stuck, holds(true)], &[NEXT, NEXT, NEXT]);
        assert_eq!(guide(&mut house), Ok(()));
        assert_eq!(house.done, [0, 0, 1]);
        assert_eq!(statuses(&house), [Status::Skipped, Status::Held]);
    }

    #[test]
    fn a_closed_window_ends_the_tour_without_a_failure() {
        let closed: Play = Box::new(|| Err(Halt::Leave));
        let mut house = stages(vec![closed, holds(true)], &[NEXT; 4]);
        assert_eq!(guide(&mut house), Err(Leave));
        assert_eq!((house.board.failures, house.done.len()), (0, 1));
    }
}
