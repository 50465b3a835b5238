//! What the devtools process is told of the browser as a whole: traces, messages between
//! processes, reports.
//!
//! Trusts: the devtools process not to read what it is told. Never: keeps a trace or tells of a
//! message for a process that has died.

use crate::rings::ends::process_of;
use crate::rings::tap::Batch;
use crate::rings::words::{name_of, words_of};
use crate::snapshot;
use crate::state::Broker;
use crate::store::devtools_looks::Tap;
use flight::{Arrow, Kind, Source};
use protocol::devtools::{Answer, Look, Party, Passed, ToDevtools};
use protocol::ids::{ProcessId, Role};
use protocol::limits::{DEVTOOLS_PASSED_MAX, DEVTOOLS_TRACE_BYTES_MAX};
use sandbox::Tier;
use sandbox::report::Report;
use serde_json::Value;
use shm::Region;
use std::io;
use std::os::fd::OwnedFd;

impl Broker {
    /// Does what the devtools process wants, and answers its call.
    pub(crate) fn look(&mut self, devtools: ProcessId, call: u32, look: Look) {
        let done = |result: io::Result<()>| result.map(|()| (Answer::Done, None));
        let result = match look {
            Look::CrashRecords => {
                let deaths = self.store.deaths.iter();
                report(&deaths.map(|death| death.to_json()).collect())
            }
            Look::EndTap => {
                self.store.devtools_looks.tap = None;
                done(Ok(()))
            }
            Look::EndTrace => self.give_trace(),
            Look::SandboxReport => {
                let required = Tier::DEFAULT_MIN;
                let reports = snapshot::sandbox_reports(self, &Role::ALL);
                let is_held = |it: &Report| it.is_sufficient() && it.tier() <= required;
                let is_enough = reports.iter().all(is_held);
                report(&snapshot::sandbox_json(self, &reports, required, is_enough))
            }
            Look::StartTap => {
                let dropped = 0;
                self.store.devtools_looks.tap = Some(Tap { devtools, dropped });
                done(match flight::ENABLED {
                    true => Ok(()),
                    false => Err(io::Error::other(
                        "this program was built without the flight recorder",
                    )),
                })
            }
            Look::StartTrace => done(self.start_trace_for(devtools)),
        };
        let (answer, handle) = result.unwrap_or_else(|error| {
            let reason = error.to_string();
            (Answer::Refused { reason }, None)
        });
        let message = ToDevtools::Answer { call, answer };
        self.children.send_devtools(devtools, message, handle);
    }

    fn start_trace_for(&mut self, devtools: ProcessId) -> io::Result<()> {
        // One that nobody has ended is nobody's any more: there is one devtools process.
        if self.store.devtools_looks.trace.take().is_some() {
            self.timeline.stop();
        }
        self.timeline
            .start_in_memory(DEVTOOLS_TRACE_BYTES_MAX as u64)?;
        self.store.devtools_looks.trace = Some(devtools);
        self.trace_has_changed();
        Ok(())
    }

    fn give_trace(&mut self) -> io::Result<(Answer, Option<OwnedFd>)> {
        self.store.devtools_looks.trace = None;
        if self.timeline.is_in_memory() {
            self.read_rings(true);
        }
        let finished = self.timeline.stop_in_memory()?;
        self.trace_has_changed();
        let answer = Answer::Trace {
            bytes: bytes_of(&finished.region)?,
            has_lost: finished.dropped > 0,
        };
        Ok((answer, Some(finished.region.dup()?)))
    }

    /// Ends what a devtools process looked at that has died. Returns whether messages are to be
    /// told to one.
    pub(crate) fn keep_devtools_looks(&mut self) -> bool {
        let is_gone = |process: ProcessId| self.children.get(process).is_none();
        let looks = &mut self.store.devtools_looks;
        looks.tap.take_if(|tap| is_gone(tap.devtools));
        if looks.trace.take_if(|it| is_gone(*it)).is_some() {
            self.timeline.stop();
            self.trace_has_changed();
        }
        self.store.devtools_looks.tap.is_some()
    }

    /// Tells the devtools process of the messages that a reading of the rings has found.
    pub(crate) fn tell_devtools_of(&mut self, batch: &Batch) {
        let Some(mut tap) = self.store.devtools_looks.tap.take() else {
            return;
        };
        // What is told is a message too, and would be told of without end.
        let own = name_of::<ToDevtools>("Passed");
        let is_told = |it: &&Arrow| it.sent.kind == Kind::Sent && Some(it.sent.name) != own;
        let arrows: Vec<&Arrow> = batch.arrows.iter().filter(is_told).collect();
        tap.dropped = tap.dropped.saturating_add(batch.lost);
        let child = self.children.get_mut(tap.devtools);
        let is_busy = child.is_none_or(|child| child.has_messages_waiting());
        let told = if is_busy { 0 } else { DEVTOOLS_PASSED_MAX };
        let hidden = arrows.len().saturating_sub(told);
        tap.dropped = tap.dropped.saturating_add(hidden as u64);
        let messages: Vec<Passed> = arrows[hidden..]
            .iter()
            .map(|arrow| self.passed(arrow))
            .collect();
        if !messages.is_empty() {
            let dropped = std::mem::take(&mut tap.dropped);
            let message = ToDevtools::Passed { messages, dropped };
            self.children.send_devtools(tap.devtools, message, None);
        }
        self.store.devtools_looks.tap = Some(tap);
    }

    fn passed(&self, arrow: &Arrow) -> Passed {
        let sent = &arrow.sent;
        Passed {
            at_us: (self.timeline.ms_of(sent.time_ns) * 1e3) as u64,
            from: self.party(arrow.from),
            to: self.party(arrow.to),
            kind: words_of(sent.name),
            bytes: sent.bytes,
            handles: sent.handles,
        }
    }

    fn party(&self, source: Source) -> Party {
        match self.children.rings.writer(source) {
            Some((role, pid)) => Party {
                pid,
                role: Some(role),
            },
            None if process_of(source).is_some() => Party { pid: 0, role: None },
            None => Party {
                pid: std::process::id() as i32,
                role: None,
            },
        }
    }
}

/// A report, in memory that nobody can change.
fn report(value: &Value) -> io::Result<(Answer, Option<OwnedFd>)> {
    let region = Region::create_filled("bulkhead-report", value.to_string().as_bytes())?;
    let answer = Answer::Report {
        bytes: bytes_of(&region)?,
    };
    Ok((answer, Some(region.dup()?)))
}

fn bytes_of(region: &Region) -> io::Result<u32> {
    u32::try_from(region.bytes()).map_err(io::Error::other)
}
