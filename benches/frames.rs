//! What a frame's damage costs and saves: the producer's comparison against the pixels that the
//! consumer need not copy. `cargo bench --bench frames`; medians.

use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use shm::{Consumer, Damage, Producer, SurfaceRegions};
use std::time::{Duration, Instant};

const SIZE: Size = Size::new(1280, 800);
const PIXEL_BYTES: u64 = 4;
const ROUNDS: usize = 201;

const CHANGES: [(&str, Rect); 5] = [
    ("nothing", Rect::new(0, 0, 0, 0)),
    ("a caret, 2x18", Rect::new(640, 400, 2, 18)),
    ("a moving box, 20x20", Rect::new(640, 400, 20, 20)),
    ("a hovered link, 160x20", Rect::new(200, 300, 160, 20)),
    ("everything (a scroll)", Rect::from_size(SIZE)),
];

fn main() {
    println!("{SIZE}, medians of {ROUNDS} frames");
    for (what, change) in CHANGES {
        let frames: Vec<Frame> = Frames::new().take(ROUNDS, change);
        let median = |time: fn(&Frame) -> Duration| {
            let mut times: Vec<Duration> = frames.iter().map(time).collect();
            times.sort();
            times[times.len() / 2].as_secs_f64() * 1e6
        };
        println!(
            "{what:24} compare {:6.0} us   copy of the damage {:6.0} us, {:7} bytes   \
             copy of everything {:6.0} us, {} bytes",
            median(|frame| frame.compare),
            median(|frame| frame.copy_damage),
            frames[ROUNDS - 1].damage_bytes,
            median(|frame| frame.copy_all),
            bytes_of(&Damage::full(SIZE)),
        );
    }
}

/// What one frame took.
struct Frame {
    compare: Duration,
    copy_damage: Duration,
    damage_bytes: u64,
    copy_all: Duration,
}

/// Both ends of a surface, and the consumer's picture.
struct Frames {
    producer: Producer,
    consumer: Consumer,
    picture: Vec<u32>,
}

impl Frames {
    fn new() -> Frames {
        let generation = Generation(1);
        let made = SurfaceRegions::create(SIZE).expect("regions");
        let dup = |region: &shm::Region| region.dup().expect("a descriptor");
        let (pixels, latch) = (dup(&made.pixels), dup(&made.latch));
        let read_only = made.pixels.read_only().expect("a descriptor");
        let mut frames = Frames {
            producer: Producer::new(pixels, latch, SIZE, generation).expect("a producer"),
            consumer: Consumer::new(read_only, dup(&made.latch), SIZE, generation)
                .expect("a consumer"),
            picture: vec![0; (SIZE.width * SIZE.height) as usize],
        };
        // Touches the pages of every slot.
        frames.take(4, Rect::from_size(SIZE));
        frames
    }

    fn take(&mut self, count: usize, change: Rect) -> Vec<Frame> {
        (0..count)
            .map(|round| self.frame(round as u8, change))
            .collect()
    }

    fn frame(&mut self, shade: u8, change: Rect) -> Frame {
        let back = self.producer.back();
        back.fill(0x80);
        for y in change.y..change.bottom() {
            let start = (u64::from(y * SIZE.width + change.x) * PIXEL_BYTES) as usize;
            back[start..start + (u64::from(change.width) * PIXEL_BYTES) as usize].fill(shade);
        }
        let started = Instant::now();
        let damage = self.producer.changes();
        let compare = started.elapsed();
        self.producer.publish(damage.as_slice());
        let taken = self.consumer.take().expect("honest").expect("a frame");
        Frame {
            compare,
            copy_damage: self.copy(&taken.damage),
            damage_bytes: bytes_of(&taken.damage),
            copy_all: self.copy(&Damage::full(SIZE)),
        }
    }

    fn copy(&mut self, damage: &Damage) -> Duration {
        let started = Instant::now();
        for rect in damage.iter() {
            for y in rect.y..rect.bottom() {
                let start = (y * SIZE.width + rect.x) as usize;
                let row = &mut self.picture[start..start + rect.width as usize];
                self.consumer.read_row_xrgb(y, rect.x, row);
            }
        }
        started.elapsed()
    }
}

fn bytes_of(damage: &Damage) -> u64 {
    let pixels = |rect: Rect| u64::from(rect.width) * u64::from(rect.height);
    damage.iter().map(pixels).sum::<u64>() * PIXEL_BYTES
}
