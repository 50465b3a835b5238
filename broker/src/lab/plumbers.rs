//! The pipes of the pages `bulkhead://lab/plumber`: one helper process a tab, which has the pipe's
//! two processes as children; see [`lab::plumber`].
//!
//! Owns: the helpers, bounded in number, and their pipes. Trusts: the helper, which is our own
//! program. Never: waits for one while the browser runs; takes a step twice, however often its
//! address is asked for.

use crate::lab::helper;
use crate::poller::{Poller, Source};
use lab::plumber::{Answer, Request};
use protocol::ids::{NavigationId, TabId};
use protocol::limits::PLUMBERS_MAX;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use url::Url;

/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// All that run.
#[derive(Default)]
pub struct Plumbers {
    running: BTreeMap<TabId, Plumber>,
    /// Killed, and not waited for yet.
    ending: Vec<Child>,
}

/// The helper of one tab.
pub struct Plumber {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
    begun: Vec<u8>,
    /// The number of the step that may be taken next: each is taken once.
    pub next_step: u32,
    /// Navigations that wait for an answer, and whether their step was an old one.
    pub waiting: BTreeMap<u64, bool>,
}

impl Plumber {
    fn start() -> io::Result<Plumber> {
        let mut child = helper::command(&["lab", "plumber", "--serve"])
            .stdin(Stdio::piped())
            .spawn()?;
        let ends = child.stdin.take().zip(child.stdout.take());
        let (requests, answers) = ends.ok_or_else(|| io::Error::other("it has no pipes"))?;
        helper::set_nonblocking(&requests)?;
        helper::set_nonblocking(&answers)?;
        Ok(Plumber {
            child,
            requests,
            answers,
            begun: Vec::new(),
            next_step: 1,
            waiting: BTreeMap::new(),
        })
    }

    fn ask(&mut self, navigation: NavigationId, url: &Url) -> io::Result<()> {
        let value = |name: &str| {
            let pair = url.query_pairs().find(|(key, _)| key == name);
            pair.map(|(_, value)| value.into_owned())
        };
        let step = value("do").map(|step| step.replace('-', " "));
        let is_new = value("n").and_then(|n| n.parse().ok()) == Some(self.next_step);
        let is_old = step.is_some() && !is_new;
        let request = Request {
            id: navigation.0,
            step: step.filter(|_| is_new),
        };
        if request.step.is_some() {
            self.next_step += 1;
        }
        self.waiting.insert(navigation.0, is_old);
        let line = serde_json::to_string(&request)? + "\n";
        self.requests.write_all(line.as_bytes())
    }

    /// The whole lines that have come; `false` at their end.
    pub fn read(&mut self) -> (Vec<Answer>, bool) {
        let (mut answers, mut bytes) = (Vec::new(), Vec::new());
        let is_open = helper::read_some(&self.answers, &mut bytes);
        for byte in bytes {
            if byte != b'\n' {
                self.begun.push(byte);
            } else if let Ok(answer) = serde_json::from_slice(&std::mem::take(&mut self.begun)) {
                answers.push(answer);
            }
        }
        (answers, is_open && self.begun.len() <= ANSWER_BYTES_MAX)
    }
}

impl Plumbers {
    /// Asks the helper of that tab for the page at `url`; starts one if there is none.
    ///
    /// # Errors
    /// Why there can be no answer, for people.
    pub fn ask(
        &mut self,
        poller: &Poller,
        tab: TabId,
        navigation: NavigationId,
        url: &Url,
    ) -> Result<(), String> {
        if !self.running.contains_key(&tab) {
            self.start(poller, tab)?;
        }
        let plumber = self.running.get_mut(&tab).ok_or("its helper is gone")?;
        let asked = plumber.ask(navigation, url);
        asked.map_err(|error| format!("its helper does not listen: {error}"))
    }

    fn start(&mut self, poller: &Poller, tab: TabId) -> Result<(), String> {
        if self.running.len() >= PLUMBERS_MAX {
            return Err(format!(
                "there are {PLUMBERS_MAX} Plumbers in other tabs: close one first"
            ));
        }
        let plumber = Plumber::start().map_err(|error| format!("its helper: {error}"))?;
        if let Err(error) = poller.add(&plumber.answers, Source::Plumber(tab)) {
            self.kill(plumber);
            return Err(format!("its helper cannot be listened to: {error}"));
        }
        self.running.insert(tab, plumber);
        Ok(())
    }

    /// The helper of that tab, if there is one.
    pub fn get_mut(&mut self, tab: TabId) -> Option<&mut Plumber> {
        self.running.get_mut(&tab)
    }

    /// Ends the helper of that tab, if there is one, and returns the navigations that waited for an
    /// answer.
    pub fn end(&mut self, poller: &Poller, tab: TabId) -> Vec<NavigationId> {
        let Some(mut plumber) = self.running.remove(&tab) else {
            return Vec::new();
        };
        poller.remove(&plumber.answers);
        let waiting = std::mem::take(&mut plumber.waiting);
        self.kill(plumber);
        waiting.into_keys().map(NavigationId).collect()
    }

    /// Ends all and waits until each is gone.
    pub fn shut_down(mut self) {
        for plumber in std::mem::take(&mut self.running).into_values() {
            self.kill(plumber);
        }
        for mut child in self.ending {
            let _ = child.wait();
        }
    }

    /// Its pipe's processes die with it.
    fn kill(&mut self, mut plumber: Plumber) {
        if let Err(error) = plumber.child.kill() {
            tracing::warn!("a Plumber's helper cannot be ended: {error}");
        }
        self.ending.push(plumber.child);
    }

    /// Takes notice of helpers that have ended.
    pub fn reap(&mut self) {
        self.ending
            .retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }
}
