//! The records of all processes as events of Chrome's trace format, which Perfetto opens: a track
//! for each process and thread, what was sent and received as slices with arrows between them, and
//! steps as spans.
//!
//! Source: Trace Event Format (Chromium). Trusts: no record; a step's end without a begin, or more
//! open steps than the bound, are left out. Never: writes a text that a child has chosen as it is.

use super::frames::{Frames, Way};
use super::shown::{Item, Shown};
use crate::rings::tap::Batch;
use crate::rings::words::words_of;
use flight::{Arrow, Kind, Name, Record, Source, Step, Unmatched, Why};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Steps in each other on one thread.
const OPEN_MAX: usize = 64;
/// Loads of the network process at a time.
const LOADS_MAX: usize = 4_096;
/// How long a message is drawn, if nothing follows sooner.
const MESSAGE_NS: u64 = 1_000;
/// What cannot be true is told so often of one reading.
const LIES_MAX: usize = 16;
/// Processes whose names are kept; the oldest go first.
const PROCESSES_MAX: usize = 4_096;
/// The track of deaths and starts, on the first process.
const LIVES: u16 = 1_000;

/// A process, for whoever reads the trace.
pub struct Who {
    /// Its process id.
    pub pid: i32,
    /// What it is.
    pub label: String,
}

/// A death or a start.
pub struct Life {
    pub time_ns: u64,
    pub text: String,
    /// Who is no more.
    pub ended: Option<Source>,
}

/// What was read so far, and the text that was not taken yet.
pub struct Events {
    began_ns: u64,
    text: String,
    count: u64,
    processes: BTreeMap<Source, Who>,
    threads: BTreeMap<(Source, u8), Thread>,
    /// Loads run beside each other on one thread, so they are no spans of it.
    loads: BTreeMap<(Source, u8, u32), u64>,
    frames: Frames,
    /// The number of the last arrow or frame.
    last: u64,
    last_life_ns: Option<u64>,
    /// The newest part, for the page.
    pub shown: Shown,
}

#[derive(Default)]
struct Thread {
    /// Each with its begin.
    open: Vec<(Step, u64)>,
    last_ns: u64,
}

impl Events {
    /// Nothing yet. `now_ns`: the zero of all times.
    pub fn new(now_ns: u64, shown: Shown) -> Events {
        Events {
            began_ns: now_ns,
            text: String::new(),
            count: 0,
            processes: BTreeMap::new(),
            threads: BTreeMap::new(),
            loads: BTreeMap::new(),
            frames: Frames::new(),
            last: 0,
            last_life_ns: None,
            shown,
        }
    }

    /// The events since the last call, each with a comma before it, and how many they are.
    pub fn take(&mut self) -> (String, u64) {
        let count = std::mem::take(&mut self.count);
        (std::mem::take(&mut self.text), count)
    }

    /// Takes in what was read of the rings.
    pub fn add(&mut self, batch: &Batch, who: impl Fn(Source) -> Who) {
        let sources: BTreeSet<Source> = batch.records.iter().map(|(it, _)| *it).collect();
        for source in sources {
            self.name_process(source, who(source));
        }
        let mut next = BTreeMap::new();
        let mut follows = Vec::with_capacity(batch.records.len());
        for (source, record) in batch.records.iter().rev() {
            let following = next.insert((*source, record.thread), record.time_ns);
            follows.push(following.map_or(0, |it: u64| it.saturating_sub(record.time_ns)));
        }
        let follows = follows.into_iter().rev();
        for ((source, record), pause_ns) in batch.records.iter().zip(follows) {
            self.record(*source, record, pause_ns.min(MESSAGE_NS));
            for way in self.frames.add(*source, record) {
                self.way(&way);
            }
        }
        for arrow in &batch.arrows {
            self.arrow(arrow);
        }
        for unmatched in batch.unmatched.iter().take(LIES_MAX) {
            self.unmatched(unmatched);
        }
        if batch.lost > 0 {
            let (lost, now_ns) = (batch.lost, flight::now_ns());
            self.life_mark(now_ns, &format!("{lost} records were overwritten unread"));
        }
    }

