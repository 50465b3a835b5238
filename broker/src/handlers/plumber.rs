//! The pipes of the pages `bulkhead://lab/plumber`: one helper process a tab, which has the pipe's
//! two processes as children; see [`lab::plumber`].
//!
//! Owns: the helpers, bounded in number, each ended with its page. Trusts: the helper, which is our
//! own program. Never: waits for one; takes a step twice, however often its address is asked for.

use crate::lab::helper;
use crate::pages;
use crate::pages::plumber as page;
use crate::poller::Source;
use crate::state::Browser;
use browser_core::{Command as KernelCommand, Event, Record, RecordKind};
use lab::plumber::{Answer, Request};
use protocol::error::LoadError;
use protocol::ids::{NavigationId, TabId};
use protocol::limits::PLUMBERS_MAX;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use url::Url;

/// The page's address, whatever step was asked for: loading it again takes none.
pub const URL: &str = "bulkhead://lab/plumber";
/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// All that run.
#[derive(Default)]
pub struct Plumbers {
    running: BTreeMap<TabId, Plumber>,
    /// Killed, and not waited for yet.
    ending: Vec<Child>,
}

struct Plumber {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
    begun: Vec<u8>,
    /// The number of the step that may be taken next: each is taken once.
    next_step: u32,
    /// Navigations that wait for an answer, and whether their step was an old one.
    waiting: BTreeMap<u64, bool>,
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
    fn read(&mut self) -> (Vec<Answer>, bool) {
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
    /// Ends all and waits until each is gone.
    pub fn shut_down(mut self) {
        for plumber in std::mem::take(&mut self.running).into_values() {
            self.end(plumber);
        }
        for mut child in self.ending {
            let _ = child.wait();
        }
    }

    /// Its pipe's processes die with it.
    fn end(&mut self, mut plumber: Plumber) {
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

impl Browser {
    /// Begins the page; its document is ready when the helper has answered.
    pub(crate) fn begin_plumber_page(&mut self, navigation: NavigationId, url: &Url) {
        if let Err(reason) = self.ask_plumber(navigation, url) {
            self.plumber_failed(navigation, reason);
        }
    }

    fn ask_plumber(&mut self, navigation: NavigationId, url: &Url) -> Result<(), String> {
        let tab = self.core.tab_of_pending(navigation);
        let tab = tab.ok_or("its tab is gone")?;
        if !self.plumbers.running.contains_key(&tab) {
            if self.plumbers.running.len() >= PLUMBERS_MAX {
                return Err(format!(
                    "there are {PLUMBERS_MAX} Plumbers in other tabs: close one first"
                ));
            }
            let plumber = Plumber::start().map_err(|error| format!("its helper: {error}"))?;
            if let Err(error) = self.set.add(&plumber.answers, Source::Plumber(tab)) {
                self.plumbers.end(plumber);
                return Err(format!("its helper cannot be listened to: {error}"));
            }
            self.plumbers.running.insert(tab, plumber);
        }
        let Some(plumber) = self.plumbers.running.get_mut(&tab) else {
            return Err("its helper is gone".to_owned());
        };
        plumber.ask(navigation, url).map_err(|error| {
            self.end_plumber(tab);
            format!("its helper does not listen: {error}")
        })
    }

    fn plumber_failed(&mut self, navigation: NavigationId, reason: String) {
        let result = Err(LoadError::Process {
            reason: format!("the Plumber cannot work: {reason}"),
        });
        self.events
            .push_back(Event::BodyReady { navigation, result });
    }

    /// The helper of that tab has something to say, or has ended.
    pub(crate) fn read_plumber(&mut self, tab: TabId) {
        let Some(plumber) = self.plumbers.running.get_mut(&tab) else {
            return;
        };
        let (answers, is_open) = plumber.read();
        for answer in answers {
            self.on_plumber_answer(tab, &answer);
        }
        if !is_open {
            tracing::warn!("the Plumber's helper of {tab} has ended");
            self.end_plumber(tab);
        }
    }

    fn on_plumber_answer(&mut self, tab: TabId, answer: &Answer) {
        let Some(plumber) = self.plumbers.running.get_mut(&tab) else {
            return;
        };
        let Some(id) = answer.id else {
            // News: the page is made again, unless another one is on its way.
            let shown = self.core.tab(tab);
            if shown.is_some_and(|tab| !tab.is_pending && tab.url == URL) {
                let reload = KernelCommand::Reload(tab);
                self.events.push_back(Event::Command(reload));
            }
            return;
        };
        let Some(is_old) = plumber.waiting.remove(&id) else {
            return;
        };
        let html = page::build(&answer.snapshot, plumber.next_step, is_old);
        let result = Ok(pages::document(URL, html));
        self.body_ready(NavigationId(id), URL, result);
    }

    /// Ends it if there is one; pages that wait for it fail.
    fn end_plumber(&mut self, tab: TabId) {
        let Some(mut plumber) = self.plumbers.running.remove(&tab) else {
            return;
        };
        self.set.remove(&plumber.answers);
        let waiting = std::mem::take(&mut plumber.waiting);
        self.plumbers.end(plumber);
        for id in waiting.into_keys() {
            self.plumber_failed(NavigationId(id), "its helper has ended".to_owned());
        }
    }

    /// Ends the helper whose page is no longer there.
    pub(crate) fn plumber_follows(&mut self, record: &Record) {
        let Some(tab) = record.tab else { return };
        let is_over = match &record.kind {
            RecordKind::Committed { url, .. } => url != URL,
            RecordKind::Failed { .. } | RecordKind::TabClosed | RecordKind::TabCrashed { .. } => {
                true
            }
            _ => false,
        };
        if is_over {
            self.end_plumber(tab);
        }
    }
}
