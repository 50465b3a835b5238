//! Producer and consumer over real regions, and what a hostile one of either can do: nothing but
//! spoil its own pixels.

use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use protocol::misbehaviour::Misbehaviour;
use shm::layout::{LATCH_BYTES, Layout};
use shm::{Consumer, FrameInfo, Producer, ShmError, SurfaceRegions, WritableMap};

const SIZE: Size = Size::new(37, 11);
const GENERATION: Generation = Generation(2);

fn regions() -> SurfaceRegions {
    SurfaceRegions::create(SIZE).expect("regions")
}

fn producer_of(regions: &SurfaceRegions) -> Producer {
    let (pixels, latch) = (
        regions.pixels.dup().expect("dup"),
        regions.latch.dup().expect("dup"),
    );
    Producer::new(pixels, latch, SIZE, GENERATION).expect("producer")
}

fn consumer_of(regions: &SurfaceRegions) -> Consumer {
    let pixels = regions.pixels.read_only().expect("read-only");
    Consumer::new(pixels, regions.latch.dup().expect("dup"), SIZE, GENERATION).expect("consumer")
}

fn both() -> (Producer, Consumer) {
    let regions = regions();
    (producer_of(&regions), consumer_of(&regions))
}

fn paint(producer: &mut Producer, shade: u8, damage: &[Rect]) -> u64 {
    producer.back().fill(shade);
    producer.publish(damage)
}

fn take(consumer: &mut Consumer) -> FrameInfo {
    consumer.take().expect("honest").expect("a frame")
}

fn assert_shade(consumer: &Consumer, shade: u8) {
    let mut row = vec![0; SIZE.width as usize];
    for y in 0..SIZE.height {
        consumer.read_row_xrgb(y, 0, &mut row);
        let expected = u32::from_be_bytes([0, shade, shade, shade]);
        assert!(
            row.iter().all(|pixel| *pixel == expected),
            "row {y}: {row:x?}"
        );
    }
}

#[test]
fn a_second_consumer_finds_the_last_frame_of_a_producer_that_is_gone() {
    for taken in 0..4 {
        let regions = regions();
        let (mut producer, mut first) = (producer_of(&regions), consumer_of(&regions));
        for shade in 1..=4 {
            paint(&mut producer, shade * 16, &[]);
            if shade <= taken {
                take(&mut first);
            }
        }
        drop((producer, first));
        let mut second = consumer_of(&regions);
        assert!(second.adopt_last() && second.has_frame());
        assert_shade(&second, 4 * 16);
    }
    let mut untouched = consumer_of(&regions());
    assert!(!untouched.adopt_last() && !untouched.has_frame());
}

#[test]
fn a_frame_arrives_once_with_its_pixels() {
    let (mut producer, mut consumer) = both();
    assert!(consumer.take().expect("honest").is_none() && !consumer.has_frame());
    assert_eq!(paint(&mut producer, 0x41, &[]), 1);
    let info = take(&mut consumer);
    assert_eq!((info.sequence, info.skipped), (1, false));
    assert_eq!(
        info.damage.as_slice(),
        [Rect::from_size(SIZE)],
        "all of the first frame is new"
    );
    assert!(consumer.take().expect("honest").is_none() && consumer.has_frame());
    assert_shade(&consumer, 0x41);
    assert_eq!((consumer.size(), consumer.generation()), (SIZE, GENERATION));
    assert_eq!((producer.size(), producer.generation()), (SIZE, GENERATION));
}

#[test]
fn each_pixel_stands_where_it_was_painted() {
    let (mut producer, mut consumer) = both();
    for (at, byte) in producer.back().iter_mut().enumerate() {
        *byte = (at * 7 % 251) as u8;
    }
    producer.publish(&[]);
    take(&mut consumer);
    for y in 0..SIZE.height {
        for x in [0, 1, 5, 36] {
            let mut out = vec![0; (SIZE.width - x) as usize];
            consumer.read_row_xrgb(y, x, &mut out);
            for (column, pixel) in out.iter().enumerate() {
                let at = (y as usize * SIZE.width as usize + x as usize + column) * 4;
                let [r, g, b] = [0, 1, 2].map(|c| ((at + c) * 7 % 251) as u8);
                assert_eq!(*pixel, u32::from_be_bytes([0, r, g, b]));
            }
        }
    }
}

#[test]
fn the_newest_frame_is_taken_with_the_damage_of_all_that_were_skipped() {
    let (mut producer, mut consumer) = both();
    paint(&mut producer, 1, &[]);
    take(&mut consumer);
    for n in 2..6u8 {
        paint(&mut producer, n, &[Rect::new(u32::from(n), 0, 1, 1)]);
    }
    let info = take(&mut consumer);
    assert_eq!((info.sequence, info.skipped), (5, true));
    for n in 2..6 {
        assert!(
            info.damage.iter().any(|rect| rect.contains(n, 0)),
            "column {n}"
        );
    }
    assert_shade(&consumer, 5);
}

