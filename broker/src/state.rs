//! The event loop: waits for descriptors, turns what comes into events for the core, and has the
//! core's actions carried out.
//!
//! Owns: the table from ids to descriptors. Trusts: the operating system. Never: decides, blocks on
//! a child, parses what a child sent beyond decoding it.

use crate::automation::fifo::ControlFifo;
use crate::automation::records::Recorder;
use crate::child::launcher::Launcher;
use crate::child::process::{Child, Control, drain};
use crate::child::refused_calls;
use crate::child::verify;
use crate::handlers::lab::Measurement;
use crate::handlers::picture::Captures;
use crate::handlers::plumber::Plumbers;
use crate::poller::{Ready, Set, Source};
use crate::snapshot::Death;
use crate::store::documents::Bodies;
use crate::store::surfaces::Surfaces;
use crate::terminal::complain;
use anyhow::Context;
use browser_core::{Core, Event, Record, Time};
use ipc::RecvError;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use protocol::PROTOCOL_HASH;
use protocol::bootstrap::FromChild;
use protocol::gpu::FromGpu;
use protocol::ids::ProcessId;
use protocol::limits::MESSAGES_PER_TURN_MAX;
use protocol::misbehaviour::Misbehaviour;
use std::collections::{BTreeMap, VecDeque};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The demo server stands outside the core: it serves no tab in particular. Its id is one that
/// the core never reaches.
pub const DEMO: ProcessId = ProcessId(u32::MAX);

/// A running browser.
pub struct Browser {
    pub(crate) core: Core,
    pub(crate) children: BTreeMap<ProcessId, Child>,
    pub(crate) events: VecDeque<Event>,
    pub(crate) set: Set,
    pub(crate) launcher: Launcher,
    pub(crate) bodies: Bodies,
    pub(crate) plumbers: Plumbers,
    pub(crate) measurement: Measurement,
    pub(crate) surfaces: Surfaces,
    pub(crate) captures: Captures,
    pub(crate) recorder: Recorder,
    pub(crate) records: VecDeque<Record>,
    pub(crate) control: Option<ControlFifo>,
    pub(crate) demo_url: Option<String>,
    pub(crate) deaths: VecDeque<Death>,
    /// Pictures asked for by the control pipe, by request.
    pub(crate) pictures: BTreeMap<u32, PathBuf>,
    pub(crate) exit: Option<u8>,
    is_demo_sealed: bool,
    /// Children whose standard error is not read until then.
    paused: Vec<(Instant, ProcessId)>,
    /// Children to which the system takes no message for now, and when to try again.
    pub(crate) refused: Vec<(Instant, ProcessId)>,
    signals: SignalFd,
    started: Instant,
}

