//! What all processes do, in one timeline: the records of all rings in the file of a trace.
//!
//! Owns: the trace that is being written, and when the rings are read next. Never: waits for the
//! disk, or keeps more than its bounds.

pub(crate) mod events;
pub(crate) mod file;
mod frames;
pub(crate) mod memory;
mod shown;

use crate::output::terminal::complain;
use crate::rings::ends::source_of;
use crate::rings::tap::Batch;
use browser_core::{Record, RecordKind};
use events::{Events, Life, Who};
use file::{Ended, State, TraceFile};
use flight::Source;
use memory::{Finished, MemoryTrace};
use serde_json::{Value, json};
use shown::Shown;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often the rings are read while somebody looks.
const INTERVAL: Duration = Duration::from_millis(50);
/// A reading is followed by a rest of so many times its length.
const RESTS: u32 = 9;
/// Deaths and starts that wait for the next reading.
const LIVES_MAX: usize = 1_024;

/// The trace, if there is one, and the clock of all who look at the rings.
pub struct Timeline {
    running: Option<Running>,
    /// The trace that has ended last, and the records that were lost before they were read.
    last: Option<(Ended, u64)>,
    /// The newest part of that.
    last_shown: Shown,
    next: Option<Instant>,
    /// The zero of the times that users see.
    origin_ns: u64,
}

struct Running {
    events: Events,
    place: Place,
    lives: Vec<Life>,
    lost: u64,
}

/// Where a trace goes.
enum Place {
    File(TraceFile),
    /// For a client of devtools.
    Memory(MemoryTrace),
}

impl Default for Timeline {
    fn default() -> Timeline {
        Timeline {
            running: None,
            last: None,
            last_shown: Shown::default(),
            next: None,
            origin_ns: flight::now_ns(),
        }
    }
}

impl Timeline {
    /// Begins a trace in that file. `bytes_max`: its size, where the file is in memory.
    ///
    /// # Errors
    /// The file cannot be created, or a trace is being written already.
    pub fn start(&mut self, path: &Path, bytes_max: Option<u64>) -> io::Result<()> {
        self.begin(|| Ok(Place::File(TraceFile::create(path, bytes_max)?)))
    }

    /// Begins a trace in memory, of at most so many bytes; see [`Timeline::stop_in_memory`].
    ///
    /// # Errors
    /// The system gives no memory, or a trace is being written already.
    pub fn start_in_memory(&mut self, bytes_max: u64) -> io::Result<()> {
        self.begin(|| Ok(Place::Memory(MemoryTrace::create(bytes_max)?)))
    }

    fn begin(&mut self, place: impl FnOnce() -> io::Result<Place>) -> io::Result<()> {
        if !flight::ENABLED {
            let why = "this program was built without the flight recorder";
            return Err(io::Error::new(io::ErrorKind::Unsupported, why));
        }
        if let Some(running) = &self.running {
            let why = match &running.place {
                Place::File(file) => {
                    format!("a trace is being written to {}", file.path().display())
                }
                Place::Memory(_) => "a client of devtools has a trace written".to_owned(),
            };
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
        }
        self.running = Some(Running {
            place: place()?,
            events: Events::new(flight::now_ns(), self.last_shown.of_next()),
            lives: Vec::new(),
            lost: 0,
        });
        Ok(())
    }

    /// Ends the trace. Does not wait until all of it is written. One in memory is gone.
    pub fn stop(&mut self) {
        let lost = self.running.as_ref().map_or(0, |running| running.lost);
        if let Some(Place::File(file)) = self.end() {
            self.last = Some((file.finish(), lost));
        }
    }

    /// Ends the trace, which is in memory, and gives it.
    ///
    /// # Errors
    /// The system had no memory for it, or there is none in memory.
    pub fn stop_in_memory(&mut self) -> io::Result<Finished> {
        let lost = self.running.as_ref().map_or(0, |running| running.lost);
        if let Some(Place::Memory(memory)) = self.end_if(|it| matches!(it.place, Place::Memory(_)))
        {
            let mut finished = memory.finish()?;
            finished.dropped = finished.dropped.saturating_add(lost);
            return Ok(finished);
        }
        Err(io::Error::other("no trace is being written"))
    }

    fn end(&mut self) -> Option<Place> {
        self.end_if(|_| true)
    }

