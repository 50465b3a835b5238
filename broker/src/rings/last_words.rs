//! What the rings say when a process has died: its own last records and those of every role, with
//! names, times before the death, and the time that each message was on its way.
//!
//! Trusts: no record; each says what its process claims. Never: keeps more than its bounds.

use super::ends::{BROKER, source_of};
use super::words::words_of;
use super::{Ring, Rings};
use flight::{Arrow, Ends, Joiner, Kind, Read, Record, Source};
use protocol::ids::{ProcessId, Role};
use protocol::limits::LAST_RECORDS_MAX;
use sandbox::crash::CrashRecord;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Rings that are read after a death; where there are more processes, the newest renderers.
const RINGS_MAX: usize = 16;
/// Records of each ring among which the other halves of messages are looked for.
const JOINED_MAX: usize = 512;

/// What is known of a death besides its cause.
#[derive(Debug, Default)]
pub struct LastWords {
    /// What the crash handler of the process said.
    pub crash: Vec<CrashRecord>,
    /// The dead process first, then the others by role.
    pub rings: Vec<RingWords>,
}

/// The last records of one process.
#[derive(Debug)]
pub struct RingWords {
    /// Role and process id.
    pub who: String,
    /// Whether an honest process may have written what its ring holds.
    pub makes_sense: bool,
    /// Records that were overwritten while they were read, or never finished.
    pub lost: u64,
    /// Oldest first, as the ring has them.
    pub lines: Vec<Line>,
}

/// One record, for users.
#[derive(Debug, PartialEq)]
pub struct Line {
    /// Nanoseconds from the record to the death; negative if the record claims to be later.
    pub before_ns: i64,
    /// What was done.
    pub kind: &'static str,
    /// The message or step.
    pub name: String,
    /// To or from whom; nothing where there is nobody, or where the process lies.
    pub with: String,
    /// The end of the channel, or the surface.
    pub edge: u32,
    /// The number of the message on that end, or of the frame.
    pub ordinal: u32,
    /// Bytes of the message; changed pixels of the frame.
    pub bytes: u32,
    /// Descriptors beside it.
    pub handles: u8,
    /// The time on the way, where both halves are known.
    pub way_ns: Option<u64>,
}

impl Rings {
    /// What the rings say about the death of that process, which has just been reported.
    pub fn last_words(&self, process: ProcessId) -> LastWords {
        let Some(dead) = self.dead.get(&process) else {
            return LastWords::default();
        };
        let chosen = self.chosen(process, dead);
        let read: Vec<(Source, Read)> = chosen
            .iter()
            .map(|(source, ring)| (*source, self.read(*ring)))
            .collect();
        // After the reading: the living go on writing while it lasts.
        let now = flight::now_ns();
        let ways = ways(&self.table, &read);
        let words = |(source, read): (Source, Read)| {
            let Read {
                mut records, lost, ..
            } = read.clone();
            records.drain(..records.len().saturating_sub(LAST_RECORDS_MAX));
            RingWords {
                who: self.name_of(source),
                makes_sense: read.makes_sense(),
                lost,
                lines: records
                    .iter()
                    .map(|record| self.line(source, record, now, &ways))
                    .collect(),
            }
        };
        LastWords {
            crash: dead.crash.clone(),
            rings: read.into_iter().map(words).collect(),
        }
    }