#[test]
fn damage_is_cut_to_the_frame_and_bounded() {
    let (mut producer, mut consumer) = both();
    paint(&mut producer, 1, &[]);
    take(&mut consumer);
    paint(
        &mut producer,
        2,
        &[
            Rect::new(30, 5, u32::MAX, u32::MAX),
            Rect::new(99, 99, 1, 1),
        ],
    );
    let damage = take(&mut consumer).damage;
    assert!(damage.iter().any(|rect| rect == Rect::new(30, 5, 7, 6)));
    let many: Vec<_> = (0..37).map(|x| Rect::new(x, x % 11, 1, 1)).collect();
    paint(&mut producer, 3, &many);
    let damage = take(&mut consumer).damage;
    assert!(
        many.iter()
            .all(|rect| damage.iter().any(|held| held.contains(rect.x, rect.y)))
    );
}

#[test]
fn a_frame_taken_stays_whole_while_the_producer_goes_on() {
    let (mut producer, mut consumer) = both();
    paint(&mut producer, 1, &[]);
    take(&mut consumer);
    for shade in 2..40 {
        paint(&mut producer, shade, &[]);
        assert_shade(&consumer, 1);
    }
    producer.back().fill(0xff);
    assert_eq!(take(&mut consumer).sequence, 39);
    assert_shade(&consumer, 39);
}

#[test]
fn the_last_frame_of_a_producer_that_is_gone_can_still_be_read() {
    let regions = regions();
    let (mut producer, mut consumer) = (producer_of(&regions), consumer_of(&regions));
    drop(regions);
    paint(&mut producer, 7, &[]);
    producer.back().fill(0xee);
    drop(producer);
    assert_eq!(take(&mut consumer).sequence, 1);
    assert_shade(&consumer, 7);
}

#[test]
fn a_producer_and_a_consumer_at_full_speed_never_show_a_torn_frame() {
    const FRAMES: u64 = 3_000;
    let (mut producer, mut consumer) = both();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for frame in 1..=FRAMES {
                paint(&mut producer, frame as u8, &[]);
            }
        });
        let mut last = 0;
        while last < FRAMES {
            if let Some(info) = consumer.take().expect("honest") {
                assert!(info.sequence > last);
                last = info.sequence;
                assert_shade(&consumer, last as u8);
            } else {
                std::thread::yield_now();
            }
        }
    });
}

/// A producer that writes what it likes: the raw memory of both regions.
struct Hostile {
    pixels: WritableMap,
    latch: WritableMap,
    layout: Layout,
}

impl Hostile {
    fn of(regions: &SurfaceRegions) -> Hostile {
        let layout = Layout::of(SIZE).expect("valid");
        let pixels = regions.pixels.dup().expect("dup");
        Hostile {
            pixels: WritableMap::new(pixels, layout.region_bytes()).expect("mapped"),
            latch: WritableMap::new(regions.latch.dup().expect("dup"), LATCH_BYTES)
                .expect("mapped"),
            layout,
        }
    }

    fn set_latch(&self, word: u32) {
        self.latch.write(0, &word.to_ne_bytes());
    }

    fn patch_headers(&self, offset: usize, bytes: &[u8]) {
        for slot in 0..3 {
            self.pixels
                .write(self.layout.header_offset(slot) + offset, bytes);
        }
    }
}

#[test]
fn every_lie_in_memory_is_the_misbehaviour_that_it_is_called_and_sticks() {
    // Byte offsets of the header's fields, what is written there, and what it is.
    let lies: [(usize, &[u8], Misbehaviour); 6] = [
        (0, &0u64.to_ne_bytes(), Misbehaviour::FrameSequence),
        (8, &1u64.to_ne_bytes(), Misbehaviour::FrameBaseAhead),
        (16, &9u32.to_ne_bytes(), Misbehaviour::StaleGeneration),
        (20, &38u32.to_ne_bytes(), Misbehaviour::FrameGeometry),
        (32, &0u32.to_ne_bytes(), Misbehaviour::FrameFormat),
        (36, &17u32.to_ne_bytes(), Misbehaviour::DamageOutOfRange),
    ];
    for (offset, bytes, expected) in lies {
        let regions = regions();
        let (mut producer, mut consumer) = (producer_of(&regions), consumer_of(&regions));
        paint(&mut producer, 1, &[]);
        Hostile::of(&regions).patch_headers(offset, bytes);
        assert_eq!(consumer.take(), Err(expected));
        paint(&mut producer, 2, &[]);
        assert_eq!(consumer.take(), Err(expected), "once is for ever");
    }
}