    /// A process has started or died.
    pub fn live(&mut self, life: Life) {
        if let Some(source) = life.ended {
            self.close(Some(source), life.time_ns);
            self.threads.retain(|(it, _), _| *it != source);
        }
        self.life_mark(life.time_ns, &life.text);
    }

    /// Ends what has not ended.
    pub fn finish(&mut self, now_ns: u64) {
        self.close(None, now_ns);
        for way in self.frames.rest() {
            self.way(&way);
        }
    }

    fn close(&mut self, of: Option<Source>, now_ns: u64) {
        let is_its = |source: Source| of.is_none_or(|of| of == source);
        let threads = self.threads.iter_mut();
        let mut open = Vec::new();
        for ((source, number), thread) in threads.filter(|((it, _), _)| is_its(*it)) {
            let time = now_ns.max(thread.last_ns);
            for (step, began) in thread.open.drain(..).rev() {
                open.push((*source, *number, step, began, time));
            }
            thread.last_ns = time;
        }
        for (source, number, step, began, time) in open {
            let at = (self.pid(source), u16::from(number));
            self.event("E", step.word(), "step", at, time, "");
            self.show_span((source, number), (began, time), step);
        }
        let loads = self.loads.extract_if(.., |it, _| is_its(it.0));
        let loads: Vec<_> = loads.collect();
        for ((source, step, number), began) in loads {
            if let Some(step) = Step::ALL.into_iter().find(|it| *it as u8 == step) {
                self.load("e", source, step.word(), number, now_ns);
                self.show_span((source, 0), (began, now_ns), step);
            }
        }
    }

    fn show_span(&mut self, (source, thread): (Source, u8), (from, to): (u64, u64), step: Step) {
        if let Some(track) = self.shown.track(source, thread) {
            let (from, to) = (self.since(from), self.since(to));
            let span = Item::Span(track, from, to, Name::step(step));
            self.shown.add(span);
        }
    }

    fn show_message(&mut self, source: Source, record: &Record) {
        if let Some(track) = self.shown.track(source, record.thread) {
            let item = Item::Message(track, self.since(record.time_ns), record.name);
            self.shown.add(item);
        }
    }

    fn since(&self, time_ns: u64) -> u64 {
        time_ns.saturating_sub(self.began_ns)
    }

    fn name_process(&mut self, source: Source, who: Who) {
        let known = self.processes.get(&source);
        if known.is_some_and(|known| known.label == who.label) {
            return;
        }
        let label = json!(who.label);
        self.meta("process_name", (who.pid, 0), &format!("\"name\":{label}"));
        let order = source.0;
        self.meta(
            "process_sort_index",
            (who.pid, 0),
            &format!("\"sort_index\":{order}"),
        );
        self.shown.name(source, &who.label);
        if self.processes.len() >= PROCESSES_MAX {
            self.processes.pop_first();
        }
        self.processes.insert(source, who);
    }

    fn thread(&mut self, source: Source, number: u8) -> &mut Thread {
        if !self.threads.contains_key(&(source, number)) {
            let at = (self.pid(source), u16::from(number));
            let name = match number {
                0 => "main".to_owned(),
                u8::MAX => "threads from the 256th on".to_owned(),
                _ => format!("thread {number}"),
            };
            self.meta("thread_name", at, &format!("\"name\":\"{name}\""));
        }
        self.threads.entry((source, number)).or_default()
    }

