//! Attacks that users have made on the browser, one after the other, each by a tab of its own, and
//! what came of them.
//!
//! Owns: the order of the attacks and the scoreboard. Trusts: the records of the core; what the
//! attacked process writes of itself is told as its claim. Never: attacks a tab of the user's, or
//! does anything when no attack is asked for.

pub mod list;
pub mod matrix;

use browser_core::{Command, Record, RecordKind};
use list::{Attack, Means};
use protocol::dialog::DialogAnswer;
use protocol::fault::Fault;
use protocol::ids::TabId;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// How long a tab may take to load, or to close.
const TAB_WAIT_MAX: Duration = Duration::from_secs(15);
/// How long an attack that never ends by itself is watched.
const WATCH: Duration = Duration::from_secs(3);
/// How long one that must end is waited for.
const END_WAIT_MAX: Duration = Duration::from_secs(30);
/// How often the ring of the attacked process is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Attacks under way, and what came of those before.
#[derive(Default)]
pub struct Attacks {
    waiting: VecDeque<usize>,
    running: Option<Running>,
    outcomes: BTreeMap<usize, Outcome>,
    /// How many have been made; part of the address of each.
    made: u32,
}

/// What came of an attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    /// In words.
    pub what: String,
    /// Frames of the page on show that were taken meanwhile, and the longest time between two.
    pub frames: Option<Frames>,
    pub took_ms: u64,
}

/// What an attack came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its process was ended.
    Ended,
    /// It was refused, and the process lives on.
    Refused,
    /// It did what any page may, to its own tab alone, until that was closed.
    Contained,
    /// It went through.
    Succeeded,
    /// It could not be made.
    NotMade,
}

impl Verdict {
    /// One word, for pages.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Ended => "ended",
            Verdict::Refused => "refused",
            Verdict::Contained => "contained",
            Verdict::Succeeded => "SUCCEEDED",
            Verdict::NotMade => "not made",
        }
    }
}

/// Frames that the gpu process says it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames {
    pub count: u32,
    pub longest_gap_ms: u64,
}

struct Running {
    number: usize,
    address: String,
    tab: Option<TabId>,
    stage: Stage,
    /// When the stage began.
    since: Instant,
    /// When its tab was asked for; also by the clock of the flight recorders.
    began: Instant,
    began_ns: u64,
    /// What the page of a script says.
    said: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its tab loads.
    Opening,
    /// It is made.
    Attacking,
    /// Its tab is closed.
    Closing,
}

/// What is known from outside about the attacked process.
pub struct Seen {
    /// The last answer of the kernel to an injected call, as its ring has it: an errno.
    pub answer: Option<u32>,
}

impl Attacks {
    /// Queues an attack. `demo`: the address of the demo site, whose pages those of scripts are.
    ///
    /// # Errors
    /// There is no such attack, it waits already, or there is no page for it.
    pub fn start(&mut self, number: u32, demo: Option<&str>) -> Result<(), String> {
        let number = number as usize;
        let Some(attack) = list::all().get(number) else {
            return Err(format!("there is no attack {number}"));
        };
        if attack.is_script() && demo.is_none() {
            return Err("the demo site, which has the scripts, does not run".to_owned());
        }
        let is_running = self.running.as_ref().is_some_and(|it| it.number == number);
        if is_running || self.waiting.contains(&number) {
            return Err("this attack is under way already".to_owned());
        }
        self.outcomes.remove(&number);
        self.waiting.push_back(number);
        Ok(())
    }

    /// Queues all attacks of machine code, or all of scripts.
    ///
    /// # Errors
    /// There is no page for them.
    pub fn start_every(&mut self, by_script: bool, demo: Option<&str>) -> Result<(), String> {
        for (number, attack) in list::all().iter().enumerate() {
            let is_under_way = self.waiting.contains(&number)
                || self.running.as_ref().is_some_and(|it| it.number == number);
            if attack.is_script() == by_script && !is_under_way {
                self.start(u32::try_from(number).unwrap_or(u32::MAX), demo)?;
            }
        }
        Ok(())
    }

    /// The attack that is made now.
    pub fn running(&self) -> Option<usize> {
        self.running.as_ref().map(|it| it.number)
    }

    /// Those that come after it.
    pub fn waiting(&self) -> impl Iterator<Item = usize> {
        self.waiting.iter().copied()
    }

