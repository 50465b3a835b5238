//! What a stop does to the browser, and what it waits for: pages, processes, records, pictures.
//!
//! Owns: the tabs that the tour has opened, and the list of processes that it ends itself. Never:
//! waits without a limit, or takes the death of a stranger for one of its own.

use crate::state::Broker;
use crate::tour::board::{Claim, Status};
use crate::tour::guide::{Halt, Leave};
use browser_core::{Command, Event, ProcessInfo, ProcessState, Record, RecordKind};
use protocol::act::TourKey;
use protocol::ids::{Role, TabId};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Each wait takes far less than a second; this limit only ends one that is stuck.
pub const WAIT_MAX: Duration = Duration::from_secs(60);
/// How often it is looked at what no event tells of.
pub const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// How long a user is given to see what happens.
const SIGHT: Duration = Duration::from_millis(1_500);
/// Records that are kept of one stop. A flood of them is no use to it.
const RECORDS_MAX: usize = 20_000;

/// The stage of one tour.
pub struct Stage<'a> {
    pub browser: &'a mut Broker,
    /// Where the pictures of a tour without a window go.
    pub pictures: Option<PathBuf>,
    /// What was there before the first stop.
    pub first: Inventory,
    /// The processes that the tour has ended.
    pub ended: BTreeSet<u32>,
    /// When the stop began, in the time of the flight rings.
    pub since_ns: u64,
    /// The tabs that the tour has opened.
    pub tabs: BTreeSet<TabId>,
    records: Vec<Record>,
    /// What another hand did to what the stop needs.
    other_hand: Option<String>,
    is_left: bool,
}

/// What the broker holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    pub tabs: usize,
    pub processes: usize,
    pub descriptors: usize,
}

/// A place in the records of a stop.
#[derive(Clone, Copy, Debug)]
pub struct Mark(pub usize);

