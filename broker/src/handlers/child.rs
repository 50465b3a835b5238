//! Reads from children: handshake, messages, refused system calls, standard error.
//!
//! Trusts: no child; messages are decoded and range-checked, not believed. Never: decides; every
//! message becomes an event for the core.

use crate::child::children::Children;
use crate::child::lanes::drain;
use crate::child::process::Child;
use crate::child::{refused_calls, verify};
use crate::output::terminal::complain;
use crate::poller::{Poller, Source};
use crate::store::pictures::Pictures;
use browser_core::Event;
use ipc::poll::{Interest, wait};
use ipc::{Handles, Receiver, RecvError};
use protocol::PROTOCOL_HASH;
use protocol::bootstrap::{CanaryAnswer, FromChild};
use protocol::gpu::FromGpu;
use protocol::ids::{ProcessId, Role};
use protocol::limits::MESSAGES_PER_TURN_MAX;
use protocol::misbehaviour::Misbehaviour;
use sandbox::Support;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Most handshake messages read in one turn; an honest child sends fewer in total.
const HANDSHAKE_MESSAGES_PER_TURN_MAX: usize = 4;

impl Children {
    pub(crate) fn read_stderr(&mut self, process: ProcessId) {
        let poller = self.poller.clone();
        let Some(child) = self.get_mut(process) else {
            return;
        };
        let (role, pid) = (child.role, child.pid);
        let is_open = child.stderr.read(|line| complain!("[{role} {pid}] {line}"));
        if !is_open {
            poller.remove(&child.stderr);
        } else if let Some(until) = child.stderr.paused_until() {
            poller.remove(&child.stderr);
            self.paused.push((until, process));
        }
    }

    /// Reads again from children that had written too much.
    pub(crate) fn resume_stderr(&mut self) {
        let now = Instant::now();
        let due = self.paused.extract_if(.., |(until, _)| *until <= now);
        for (_, process) in due.collect::<Vec<_>>() {
            if let Some(child) = self.get(process)
                && let Err(error) = self.poller.add(&child.stderr, Source::Stderr(process))
            {
                tracing::error!("cannot read the standard error of {process} any more: {error}");
            }
        }
    }

    /// The child has executed the program, or has failed to.
    pub(crate) fn read_execution(&mut self, process: ProcessId) {
        let poller = self.poller.clone();
        let child = self.get_mut(process);
        let Some(execution) = child.and_then(|child| child.execution.take()) else {
            return;
        };
        poller.remove(&execution);
        if let Err(error) = execution.wait() {
            let reason = error.to_string();
            self.report(Event::StartFailed { process, reason });
        }
    }

