//! The report of a run, and the form of the `--json` document. Names end in their units.
//!
//! Never: holds a figure that was not measured in the run, unless it says so (`by the code`).

use crate::mechanism::Mechanism;
use crate::process_state::ProcessState;
use serde::{Deserialize, Serialize};

/// All results of one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Version of the document's form; rises when a reader would have to change.
    pub version: u32,
    /// The machine of the run.
    pub machine: Machine,
    /// Rounds of each measurement, or fewer where the machine was too slow. The figures are their
    /// medians.
    pub rounds: u32,
    /// Round trips in a round.
    pub trips_per_round: u32,
    /// One copy of a frame within a process.
    pub memcpy: Vec<Frame>,
    /// One row a mechanism.
    pub rows: Vec<Row>,
    /// Two processes that write one buffer.
    pub race: Vec<Race>,
    /// Many signals at once.
    pub storms: Vec<Storm>,
    /// What could not be measured, apart from the rows, and why.
    pub problems: Vec<String>,
}

/// The machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Processors that are online.
    pub cores: usize,
    /// Those that the lab may run on.
    pub cores_allowed: usize,
    /// The kernel's release.
    pub kernel: String,
    /// The frequency governor of the first processor, where there is one.
    pub governor: Option<String>,
    /// The hypervisor flag of the processor.
    pub is_virtual: bool,
    /// The load of the last minute when the run began.
    pub load: f64,
}

/// Where the two processes ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// Both on one processor.
    OneCore,
    /// Each on its own processor.
    TwoCores,
    /// Wherever the kernel put them.
    Unpinned,
}

impl Placement {
    /// All, in the order of tables and pictures.
    pub const ALL: [Placement; 3] = [Placement::OneCore, Placement::TwoCores, Placement::Unpinned];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Placement::OneCore => "on one core",
            Placement::TwoCores => "on two cores",
            Placement::Unpinned => "unpinned",
        }
    }
}

/// One mechanism.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// Why the machine refused the mechanism. The other fields are then empty.
    pub refused: Option<String>,
    /// Round trips, by size and placement.
    pub round_trips: Vec<RoundTrip>,
    /// Frames handed over, until the receiver confirms.
    pub frames: Vec<Frame>,
    /// System calls of one message, by the sender and by the receiver, which waits for it.
    pub calls_per_message: Option<Calls>,
    /// Copies of one message's bytes, according to the code.
    pub copies_per_message: Copies,
    /// Whether two writes are two messages.
    pub boundaries: Option<Boundaries>,
    /// What happens to the writer when the reader stops.
    pub stopped_reader: Option<StoppedReader>,
    /// Where in the browser it does its job.
    pub jobs: Vec<Job>,
    /// What could not be measured, and why.
    pub problems: Vec<String>,
}

/// Round trips of one size.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoundTrip {
    /// Length of the message in each direction.
    pub bytes: usize,
    /// Where the two ran.
    pub placement: Placement,
    /// The median over the rounds of each round's median.
    pub p50_ns: u64,
    /// The median over the rounds of each round's 99th hundredth.
    pub p99_ns: u64,
}

/// A frame.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Frame {
    /// Length of the frame.
    pub bytes: usize,
    /// Where the two ran.
    pub placement: Placement,
    /// The median over the rounds.
    pub p50_ns: u64,
    /// `bytes` divided by that time.
    pub bytes_per_second: u64,
    /// The same for a frame painted in shared memory, so that nothing is copied.
    pub in_place_p50_ns: Option<u64>,
}

/// System calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// System calls of one message.
    pub count: f64,
    /// Each call's name, and how often one message needs it.
    pub by_name: Vec<(String, f64)>,
    /// `observed` by a tracer, or `by the code (…)` and why there is no tracer.
    pub how: String,
}

/// Copies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copies {
    /// Copies of each byte.
    pub count: u32,
    /// In words.
    pub which: String,
}

/// Two writes, one read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Boundaries {
    /// Whether the read gave exactly what one write wrote.
    pub kept: bool,
    /// What the read returned.
    pub seen: String,
}

/// What happened to a writer whose reader was stopped by SIGSTOP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoppedReader {
    /// The result.
    pub outcome: Outcome,
    /// Messages that the writer could send.
    pub accepted_messages: u64,
    /// Length of each message.
    pub message_bytes: usize,
    /// The writer's state, if it slept.
    pub writer: Option<ProcessState>,
    /// Messages that the reader received once it continued, if the writer did not wait.
    pub arrived_messages: Option<u64>,
    /// Messages after which a non-blocking send failed because the channel was full.
    pub told_full_after: Option<u64>,
}

/// What happens when the reader stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The writer sleeps until there is room.
    Sleeps,
    /// The writer goes on; all arrived.
    GoesOn,
    /// The writer goes on; messages that did not fit are lost.
    Loses,
}

/// A place in the browser's source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The file, from the root of the repository.
    pub file: String,
    /// The piece of its text that uses the mechanism.
    pub uses: String,
    /// What the mechanism does there.
    pub what: String,
}

/// Two processes that write and read one buffer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Race {
    /// The guard: `nothing`, `mutex`, `semaphore` or `latch`.
    pub guard: String,
    /// Values written by both.
    pub writes: u64,
    /// Values read.
    pub reads: u64,
    /// Values read that mixed two writes.
    pub torn: u64,
    /// Time of the run, divided by the writes of one process.
    pub ns_per_write: u64,
    /// The same with one process alone, the least of a few runs: the price without contention.
    pub alone_ns_per_write: u64,
}

/// Many signals to one process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Storm {
    /// The signal, and the call that sent it.
    pub signal: String,
    /// Whether the receiver had the signal blocked meanwhile.
    pub blocked: bool,
    /// Sent.
    pub sent: u64,
    /// Handled.
    pub handled: u64,
}

impl Row {
    /// The round trip of that size in that placement.
    pub fn round_trip(&self, bytes: usize, placement: Placement) -> Option<&RoundTrip> {
        let mut all = self.round_trips.iter();
        all.find(|trip| trip.bytes == bytes && trip.placement == placement)
    }

    /// The frame of that size in that placement.
    pub fn frame(&self, bytes: usize, placement: Placement) -> Option<&Frame> {
        let mut all = self.frames.iter();
        all.find(|frame| frame.bytes == bytes && frame.placement == placement)
    }
}

/// The version of the document's form.
pub const VERSION: u32 = 1;
/// Bytes of the frames that are handed over: 1920 × 1080 and 3840 × 2160 pixels of four bytes.
pub const FRAMES: [usize; 2] = [1920 * 1080 * 4, 3840 * 2160 * 4];
