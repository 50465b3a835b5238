//! All that the rings of the living hold from a moment on, joined: the tour checks by it what it
//! says.
//!
//! Trusts: no record; each says what its process claims. Never: reads unasked.

use super::Rings;
use super::ends::{BROKER, source_of};
use super::last_words::{half, ways, words_of};
use flight::{Kind, Read, Source, Step};
use protocol::limits::FLIGHT_RECORDS;

/// One record, with the names of those that it is about.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who wrote it.
    pub by: Party,
    /// Who has the other end of its channel or surface; nobody where the process lies.
    pub with: Option<Party>,
    /// What was done.
    pub kind: Kind,
    /// The message or step.
    pub name: String,
    /// The step, if it is one.
    pub step: Option<Step>,
    /// `CLOCK_MONOTONIC`, in nanoseconds.
    pub time_ns: u64,
    /// Of a frame: its surface.
    pub edge: u32,
    /// Bytes of the message; changed pixels of the frame.
    pub bytes: u32,
    /// Descriptors beside it.
    pub handles: u8,
    /// The time on the way, where both halves are known.
    pub way_ns: Option<u64>,
}

/// A process in records, by its id on the host. The broker is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party(pub u32);

impl Party {
    /// The broker.
    pub const BROKER: Party = Party(0);
}

impl Rings {
    /// The records of the broker and of all living children since that time, oldest first.
    pub fn history(&self, since_ns: u64) -> Vec<Entry> {
        let mut read: Vec<(Source, Read)> = Vec::new();
        let own = self.own.as_ref().map(|own| own.last(FLIGHT_RECORDS));
        read.extend(own.map(|own| (BROKER, own)));
        for (process, ring) in &self.living {
            read.push((source_of(*process), ring.reader.last(FLIGHT_RECORDS)));
        }
        for (_, read) in &mut read {
            read.records.retain(|record| record.time_ns >= since_ns);
        }
        let ways = ways(&self.table, &read);
        let mut entries = Vec::new();
        for (source, read) in &read {
            let Some(by) = self.party(*source) else {
                continue;
            };
            entries.extend(read.records.iter().map(|record| Entry {
                by,
                with: self.peer_of(*source, record).and_then(|it| self.party(it)),
                kind: record.kind,
                name: words_of(record.name),
                step: record.name.as_step(),
                time_ns: record.time_ns,
                edge: record.edge,
                bytes: record.bytes,
                handles: record.handles,
                way_ns: ways.get(&half(*source, record)).copied().flatten(),
            }));
        }
        entries.sort_by_key(|entry| entry.time_ns);
        entries
    }

    fn party(&self, source: Source) -> Option<Party> {
        if source == BROKER {
            return Some(Party::BROKER);
        }
        let (_, pid) = self.who(source)?;
        u32::try_from(pid).ok().map(Party)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rings::{Ring, make};
    use flight::{Name, Reader, Record, WORDS, Writer};
    use protocol::ids::{ProcessId, Role};

    #[test]
    fn both_halves_of_a_message_have_their_processes_and_the_time_on_the_way() {
        let mut rings = Rings::default();
        let mut writers = Vec::new();
        for (process, role, pid) in [(0, Role::Renderer, 70), (1, Role::Network, 71)] {
            let (ours, fd) = make().expect("memory");
            let theirs = shm::Words::map(fd, WORDS).expect("the same");
            writers.push(Writer::new(theirs).expect("a ring"));
            let reader = Reader::new(ours).expect("a ring");
            let crash = Vec::new();
            let ring = Ring {
                role,
                pid,
                reader,
                crash,
            };
            rings.living.insert(ProcessId(process), ring);
        }
        let ends = [ProcessId(0), ProcessId(1)].map(source_of);
        rings.table.add([(ends[0], 10), (ends[1], 20)]);
        for (writer, kind, edge, time_ns) in [
            (0, Kind::Sent, 10, 5),
            (1, Kind::Received, 20, 6),
            (0, Kind::Sent, 10, 100),
            (1, Kind::Received, 20, 130),
            (0, Kind::Sent, 77, 140),
        ] {
            writers[writer].write(&Record {
                time_ns,
                edge,
                ordinal: u32::from(time_ns > 50),
                name: Name::message(0, 0),
                ..Record::new(kind)
            });
        }
        let all = rings.history(50);
        let told: Vec<_> = all.iter().map(|it| (it.by, it.with, it.way_ns)).collect();
        assert_eq!(
            told,
            [
                (Party(70), Some(Party(71)), Some(30)),
                (Party(71), Some(Party(70)), Some(30)),
                (Party(70), None, None),
            ],
            "the last one names an end that it does not hold"
        );
    }
}