    /// What came of those before, by their numbers.
    pub fn outcomes(&self) -> impl Iterator<Item = (usize, &Outcome)> {
        self.outcomes.iter().map(|(number, it)| (*number, it))
    }

    /// The tab of the attack that is made now, if its process is to be looked at.
    pub fn attacked(&self) -> Option<TabId> {
        let running = self.running.as_ref()?;
        running.tab.filter(|_| running.stage == Stage::Attacking)
    }

    /// When something is to be done although nothing happens.
    pub fn deadline(&self) -> Option<Instant> {
        let Some(running) = &self.running else {
            return (!self.waiting.is_empty()).then(Instant::now);
        };
        Some(match running.stage {
            Stage::Attacking => Instant::now() + LOOK,
            Stage::Opening | Stage::Closing => running.since + TAB_WAIT_MAX,
        })
    }

    /// Begins the next attack, if none is made.
    pub fn begin_next(&mut self, now: Instant, demo: Option<&str>) -> Option<Command> {
        if self.running.is_some() {
            return None;
        }
        let number = self.waiting.pop_front()?;
        self.made = self.made.wrapping_add(1);
        let attack = &list::all()[number];
        let page = match (&attack.means, demo) {
            (Means::Script { .. }, Some(demo)) => format!("{demo}attack/{}?again", attack.name),
            (Means::Script { .. }, None) => {
                let outcome = Outcome::not_made("the demo site has ended");
                self.outcomes.insert(number, outcome);
                return None;
            }
            (Means::Code { .. }, Some(demo)) => format!("{demo}article?victim"),
            (Means::Code { .. }, None) => "bulkhead://welcome?victim".to_owned(),
        };
        let address = format!("{page}={}", self.made);
        self.running = Some(Running {
            number,
            address: address.clone(),
            tab: None,
            stage: Stage::Opening,
            since: now,
            began: now,
            began_ns: flight::now_ns(),
            said: None,
        });
        Some(Command::Open {
            address,
            activate: false,
        })
    }

    /// Takes note of what has happened to the tab of the attack. `frames` counts those that were
    /// taken since a time.
    pub fn note(
        &mut self,
        record: &Record,
        now: Instant,
        frames: impl FnOnce(u64) -> Option<Frames>,
    ) -> Option<Command> {
        let running = self.running.as_mut()?;
        // Another page may open the same address meanwhile.
        if let RecordKind::TabOpened { url } = &record.kind
            && running.tab.is_none()
            && *url == running.address
        {
            running.tab = record.tab;
        }
        let tab = running.tab.filter(|tab| record.tab == Some(*tab))?;
        match (&record.kind, running.stage) {
            (RecordKind::Loaded { .. }, Stage::Opening) => {
                running.go_on(Stage::Attacking, now);
                match &running.attack().means {
                    Means::Code { fault, .. } => Some(Command::Inject(tab, fault.clone())),
                    Means::Script { .. } => None,
                }
            }
            (RecordKind::Failed { reason, .. }, Stage::Opening) => {
                let what = format!("its page could not be loaded: {reason}");
                self.end(Verdict::NotMade, what, now, frames)
            }
            (RecordKind::Title { title }, _) => {
                running.hear(title);
                None
            }
            (RecordKind::Died { cause, .. }, Stage::Opening | Stage::Attacking) => {
                // The number of a call and the place of it are for the page of the crashes.
                let cause = cause.split(" (number").next().unwrap_or(cause);
                let what = format!("its process {cause}, and ended");
                self.end(Verdict::Ended, what, now, frames)
            }
            (RecordKind::ScriptStopped, Stage::Opening | Stage::Attacking) => {
                let what = "its scripts were stopped by the browser".to_owned();
                self.end(Verdict::Refused, what, now, frames)
            }
            (RecordKind::Dialog { .. }, Stage::Closing) => {
                let answer = DialogAnswer {
                    is_accepted: true,
                    ..DialogAnswer::default()
                };
                Some(Command::AnswerDialog(tab, answer))
            }
            (RecordKind::TabClosed, _) => {
                if running.stage != Stage::Closing {
                    let what = "its tab was closed".to_owned();
                    let _ = self.end(Verdict::NotMade, what, now, frames);
                }
                self.running = None;
                None
            }
            _ => None,
        }
    }

