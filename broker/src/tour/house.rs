//! The tour in a running browser: guided from its page, from the terminal, or by nobody.

use crate::output::terminal::complain;
use crate::state::Broker;
use crate::tour::board::{Board, Status};
use crate::tour::guide::{self, Change, Halt, House, Leave};
use crate::tour::keyboard::Keyboard;
use crate::tour::stage::Stage;
use crate::tour::stops::ALL;
use crate::tour::voice;
use protocol::act::TourKey;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long the browser turns at most before it is looked whether the tour is left.
const TURN_MAX: Duration = Duration::from_secs(3600);

/// How a tour is guided, and where it tells what it shows.
#[derive(Debug, Default)]
pub struct Manner {
    /// Whether it is printed.
    pub speaks: bool,
    /// Whether it goes on by itself. Otherwise keys guide it, of the page or of the terminal.
    pub is_alone: bool,
    /// Whether the terminal has keys for it.
    pub has_terminal: bool,
    /// Where pictures are written, if there is no window.
    pub pictures: Option<PathBuf>,
}

struct Hall<'a> {
    stage: Stage<'a>,
    manner: Manner,
}

/// Does the tour, from the stop on the board or, if it is over or has not begun, from the first.
/// Returns early if the browser ends or the page of the tour is closed.
pub fn tour(browser: &mut Broker, manner: Manner) -> Result<(), Leave> {
    if browser.tour.stops.is_empty() || browser.tour.is_over {
        browser.tour.begin(ALL.len());
    }
    let keyboard = manner.has_terminal.then(|| Keyboard::watch(browser));
    let pictures = manner.pictures.clone();
    let mut hall = Hall {
        stage: Stage::new(browser, pictures),
        manner,
    };
    let end = hall.stage.settle().and_then(|()| guide::guide(&mut hall));
    if let Some(keyboard) = keyboard.flatten() {
        keyboard.forget(hall.stage.browser);
    }
    hall.stage.browser.glass.has_changed("tour");
    end
}

impl House for Hall<'_> {
    fn board(&mut self) -> &mut Board {
        &mut self.stage.browser.tour
    }

    fn stops(&self) -> usize {
        ALL.len()
    }

    fn ask(&mut self, is_done: bool) -> Result<TourKey, Leave> {
        if self.manner.is_alone {
            return if self.stage.is_over() {
                Err(Leave)
            } else {
                Ok(TourKey::Next)
            };
        }
        if self.manner.speaks && self.manner.has_terminal {
            voice::prompt(is_done);
        }
        loop {
            if self.stage.is_over() {
                return Err(Leave);
            }
            if let Some(key) = self.board().take_key() {
                return Ok(key);
            }
            let turned = self.stage.browser.step(Some(Instant::now() + TURN_MAX));
            if let Err(error) = turned {
                complain!("bulkhead: the tour ends: {error:#}");
                return Err(Leave);
            }
            self.stage.absorb();
        }
    }

    fn reset(&mut self) {
        self.stage.reset();
    }

    fn perform(&mut self, stop: usize) -> Result<(), Halt> {
        let stop = ALL.get(stop);
        let act = stop.map(|stop| stop.act);
        act.map_or(Ok(()), |act| act(&mut self.stage))
    }

    fn changed(&mut self, change: Change) {
        if matches!(change, Change::Done | Change::Over) {
            self.stage.go_home();
        }
        let board = &self.stage.browser.tour;
        if self.manner.speaks {
            voice::tell(board, change);
        }
        self.complain_of(change);
        self.stage.browser.glass.has_changed("tour");
    }
}

impl Hall<'_> {
    /// Whoever reads standard error alone is told what has failed.
    fn complain_of(&self, change: Change) {
        let board = &self.stage.browser.tour;
        let Some(shown) = board.stops.get(board.at) else {
            return;
        };
        if !self.manner.speaks || change != Change::Done || shown.status != Status::Failed {
            return;
        }
        let title = ALL.get(board.at).map_or("", |stop| stop.title);
        let number = board.at + 1;
        if let Some(problem) = &shown.problem {
            complain!("bulkhead: stop {number} of the tour, \"{title}\", failed: {problem}");
        }
        for claim in shown.claims.iter().filter(|claim| !claim.holds) {
            complain!(
                "bulkhead: stop {number} of the tour: not so: {}",
                claim.text
            );
            for seen in &claim.evidence {
                complain!("bulkhead:     {seen}");
            }
        }
    }
}