    /// The rings to read: of the dead process, of the broker, of each service, of the renderers
    /// that were started last.
    fn chosen<'a>(&'a self, process: ProcessId, dead: &'a Ring) -> Vec<(Source, Option<&'a Ring>)> {
        let living = || self.living.iter().map(|(id, ring)| (source_of(*id), ring));
        let is_renderer = |ring: &Ring| ring.role == Role::Renderer;
        let services = living().filter(|(_, ring)| !is_renderer(ring));
        let renderers = living().filter(|(_, ring)| is_renderer(ring)).rev();
        let mut chosen = vec![(source_of(process), Some(dead)), (BROKER, None)];
        chosen.extend(
            services
                .chain(renderers)
                .map(|(source, ring)| (source, Some(ring))),
        );
        chosen.truncate(RINGS_MAX);
        chosen
    }

    fn read(&self, ring: Option<&Ring>) -> Read {
        match ring {
            Some(ring) => ring.reader.last(JOINED_MAX),
            None => self
                .own
                .as_ref()
                .map_or_else(Read::default, |own| own.last(JOINED_MAX)),
        }
    }

    fn name_of(&self, source: Source) -> String {
        match self.who(source) {
            Some((role, pid)) => format!("{role} {pid}"),
            None if source == BROKER => "broker".to_owned(),
            None => "a process that is gone".to_owned(),
        }
    }

    /// Who has the other end of the record's channel or surface, if its process has this one.
    pub(super) fn peer_of(&self, source: Source, record: &Record) -> Option<Source> {
        match record.kind {
            Kind::Sent | Kind::Received => {
                let peer = self.table.peer(source, record.edge)?;
                Some(peer.source)
            }
            Kind::Published | Kind::Taken => {
                let (producer, consumer) = self.table.surface(record.edge)?;
                let ends = [(producer, consumer), (consumer, producer)];
                let own = ends.into_iter().find(|(end, _)| *end == source);
                own.map(|(_, other)| other)
            }
            Kind::Begun | Kind::Ended | Kind::Mark => None,
        }
    }

    fn line(&self, source: Source, record: &Record, now: u64, ways: &Ways) -> Line {
        let peer = self.peer_of(source, record);
        let with = peer.map_or_else(String::new, |peer| self.name_of(peer));
        let before = i128::from(now) - i128::from(record.time_ns);
        Line {
            before_ns: i64::try_from(before).unwrap_or(if before < 0 {
                i64::MIN
            } else {
                i64::MAX
            }),
            kind: record.kind.word(),
            name: words_of(record.name),
            with,
            edge: record.edge,
            ordinal: record.ordinal,
            bytes: record.bytes,
            handles: record.handles,
            way_ns: ways.get(&half(source, record)).copied().flatten(),
        }
    }
}

/// The time on the way, by either half.
pub(super) type Ways = BTreeMap<Half, Option<u64>>;
/// Who, whether it is a frame, whether it went out, and the numbers that join it.
pub(super) type Half = (Source, Kind, u32, u32, u32);

pub(super) fn half(source: Source, record: &Record) -> Half {
    let Record {
        kind,
        edge,
        argument,
        ordinal,
        ..
    } = *record;
    (source, kind, edge, argument, ordinal)
}

pub(super) fn ways(ends: &impl Ends, read: &[(Source, Read)]) -> Ways {
    let mut joiner = Joiner::default();
    let mut ways = Ways::new();
    for (source, read) in read {
        for record in &read.records {
            if let Some(arrow) = joiner.add(ends, *source, *record) {
                let Arrow {
                    from,
                    to,
                    sent,
                    received,
                } = arrow;
                ways.insert(half(from, &sent), arrow.way_ns());
                ways.insert(half(to, &received), arrow.way_ns());
            }
        }
    }
    ways
}

impl LastWords {
    /// All of it, as fields of a JSON object.
    pub fn to_json(&self) -> Value {
        json!({
            "crash": self.crash.iter().map(crash_to_json).collect::<Vec<_>>(),
            "rings": self.rings.iter().map(RingWords::to_json).collect::<Vec<_>>(),
        })
    }
}

impl RingWords {
    fn to_json(&self) -> Value {
        let line = |line: &Line| {
            json!({
                "before_ns": line.before_ns,
                "kind": line.kind,
                "name": line.name,
                "with": line.with,
                "edge": line.edge,
                "ordinal": line.ordinal,
                "bytes": line.bytes,
                "handles": line.handles,
                "way_ns": line.way_ns,
            })
        };
        json!({
            "process": self.who,
            "makes_sense": self.makes_sense,
            "lost": self.lost,
            "records": self.lines.iter().map(line).collect::<Vec<_>>(),
        })
    }
}