    /// Looks at the attacked process, and ends what has taken long enough.
    pub fn look(
        &mut self,
        seen: &Seen,
        now: Instant,
        frames: impl FnOnce(u64) -> Option<Frames>,
    ) -> Option<Command> {
        let running = self.running.as_ref()?;
        let past = now.saturating_duration_since(running.since);
        match (running.stage, &running.attack().means) {
            (Stage::Attacking, Means::Code { fault, .. }) => {
                let (verdict, what) = came_of_code(fault, seen.answer, past)?;
                self.end(verdict, what, now, frames)
            }
            (Stage::Attacking, Means::Script { .. }) if past >= WATCH => {
                let (verdict, what) = came_of_script(running.said.as_deref());
                self.end(verdict, what, now, frames)
            }
            (Stage::Opening, means) if past >= TAB_WAIT_MAX => {
                // A script that never ends may keep its page from ever being loaded.
                let (verdict, what) = match means {
                    Means::Script { .. } => came_of_script(running.said.as_deref()),
                    Means::Code { .. } => (Verdict::NotMade, "its tab did not load".to_owned()),
                };
                self.end(verdict, what, now, frames)
            }
            (Stage::Closing, _) if past >= TAB_WAIT_MAX => {
                self.running = None;
                None
            }
            _ => None,
        }
    }

    /// Notes what came of the attack, and closes its tab.
    fn end(
        &mut self,
        verdict: Verdict,
        what: String,
        now: Instant,
        frames: impl FnOnce(u64) -> Option<Frames>,
    ) -> Option<Command> {
        let running = self.running.as_mut()?;
        let took = now.saturating_duration_since(running.began);
        let outcome = Outcome {
            verdict,
            what,
            frames: frames(running.began_ns),
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        running.go_on(Stage::Closing, now);
        self.outcomes.insert(running.number, outcome);
        match running.tab {
            Some(tab) => Some(Command::Close(tab)),
            None => {
                self.running = None;
                None
            }
        }
    }
}

impl Running {
    fn attack(&self) -> &'static Attack {
        &list::all()[self.number]
    }

    fn go_on(&mut self, stage: Stage, now: Instant) {
        (self.stage, self.since) = (stage, now);
    }

    /// A page says in its title how far it has come.
    fn hear(&mut self, title: &str) {
        if let Some((_, said)) = title.split_once(": ") {
            self.said = Some(said.chars().take(SAID_CHARS_MAX).collect());
        }
    }
}

impl Outcome {
    fn not_made(why: &str) -> Outcome {
        Outcome {
            verdict: Verdict::NotMade,
            what: why.to_owned(),
            frames: None,
            took_ms: 0,
        }
    }
}

/// Most characters of what a page says that are shown.
const SAID_CHARS_MAX: usize = 160;

/// What came of an attack in machine code whose process lives; nothing yet, if it may still end.
fn came_of_code(fault: &Fault, answer: Option<u32>, past: Duration) -> Option<(Verdict, String)> {
    let is_call = matches!(fault, Fault::Syscall { .. });
    match answer.filter(|_| is_call) {
        Some(0) => Some((Verdict::Succeeded, "the kernel did it".to_owned())),
        Some(errno) => {
            let name = nix::errno::Errno::from_raw(i32::try_from(errno).unwrap_or(0));
            let what = format!("the answer was {name:?}; the process lives on");
            Some((Verdict::Refused, what))
        }
        None if *fault == Fault::Hang && past >= WATCH => {
            let what = "computing is allowed: it did until its tab was closed".to_owned();
            Some((Verdict::Contained, what))
        }
        None if past >= END_WAIT_MAX => Some((Verdict::Contained, "nothing happened".to_owned())),
        None => None,
    }
}

/// What came of a page that was watched and did not end.
fn came_of_script(said: Option<&str>) -> (Verdict, String) {
    match said {
        Some(said) if said.contains("refused") || said.contains("stopped") => {
            (Verdict::Refused, format!("the page says: {said}"))
        }
        Some(said) => {
            let what = format!("it went on until its tab was closed; the page says: {said}");
            (Verdict::Contained, what)
        }
        None => (
            Verdict::Contained,
            "it went on until its tab was closed".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests;
