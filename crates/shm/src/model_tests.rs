//! Every interleaving of a producer and a consumer, step by step, on the real state machines of
//! both sides: an explicit-state search, which loom's search cannot silently replace (it may prune
//! what it takes for equivalent). Each property has a seeded mutant that must be caught.

use crate::consumer::ConsumerTurn;
use crate::damage::Damage;
use crate::header::RawHeader;
use crate::latch::{self, FRESH, Word};
use crate::layout::Layout;
use crate::producer::ProducerTurn;
use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use std::cell::Cell;
use std::collections::HashSet;

const FRAMES: u64 = 6;
const GENERATION: Generation = Generation(3);

impl Word for Cell<u32> {
    fn exchange(&self, value: u32) -> u32 {
        self.replace(value)
    }
    fn peek(&self) -> u32 {
        self.get()
    }
}

/// What is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mutant {
    None,
    /// The producer goes on painting on the slot that it has just published.
    KeepsBack,
    /// The producer forgets the damage of a frame that was skipped.
    ForgetsSkipped,
    /// The producer takes every frame for taken.
    TrustsDelivery,
    /// The producer publishes before it has painted all.
    PublishesEarly,
    /// The producer does not mark its frame.
    NotFresh,
    /// The consumer takes without looking whether there is something new.
    TakesStale,
    /// The consumer reads the slot in the latch without giving its own for it.
    PeeksIntoLatch,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Slot {
    header: Option<RawHeader>,
    /// The pixels: which frame the left and the right half belong to.
    halves: [u64; 2],
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    word: u32,
    slots: [Slot; 3],
    producer: ProducerTurn,
    /// Steps of the present frame that the producer has done.
    painted: u8,
    consumer: ConsumerTurn,
    /// Steps of the present take that the consumer has done.
    read: u8,
    left_half: u64,
}

fn layout() -> Layout {
    Layout::of(Size::new(FRAMES as u32, 1)).expect("valid")
}

/// Frame n changes column n - 1.
fn damage_of(frame: u64) -> Damage {
    let mut damage = Damage::none();
    damage.add(Rect::new(frame as u32 - 1, 0, 1, 1));
    damage
}

impl State {
    fn start() -> State {
        let slot = Slot {
            header: None,
            halves: [0; 2],
        };
        State {
            word: 0,
            slots: [slot.clone(), slot.clone(), slot],
            producer: ProducerTurn::new(),
            painted: 0,
            consumer: ConsumerTurn::new(),
            read: 0,
            left_half: 0,
        }
    }

    /// The producer's next step, if it has one.
    fn producer_step(&self, mutant: Mutant) -> Option<State> {
        let frame = self.producer.sequence + 1;
        if frame > FRAMES {
            return None;
        }
        let mut next = self.clone();
        next.painted += 1;
        let order = if mutant == Mutant::PublishesEarly {
            [0, 2, 3, 1]
        } else {
            [0, 1, 2, 3]
        };
        // A frame published early is finished in the slot where it was begun.
        let back = next.producer.back as usize;
        match order[usize::from(self.painted)] {
            half @ (0 | 1) => {
                let slot = if mutant == Mutant::PublishesEarly && half == 1 {
                    // The number has risen already, and the slot is the one given away.
                    next.slots
                        .iter()
                        .position(|slot| slot.halves[0] == frame - 1)
                } else {
                    Some(back)
                };
                let number = if slot == Some(back) { frame } else { frame - 1 };
                next.slots[slot?].halves[half] = number;
            }
            2 => {
                let header = next
                    .producer
                    .prepare(layout(), GENERATION, &damage_of(frame));
                next.slots[back].header = Some(header);
            }
            _ => next.commit(frame, mutant),
        }
        next.painted %= 4;
        Some(next)
    }

    fn commit(&mut self, frame: u64, mutant: Mutant) {
        let word = Cell::new(self.word);
        let (back, skipped) = (self.producer.back, self.word & FRESH != 0);
        self.producer.commit(&word, &damage_of(frame));
        self.word = word.get();
        match mutant {
            Mutant::KeepsBack => self.producer.back = back,
            Mutant::ForgetsSkipped if skipped => self.producer.pending = damage_of(frame),
            Mutant::TrustsDelivery => self.producer.base = self.producer.sequence,
            Mutant::NotFresh => self.word &= !FRESH,
            _ => {}
        }
    }

