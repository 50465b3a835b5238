//! The flight rings of all processes, as the broker keeps them: each is memory into which its
//! process writes and which outlives it.
//!
//! Owns: the memory, and the table of who holds which end of a channel. Trusts: no record. Never:
//! reads a ring unasked: nobody looks and nobody dies, nothing is done.

pub(crate) mod ends;
pub(crate) mod history;
mod kept;
pub(crate) mod last_words;
mod looks;
pub(crate) mod tap;
pub(crate) mod words;

use ends::{BROKER, Purpose, Table, source_of};
use flight::{Reader, Source};
use kept::Tap;
use protocol::ids::{ProcessId, Role};
use protocol::limits::FLIGHT_BYTES;
use sandbox::crash::CrashRecord;
use shm::{Region, ShmError, Words};
use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::atomic::AtomicU64;

/// All rings.
#[derive(Default)]
pub struct Rings {
    /// The broker's own.
    own: Option<Reader<&'static [AtomicU64]>>,
    living: BTreeMap<ProcessId, Ring>,
    /// Of those whose death the core is about to be told.
    dead: BTreeMap<ProcessId, Ring>,
    /// Who holds which end.
    pub table: Table,
    /// Reads all of it while somebody looks.
    tap: Option<Tap>,
}

/// The ring of a child.
struct Ring {
    role: Role,
    pid: i32,
    reader: Reader<Words>,
    /// What its crash handler said.
    crash: Vec<CrashRecord>,
}

impl Rings {
    /// No children yet. The broker writes into a ring of its own from now on.
    pub fn new() -> Rings {
        let own = if flight::ENABLED { make().ok() } else { None };
        let own = own.map(|(words, _)| words.leak()).and_then(|words| {
            flight::install(words);
            Reader::new(words)
        });
        Rings {
            own,
            ..Rings::default()
        }
    }

    /// Makes the ring of a new child; returns the descriptor for the child. A child without one
    /// lives without.
    pub fn add(&mut self, process: ProcessId, role: Role, pid: i32) -> Option<OwnedFd> {
        if !flight::ENABLED {
            return None;
        }
        let (words, for_child) = make()
            .inspect_err(|error| tracing::warn!("{process} has no flight recorder: {error}"))
            .ok()?;
        let reader = Reader::new(words)?;
        let ring = Ring {
            role,
            pid,
            reader,
            crash: Vec::new(),
        };
        self.living.insert(process, ring);
        Some(for_child)
    }

    /// The channels between the broker and a child: the numbers of our ends and of the child's.
    pub fn add_lanes(&mut self, process: ProcessId, ends: &[(u32, u32)]) {
        for ends in ends {
            self.add_channel(Purpose::Control, process, *ends);
        }
    }

    /// The channel that a child is born with: the number of our end and of the child's.
    pub fn add_handshake(&mut self, process: ProcessId, ends: (u32, u32)) {
        self.add_channel(Purpose::Handshake, process, ends);
    }

    fn add_channel(&mut self, purpose: Purpose, process: ProcessId, (ours, theirs): (u32, u32)) {
        let ends = [(BROKER, ours), (source_of(process), theirs)];
        self.table.add(purpose, ends);
    }

    /// A child is dead: its ring stays until [`Rings::bury`]. `crash`: what its handler said.
    pub fn died(&mut self, process: ProcessId, crash: Vec<CrashRecord>) {
        if let Some(mut ring) = self.living.remove(&process) {
            ring.crash = crash;
            self.dead.insert(process, ring);
        }
    }

    /// Those whose death the core is about to be told, or has just been told.
    pub fn dead(&self) -> Vec<ProcessId> {
        self.dead.keys().copied().collect()
    }

    /// Frees the rings of the dead, of which the core has been told.
    pub fn bury(&mut self) {
        if let Some(tap) = &mut self.tap {
            tap.read_dead(&mut self.dead);
        }
        for process in std::mem::take(&mut self.dead).into_keys() {
            self.table.bury(source_of(process));
        }
    }

    /// Role and process id of a source; for the broker, nothing.
    fn who(&self, source: Source) -> Option<(Role, i32)> {
        let process = ends::process_of(source)?;
        let ring = self.dead.get(&process);
        let ring = ring.or_else(|| self.living.get(&process))?;
        Some((ring.role, ring.pid))
    }
}

/// A new ring: mapped, and a descriptor for whoever writes into it.
fn make() -> Result<(Words, OwnedFd), ShmError> {
    let region = Region::create("bulkhead-flight", FLIGHT_BYTES)?;
    let words = Words::map(region.dup()?, flight::WORDS)?;
    Ok((words, region.dup()?))
}
