//! The measurement for the pages under `bulkhead://lab`: runs `bulkhead lab --json` in its own
//! process, and keeps the last report.
//!
//! Owns: that process, one at a time, and its pipes. Trusts: our own program. Never: waits for the
//! process while the browser runs.

use crate::lab::helper;
use crate::pipe::{read_some, set_nonblocking};
use crate::poller::{Poller, Source};
use lab::report::Report;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::time::{Duration, Instant};

/// Most bytes of a report.
const REPORT_BYTES_MAX: usize = 1024 * 1024;
/// Most bytes of a progress line.
const PROGRESS_BYTES_MAX: usize = 300;
/// The timeout for its cleanup when the browser ends.
const CLEAR_UP: Duration = Duration::from_secs(2);

/// The running measurement, and the last result.
#[derive(Default)]
pub struct Measurement {
    running: Option<Running>,
    last: Option<Result<Report, String>>,
    /// The number of the next measurement: a link starts only the one that it names.
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

/// The state of the measurement, for the page.
pub enum Standing<'a> {
    /// No measurement yet.
    Nothing,
    /// A measurement is running; its progress.
    Running(&'a str),
    /// The last measurement gave no report; the reason.
    Failed(&'a str),
    /// A report is ready.
    Done,
}

impl Measurement {
    /// The state of the measurement.
    pub fn standing(&self) -> Standing<'_> {
        match (&self.running, &self.last) {
            (Some(running), _) => Standing::Running(&running.said),
            (None, Some(Ok(_))) => Standing::Done,
            (None, Some(Err(reason))) => Standing::Failed(reason),
            (None, None) => Standing::Nothing,
        }
    }

    /// The last report, also during the next measurement.
    pub fn report(&self) -> Option<&Report> {
        self.last.as_ref()?.as_ref().ok()
    }

    /// The number that the link to the next measurement must carry.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Starts a measurement, unless one is running.
    pub fn start(&mut self, poller: &Poller) {
        if self.running.is_some() {
            return;
        }
        self.number += 1;
        match Running::start(poller) {
            Ok(running) => self.running = Some(running),
            Err(error) => self.last = Some(Err(format!("cannot start the measurement: {error}"))),
        }
    }

    /// Reads the progress; `true` if it has changed.
    pub fn read_progress(&mut self, poller: &Poller) -> bool {
        let running = self.running.as_mut();
        running.is_some_and(|running| running.read_progress(poller))
    }

    /// Reads the report; `true` when the measurement is over, with or without a report.
    pub fn read_report(&mut self, poller: &Poller) -> bool {
        let Some(running) = &mut self.running else {
            return false;
        };
        let is_open = read_some(&running.output, &mut running.report);
        if is_open && running.report.len() <= REPORT_BYTES_MAX {
            return false;
        }
        running.read_progress(poller);
        self.finish(poller);
        true
    }

    fn finish(&mut self, poller: &Poller) {
        let Some(running) = self.running.take() else {
            return;
        };
        poller.remove(&running.output);
        poller.remove(&running.progress);
        self.last = Some(serde_json::from_slice(&running.report).map_err(|error| {
            tracing::warn!("cannot read the lab's report: {error}");
            format!(
                "the measurement ended without a report; its last line: {}",
                running.said
            )
        }));
        self.end(running);
    }

    fn end(&mut self, running: Running) {
        // The process has ended already, or cleans up and ends now.
        if let Ok(pid) = i32::try_from(running.child.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        self.ending.push(running.child);
    }

    /// Reaps processes that have ended.
    pub fn reap(&mut self) {
        self.ending
            .retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }

    /// Ends the measurement and waits until its process is gone.
    pub fn shut_down(mut self) {
        if let Some(running) = self.running.take() {
            self.end(running);
        }
        let deadline = Instant::now() + CLEAR_UP;
        while !self.ending.is_empty() && Instant::now() < deadline {
            #[allow(
                clippy::disallowed_methods,
                reason = "several children, and no pidfd of them"
            )]
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
    fn start(poller: &Poller) -> io::Result<Running> {
        let mut child = helper::command(&["lab", lab::ENDS_WITH_PARENT, "--json"])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = child.stdout.take().zip(child.stderr.take());
        let (output, progress) =
            pipes.ok_or_else(|| io::Error::other("the process has no pipes"))?;
        set_nonblocking(&output)?;
        set_nonblocking(&progress)?;
        let watched = poller
            .add(&output, Source::LabReport)
            .and_then(|()| poller.add(&progress, Source::LabProgress));
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
            said: "starting".to_owned(),
        })
    }

    /// Reads the progress; `true` if it has changed.
    fn read_progress(&mut self, poller: &Poller) -> bool {
        let mut bytes = Vec::new();
        if !read_some(&self.progress, &mut bytes) {
            poller.remove(&self.progress);
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
