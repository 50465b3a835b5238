//! The helper processes of the pages `bulkhead://lab/plumber`, one per tab. A helper's children are
//! the two processes at the ends of the pipe; see [`lab::plumber`].
//!
//! Owns: the helpers, bounded in number, and their pipes. Trusts: the helpers, which are our own
//! program. Never: waits for a helper while the browser runs; takes a step twice, however often its
//! address is loaded.

use crate::lab::helper;
use crate::pipe::{read_some, set_nonblocking};
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

/// All running helpers.
#[derive(Default)]
pub struct Plumbers {
    running: BTreeMap<TabId, Plumber>,
    /// Killed helpers that are not reaped yet.
    ending: Vec<Child>,
}

/// The helper of one tab.
pub struct Plumber {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
    begun: Vec<u8>,
    /// The number of the next step: each step is taken once.
    pub next_step: u32,
    /// Navigations that wait for an answer, and whether their step was already taken.
    pub waiting: BTreeMap<u64, bool>,
}

impl Plumber {
    fn start() -> io::Result<Plumber> {
        let mut child = helper::command(&["lab", "plumber", "--serve"])
            .stdin(Stdio::piped())
            .spawn()?;
        let ends = child.stdin.take().zip(child.stdout.take());
        let (requests, answers) =
            ends.ok_or_else(|| io::Error::other("the process has no pipes"))?;
        set_nonblocking(&requests)?;
        set_nonblocking(&answers)?;
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

    /// Reads the answers that have arrived; `false` at the end of the pipe.
    pub fn read(&mut self) -> (Vec<Answer>, bool) {
        let (mut answers, mut bytes) = (Vec::new(), Vec::new());
        let is_open = read_some(&self.answers, &mut bytes);
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
    /// Asks the tab's helper for the page at `url`; starts a helper if the tab has none.
    ///
    /// # Errors
    /// Why no answer is possible; the text is for the user.
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
        let plumber = self
            .running
            .get_mut(&tab)
            .ok_or("its helper process is gone")?;
        let asked = plumber.ask(navigation, url);
        asked.map_err(|error| format!("cannot write to its helper process: {error}"))
    }

    fn start(&mut self, poller: &Poller, tab: TabId) -> Result<(), String> {
        if self.running.len() >= PLUMBERS_MAX {
            return Err(format!(
                "other tabs already run {PLUMBERS_MAX} Plumbers: close one first"
            ));
        }
        let plumber = Plumber::start()
            .map_err(|error| format!("cannot start its helper process: {error}"))?;
        if let Err(error) = poller.add(&plumber.answers, Source::Plumber(tab)) {
            self.kill(plumber);
            return Err(format!("cannot watch its helper process: {error}"));
        }
        self.running.insert(tab, plumber);
        Ok(())
    }

    /// The helper of that tab, if any.
    pub fn get_mut(&mut self, tab: TabId) -> Option<&mut Plumber> {
        self.running.get_mut(&tab)
    }

    /// Ends the helper of that tab, if any, and returns the navigations that waited for an answer.
    pub fn end(&mut self, poller: &Poller, tab: TabId) -> Vec<NavigationId> {
        let Some(mut plumber) = self.running.remove(&tab) else {
            return Vec::new();
        };
        poller.remove(&plumber.answers);
        let waiting = std::mem::take(&mut plumber.waiting);
        self.kill(plumber);
        waiting.into_keys().map(NavigationId).collect()
    }

    /// Ends all helpers and waits until they are gone.
    pub fn shut_down(mut self) {
        for plumber in std::mem::take(&mut self.running).into_values() {
            self.kill(plumber);
        }
        for mut child in self.ending {
            let _ = child.wait();
        }
    }

    /// Kills a helper; the processes of its pipe die with it.
    fn kill(&mut self, mut plumber: Plumber) {
        if let Err(error) = plumber.child.kill() {
            tracing::warn!("cannot kill a Plumber's helper process: {error}");
        }
        self.ending.push(plumber.child);
    }

    /// Reaps helpers that have ended.
    pub fn reap(&mut self) {
        self.ending
            .retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }
}
