//! What is read from the rings of living processes for those who look at the browser.
//!
//! Trusts: no record. Never: changes a ring, or looks at more of one than it has.

use super::Rings;
use flight::{Kind, Name, Record, Step};
use protocol::ids::{ProcessId, Role, SurfaceId};
use protocol::limits::FLIGHT_RECORDS;

/// Records among which the last answer to an injected call is looked for.
const ANSWER_RECORDS: usize = 64;

impl Rings {
    /// The last answer of the kernel to a call that was injected into that process: an errno, 0 for
    /// success.
    pub fn injected_answer(&self, process: ProcessId) -> Option<u32> {
        let read = self.living.get(&process)?.reader.last(ANSWER_RECORDS);
        let mut newest_first = read.records.iter().rev();
        let is_answer = |it: &&Record| it.kind == Kind::Mark && it.name == Name::step(Step::Answer);
        newest_first.find(is_answer).map(|it| it.argument)
    }

    /// The frames that the gpu process says it took, oldest first.
    pub fn frames_taken(&self) -> Vec<Record> {
        self.frames_of(|role| role == Role::Gpu, Kind::Taken)
    }

    /// The frames of one surface that its producer says it handed over, oldest first.
    pub fn frames_published(&self, producer: ProcessId, surface: SurfaceId) -> Vec<Record> {
        let Some(ring) = self.living.get(&producer) else {
            return Vec::new();
        };
        let mut records = ring.reader.last(FLIGHT_RECORDS).records;
        records.retain(|it| it.kind == Kind::Published && it.edge == surface.0);
        records
    }

    fn frames_of(&self, is_it: impl Fn(Role) -> bool, kind: Kind) -> Vec<Record> {
        let ring = self.living.values().find(|ring| is_it(ring.role));
        let Some(ring) = ring else { return Vec::new() };
        let mut records = ring.reader.last(FLIGHT_RECORDS).records;
        records.retain(|it| it.kind == kind);
        records
    }
}