#[test]
fn a_refused_frame_does_not_take_the_place_of_the_last_good_one() {
    let regions = regions();
    let (mut producer, mut consumer) = (producer_of(&regions), consumer_of(&regions));
    paint(&mut producer, 0x41, &[]);
    take(&mut consumer);
    paint(&mut producer, 0x99, &[]);
    Hostile::of(&regions).patch_headers(16, &9u32.to_ne_bytes());
    assert_eq!(consumer.take(), Err(Misbehaviour::StaleGeneration));
    assert_shade(&consumer, 0x41);
}

#[test]
fn a_latch_that_names_no_slot_of_the_producers_is_misbehaviour() {
    // 4 is the fresh bit; slot 2 is the consumer's at the start.
    for word in [4 | 3, 4 | 2, 4 | 8, u32::MAX, 1 << 31 | 4] {
        let regions = regions();
        let mut consumer = consumer_of(&regions);
        Hostile::of(&regions).set_latch(word);
        assert_eq!(consumer.take(), Err(Misbehaviour::FrameSlot), "{word:#x}");
    }
}

#[test]
fn a_hostile_consumer_can_neither_stall_nor_misdirect_a_producer() {
    let regions = regions();
    let mut producer = producer_of(&regions);
    let hostile = Hostile::of(&regions);
    for word in (0..40).chain([u32::MAX, 1 << 31]) {
        hostile.set_latch(word);
        paint(&mut producer, word as u8, &[]);
        assert_eq!(producer.back().len(), SIZE.frame_bytes().expect("small"));
    }
}

#[test]
fn regions_of_another_size_are_refused() {
    let regions = regions();
    let larger = Size::new(SIZE.width, 2000);
    let latch = || regions.latch.dup().expect("dup");
    let pixels = || regions.pixels.dup().expect("dup");
    for error in [
        Producer::new(pixels(), latch(), larger, GENERATION).err(),
        Consumer::new(pixels(), latch(), larger, GENERATION).err(),
        Producer::new(pixels(), pixels(), SIZE, GENERATION).err(),
        Consumer::new(latch(), latch(), SIZE, GENERATION).err(),
    ] {
        let error = error.expect("refused");
        assert!(matches!(error, ShmError::WrongSize { .. }), "{error}");
        assert_eq!(error.misbehaviour(), Some(Misbehaviour::RegionNotSealed));
    }
    let nothing = Size::new(0, 5);
    let error = Consumer::new(pixels(), latch(), nothing, GENERATION).expect_err("refused");
    assert_eq!(error.misbehaviour(), Some(Misbehaviour::ValueOutOfRange));
}

#[test]
fn a_producer_needs_the_right_to_write() {
    let regions = regions();
    let pixels = regions.pixels.read_only().expect("read-only");
    let error = Producer::new(pixels, regions.latch.dup().expect("dup"), SIZE, GENERATION)
        .expect_err("refused");
    assert!(matches!(error, ShmError::Io(_)) && error.misbehaviour().is_none());
}

#[test]
#[should_panic(expected = "inside the frame")]
fn pixels_outside_the_frame_cannot_be_read() {
    let (_producer, consumer) = both();
    consumer.read_row_xrgb(0, 30, &mut [0; 8]);
}

#[test]
fn changes_are_counted_from_the_frame_published_last_whatever_the_consumer_takes() {
    let regions = regions();
    let mut producer = producer_of(&regions);
    let mut consumer = consumer_of(&regions);
    let whole = Rect::from_size(SIZE);
    producer.back().fill(1);
    assert_eq!(producer.changes().as_slice(), [whole], "the first frame");
    producer.publish(&[whole]);
    let mut composed = vec![0; (SIZE.width * SIZE.height) as usize];
    for round in 0..200_u32 {
        let mark = Rect::new(round * 7 % SIZE.width, round * 5 % SIZE.height, 1, 1);
        let back = producer.back();
        back.fill(1);
        back[((mark.y * SIZE.width + mark.x) * 4) as usize] = 9;
        let damage = producer.changes();
        assert!(damage.iter().any(|rect| rect.contains(mark.x, mark.y)));
        producer.publish(damage.as_slice());
        // Some frames are skipped, some are taken late.
        if !round.is_multiple_of(3) {
            continue;
        }
        let taken = take(&mut consumer);
        for rect in taken.damage.iter() {
            for y in rect.y..rect.bottom() {
                let start = (y * SIZE.width + rect.x) as usize;
                let row = &mut composed[start..start + rect.width as usize];
                consumer.read_row_xrgb(y, rect.x, row);
            }
        }
        for (y, row) in (0..SIZE.height).zip(composed.chunks(SIZE.width as usize)) {
            let mut frame = vec![0; SIZE.width as usize];
            consumer.read_row_xrgb(y, 0, &mut frame);
            assert_eq!(row, frame, "row {y} of round {round}");
        }
    }
}
