//! The way of each frame, from the input that caused it to the screen.
//!
//! Trusts: no record; what does not fit together is left out. Never: keeps more than its bound.

use crate::rings::words::name_of;
use flight::{Kind, Name, Record, Source, Step};
use protocol::renderer::ToRenderer;
use std::collections::{BTreeMap, VecDeque};

/// Frames on their way. An honest producer has three of each surface.
const FRAMES_MAX: usize = 1_024;

/// A frame that has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub producer: Source,
    pub surface: u32,
    pub sequence: u32,
    /// When the input came, or else when painting began.
    pub began_ns: u64,
    pub has_input: bool,
    pub published_ns: u64,
    pub taken_ns: u64,
    /// When the window was drawn with it; none if another frame came first, or nobody draws.
    pub composed_ns: Option<u64>,
}

/// Those that have not.
pub struct Frames {
    input: Option<Name>,
    /// The first input since the last frame, by process.
    inputs: BTreeMap<Source, u64>,
    /// The beginning of the last painting, by process and surface.
    paintings: BTreeMap<(Source, u32), u64>,
    published: VecDeque<Way>,
    taken: Vec<(Source, Way)>,
}

impl Frames {
    pub fn new() -> Frames {
        Frames {
            input: name_of::<ToRenderer>("Input"),
            inputs: BTreeMap::new(),
            paintings: BTreeMap::new(),
            published: VecDeque::new(),
            taken: Vec::new(),
        }
    }

    /// Takes in the records of all processes, in the order of their times. Returns the frames that
    /// have come to their end by this one.
    pub fn add(&mut self, source: Source, record: &Record) -> Vec<Way> {
        let (time, step) = (record.time_ns, record.name.as_step());
        match record.kind {
            Kind::Received if Some(record.name) == self.input => {
                bound(&mut self.inputs);
                self.inputs.entry(source).or_insert(time);
            }
            Kind::Begun if step == Some(Step::Paint) => {
                bound(&mut self.paintings);
                self.paintings.insert((source, record.argument), time);
            }
            Kind::Published => self.publish(source, record),
            Kind::Taken => {
                let is_it = |it: &Way| (it.surface, it.sequence) == (record.edge, record.ordinal);
                let found = self.published.iter().position(is_it);
                if let Some(way) = found.and_then(|at| self.published.remove(at)) {
                    let is_older = |(_, it): &mut (Source, Way)| it.surface == way.surface;
                    let older: Vec<_> = self.taken.extract_if(.., is_older).collect();
                    let taken_ns = time.max(way.published_ns);
                    if self.taken.len() < FRAMES_MAX {
                        self.taken.push((source, Way { taken_ns, ..way }));
                    }
                    return older.into_iter().map(|(_, way)| way).collect();
                }
            }
            Kind::Ended if step == Some(Step::Compose) => {
                let composed = self.taken.extract_if(.., |(taker, _)| *taker == source);
                let composed = composed.map(|(_, way)| Way {
                    composed_ns: Some(time.max(way.taken_ns)),
                    ..way
                });
                return composed.collect();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Those that were taken and not drawn.
    pub fn rest(&mut self) -> Vec<Way> {
        self.taken.drain(..).map(|(_, way)| way).collect()
    }

    fn publish(&mut self, producer: Source, record: &Record) {
        let input = self.inputs.remove(&producer);
        let painting = self.paintings.remove(&(producer, record.edge));
        let published_ns = record.time_ns;
        let began_ns = input.or(painting).unwrap_or(published_ns).min(published_ns);
        if self.published.len() >= FRAMES_MAX {
            self.published.pop_front();
        }
        self.published.push_back(Way {
            producer,
            surface: record.edge,
            sequence: record.ordinal,
            began_ns,
            has_input: input.is_some(),
            published_ns,
            taken_ns: 0,
            composed_ns: None,
        });
    }
}

fn bound<K: Ord>(map: &mut BTreeMap<K, u64>) {
    if map.len() >= FRAMES_MAX {
        map.pop_first();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAB: Source = Source(5);
    const GPU: Source = Source(2);

    fn at(time_ns: u64, kind: Kind, name: Name) -> Record {
        Record {
            time_ns,
            name,
            edge: 3,
            ordinal: 7,
            argument: 3,
            ..Record::new(kind)
        }
    }

    #[test]
    fn a_frame_goes_from_its_input_to_the_screen() {
        let mut frames = Frames::new();
        let input = frames.input.expect("it has a number");
        let step = Name::step;
        let records = [
            (TAB, at(10, Kind::Received, input)),
            (TAB, at(12, Kind::Received, input)),
            (TAB, at(20, Kind::Begun, step(Step::Paint))),
            (TAB, at(30, Kind::Published, step(Step::Frame))),
            (GPU, at(35, Kind::Begun, step(Step::Compose))),
            (GPU, at(40, Kind::Taken, step(Step::Frame))),
        ];
        for (source, record) in records {
            assert_eq!(frames.add(source, &record), []);
        }
        let end = at(50, Kind::Ended, step(Step::Compose));
        assert_eq!(frames.add(TAB, &end), [], "it is another's");
        let way = Way {
            producer: TAB,
            surface: 3,
            sequence: 7,
            began_ns: 10,
            has_input: true,
            published_ns: 30,
            taken_ns: 40,
            composed_ns: Some(50),
        };
        assert_eq!(frames.add(GPU, &end), [way]);
        assert_eq!(frames.add(GPU, &end), []);
    }

    #[test]
    fn a_frame_that_is_never_drawn_ends_where_it_was_taken() {
        let mut frames = Frames::new();
        for number in 0..2_u64 {
            for (source, kind) in [(TAB, Kind::Published), (GPU, Kind::Taken)] {
                let mut record = at(10 * number, kind, Name::step(Step::Frame));
                record.ordinal = number as u32;
                let ended = frames.add(source, &record);
                assert_eq!(ended.len(), usize::from(number == 1 && source == GPU));
                assert!(ended.iter().all(|way| way.composed_ns.is_none()));
            }
        }
        assert_eq!(frames.rest().len(), 1);
    }

    #[test]
    fn frames_that_nobody_takes_are_bounded() {
        let mut frames = Frames::new();
        for number in 0..10_000 {
            let mut record = at(1, Kind::Published, Name::step(Step::Frame));
            record.ordinal = number;
            frames.add(Source(number), &record);
            let record = at(1, Kind::Received, frames.input.expect("a number"));
            frames.add(Source(number), &record);
        }
        assert!(frames.published.len() <= FRAMES_MAX && frames.inputs.len() <= FRAMES_MAX);
    }
}
