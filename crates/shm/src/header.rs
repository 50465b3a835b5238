//! The header of a slot: its memory layout, and the check of what a producer wrote there.
//!
//! Trusts: nothing in the header. Never: reads the shared copy twice.

use crate::damage::Damage;
use crate::layout::{Layout, PAGE_BYTES};
use bytemuck::{Pod, Zeroable};
use protocol::geometry::Rect;
use protocol::ids::Generation;
use protocol::limits::DAMAGE_RECTS_MAX;
use protocol::misbehaviour::Misbehaviour;

/// RGBA, 8 bits each, premultiplied: `RGBA` in memory order.
pub(crate) const FORMAT_RGBA8: u32 = u32::from_le_bytes(*b"RGBA");

/// A header as it stands in memory, of the machine's byte order. Every bit pattern is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct RawHeader {
    /// Rises with each frame, from 1.
    pub sequence: u64,
    /// The frame since which `damage` counts; 0: since nothing.
    pub base_sequence: u64,
    pub generation: u32,
    pub width: u32,
    pub height: u32,
    pub stride: u32,
    pub format: u32,
    /// What has changed since frame `base_sequence`.
    pub damage: RawDamage,
    /// What has changed since frame `sequence - 1`. The producer learns that its last frame was
    /// taken only as it publishes the next, so `damage` spans that frame too; who has seen it needs
    /// no more than this.
    pub latest: RawDamage,
    /// No byte of the header is padding.
    pub zero: u32,
}

/// Damage as it stands in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct RawDamage {
    pub count: u32,
    /// Each x, y, width, height.
    pub rects: [[u32; 4]; DAMAGE_RECTS_MAX],
}

impl RawDamage {
    fn new(damage: &Damage) -> RawDamage {
        let mut rects = [[0; 4]; DAMAGE_RECTS_MAX];
        for (raw, rect) in rects.iter_mut().zip(damage.iter()) {
            *raw = [rect.x, rect.y, rect.width, rect.height];
        }
        RawDamage {
            count: damage.as_slice().len() as u32,
            rects,
        }
    }

    /// The damage, if it is inside the frame.
    pub fn check(&self, frame: Rect) -> Result<Damage, Misbehaviour> {
        let claimed = self
            .rects
            .get(..self.count as usize)
            .ok_or(Misbehaviour::DamageOutOfRange)?;
        let mut damage = Damage::none();
        for &[x, y, width, height] in claimed {
            let fits = |start: u32, length: u32, end: u32| {
                start.checked_add(length).is_some_and(|last| last <= end)
            };
            if !fits(x, width, frame.width) || !fits(y, height, frame.height) {
                return Err(Misbehaviour::DamageOutOfRange);
            }
            damage.add(Rect::new(x, y, width, height));
        }
        Ok(damage)
    }
}

const _: () = assert!(size_of::<RawHeader>() == 16 + 6 * 4 + 2 * (4 + DAMAGE_RECTS_MAX * 16));
const _: () = assert!(size_of::<RawHeader>() <= PAGE_BYTES);

impl RawHeader {
    /// The header of a frame.
    pub fn new(
        layout: Layout,
        generation: Generation,
        sequence: u64,
        base_sequence: u64,
        damage: &Damage,
        latest: &Damage,
    ) -> RawHeader {
        RawHeader {
            sequence,
            base_sequence,
            generation: generation.0,
            width: layout.size().width,
            height: layout.size().height,
            stride: layout.stride(),
            format: FORMAT_RGBA8,
            damage: RawDamage::new(damage),
            latest: RawDamage::new(latest),
            zero: 0,
        }
    }

