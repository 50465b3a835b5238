//! What the lab reports, as it stands in the document of `--json`. Units stand in the names.
//!
//! Owns: the document's form. Trusts: nobody. Never: holds a figure that was not measured or seen
//! in the run; what is said by the code alone says so.

use crate::mechanism::Mechanism;
use crate::process_state::ProcessState;
use serde::{Deserialize, Serialize};

/// Everything that one run has found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Of this document's form; rises when a reader would have to change.
    pub version: u32,
    /// Where it was measured.
    pub machine: Machine,
    /// Rounds of each measurement, or fewer where the machine was too slow; the figures are medians
    /// over them.
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
    /// What beside the rows could not be had, and why.
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
    /// Processes that wanted to run, on average over the last minute, as the run began.
    pub load: f64,
}

/// Where the two processes ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// Both on one processor.
    OneCore,
    /// Each on one of its own.
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
    /// Which.
    pub mechanism: Mechanism,
    /// The machine would not have it: why. All else is then empty.
    pub refused: Option<String>,
    /// There and back.
    pub round_trips: Vec<RoundTrip>,
    /// A frame handed over, until the other says that it has it.
    pub frames: Vec<Frame>,
    /// System calls of one message: the sender's and the receiver's, who waits for it.
    pub calls_per_message: Option<Calls>,
    /// Copies of one message's bytes, and which they are. By the code.
    pub copies_per_message: Copies,
    /// Whether two writes are two messages.
    pub boundaries: Option<Boundaries>,
    /// What happens to a writer whose reader has stopped.
    pub stopped_reader: Option<StoppedReader>,
    /// Where in the browser it does its job.
    pub jobs: Vec<Job>,
    /// What could not be had, and why.
    pub problems: Vec<String>,
}

/// Round trips of one size.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoundTrip {
    /// Of the message, each way.
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
    /// Of the frame.
    pub bytes: usize,
    /// Where the two ran.
    pub placement: Placement,
    /// The median over the rounds.
    pub p50_ns: u64,
    /// By that time.
    pub bytes_per_second: u64,
    /// The same where the frame was already in memory that both see: nothing is copied.
    pub in_place_p50_ns: Option<u64>,
}

/// System calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// Of one message.
    pub count: f64,
    /// Each call's name and how many of it one message takes.
    pub by_name: Vec<(String, f64)>,
    /// `observed` by a tracer, or `by the code (…)` and why there is no tracer.
    pub how: String,
}

/// Copies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copies {
    /// Of each byte.
    pub count: u32,
    /// Which.
    pub which: String,
}

/// Two writes, one read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Boundaries {
    /// Whether the read gave exactly what one write wrote.
    pub kept: bool,
    /// What was seen.
    pub seen: String,
}

/// What a writer came to whose reader was stopped by SIGSTOP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoppedReader {
    /// In one word.
    pub outcome: Outcome,
    /// Messages that the writer got rid of.
    pub accepted_messages: u64,
    /// Of each message.
    pub message_bytes: usize,
    /// How the writer was seen, when it slept.
    pub writer: Option<ProcessState>,
    /// Messages that the reader had, once it went on, if the writer did not wait for it.
    pub arrived_messages: Option<u64>,
    /// Messages after which a sender that does not wait was told that there is no room.
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
    /// The writer goes on; what did not fit is gone.
    Loses,
}

/// A place in the browser's source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The file, from the root of the repository.
    pub file: String,
    /// The piece of its text that uses the mechanism.
    pub uses: String,
    /// What it does there.
    pub what: String,
}

/// Two processes that write one buffer, each looking at what it finds there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Race {
    /// What kept them apart: `nothing`, `mutex`, `semaphore`, `latch`.
    pub guard: String,
    /// Values written by both.
    pub writes: u64,
    /// Values looked at.
    pub reads: u64,
    /// Of those, made of two writes.
    pub torn: u64,
    /// Of the run, divided by the writes of one process.
    pub ns_per_write: u64,
    /// The same with one process alone, the least of a few runs: the price where nobody is in the
    /// way.
    pub alone_ns_per_write: u64,
}

/// Many signals to one process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Storm {
    /// Which signal, and by which call.
    pub signal: String,
    /// Whether the receiver had it blocked while they came.
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
