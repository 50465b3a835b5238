//! Frames made from the last one: some pixels move, some are painted, and the rest stays, whichever
//! of the three slots the next frame is made in.

use proptest::prelude::*;
use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use protocol::limits::PIXEL_BYTES;
use shm::{Consumer, Producer, Shift, SurfaceRegions};

const SIZE: Size = Size::new(23, 17);
const GENERATION: Generation = Generation(1);

fn both() -> (Producer, Consumer) {
    let made = SurfaceRegions::create(SIZE).expect("regions");
    let dup = |region: &shm::Region| region.dup().expect("dup");
    let read_only = made.pixels.read_only().expect("read-only");
    let producer = Producer::new(dup(&made.pixels), dup(&made.latch), SIZE, GENERATION);
    let consumer = Consumer::new(read_only, dup(&made.latch), SIZE, GENERATION);
    (producer.expect("producer"), consumer.expect("consumer"))
}

fn places(rect: Rect) -> impl Iterator<Item = (u32, u32)> {
    (rect.y..rect.bottom()).flat_map(move |y| (rect.x..rect.right()).map(move |x| (x, y)))
}

fn at(x: u32, y: u32) -> usize {
    (y * SIZE.width + x) as usize
}

/// Pixels as a consumer reads them.
type Picture = Vec<u32>;

/// What a shift makes of a picture, pixel by pixel.
fn shifted(picture: &Picture, Shift { area, by }: Shift) -> Picture {
    let area = area.intersect(Rect::from_size(SIZE));
    let mut next = picture.clone();
    for (x, y) in places(area) {
        let from = (
            i64::from(x) - i64::from(by.0),
            i64::from(y) - i64::from(by.1),
        );
        if let (Ok(from_x), Ok(from_y)) = (u32::try_from(from.0), u32::try_from(from.1))
            && area.contains(from_x, from_y)
        {
            next[at(x, y)] = picture[at(from_x, from_y)];
        }
    }
    next
}

fn paint(producer: &mut Producer, picture: &mut Picture, rect: Rect, seed: u32) {
    let back = producer.back();
    for (x, y) in places(rect) {
        let colour = (seed.wrapping_mul(2_654_435_761) ^ (x * 7 + y * 131)) & 0x00ff_ffff;
        let [_, red, green, blue] = colour.to_be_bytes();
        let start = at(x, y) * PIXEL_BYTES;
        back[start..start + PIXEL_BYTES].copy_from_slice(&[red, green, blue, 255]);
        picture[at(x, y)] = colour;
    }
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    whole: bool,
    shift: Option<Shift>,
    rect: Rect,
    taken: bool,
}

fn rects() -> impl Strategy<Value = Rect> {
    (0u32..30, 0u32..20, 0u32..30, 0u32..20).prop_map(|(x, y, w, h)| Rect::new(x, y, w, h))
}

fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let by = (-25i32..25, -20i32..20);
    let shift = prop::option::of((rects(), by).prop_map(|(area, by)| Shift { area, by }));
    let frame = (0u8..8, shift, rects(), any::<bool>());
    let frame = frame.prop_map(|(kind, shift, rect, taken)| Frame {
        whole: kind == 0,
        shift,
        rect: rect.intersect(Rect::from_size(SIZE)),
        taken,
    });
    prop::collection::vec(frame, 1..30)
}

proptest! {
    #[test]
    fn every_frame_is_the_last_one_moved_and_painted(frames in frames()) {
        let (mut producer, mut consumer) = both();
        let all = Rect::from_size(SIZE);
        prop_assert!(!producer.restore(None), "there is nothing to restore");
        let mut picture: Picture = vec![0; at(0, SIZE.height)];
        let mut composed = picture.clone();
        paint(&mut producer, &mut picture, all, 99);
        producer.publish(&[all]);
        for (seed, frame) in (0u32..).zip(frames) {
            let damage = if frame.whole {
                paint(&mut producer, &mut picture, all, seed);
                producer.changes()
            } else {
                prop_assert!(producer.restore(frame.shift));
                if let Some(shift) = frame.shift {
                    let area = shift.area.intersect(all);
                    picture = shifted(&picture, shift);
                    // What is uncovered holds anything, so it is painted.
                    places(area).for_each(|(x, y)| {
                        let (dx, dy) = shift.by;
                        let from = (i64::from(x) - i64::from(dx), i64::from(y) - i64::from(dy));
                        let stays = u32::try_from(from.0).is_ok_and(|x| {
                            u32::try_from(from.1).is_ok_and(|y| area.contains(x, y))
                        });
                        if !stays {
                            paint(&mut producer, &mut picture, Rect::new(x, y, 1, 1), seed);
                        }
                    });
                }
                paint(&mut producer, &mut picture, frame.rect, seed);
                let mut damage = producer.changes_in(&[frame.rect]);
                if let Some(shift) = frame.shift {
                    damage.add(shift.area.intersect(all));
                }
                damage
            };
            producer.publish(damage.as_slice());
            if !frame.taken {
                continue;
            }
            let taken = consumer.take().expect("honest").expect("a frame");
            let mut row = vec![0; SIZE.width as usize];
            for y in 0..SIZE.height {
                consumer.read_row_xrgb(y, 0, &mut row);
                let start = at(0, y);
                prop_assert_eq!(&row, &picture[start..start + row.len()], "row {}", y);
            }
            for (x, y) in taken.damage.iter().flat_map(places) {
                composed[at(x, y)] = picture[at(x, y)];
            }
            prop_assert_eq!(&composed, &picture, "a change outside the damage");
        }
    }
}