    fn record(&mut self, source: Source, record: &Record, ns: u64) {
        let thread = self.thread(source, record.thread);
        thread.last_ns = thread.last_ns.max(record.time_ns);
        if !matches!(record.kind, Kind::Begun | Kind::Ended | Kind::Mark) {
            self.show_message(source, record);
        }
        match record.kind {
            Kind::Begun => self.begin(source, record),
            Kind::Ended => self.end(source, record),
            Kind::Mark => {
                let more = format!(",\"s\":\"t\",\"args\":{{\"of\":{}}}", record.argument);
                self.at_record("i", source, record, "mark", &more);
            }
            Kind::Sent | Kind::Received => {
                let Record {
                    edge,
                    ordinal,
                    bytes,
                    handles,
                    ..
                } = record;
                let more = format!(
                    ",\"dur\":{},\"args\":{{\"channel\":{edge},\"number\":{ordinal},\"bytes\":\
                     {bytes},\"descriptors\":{handles}}}",
                    micros(ns)
                );
                self.at_record("X", source, record, record.kind.word(), &more);
            }
            Kind::Published | Kind::Taken => {
                let Record {
                    edge,
                    ordinal,
                    bytes,
                    argument,
                    ..
                } = record;
                let more = format!(
                    ",\"dur\":{},\"args\":{{\"surface\":{edge},\"number\":{ordinal},\
                     \"changed_pixels\":{bytes},\"generation\":{argument}}}",
                    micros(ns)
                );
                self.at_record("X", source, record, record.kind.word(), &more);
            }
        }
    }

    fn begin(&mut self, source: Source, record: &Record) {
        let Some(step) = record.name.as_step() else {
            return;
        };
        if is_load(step) {
            let key = (source, step as u8, record.argument);
            if self.loads.len() < LOADS_MAX && !self.loads.contains_key(&key) {
                self.loads.insert(key, record.time_ns);
                self.load("b", source, step.word(), record.argument, record.time_ns);
            }
            return;
        }
        let thread = self.thread(source, record.thread);
        if thread.open.len() < OPEN_MAX {
            thread.open.push((step, record.time_ns));
            let more = format!(",\"args\":{{\"of\":{}}}", record.argument);
            self.at_record("B", source, record, "step", &more);
        }
    }

    fn end(&mut self, source: Source, record: &Record) {
        let Some(step) = record.name.as_step() else {
            return;
        };
        if is_load(step) {
            let began = self.loads.remove(&(source, step as u8, record.argument));
            if let Some(began) = began {
                self.load("e", source, step.word(), record.argument, record.time_ns);
                self.show_span((source, 0), (began, record.time_ns), step);
            }
            return;
        }
        let thread = self.thread(source, record.thread);
        if let Some((_, began)) = thread.open.pop_if(|(open, _)| *open == step) {
            self.at_record("E", source, record, "step", "");
            self.show_span((source, record.thread), (began, record.time_ns), step);
        }
    }

    fn at_record(&mut self, phase: &str, source: Source, record: &Record, of: &str, more: &str) {
        let at = (self.pid(source), u16::from(record.thread));
        let name = words_of(record.name);
        self.event(phase, &name, of, at, record.time_ns, more);
    }

    fn load(&mut self, phase: &str, source: Source, word: &str, number: u32, time_ns: u64) {
        let at = (self.pid(source), 0);
        let more = format!(",\"id2\":{{\"local\":\"{word} {number}\"}}");
        self.event(phase, word, "load", at, time_ns, &more);
    }

    /// Only where both ends agree; anything else is told of as unmatched, or has no time.
    fn arrow(&mut self, arrow: &Arrow) {
        if arrow.way_ns().is_none() {
            return;
        }
        self.last += 1;
        let name = match arrow.sent.kind {
            Kind::Published => "frame",
            _ => "message",
        };
        let number = self.last;
        let sent = self.shown.track(arrow.from, arrow.sent.thread);
        let received = self.shown.track(arrow.to, arrow.received.thread);
        if let (Some(sent), Some(received)) = (sent, received) {
            let [from, to] = [arrow.sent, arrow.received].map(|it| self.since(it.time_ns));
            self.shown.add(Item::Arrow(sent, from, received, to));
        }
        let ends = [
            ("s", arrow.from, &arrow.sent, ""),
            ("f", arrow.to, &arrow.received, ",\"bp\":\"e\""),
        ];
        for (phase, source, record, more) in ends {
            let at = (self.pid(source), u16::from(record.thread));
            let more = format!(",\"id\":{number}{more}");
            self.event(phase, name, "arrow", at, record.time_ns, &more);
        }
    }

