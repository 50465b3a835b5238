//! What the tour has shown so far, for its page and for the terminal.
//!
//! Owns: the keys that wait for the tour. Never: grows with what a page or a process does.

use protocol::act::TourKey;
use protocol::ids::TabId;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Keys that wait; more than that are forgotten.
const KEYS_MAX: usize = 16;
/// Remarks that are kept; the oldest go first.
const REMARKS_MAX: usize = 20;

/// Something that the tour says, and whether it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// In one sentence.
    pub text: String,
    /// Whether what was seen agrees.
    pub holds: bool,
    /// What was seen.
    pub evidence: Vec<String>,
}

/// Where a stop stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Not done yet.
    #[default]
    Open,
    /// Under way.
    Running,
    /// Every claim holds.
    Held,
    /// A claim does not hold, or the stop could not be finished.
    Failed,
    /// Left out.
    Skipped,
}

impl Status {
    /// One word, for users.
    pub fn word(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Running => "running",
            Status::Held => "held",
            Status::Failed => "failed",
            Status::Skipped => "skipped",
        }
    }
}

/// One stop as it was done last.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub status: Status,
    pub claims: Vec<Claim>,
    /// Why it could not be finished, or nothing.
    pub problem: Option<String>,
}

/// All stops, and what waits to be done.
#[derive(Debug, Default)]
pub struct Board {
    /// In their order; none before the tour begins.
    pub stops: Vec<Shown>,
    /// The stop that is shown.
    pub at: usize,
    /// What happened by another hand, and what was repeated.
    pub remarks: VecDeque<String>,
    /// Deaths by another hand.
    pub strangers: u32,
    /// Stops that failed, each time.
    pub failures: u32,
    /// Whether all stops have been seen.
    pub is_over: bool,
    keys: VecDeque<TourKey>,
    /// The tab from which the tour is guided.
    home: Option<TabId>,
}

impl Board {
    /// A tour of so many stops begins, or begins anew.
    pub fn begin(&mut self, stops: usize) {
        self.stops = vec![Shown::default(); stops];
        self.remarks.clear();
        (self.at, self.is_over) = (0, false);
    }

    /// The user has pressed a key, in that tab or in the terminal.
    pub fn press(&mut self, tab: Option<TabId>, key: TourKey) {
        self.home = tab.or(self.home);
        if self.keys.len() < KEYS_MAX {
            self.keys.push_back(key);
        }
    }

    /// The next key.
    pub fn take_key(&mut self) -> Option<TourKey> {
        self.keys.pop_front()
    }

    /// Whether a key waits.
    pub fn has_key(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The tab that guides the tour, if one does.
    pub fn home(&self) -> Option<TabId> {
        self.home
    }

    /// Adds a remark.
    pub fn remark(&mut self, text: String) {
        self.remarks.push_back(text);
        while self.remarks.len() > REMARKS_MAX {
            self.remarks.pop_front();
        }
    }

    /// The stop that is shown, once the tour has begun.
    pub fn current(&mut self) -> Option<&mut Shown> {
        self.stops.get_mut(self.at)
    }

    /// All of it, for the page.
    pub fn to_json(&self) -> Value {
        let stops = self.stops.iter().map(|shown| {
            let claims = shown.claims.iter().map(|claim| {
                json!({
                    "text": claim.text, "holds": claim.holds, "evidence": claim.evidence,
                })
            });
            json!({
                "status": shown.status.word(), "problem": shown.problem,
                "claims": claims.collect::<Vec<_>>(),
            })
        });
        json!({
            "stops": stops.collect::<Vec<_>>(), "at": self.at, "is_over": self.is_over,
            "remarks": self.remarks, "strangers": self.strangers, "failures": self.failures,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_remarks_are_bounded() {
        let mut board = Board::default();
        for number in 0..1_000 {
            board.press(None, TourKey::Next);
            board.remark(format!("remark {number}"));
        }
        let mut keys = 0;
        while board.take_key().is_some() {
            keys += 1;
        }
        assert_eq!(keys, KEYS_MAX);
        assert_eq!(board.remarks.len(), REMARKS_MAX);
        assert_eq!(board.remarks.back().map(String::as_str), Some("remark 999"));
    }
}