    /// The consumer's next step, if it has one; an error is a violation.
    fn consumer_step(&self, mutant: Mutant) -> Result<Option<State>, String> {
        let mut next = self.clone();
        next.read += 1;
        let front = next.consumer.front as usize;
        match self.read {
            0 if !latch::is_fresh(&Cell::new(self.word)) && mutant != Mutant::TakesStale => {
                return Ok(None);
            }
            0 => {}
            1 if mutant == Mutant::PeeksIntoLatch => {
                next.consumer.front = self.word & !FRESH;
                next.word &= !FRESH;
            }
            1 => {
                let word = Cell::new(self.word);
                next.consumer
                    .exchange(&word)
                    .map_err(|error| error.to_string())?;
                next.word = word.get();
            }
            2 => next.accept()?,
            3 => next.left_half = next.slots[front].halves[0],
            _ => {
                let right_half = next.slots[front].halves[1];
                if [next.left_half, right_half] != [next.consumer.last; 2] {
                    return Err(format!("torn: {} and {right_half}", next.left_half));
                }
                next.left_half = 0;
                next.read = 0;
            }
        }
        Ok(Some(next))
    }

    fn accept(&mut self) -> Result<(), String> {
        let seen = self.consumer.last;
        let header = self.slots[self.consumer.front as usize]
            .header
            .ok_or("no header")?;
        let info = self
            .consumer
            .accept(&header, layout(), GENERATION)
            .map_err(|error| error.to_string())?;
        if info.skipped != (info.sequence > seen + 1) {
            return Err("a skipped frame is not reported".to_owned());
        }
        for frame in seen + 1..=info.sequence {
            if !info
                .damage
                .iter()
                .any(|rect| rect.contains(frame as u32 - 1, 0))
            {
                return Err(format!("the damage of frame {frame} is lost"));
            }
        }
        Ok(())
    }

    /// What holds between any two steps.
    fn check(&self) -> Result<(), String> {
        let in_latch = self.word & !FRESH;
        let mut owned = [self.producer.back, in_latch, self.consumer.front];
        owned.sort_unstable();
        if owned != [0, 1, 2] {
            return Err(format!("aliasing: {owned:?}"));
        }
        let newest = self.producer.sequence;
        let holds = |slot: u32| {
            self.slots[slot as usize]
                .header
                .is_some_and(|header| header.sequence == newest)
        };
        let obtainable = self.word & FRESH != 0 && holds(in_latch) || holds(self.consumer.front);
        if newest > 0 && !obtainable {
            return Err(format!("frame {newest} cannot be had"));
        }
        Ok(())
    }

    /// What holds when nobody has a step left.
    fn check_end(&self) -> Result<(), String> {
        if self.consumer.last == FRAMES {
            Ok(())
        } else {
            Err("the last frame is lost".to_owned())
        }
    }
}

/// The number of states, or the first violation.
fn search(mutant: Mutant) -> Result<usize, String> {
    let mut seen = HashSet::from([State::start()]);
    let mut todo = vec![State::start()];
    while let Some(state) = todo.pop() {
        state.check()?;
        let steps = [state.producer_step(mutant), state.consumer_step(mutant)?];
        if steps.iter().all(Option::is_none) {
            state.check_end()?;
        }
        for next in steps.into_iter().flatten() {
            if seen.insert(next.clone()) {
                todo.push(next);
            }
        }
    }
    Ok(seen.len())
}

#[test]
fn no_interleaving_aliases_tears_loses_damage_or_hides_the_newest_frame() {
    let states = search(Mutant::None).expect("no violation");
    println!("{states} states");
    assert!(
        states > 1_000,
        "only {states} states: the search does not search"
    );
}

#[test]
fn every_seeded_mutant_is_caught() {
    for (mutant, expected) in [
        (Mutant::KeepsBack, "aliasing"),
        (Mutant::ForgetsSkipped, "is lost"),
        (Mutant::TrustsDelivery, "FrameBaseAhead"),
        (Mutant::PublishesEarly, "torn"),
        (Mutant::NotFresh, "cannot be had"),
        (Mutant::TakesStale, "FrameSlot"),
        (Mutant::PeeksIntoLatch, "aliasing"),
    ] {
        match search(mutant) {
            Err(violation) => assert!(violation.contains(expected), "{mutant:?}: {violation}"),
            Ok(states) => panic!("{mutant:?} survives in {states} states"),
        }
    }
}
