//! The lab's table for the pages under `bulkhead://lab`: `bulkhead lab --json` as a process of its
//! own, and what the last one has found.
//!
//! Owns: that process, one at a time, and its report. Trusts: it, our own program. Never: waits for
//! it while the browser runs; measures because a page is loaded again.

use crate::lab::helper::{self, read_some};
use crate::pages;
use crate::pages::lab as page;
use crate::poller::{Set, Source};
use crate::state::Browser;
use browser_core::{Command as KernelCommand, Event};
use lab::report::Report;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use protocol::ids::NavigationId;
use std::io;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::time::{Duration, Instant};
use url::Url;

const URL: &str = "bulkhead://lab";
/// Most bytes of a report.
const REPORT_BYTES_MAX: usize = 1024 * 1024;
/// Most bytes of what it says it is doing.
const PROGRESS_BYTES_MAX: usize = 300;
/// How long it may take to clear up when the browser ends.
const CLEAR_UP: Duration = Duration::from_secs(2);

/// The measurement that runs, and the last result.
#[derive(Default)]
pub struct Measurement {
    running: Option<Running>,
    last: Option<Result<Report, String>>,
    /// The number of the next one: a click starts the one that its page was made for.
    number: u32,
    ending: Vec<Child>,
}

struct Running {
    child: Child,
    output: ChildStdout,
    progress: ChildStderr,
    report: Vec<u8>,
    begun: Vec<u8>,
    said: String,
}

/// How it stands, for the page.
pub enum Standing<'a> {
    /// Nothing was measured yet.
    Nothing,
    /// It runs, and says what it is doing.
    Running(&'a str),
    /// It has ended without a report; why.
    Failed(&'a str),
    /// There is a report.
    Done,
}

impl Measurement {
    /// How it stands.
    pub fn standing(&self) -> Standing<'_> {
        match (&self.running, &self.last) {
            (Some(running), _) => Standing::Running(&running.said),
            (None, Some(Ok(_))) => Standing::Done,
            (None, Some(Err(reason))) => Standing::Failed(reason),
            (None, None) => Standing::Nothing,
        }
    }

    /// The last report that there is, also while the next one is made.
    pub fn report(&self) -> Option<&Report> {
        self.last.as_ref()?.as_ref().ok()
    }

    /// The number that an order for the next one has to carry.
    pub fn number(&self) -> u32 {
        self.number
    }

    fn start(&mut self, set: &Set) {
        self.number += 1;
        match Running::start(set) {
            Ok(running) => self.running = Some(running),
            Err(error) => self.last = Some(Err(format!("it could not be started: {error}"))),
        }
    }

    fn finish(&mut self, set: &Set) {
        let Some(running) = self.running.take() else {
            return;
        };
        set.remove(&running.output);
        set.remove(&running.progress);
        self.last = Some(serde_json::from_slice(&running.report).map_err(|error| {
            tracing::warn!("the lab's report: {error}");
            format!(
                "it ended without a report; its last words: {}",
                running.said
            )
        }));
        self.end(running);
    }

    fn end(&mut self, running: Running) {
        // It has ended already, or clears up and ends now.
        if let Ok(pid) = i32::try_from(running.child.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        self.ending.push(running.child);
    }

    /// Takes notice of processes that have ended.
    pub fn reap(&mut self) {
        self.ending
            .retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }

    /// Ends it and waits until it is gone.
    pub fn shut_down(mut self) {
        if let Some(running) = self.running.take() {
            self.end(running);
        }
        let deadline = Instant::now() + CLEAR_UP;
        while !self.ending.is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
            self.reap();
        }
        for mut child in self.ending {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Running {
    fn start(set: &Set) -> io::Result<Running> {
        let mut child = helper::command(&["lab", lab::ENDS_WITH_PARENT, "--json"])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = child.stdout.take().zip(child.stderr.take());
        let (output, progress) = pipes.ok_or_else(|| io::Error::other("it has no pipes"))?;
        helper::set_nonblocking(&output)?;
        helper::set_nonblocking(&progress)?;
        let watched = set
            .add(&output, Source::LabReport)
            .and_then(|()| set.add(&progress, Source::LabProgress));
        if let Err(error) = watched {
            child.kill()?;
            child.wait()?;
            return Err(error.into());
        }
        Ok(Running {
            child,
            output,
            progress,
            report: Vec::new(),
            begun: Vec::new(),
            said: "it begins".to_owned(),
        })
    }

    /// Takes what it says it is doing; `true` if that is something new.
    fn read_progress(&mut self, set: &Set) -> bool {
        let mut bytes = Vec::new();
        if !read_some(&self.progress, &mut bytes) {
            set.remove(&self.progress);
        }
        let before = self.said.clone();
        for byte in bytes {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.begun);
                self.said = trace::printable(&String::from_utf8_lossy(&line));
            } else if self.begun.len() < PROGRESS_BYTES_MAX {
                self.begun.push(byte);
            }
        }
        self.said != before
    }
}

impl Browser {
    /// A page under `bulkhead://lab` other than the Plumber's. Its link to measure is one to the
    /// page itself, which starts it on the way.
    pub(crate) fn build_lab_page(&mut self, navigation: NavigationId, url: &Url) {
        let number = format!("measure={}", self.measurement.number());
        let is_order = url.query() == Some(number.as_str());
        if is_order && self.measurement.running.is_none() {
            self.measurement.start(&self.set);
        }
        let mut plain = url.clone();
        plain.set_query(None);
        let result = page::build(&self.measurement, plain.path().trim_matches('/'))
            .map(|html| pages::document(plain.as_str(), html));
        self.body_ready(navigation, plain.as_str(), result);
    }

    /// It says what it is doing.
    pub(crate) fn read_lab_progress(&mut self) {
        if let Some(running) = &mut self.measurement.running
            && running.read_progress(&self.set)
        {
            self.show_lab_again();
        }
    }

    /// Its report comes, or its end.
    pub(crate) fn read_lab_report(&mut self) {
        let Some(running) = &mut self.measurement.running else {
            return;
        };
        let is_open = read_some(&running.output, &mut running.report);
        if !is_open || running.report.len() > REPORT_BYTES_MAX {
            running.read_progress(&self.set);
            self.measurement.finish(&self.set);
            self.show_lab_again();
        }
    }

    /// Makes the page again wherever it stands, unless the tab is on its way elsewhere.
    fn show_lab_again(&mut self) {
        for tab in self.core.tabs() {
            if tab.url == URL && !tab.is_pending {
                let reload = KernelCommand::Reload(tab.tab);
                self.events.push_back(Event::Command(reload));
            }
        }
    }
}
