//! The event loop: waits for descriptors, passes events to the core, and performs the core's
//! actions.
//!
//! Never: decides; blocks on a child; parses messages beyond decoding them.

use crate::automation::waits::Wait;
use crate::machine::desktop::DesktopWatch;
use crate::perform::spawn;
use crate::poller::{Ready, Source};
use crate::state::Broker;
use anyhow::Context;
use browser_core::{Command, Event};
use std::time::{Duration, Instant};

/// A shorter delay is normal.
const STALL_MIN: Duration = Duration::from_secs(1);

impl Broker {
    /// Passes an event to the core and performs all resulting actions.
    pub fn handle(&mut self, event: Event) {
        self.events.push_back(event);
        self.settle();
    }

    /// One turn: sleeps until a descriptor is ready, or until `until` or the core's deadline; then
    /// handles the events.
    pub fn step(&mut self, until: Option<Instant>) -> anyhow::Result<()> {
        self.settle();
        if self.exit.is_some() {
            return Ok(());
        }
        let now = Instant::now();
        let timeout = self.timeout(now, until);
        let ready = self.poller.wait(timeout).context("epoll_wait")?;
        // A child could not answer while the broker did not run.
        self.started += timeout.map_or(Duration::ZERO, |timeout| stall(now.elapsed(), timeout));
        for ready in ready {
            self.dispatch(ready);
        }
        self.children.resume_stderr();
        self.children.resume_outboxes();
        self.children.end_old_holds();
        let expired = self.clipboard.expire(Instant::now());
        self.report_reads(expired);
        if self.core.deadline().is_some_and(|at| at <= self.now()) {
            self.events.push_back(Event::Tick);
        }
        self.settle();
        self.keep_last_words();
        self.write_pictures();
        self.answer_waits();
        self.run_attacks();
        self.keep_looking();
        self.tap_rings();
        self.show_glass();
        self.lab.reap();
        self.clipboard.reap();
        Ok(())
    }

    /// How long the loop may sleep (`None`: no timeout).
    fn timeout(&self, now: Instant, until: Option<Instant>) -> Option<Duration> {
        // The caller must see a new record now, not after the next event.
        if !self.records.is_empty() {
            return Some(Duration::ZERO);
        }
        let deadline = self.core.deadline().map(|time| self.instant_of(time));
        let (clipboard, glass) = (self.clipboard.deadline(), self.glass.deadline());
        let (rings, attacks) = (self.timeline.deadline(), self.attacks.deadline());
        let resume = self.children.resume_at();
        let waits = self.automation.waits.iter().map(Wait::deadline).min();
        let wakes = [
            deadline, until, resume, clipboard, glass, rings, attacks, waits,
        ];
        let first = wakes.into_iter().flatten().min();
        first.map(|at| at.saturating_duration_since(now))
    }

    /// Handles events and performs actions until none are left.
    fn settle(&mut self) {
        loop {
            if let Some(action) = self.core.poll_action() {
                self.perform(action);
            } else if let Some(event) = self.next_event() {
                let now = self.now();
                self.core.handle(now, event);
            } else {
                return;
            }
        }
    }

    fn next_event(&mut self) -> Option<Event> {
        let event = self.children.next_event();
        let event = event.or_else(|| self.events.pop_front());
        event.or_else(|| self.automation.next_input(&self.core))
    }

    fn dispatch(&mut self, ready: Ready) {
        let (children, pictures) = (&mut self.children, &mut self.store.pictures);
        match ready.source {
            Source::Bootstrap(process) => {
                children.read_bootstrap(process, self.launcher.support());
            }
            Source::CallNames => {
                self.store.call_names.take(&self.poller);
                self.glass.has_changed("crashes");
            }
            Source::Clipboard => {
                let reads = self.clipboard.receive();
                self.report_reads(reads);
            }
            Source::ControlFifo => self.read_control_fifo(),
            Source::Execution(process) => children.read_execution(process),
            Source::Desktop => self.read_desktop(),
            Source::Fonts => spawn::deliver_fonts(children, &mut self.launcher),
            Source::Keyboard => self.read_keyboard(),
            Source::LabProgress => self.read_lab_progress(),
            Source::LabReport => self.read_lab_report(),
            Source::Lane(process, number) => {
                children.read_lane(process, usize::from(number), ready.writable, pictures);
            }
            Source::Plumber(tab) => self.read_plumber(tab),
            Source::Seccomp(process) => {
                children.read_refused_call(process);
                if ready.hung_up {
                    children.report_dying(process, pictures);
                }
            }
            Source::Signals => self.read_signals(),
            Source::Stderr(process) => children.read_stderr(process),
            Source::Stream(number) => self.glass.ready(&self.poller, number, ready.writable),
        }
    }

    fn read_desktop(&mut self) {
        let changed = self.desktop.as_ref().and_then(DesktopWatch::changed);
        self.events.extend(changed.map(Event::ColorScheme));
    }

    fn read_signals(&mut self) {
        let mut has_child_died = false;
        while let Ok(Some(info)) = self.signals.read_signal() {
            if i32::try_from(info.ssi_signo) == Ok(libc::SIGCHLD) {
                has_child_died = true;
                continue;
            }
            tracing::info!(signal = info.ssi_signo, "ending on a signal");
            self.events.push_back(Event::Command(Command::Quit));
        }
        if has_child_died {
            self.children.reap_dead(&mut self.store.pictures);
        }
    }
}

/// How long this process may not have run, if a sleep of at most `timeout` took `slept`: the
/// session was stopped (Ctrl+Z), a debugger stopped it, or the machine was overloaded. The start of
/// that time is unknown.
fn stall(slept: Duration, timeout: Duration) -> Duration {
    if slept.saturating_sub(timeout) > STALL_MIN {
        slept
    } else {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_delay_counts_as_one() {
        let second = Duration::from_secs(1);
        assert_eq!(stall(second * 3, second * 5), Duration::ZERO);
        assert_eq!(stall(second * 6, second * 5), Duration::ZERO);
        assert_eq!(stall(second * 60, second * 5), second * 60);
    }
}
