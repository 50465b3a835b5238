//! `bulkhead://frames`: the slots of each surface, who owns which, and how its frames go by.
//!
//! Trusts: nothing of it; headers, latches and rings are what their writers claim.

use crate::pages::template::render;
use crate::snapshot::{self, SurfaceRow};
use crate::state::Broker;
use askama::Template;
use browser_core::SurfaceInfo;
use flight::Record;
use protocol::limits::PIXEL_BYTES;
use serde_json::{Value, json};
use shm::Glance;
use std::collections::HashMap;

/// A frame is late if it waited for longer than one period of the display to be taken.
const LATE_NS: u64 = 16_666_667;

#[derive(Template)]
#[template(path = "frames.html")]
struct Frames {
    here: &'static str,
    rows: Vec<SurfaceRow>,
}

/// The page.
pub(super) fn build(browser: &Broker) -> String {
    page(snapshot::surfaces(browser))
}

pub(super) fn page(rows: Vec<SurfaceRow>) -> String {
    render(&Frames {
        here: "frames",
        rows,
    })
}

/// What the page is told: every surface, and whether all is slow.
pub(super) fn event(browser: &Broker) -> Value {
    let rings = &browser.children.rings;
    let taken = rings.frames_taken();
    let surfaces = browser.core.surfaces().into_iter().map(|surface| {
        let is_its = |it: &&Record| it.edge == surface.surface.0;
        let taken: Vec<Record> = taken.iter().filter(is_its).copied().collect();
        let published = surface.producer.map_or_else(Vec::new, |producer| {
            rings.frames_published(producer, surface.surface)
        });
        told(browser, &surface, &taken, &published)
    });
    json!({ "is_slow": browser.glass.is_slow, "surfaces": surfaces.collect::<Vec<_>>() })
}

fn told(browser: &Broker, surface: &SurfaceInfo, taken: &[Record], published: &[Record]) -> Value {
    let size = surface.size;
    let glance = browser.store.surfaces.glance(surface.surface, size);
    let last = taken.last().map(|it| it.ordinal);
    let producer = surface.producer.and_then(|it| browser.core.process(it));
    let counts = counts(taken, published);
    let frame_bytes = u64::from(size.width) * u64::from(size.height) * PIXEL_BYTES as u64;
    let copied: u64 = taken.iter().map(|it| u64::from(it.bytes)).sum::<u64>() * PIXEL_BYTES as u64;
    let whole = frame_bytes.saturating_mul(taken.len() as u64);
    json!({
        "id": surface.surface.0, "part": format!("{:?}", surface.part).to_lowercase(),
        "tab": surface.tab.map(|tab| tab.0),
        "producer": producer.and_then(|it| it.pid),
        "width": size.width, "height": size.height, "generation": surface.generation.0,
        "is_visible": surface.is_visible,
        "bytes": browser.store.surfaces.bytes(surface.surface),
        "slots": glance.map(|glance| slots(&glance, last)),
        "is_fresh": glance.is_some_and(|glance| glance.is_fresh),
        "sequence": last, "taken": taken.len(), "skipped": counts.skipped, "late": counts.late,
        "damage": taken.last().map(|it| it.bytes),
        "not_copied": whole.saturating_sub(copied),
    })
}

/// The slots with their owners: that in the latch, that of the frame that was taken last, and the
/// one that is left.
fn slots(glance: &Glance, taken: Option<u32>) -> Vec<Value> {
    let slots = glance.slots.iter().enumerate();
    slots
        .map(|(number, slot)| {
            let owner = if glance.between == u32::try_from(number).ok() {
                "latch"
            } else if slot.sequence > 0 && taken == Some(slot.sequence as u32) {
                "gpu"
            } else if glance.between.is_none() {
                "unknown"
            } else if is_gpu_elsewhere(glance, taken, number) {
                "producer"
            } else {
                "gpu or producer"
            };
            let rects = slot.damage.iter();
            let rects = rects.map(|it| json!([it.x, it.y, it.width, it.height]));
            json!({
                "owner": owner, "sequence": slot.sequence, "generation": slot.generation,
                "rects": rects.collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// Whether another slot has the frame that was taken last.
fn is_gpu_elsewhere(glance: &Glance, taken: Option<u32>, number: usize) -> bool {
    let mut others = glance.slots.iter().enumerate();
    others.any(|(other, slot)| {
        other != number && slot.sequence > 0 && taken == Some(slot.sequence as u32)
    })
}

/// What went by.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    /// Frames that were published and never taken, because a newer one came.
    skipped: u64,
    /// Frames that waited too long.
    late: u64,
}

/// Frames are joined by generation and sequence; what cannot be joined is not counted.
fn counts(taken: &[Record], published: &[Record]) -> Counts {
    let key = |it: &Record| (it.argument, it.ordinal);
    let handed: HashMap<(u32, u32), u64> =
        published.iter().map(|it| (key(it), it.time_ns)).collect();
    let is_late = |it: &&Record| {
        let handed = handed.get(&key(it));
        handed.is_some_and(|handed| it.time_ns.saturating_sub(*handed) > LATE_NS)
    };
    let pairs = taken
        .windows(2)
        .filter(|it| it[0].argument == it[1].argument);
    Counts {
        skipped: pairs
            .map(|it| {
                u64::from(
                    it[1]
                        .ordinal
                        .saturating_sub(it[0].ordinal)
                        .saturating_sub(1),
                )
            })
            .sum(),
        late: taken.iter().filter(is_late).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flight::Kind;

    fn frame(kind: Kind, generation: u32, sequence: u32, time_ms: u64) -> Record {
        Record {
            time_ns: time_ms * 1_000_000,
            ordinal: sequence,
            argument: generation,
            ..Record::new(kind)
        }
    }

    #[test]
    fn frames_that_were_passed_over_and_frames_that_waited_are_counted() {
        let published: Vec<Record> = (1..=6)
            .map(|sequence| frame(Kind::Published, 1, sequence, 20 * u64::from(sequence)))
            .collect();
        let taken = [
            frame(Kind::Taken, 1, 1, 21),
            frame(Kind::Taken, 1, 4, 81),
            frame(Kind::Taken, 1, 5, 130),
            frame(Kind::Taken, 2, 9, 900),
        ];
        let expected = Counts {
            skipped: 2,
            late: 1,
        };
        assert_eq!(counts(&taken, &published), expected);
    }

    #[test]
    fn a_liar_breaks_nothing() {
        let taken = [
            frame(Kind::Taken, 1, u32::MAX, u32::MAX.into()),
            frame(Kind::Taken, 1, 0, 0),
        ];
        assert_eq!(counts(&taken, &taken), Counts::default());
    }
}