    /// What has changed since frame `last` (0: none was seen), if everything in the header is as it
    /// must be in a region of this layout and generation.
    pub fn check(
        &self,
        layout: Layout,
        generation: Generation,
        last: u64,
    ) -> Result<Damage, Misbehaviour> {
        if self.generation != generation.0 {
            return Err(Misbehaviour::StaleGeneration);
        }
        if self.format != FORMAT_RGBA8 {
            return Err(Misbehaviour::FrameFormat);
        }
        let size = layout.size();
        if (self.width, self.height, self.stride) != (size.width, size.height, layout.stride()) {
            return Err(Misbehaviour::FrameGeometry);
        }
        if self.sequence <= last {
            return Err(Misbehaviour::FrameSequence);
        }
        if self.base_sequence > last {
            return Err(Misbehaviour::FrameBaseAhead);
        }
        let frame = Rect::from_size(size);
        let (damage, latest) = (self.damage.check(frame)?, self.latest.check(frame)?);
        // Damage since nothing: the slot's earlier pixels mean nothing to us.
        Ok(match last {
            0 => Damage::full(size),
            last if last == self.sequence - 1 => latest,
            _ => damage,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use protocol::geometry::Size;

    const GENERATION: Generation = Generation(4);
    const SIZE: Size = Size::new(100, 50);

    fn layout() -> Layout {
        Layout::of(SIZE).expect("valid")
    }

    /// Frame 9, of which the consumer may have seen up to frame 8 and must have seen frame 5.
    fn honest() -> RawHeader {
        let mut latest = Damage::none();
        latest.add(Rect::new(90, 40, 10, 10));
        let mut damage = latest;
        damage.add(Rect::new(0, 0, 3, 3));
        RawHeader::new(layout(), GENERATION, 9, 5, &damage, &latest)
    }

    fn check(header: RawHeader) -> Result<Damage, Misbehaviour> {
        header.check(layout(), GENERATION, 8)
    }

    #[test]
    fn who_has_seen_the_frame_before_gets_what_has_changed_since() {
        let damage = check(honest()).expect("honest");
        assert_eq!(damage.as_slice(), [Rect::new(90, 40, 10, 10)]);
    }

    #[test]
    fn who_has_missed_a_frame_gets_what_has_changed_since_the_base() {
        let damage = honest().check(layout(), GENERATION, 7).expect("honest");
        assert_eq!(
            damage.as_slice(),
            [Rect::new(90, 40, 10, 10), Rect::new(0, 0, 3, 3)]
        );
    }

    #[test]
    fn each_lie_has_its_name() {
        use Misbehaviour as M;
        let rects = |rects: &[[u32; 4]]| {
            let mut header = honest();
            header.damage.count = rects.len() as u32;
            header.damage.rects[..rects.len()].copy_from_slice(rects);
            header
        };
        let counts = |damage, latest| {
            let mut header = honest();
            (header.damage.count, header.latest.count) = (damage, latest);
            header
        };
        let lies = [
            (
                RawHeader {
                    generation: 3,
                    ..honest()
                },
                M::StaleGeneration,
            ),
            (
                RawHeader {
                    generation: 5,
                    ..honest()
                },
                M::StaleGeneration,
            ),
            (
                RawHeader {
                    format: 0,
                    ..honest()
                },
                M::FrameFormat,
            ),
            (
                RawHeader {
                    width: 101,
                    ..honest()
                },
                M::FrameGeometry,
            ),
            (
                RawHeader {
                    height: u32::MAX,
                    ..honest()
                },
                M::FrameGeometry,
            ),
            (
                RawHeader {
                    stride: 0,
                    ..honest()
                },
                M::FrameGeometry,
            ),
            (
                RawHeader {
                    stride: 404,
                    ..honest()
                },
                M::FrameGeometry,
            ),
            (
                RawHeader {
                    sequence: 8,
                    ..honest()
                },
                M::FrameSequence,
            ),
            (
                RawHeader {
                    sequence: 0,
                    ..honest()
                },
                M::FrameSequence,
            ),
            (
                RawHeader {
                    base_sequence: 9,
                    ..honest()
                },
                M::FrameBaseAhead,
            ),
            (
                RawHeader {
                    base_sequence: u64::MAX,
                    ..honest()
                },
                M::FrameBaseAhead,
            ),
            (counts(17, 1), M::DamageOutOfRange),
            (counts(1, 17), M::DamageOutOfRange),
            (counts(u32::MAX, 1), M::DamageOutOfRange),
            (counts(1, u32::MAX), M::DamageOutOfRange),
            (rects(&[[0, 0, 101, 1]]), M::DamageOutOfRange),
            (rects(&[[100, 0, 1, 1]]), M::DamageOutOfRange),
            (
                rects(&[[0, 0, 1, 1], [0, u32::MAX, 1, 2]]),
                M::DamageOutOfRange,
            ),
            (rects(&[[u32::MAX, 0, u32::MAX, 1]]), M::DamageOutOfRange),
        ];
        for (at, (header, expected)) in lies.into_iter().enumerate() {
            assert_eq!(check(header), Err(expected), "lie {at}");
        }
    }

    #[test]
    fn the_first_frame_taken_is_all_damage() {
        let mut header = honest();
        header.base_sequence = 0;
        let damage = header.check(layout(), GENERATION, 0).expect("honest");
        assert_eq!(damage, Damage::full(SIZE));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_inside_the_frame(
            sequence: u64, base_sequence in 0u64..12, count in 0u32..20,
            rects in prop::array::uniform16(prop::array::uniform4(0u32..110)),
        ) {
            let damage = RawDamage { count, rects };
            let header = RawHeader { sequence, base_sequence, damage, latest: damage, ..honest() };
            if let Ok(damage) = check(header) {
                prop_assert!(sequence > 8 && base_sequence <= 8 && count <= 16);
                let frame = Rect::from_size(SIZE);
                prop_assert!(damage.iter().all(|rect| rect.union(frame) == frame));
            }
        }
    }
}