impl Browser {
    /// Blocks the signals that the loop reads and starts the core, which asks for the first
    /// children.
    pub fn new(
        config: browser_core::Config,
        launcher: Launcher,
        recorder: Recorder,
        control: Option<ControlFifo>,
    ) -> anyhow::Result<Browser> {
        let mut mask = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            mask.add(signal);
        }
        mask.thread_block().context("cannot block signals")?;
        let signals = SignalFd::with_flags(&mask, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)
            .context("signalfd")?;
        let set = Set::new().context("epoll")?;
        set.add(&signals, Source::Signals).context("epoll")?;
        if let Some(control) = &control {
            set.add(control, Source::ControlFifo).context("epoll")?;
        }
        Ok(Browser {
            core: Core::new(config, seed()),
            children: BTreeMap::new(),
            events: VecDeque::new(),
            set,
            launcher,
            bodies: Bodies::default(),
            plumbers: Plumbers::default(),
            measurement: Measurement::default(),
            surfaces: Surfaces::default(),
            captures: Captures::default(),
            recorder,
            records: VecDeque::new(),
            control,
            demo_url: None,
            deaths: VecDeque::new(),
            pictures: BTreeMap::new(),
            exit: None,
            is_demo_sealed: false,
            paused: Vec::new(),
            refused: Vec::new(),
            signals,
            started: Instant::now(),
        })
    }

    /// Milliseconds since the start.
    pub fn now(&self) -> Time {
        Time(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Gives the core an event and carries out all that follows at once.
    pub fn handle(&mut self, event: Event) {
        self.events.push_back(event);
        self.settle();
    }

    /// The core's records since the last call.
    pub fn take_records(&mut self) -> Vec<Record> {
        self.records.drain(..).collect()
    }

    /// The exit status, once the browser is to end.
    pub fn exit_code(&self) -> Option<u8> {
        self.exit
    }

    /// One turn: sleeps until something happens, the core's deadline or `until` comes, then deals
    /// with it.
    pub fn step(&mut self, until: Option<Instant>) -> anyhow::Result<()> {
        self.settle();
        if self.exit.is_some() {
            return Ok(());
        }
        let now = Instant::now();
        let deadline = self
            .core
            .deadline()
            .map(|t| self.started + Duration::from_millis(t.0));
        let paused = self.paused.iter().chain(&self.refused);
        let resume = paused.map(|(until, _)| *until).min();
        let timeout = [deadline, until, resume]
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.saturating_duration_since(now));
        // A record that the caller has not seen yet must not wait for the next event.
        let timeout = if self.records.is_empty() {
            timeout
        } else {
            Some(Duration::ZERO)
        };
        let ready = self.set.wait(timeout).context("epoll_wait")?;
        // Time in which nobody could answer is no time in which somebody did not.
        self.started += timeout.map_or(Duration::ZERO, |timeout| stall(now.elapsed(), timeout));
        for ready in ready {
            self.dispatch(ready);
        }
        self.resume_stderr();
        self.resume_outboxes();
        if self.core.deadline().is_some_and(|at| at <= self.now()) {
            self.events.push_back(Event::Tick);
        }
        self.settle();
        self.write_pictures();
        self.plumbers.reap();
        self.measurement.reap();
        Ok(())
    }

    /// Events in, actions out, until nothing is left of either.
    fn settle(&mut self) {
        loop {
            if let Some(action) = self.core.poll_action() {
                self.perform(action);
            } else if let Some(event) = self.events.pop_front() {
                let now = self.now();
                self.core.handle(now, event);
            } else if let Some(input) = self.next_input() {
                self.events.push_back(input);
            } else {
                return;
            }
        }
    }

    fn dispatch(&mut self, ready: Ready) {
        match ready.source {
            Source::Bootstrap(process) => self.read_bootstrap(process),
            Source::Commands(process) => self.read_commands(process, ready.writable),
            Source::Control(process) => self.read_control(process, ready.writable),
            Source::ControlFifo => self.read_control_fifo(),
            Source::Exit(process) => self.reap(process),
            Source::LabProgress => self.read_lab_progress(),
            Source::LabReport => self.read_lab_report(),
            Source::Plumber(tab) => self.read_plumber(tab),
            Source::Seccomp(process) => self.read_seccomp(process),
            Source::Signals => self.read_signals(),
            Source::Stderr(process) => self.read_stderr(process),
        }
    }

    fn read_signals(&mut self) {
        while let Ok(Some(info)) = self.signals.read_signal() {
            tracing::info!(signal = info.ssi_signo, "ending on a signal");
            self.events
                .push_back(Event::Command(browser_core::Command::Quit));
        }
    }

    pub(crate) fn read_stderr(&mut self, process: ProcessId) {
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        let (role, pid) = (child.role, child.pid);
        let is_open = child.stderr.read(|line| complain!("[{role} {pid}] {line}"));
        if !is_open {
            self.set.remove(&child.stderr);
        } else if let Some(until) = child.stderr.paused_until() {
            self.set.remove(&child.stderr);
            self.paused.push((until, process));
        }
    }

    /// Listens again to those children that had written too much.
    fn resume_stderr(&mut self) {
        let now = Instant::now();
        for (_, process) in self.paused.extract_if(.., |(until, _)| *until <= now) {
            if let Some(child) = self.children.get(&process)
                && let Err(error) = self.set.add(&child.stderr, Source::Stderr(process))
            {
                tracing::error!("{process} is not listened to any more: {error}");
            }
        }
    }

    fn read_bootstrap(&mut self, process: ProcessId) {
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        let Some((_, receiver)) = &child.bootstrap else {
            return;
        };
        let (messages, outcome) = drain(receiver, 4);
        let mut events = Vec::new();
        for mut received in messages {
            let event = match received.message {
                FromChild::Hello {
                    protocol_hash,
                    role,
                } => {
                    if protocol_hash == PROTOCOL_HASH && role == child.role {
                        Event::Hello { process }
                    } else {
                        Event::Misbehaved {
                            process,
                            misbehaviour: Misbehaviour::Handshake,
                        }
                    }
                }
                FromChild::Failed { reason } => Event::StartFailed { process, reason },
                FromChild::Sealed { listener, canaries } => {
                    let came = listener.then(|| received.handles.seccomp_listener());
                    let came = came.and_then(Result::ok);
                    match refused_calls::watch(&self.set, process, came, self.launcher.support()) {
                        Ok(listener) => {
                            child.listener = listener;
                            let support = self.launcher.support();
                            verify::verify(process, child, support, &canaries)
                        }
                        Err(reason) => Event::SealRefused { process, reason },
                    }
                }
            };
            events.push(event);
        }
        match outcome {
            Ok(()) => {}
            Err(RecvError::Misbehaved(misbehaviour)) => {
                events.push(Event::Misbehaved {
                    process,
                    misbehaviour,
                });
            }
            Err(RecvError::Closed | RecvError::Failed(_)) => {
                if let Some((sender, _)) = child.bootstrap.take() {
                    self.set.remove(&sender);
                }
                let has_failed = |event: &Event| matches!(event, Event::StartFailed { .. });
                if child.report.is_none() && !events.iter().any(has_failed) {
                    self.hung_up(process);
                }
            }
        }
        if process == DEMO {
            self.on_demo(&events);
        } else {
            self.events.extend(events);
        }
    }

    /// The demo server is outside the core, so what it says, and what is found out about it, is
    /// dealt with here: one hello, then one seal, and anything else is its end.
    fn on_demo(&mut self, events: &[Event]) {
        for event in events {
            let child = self.children.get(&DEMO);
            let is_greeted = child.is_some_and(|child| child.control.is_some());
            match event {
                Event::Hello { .. } if !is_greeted => self.bootstrap(DEMO),
                Event::Sealed { tier, .. } if is_greeted && !self.is_demo_sealed => {
                    tracing::info!("demo server sealed, tier {tier}");
                    self.is_demo_sealed = true;
                }
                refused => {
                    tracing::error!("the demo server is ended: {refused:?}");
                    if let Some(child) = self.children.get(&DEMO) {
                        crate::perform::kill(child);
                    }
                }
            }
        }
    }

    pub(crate) fn read_control(&mut self, process: ProcessId, writable: bool) {
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        let Some(control) = &mut child.control else {
            return;
        };
        let max = MESSAGES_PER_TURN_MAX;
        let mut events = Vec::new();
        let outcome = match control {
            Control::Demo(endpoint) => {
                // Only its end can be read from it.
                self.set.remove(&*endpoint);
                Ok(())
            }
            Control::Gpu(out, input) => {
                flush(out, writable);
                let (messages, outcome) = drain(input, max);
                for received in messages {
                    let message = received.message;
                    if let FromGpu::Captured { request, error } = message {
                        self.captures.finish(request, error);
                    } else {
                        events.push(Event::FromGpu { process, message });
                    }
                }
                outcome
            }
            Control::Network(out, input) => {
                flush(out, writable);
                let (messages, outcome) = drain(input, max);
                events.extend(messages.into_iter().map(|received| Event::FromNetwork {
                    process,
                    message: received.message,
                }));
                outcome
            }
            Control::Renderer(out, input) | Control::Shell { out, input, .. } => {
                flush(out, writable);
                let (messages, outcome) = drain(input, max);
                events.extend(messages.into_iter().map(|received| Event::FromRenderer {
                    process,
                    message: received.message,
                }));
                outcome
            }
        };
        self.received(process, events, outcome);
    }

    pub(crate) fn read_commands(&mut self, process: ProcessId, writable: bool) {
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        let Some(Control::Shell {
            commands_out,
            commands,
            ..
        }) = &mut child.control
        else {
            return;
        };
        flush(commands_out, writable);
        let (messages, outcome) = drain(commands, MESSAGES_PER_TURN_MAX);
        let events = messages
            .into_iter()
            .map(|received| Event::FromShell {
                process,
                message: received.message,
            })
            .collect();
        self.received(process, events, outcome);
    }

    fn received(&mut self, process: ProcessId, events: Vec<Event>, outcome: Result<(), RecvError>) {
        let now = Instant::now();
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        let flood = events.iter().find_map(|_| child.rate.excess(now));
        self.events.extend(events);
        if let Some(messages) = flood {
            self.events.push_back(Event::Flooded { process, messages });
        }
        match outcome {
            Ok(()) => {}
            Err(RecvError::Misbehaved(misbehaviour)) => {
                self.events.push_back(Event::Misbehaved {
                    process,
                    misbehaviour,
                });
            }
            Err(RecvError::Closed | RecvError::Failed(_)) => self.channel_ended(process),
        }
        self.watch_outboxes(process);
    }

    fn read_seccomp(&mut self, process: ProcessId) {
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        let Some(listener) = &child.listener else {
            return;
        };
        match sandbox::notify::read(listener.as_fd()) {
            Ok(Some(notification)) => {
                let (role, pid) = (child.role, child.pid);
                tracing::warn!(%role, pid, "refused system call: {notification}");
                let event = Event::SystemCallRefused {
                    process,
                    call: notification.call(),
                    place: notification.place(),
                };
                if process == DEMO {
                    self.on_demo(&[event]);
                } else {
                    self.events.push_back(event);
                }
            }
            Ok(None) => {}
            Err(error) => {
                tracing::debug!("seccomp listener: {error}");
                self.set.remove(listener);
                child.listener = None;
            }
        }
    }
}

fn flush<T: protocol::Message>(out: &mut crate::child::outbox::Outbox<T>, writable: bool) {
    if writable {
        out.flush();
    }
}

/// How long this process may not have run, when a sleep of at most `timeout` took `slept`: the
/// session was stopped (Ctrl+Z), a debugger held it, or the machine was out of breath. Nobody knows
/// when in that time it began.
fn stall(slept: Duration, timeout: Duration) -> Duration {
    if slept.saturating_sub(timeout) > STALL_MIN {
        slept
    } else {
        Duration::ZERO
    }
}

/// Being late by less is ordinary.
const STALL_MIN: Duration = Duration::from_secs(1);

/// Decides nothing but the order among equals; taken from the clock so that two runs differ.
fn seed() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |elapsed| {
            u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
        })
}

impl Browser {
    /// Whether the demo server was looked at and found to be held.
    pub fn is_demo_sealed(&self) -> bool {
        self.is_demo_sealed
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