    /// Reads the handshake of a starting child.
    pub(crate) fn read_bootstrap(&mut self, process: ProcessId, support: &Support) {
        let poller = self.poller.clone();
        let Some(child) = self.get_mut(process) else {
            return;
        };
        let Some((_, receiver)) = &child.bootstrap else {
            return;
        };
        let (messages, outcome) = drain(receiver, HANDSHAKE_MESSAGES_PER_TURN_MAX);
        let mut events = Vec::new();
        for mut received in messages {
            let event = match received.message {
                FromChild::Hello {
                    protocol_hash,
                    role,
                } if protocol_hash == PROTOCOL_HASH && role == child.role => {
                    Event::Hello { process }
                }
                FromChild::Hello { .. } => Event::Misbehaved {
                    process,
                    misbehaviour: Misbehaviour::Handshake,
                },
                FromChild::Failed { reason } => Event::StartFailed { process, reason },
                FromChild::Sealed { listener, canaries } => {
                    let handles = listener.then_some(&mut received.handles);
                    sealed(process, child, handles, &canaries, &poller, support)
                }
            };
            events.push(event);
        }
        let mut has_hung_up = false;
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
                    poller.remove(&sender);
                }
                let has_failed = |event: &Event| matches!(event, Event::StartFailed { .. });
                has_hung_up = child.report.is_none() && !events.iter().any(has_failed);
            }
        }
        if has_hung_up {
            self.hung_up(process);
        }
        events.into_iter().for_each(|event| self.report(event));
    }

    /// Reads one lane of a child, by its number in [`crate::child::lanes::Lanes::all`].
    pub(crate) fn read_lane(
        &mut self,
        process: ProcessId,
        number: usize,
        is_writable: bool,
        pictures: &mut Pictures,
    ) {
        let Some(lanes) = self.get_mut(process).and_then(|child| child.lanes.as_mut()) else {
            return;
        };
        let Some(lane) = lanes.all().nth(number) else {
            return;
        };
        if is_writable {
            lane.flush();
        }
        let (mut events, outcome) = lane.read(process, MESSAGES_PER_TURN_MAX);
        events.retain(|event| !finish_picture(event, pictures));
        self.received(process, events, outcome);
    }

    /// Reads all lanes of a child, for the last time.
    pub(crate) fn read_lanes(&mut self, process: ProcessId, pictures: &mut Pictures) {
        let child = self.get_mut(process);
        let lanes = child.and_then(|child| child.lanes.as_mut());
        let count = lanes.map_or(0, |lanes| lanes.all().count());
        for number in 0..count {
            self.read_lane(process, number, false, pictures);
        }
    }

    fn received(&mut self, process: ProcessId, events: Vec<Event>, outcome: Result<(), RecvError>) {
        let now = Instant::now();
        let poller = self.poller.clone();
        let Some(child) = self.get_mut(process) else {
            return;
        };
        let flood = events.iter().find_map(|_| child.rate.excess(now));
        if child.role == Role::Renderer && !events.is_empty() {
            end_handshake(child, &poller);
        }
        events.into_iter().for_each(|event| self.report(event));
        if let Some(messages) = flood {
            self.report(Event::Flooded { process, messages });
        }
        match outcome {
            Ok(()) => {}
            Err(RecvError::Misbehaved(misbehaviour)) => {
                self.report(Event::Misbehaved {
                    process,
                    misbehaviour,
                });
            }
            Err(RecvError::Closed | RecvError::Failed(_)) => self.channel_ended(process),
        }
        self.watch_outboxes(process);
    }

    /// Reads the notification of a system call that the child's filter refuses.
    pub(crate) fn read_refused_call(&mut self, process: ProcessId) {
        let poller = self.poller.clone();
        let Some(child) = self.get_mut(process) else {
            return;
        };
        let Some(notifications) = &child.call_notifications else {
            return;
        };
        match sandbox::notify::read(notifications.as_fd()) {
            Ok(Some(refused)) => {
                let (role, pid) = (child.role, child.pid);
                tracing::warn!(%role, pid, "refused system call: {refused}");
                self.report(Event::SystemCallRefused {
                    process,
                    call: refused.call(),
                    place: refused.place(),
                });
            }
            Ok(None) => {}
            Err(error) => {
                tracing::debug!("seccomp listener: {error}");
                poller.remove(notifications);
                child.call_notifications = None;
            }
        }
    }
}

/// A renderer that speaks on its lane has begun its work: the channel of the handshake has served,
/// and there are many renderers. A word that still waits there is read first.
fn end_handshake(child: &mut Child, poller: &Poller) {
    let is_silent = |receiver: &Receiver<FromChild>| {
        let ready = wait(&[(receiver.as_fd(), Interest::Read)], Some(Duration::ZERO));
        ready.is_ok_and(|ready| ready.iter().all(|it| !it.any()))
    };
    let is_over = child.report.is_some() && !child.lacks_fonts;
    let served = child
        .bootstrap
        .take_if(|(_, receiver)| is_over && is_silent(receiver));
    if let Some((sender, _)) = served {
        poller.remove(&sender);
    }
}

/// The child claims to be sealed: takes the listener it sent, then verifies from outside.
fn sealed(
    process: ProcessId,
    child: &mut Child,
    handles: Option<&mut Handles>,
    canaries: &[CanaryAnswer],
    poller: &Poller,
    support: &Support,
) -> Event {
    let listener = handles.and_then(|handles| handles.seccomp_listener().ok());
    match refused_calls::watch(poller, process, listener, support) {
        Ok(listener) => {
            child.call_notifications = listener;
            verify::verify(process, child, support, canaries)
        }
        Err(reason) => Event::SealRefused { process, reason },
    }
}

/// Whether the event was the gpu process's answer about a picture, which is then handled.
fn finish_picture(event: &Event, pictures: &mut Pictures) -> bool {
    let Event::FromGpu {
        message:
            FromGpu::Captured {
                request,
                frame,
                error,
            },
        ..
    } = event
    else {
        return false;
    };
    pictures.finish(*request, *frame, error.clone());
    true
}