impl<'a> Stage<'a> {
    /// A stage without tabs.
    pub fn new(browser: &'a mut Broker, pictures: Option<PathBuf>) -> Stage<'a> {
        Stage {
            browser,
            pictures,
            first: Inventory::default(),
            ended: BTreeSet::new(),
            since_ns: flight::now_ns(),
            tabs: BTreeSet::new(),
            records: Vec::new(),
            other_hand: None,
            is_left: false,
        }
    }

    /// Waits until the browser has started, and takes stock.
    ///
    /// # Errors
    /// The browser ends.
    pub fn settle(&mut self) -> Result<(), Leave> {
        let until = Instant::now() + WAIT_MAX;
        while !self.is_at_rest() && Instant::now() < until {
            let turned = self.browser.step(Some(until));
            self.absorb();
            if turned.is_err() || self.is_over() {
                return Err(Leave);
            }
        }
        self.first = self.inventory();
        Ok(())
    }

    /// Waits until no process is being started.
    pub fn rest(&mut self) -> Result<(), Halt> {
        let rests = self.look(|stage| stage.is_at_rest().then_some(()))?;
        rests.ok_or_else(|| Halt::Failed("the browser does not come to rest".to_owned()))
    }

    /// Whether each process is sealed and the next renderer waits.
    fn is_at_rest(&self) -> bool {
        let processes = self.browser.core.processes();
        let is_waiting = |it: &ProcessInfo| it.is_spare && it.state == ProcessState::Ready;
        let mut children = self.browser.children.values();
        processes.iter().any(is_waiting) && children.all(|child| child.report.is_some())
    }

    /// Closes the tour's tabs and shows the tab that guides it.
    pub fn reset(&mut self) {
        for tab in std::mem::take(&mut self.tabs) {
            self.command(Command::Close(tab));
        }
        self.go_home();
        self.absorb();
        self.records.clear();
        self.other_hand = None;
        self.since_ns = flight::now_ns();
    }

    /// Shows the tab that guides the tour.
    pub fn go_home(&mut self) {
        if let Some(home) = self.browser.tour.home() {
            self.command(Command::Activate(home));
        }
    }

    /// Waits until a user has seen what is on show.
    pub fn let_see(&mut self) -> Result<(), Halt> {
        if self.browser.tour.home().is_none() {
            return Ok(());
        }
        let until = Instant::now() + SIGHT;
        while Instant::now() < until {
            self.turn(until)?;
        }
        Ok(())
    }

    /// Gives the browser a command.
    pub fn command(&mut self, command: Command) {
        self.browser.handle(Event::Command(command));
    }

    /// This place in the records.
    pub fn mark(&mut self) -> Mark {
        self.absorb();
        Mark(self.records.len())
    }

    /// Waits for a record from that place on in which `find` finds something.
    pub fn wait<T>(
        &mut self,
        from: Mark,
        what: &str,
        mut find: impl FnMut(&Stage<'_>, &Record) -> Option<T>,
    ) -> Result<T, Halt> {
        let until = Instant::now() + WAIT_MAX;
        let mut at = from.0;
        loop {
            self.check()?;
            while let Some(record) = self.records.get(at) {
                if let Some(found) = find(self, record) {
                    return Ok(found);
                }
                at += 1;
            }
            if Instant::now() >= until {
                return Err(Halt::Failed(format!("waited in vain: {what}")));
            }
            self.turn(until)?;
        }
    }

    /// Looks until `find` finds something that no record tells of; nothing after too long.
    pub fn look<T>(
        &mut self,
        mut find: impl FnMut(&mut Stage<'_>) -> Option<T>,
    ) -> Result<Option<T>, Halt> {
        let until = Instant::now() + WAIT_MAX;
        loop {
            if let Some(found) = find(self) {
                return Ok(Some(found));
            }
            if Instant::now() >= until {
                return Ok(None);
            }
            self.turn(Instant::now() + LOOK_INTERVAL)?;
        }
    }

    /// One turn of the browser.
    pub fn turn(&mut self, until: Instant) -> Result<(), Halt> {
        self.browser.step(Some(until))?;
        self.absorb();
        self.check()
    }

    fn check(&mut self) -> Result<(), Halt> {
        if self.is_over() {
            return Err(Halt::Leave);
        }
        if let Some(what) = self.other_hand.take() {
            return Err(Halt::OtherHand(what));
        }
        let key = self.browser.tour.take_key();
        match key.filter(|key| *key != TourKey::Next) {
            Some(key) => Err(Halt::Key(key)),
            None => Ok(()),
        }
    }

    /// Whether the browser ends, or the tab that guides the tour is closed.
    pub fn is_over(&self) -> bool {
        self.is_left || self.browser.exit_code().is_some()
    }

    /// Takes in what the core has recorded.
    pub fn absorb(&mut self) {
        for record in self.browser.take_records() {
            match &record.kind {
                RecordKind::Console { .. } | RecordKind::Title { .. } => continue,
                RecordKind::Died { role, pid, cause } => {
                    self.note_death((*role, *pid), record.tab, cause);
                }
                RecordKind::TabClosed if record.tab == self.browser.tour.home() => {
                    self.is_left = true;
                }
                RecordKind::TabClosed if record.tab.is_some_and(|tab| self.tabs.remove(&tab)) => {
                    self.other_hand = Some("a tab of the tour was closed".to_owned());
                }
                _ => {}
            }
            if self.records.len() < RECORDS_MAX {
                self.records.push(record);
            }
        }
    }

    /// A process has died: by the tour's hand, or by another one.
    fn note_death(&mut self, (role, pid): (Role, u32), tab: Option<TabId>, cause: &str) {
        // The filter lives and dies with its gpu process.
        if self.ended.contains(&pid) || role == Role::X11Filter {
            return;
        }
        let what = format!("{role} {pid} {cause}");
        self.browser.tour.strangers += 1;
        self.browser.tour.remark(format!("by another hand: {what}"));
        let home = self.browser.tour.home();
        if let Some(home) = home.filter(|home| tab == Some(*home)) {
            // The page that guides the tour has lost its process.
            return self.command(Command::Reload(home));
        }
        let is_needed = role != Role::Renderer || tab.is_some_and(|tab| self.tabs.contains(&tab));
        if is_needed {
            self.other_hand = Some(what);
        }
    }

    /// Writes a claim on the board.
    pub fn claim(&mut self, text: &str, holds: bool, evidence: Vec<String>) {
        let claim = Claim {
            text: text.to_owned(),
            holds,
            evidence,
        };
        if let Some(shown) = self.browser.tour.current() {
            debug_assert_eq!(shown.status, Status::Running);
            shown.claims.push(claim);
        }
        self.browser.glass.has_changed("tour");
    }
}
