//! Who holds which end of which channel: the broker has made them all. Records are joined by it.
//!
//! Owns: the table. Trusts: nothing but what the broker did itself. Never: grows with what children
//! do.

use flight::{Ends, Peer, Source};
use protocol::ids::{ProcessId, SurfaceId};
use std::collections::{BTreeMap, VecDeque};

/// Dead processes and dropped surfaces that are still known, for records of their last moments.
const KEPT_MAX: usize = 64;

/// The broker itself, as a source of records.
pub const BROKER: Source = Source(0);

/// A process, as a source of records.
pub fn source_of(process: ProcessId) -> Source {
    Source(process.0.wrapping_add(1))
}

/// The process that a source is, unless it is the broker.
pub fn process_of(source: Source) -> Option<ProcessId> {
    source.0.checked_sub(1).map(ProcessId)
}

/// One end of a channel: who holds it, and its number ([`ipc::edge_of`]).
pub type End = (Source, u32);

/// What a channel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// The beginning of a child, between it and the broker.
    Handshake,
    /// What the broker and a child tell each other.
    Control,
    /// What a document fetches.
    Fetch,
    /// That a frame is there.
    Frames,
    /// What the devtools process asks of a document.
    Inspector,
    /// What the network process tells the devtools process of requests.
    Traffic,
}

/// A channel, for those who look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// What it is for.
    pub purpose: Purpose,
    /// Who holds it: whoever it was made for first.
    pub ends: [End; 2],
    /// Of frames: which.
    pub surface: Option<u32>,
}

/// The table.
#[derive(Default)]
pub struct Table {
    by_number: BTreeMap<u32, (Source, Peer)>,
    /// By the number of the first end.
    purposes: BTreeMap<u32, Purpose>,
    surfaces: BTreeMap<u32, Surface>,
    dead: VecDeque<Source>,
    dropped: VecDeque<u32>,
}

struct Surface {
    producer: Source,
    consumer: Source,
    /// The number of one end of its channel.
    end: u32,
}

impl Table {
    /// A channel was made for these two.
    pub fn add(&mut self, purpose: Purpose, [a, b]: [End; 2]) {
        self.purposes.insert(a.1, purpose);
        for ((source, number), (other, edge)) in [(a, b), (b, a)] {
            let peer = Peer {
                source: other,
                edge,
            };
            self.by_number.insert(number, (source, peer));
        }
    }

    /// A surface was made, or made anew, for its producer and the gpu process, with a channel.
    pub fn add_surface(&mut self, surface: SurfaceId, ends: [End; 2]) {
        let new = Surface {
            producer: ends[0].0,
            consumer: ends[1].0,
            end: ends[0].1,
        };
        if let Some(old) = self.surfaces.insert(surface.0, new) {
            self.remove(old.end);
        }
        self.add(Purpose::Frames, ends);
    }

    /// What a channel is for, by the number of either end.
    pub fn purpose(&self, number: u32) -> Option<Purpose> {
        let other = self.by_number.get(&number).map(|(_, peer)| peer.edge);
        let ends = [Some(number), other].into_iter().flatten();
        ends.filter_map(|end| self.purposes.get(&end))
            .next()
            .copied()
    }

    /// All channels between processes that are not forgotten; some of them may be closed.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.purposes.iter().filter_map(|(number, purpose)| {
            let (holder, peer) = self.by_number.get(number)?;
            let mut surfaces = self.surfaces.iter();
            let surface = surfaces.find(|(_, surface)| surface.end == *number);
            Some(Channel {
                purpose: *purpose,
                ends: [(*holder, *number), (peer.source, peer.edge)],
                surface: surface.map(|(surface, _)| *surface),
            })
        })
    }

    /// Nobody shows the surface any more.
    pub fn drop_surface(&mut self, surface: SurfaceId) {
        self.dropped.push_back(surface.0);
        while self.dropped.len() > KEPT_MAX
            && let Some(oldest) = self.dropped.pop_front()
        {
            if let Some(surface) = self.surfaces.remove(&oldest) {
                self.remove(surface.end);
            }
        }
    }

    /// A process is dead.
    pub fn bury(&mut self, source: Source) {
        self.dead.push_back(source);
        while self.dead.len() > KEPT_MAX
            && let Some(oldest) = self.dead.pop_front()
        {
            let is_its = |source: &Source, peer: &Peer| *source == oldest || peer.source == oldest;
            self.by_number
                .retain(|_, (source, peer)| !is_its(source, peer));
            self.surfaces
                .retain(|_, surface| surface.producer != oldest);
            let by_number = &self.by_number;
            self.purposes
                .retain(|number, _| by_number.contains_key(number));
        }
    }

    fn remove(&mut self, number: u32) {
        if let Some((_, peer)) = self.by_number.remove(&number) {
            self.by_number.remove(&peer.edge);
            self.purposes.remove(&number);
        }
    }
}

impl Ends for Table {
    fn peer(&self, source: Source, edge: u32) -> Option<Peer> {
        let (holder, peer) = self.by_number.get(&edge)?;
        (*holder == source).then_some(*peer)
    }

    fn surface(&self, surface: u32) -> Option<(Source, Source)> {
        let surface = self.surfaces.get(&surface)?;
        Some((surface.producer, surface.consumer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_has_a_peer_for_its_holder_alone() {
        let mut table = Table::default();
        table.add(Purpose::Control, [(Source(1), 10), (Source(2), 20)]);
        let peer = Peer {
            source: Source(2),
            edge: 20,
        };
        assert_eq!(table.peer(Source(1), 10), Some(peer));
        assert_eq!(table.peer(Source(2), 10), None);
        assert_eq!(table.peer(Source(1), 11), None);
    }

    #[test]
    fn the_table_does_not_grow_with_deaths_and_surfaces() {
        let mut table = Table::default();
        for number in 0..1_000 {
            let process = Source(number + 5);
            let control = [(BROKER, 4 * number), (process, 4 * number + 1)];
            table.add(Purpose::Control, control);
            let ends = [(process, 4 * number + 2), (Source(1), 4 * number + 3)];
            table.add_surface(SurfaceId(number), ends);
            if number % 2 == 0 {
                table.drop_surface(SurfaceId(number));
            }
            table.bury(process);
        }
        assert!(table.by_number.len() <= 4 * (KEPT_MAX + 1));
        assert!(table.surfaces.len() <= KEPT_MAX + 1);
        assert!(table.purposes.len() <= 2 * (KEPT_MAX + 1));
    }

    #[test]
    fn a_surface_with_a_new_channel_has_no_old_one() {
        let mut table = Table::default();
        for number in 0..100 {
            let ends = [(Source(1), 2 * number), (Source(2), 2 * number + 1)];
            table.add_surface(SurfaceId(7), ends);
        }
        assert_eq!(table.by_number.len(), 2);
        let channels: Vec<Channel> = table.channels().collect();
        assert_eq!((channels.len(), channels[0].surface), (1, Some(7)));
        assert_eq!(table.surface(7), Some((Source(1), Source(2))));
    }
}