fn crash_to_json(crash: &CrashRecord) -> Value {
    let hex = |number: u64| format!("{number:#x}");
    match crash {
        CrashRecord::Signal {
            number,
            address,
            instruction_pointer,
            ..
        } => json!({
            "signal": sandbox::crash::signal_name(*number),
            "address": address.map(hex),
            "instruction_pointer": hex(*instruction_pointer),
        }),
        CrashRecord::Panic { message } => json!({ "panic": message }),
        CrashRecord::Registers { registers } => {
            let each = registers.iter();
            let fields = each.map(|(name, value)| (name.clone(), hex(*value).into()));
            json!({ "registers": fields.collect::<serde_json::Map<_, _>>() })
        }
        CrashRecord::Trace { addresses } => {
            let addresses = addresses.iter().copied().map(hex);
            json!({ "trace": addresses.collect::<Vec<_>>() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flight::{Name, Reader, WORDS, Writer};
    use ipc::catalogue;
    use protocol::network::ToNetwork;
    use std::sync::atomic::{AtomicU64, Ordering};

    const DEAD: ProcessId = ProcessId(0);

    fn map() -> (shm::Words, shm::Words) {
        let (ours, fd) = super::super::make().expect("memory");
        (ours, shm::Words::map(fd, WORDS).expect("the same"))
    }

    fn rings_with_the_dead(words: shm::Words) -> Rings {
        let mut rings = Rings::default();
        let reader = Reader::new(words).expect("a ring");
        let ring = Ring {
            role: Role::Network,
            pid: 77,
            reader,
            crash: Vec::new(),
        };
        rings.dead.insert(DEAD, ring);
        rings.add_lanes(DEAD, &[(10, 11)]);
        rings
    }

    #[test]
    fn the_last_records_have_names_and_peers() {
        let (ours, theirs) = map();
        let writer = Writer::new(theirs).expect("a ring");
        for ordinal in 0..100 {
            writer.write(&Record {
                time_ns: flight::now_ns(),
                edge: 11,
                ordinal,
                name: Name::message(catalogue::number_of::<ToNetwork>(), 0),
                ..Record::new(Kind::Received)
            });
        }
        let words = rings_with_the_dead(ours).last_words(DEAD);
        let dead = &words.rings[0];
        assert_eq!((dead.who.as_str(), dead.makes_sense), ("network 77", true));
        assert_eq!(dead.lines.len(), LAST_RECORDS_MAX);
        let last = dead.lines.last().expect("there are some");
        assert_eq!((last.ordinal, last.with.as_str()), (99, "broker"));
        assert!(last.name.starts_with("ToNetwork::"), "{}", last.name);
        assert!(last.before_ns >= 0);
    }

    #[test]
    fn garbage_is_shown_as_such_and_is_bounded() {
        let (ours, theirs) = map();
        let garbage: &[AtomicU64] = theirs.as_ref();
        let mut state = 88_172_645_463_325_252_u64;
        for (at, word) in garbage.iter().enumerate() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let stamped = if at > 512 && at % 4 == 3 {
                // As if the record there were whole, in the lap before the position.
                (state & !0xffff_ffff) | (at as u64 / 4 - 128 + 1)
            } else {
                state
            };
            word.store(stamped, Ordering::Relaxed);
        }
        garbage[0].store(4_096, Ordering::Relaxed);
        let words = rings_with_the_dead(ours).last_words(DEAD);
        assert!(!words.rings[0].makes_sense);
        assert!(words.rings[0].lines.len() <= LAST_RECORDS_MAX);
        assert!(words.to_json().to_string().len() < 64 * 1024);
    }
}