    fn unmatched(&mut self, unmatched: &Unmatched) {
        let why = match unmatched.why {
            Why::Alone => return,
            Why::Foreign => "names a channel or surface that it does not hold",
            Why::Repeated => "tells of a message twice",
        };
        let Some(who) = self.processes.get(&unmatched.source) else {
            return;
        };
        let text = format!("{} {why}: {}", who.label, unmatched.record.edge);
        self.life_mark(unmatched.record.time_ns, &text);
    }

    fn way(&mut self, way: &Way) {
        self.last += 1;
        let number = self.last;
        let at = (self.pid(way.producer), 0);
        let first = if way.has_input {
            "input to published"
        } else {
            "painted to published"
        };
        let whole = format!("frame of surface {}", way.surface);
        let (begin, taken) = (way.began_ns, way.taken_ns);
        let end = way.composed_ns.unwrap_or(taken);
        let args = format!(",\"args\":{{\"number\":{}}}", way.sequence);
        let drawn = way.composed_ns.map(|end| {
            let last = "taken to composed";
            [("b", last, taken, ""), ("e", last, end, "")]
        });
        let stages = [
            ("b", whole.as_str(), begin, args.as_str()),
            ("b", first, begin, ""),
            ("e", first, way.published_ns, ""),
            ("b", "published to taken", way.published_ns, ""),
            ("e", "published to taken", taken, ""),
        ];
        let stages = stages.into_iter().chain(drawn.into_iter().flatten());
        for (phase, name, time, args) in stages.chain([("e", whole.as_str(), end, "")]) {
            let more = format!(",\"id2\":{{\"local\":\"{number}\"}}{args}");
            self.event(phase, name, "way", at, time, &more);
        }
    }

    fn life_mark(&mut self, time_ns: u64, text: &str) {
        let at = (self.pid(crate::rings::ends::BROKER), LIVES);
        if self.last_life_ns.is_none() {
            self.meta("thread_name", at, "\"name\":\"deaths and starts\"");
        }
        // What is told of later may have happened before.
        let time_ns = self.last_life_ns.map_or(time_ns, |last| last.max(time_ns));
        self.last_life_ns = Some(time_ns);
        self.shown.live(self.since(time_ns), text);
        self.event("i", text, "life", at, time_ns, ",\"s\":\"p\"");
    }

    fn pid(&self, source: Source) -> i32 {
        let known = self.processes.get(&source);
        known.map_or_else(|| std::process::id() as i32, |who| who.pid)
    }

    fn meta(&mut self, name: &str, (pid, tid): (i32, u16), args: &str) {
        self.count += 1;
        let _ = write!(
            self.text,
            ",\n{{\"ph\":\"M\",\"name\":\"{name}\",\"pid\":{pid},\"tid\":{tid},\
             \"args\":{{{args}}}}}"
        );
    }

    fn event(
        &mut self,
        phase: &str,
        name: &str,
        category: &str,
        (pid, tid): (i32, u16),
        time_ns: u64,
        more: &str,
    ) {
        self.count += 1;
        let time = micros(time_ns.saturating_sub(self.began_ns));
        let name = json!(name);
        let _ = write!(
            self.text,
            ",\n{{\"ph\":\"{phase}\",\"name\":{name},\"cat\":\"{category}\",\"pid\":{pid},\
             \"tid\":{tid},\"ts\":{time}{more}}}"
        );
    }
}

fn is_load(step: Step) -> bool {
    matches!(step, Step::Fetch | Step::Navigation)
}

/// Nanoseconds as microseconds.
fn micros(ns: u64) -> String {
    format!("{}.{:03}", ns / 1_000, ns % 1_000)
}