    fn end_if(&mut self, is_it: impl FnOnce(&mut Running) -> bool) -> Option<Place> {
        let mut running = self.running.take_if(is_it)?;
        running.events.finish(flight::now_ns());
        running.write();
        self.last_shown = running.events.shown;
        Some(running.place)
    }

    /// Waits until the trace that has ended is written, but not long.
    pub fn finish(&mut self) {
        let Some((ended, _)) = &self.last else {
            return;
        };
        let count = ended.wait().dropped;
        if count > 0 {
            let path = ended.path().display();
            complain!("bulkhead: {path}: {count} events of the trace are not in the file");
        }
    }

    /// What a looker that knows so many events does not know of the trace that is being written, or
    /// of the last one; and how many it knows then.
    pub fn news(&self, told: u64) -> Option<(String, u64)> {
        let running = self.running.as_ref();
        running
            .map_or(&self.last_shown, |running| &running.events.shown)
            .news(told)
    }

    /// Whether a trace is being written.
    pub fn is_on(&self) -> bool {
        self.running.is_some()
    }

    /// Whether a trace is being written in memory.
    pub fn is_in_memory(&self) -> bool {
        let running = self.running.as_ref();
        running.is_some_and(|it| matches!(it.place, Place::Memory(_)))
    }

    /// The state of the trace, for a page.
    pub fn to_json(&self) -> Value {
        let told = |path: &Path, state: State, lost: u64| {
            json!({
                "path": path.display().to_string(), "bytes": state.bytes,
                "dropped": state.dropped, "lost": lost, "failure": state.failure,
            })
        };
        let on = self.running.as_ref();
        let on = on.map(|it| match &it.place {
            Place::File(file) => told(file.path(), file.state(), it.lost),
            Place::Memory(memory) => {
                let (bytes, dropped) = memory.state();
                let failure = None;
                let state = State {
                    bytes,
                    dropped,
                    failure,
                };
                told(Path::new("a client of devtools"), state, it.lost)
            }
        });
        let last = self.last.as_ref();
        let last = last.map(|(it, lost)| told(it.path(), it.state(), *lost));
        json!({ "on": on, "last": last })
    }

    /// Takes note of births and deaths.
    pub fn note(&mut self, record: &Record) {
        let Some(running) = &mut self.running else {
            return;
        };
        let (text, has_ended) = match &record.kind {
            RecordKind::Died { role, pid, cause } => (format!("{role} {pid} died: {cause}"), true),
            RecordKind::Ended { role, pid } => (format!("{role} {pid} has ended"), true),
            RecordKind::Sealed { role, pid, tier } => {
                (format!("{role} {pid} started, in tier {tier}"), false)
            }
            _ => return,
        };
        if running.lives.len() < LIVES_MAX {
            running.lives.push(Life {
                time_ns: flight::now_ns(),
                text,
                ended: record.process.filter(|_| has_ended).map(source_of),
            });
        }
    }

    /// When the rings are to be read next, if somebody looks.
    pub fn deadline(&self) -> Option<Instant> {
        self.next
    }

    /// Whether the rings are to be read now, while somebody looks.
    pub fn is_due(&mut self, now: Instant) -> bool {
        *self.next.get_or_insert(now) <= now
    }

    /// A reading that began then is over.
    pub fn has_read(&mut self, began: Instant) {
        let cost = began.elapsed();
        self.next = Some(began + INTERVAL.max(cost * RESTS));
    }

    /// Nobody looks any more.
    pub fn rest(&mut self) {
        self.next = None;
    }

    /// The time of a record for users: milliseconds since the browser started.
    pub fn ms_of(&self, time_ns: u64) -> f64 {
        time_ns.saturating_sub(self.origin_ns) as f64 / 1e6
    }

    /// Writes what was read.
    pub fn add(&mut self, batch: &Batch, who: impl Fn(Source) -> Who) {
        let Some(running) = &mut self.running else {
            return;
        };
        running.lost = running.lost.saturating_add(batch.lost);
        running.events.add(batch, who);
        for life in std::mem::take(&mut running.lives) {
            running.events.live(life);
        }
        running.write();
    }
}

impl Running {
    fn write(&mut self) {
        let (text, count) = self.events.take();
        match &mut self.place {
            Place::File(file) => file.write(text, count),
            Place::Memory(memory) => memory.write(&text, count),
        }
    }
}
