//! What a frame costs between two processes: the producer's comparison against the pixels that the
//! consumer need not copy, and the composition of a window against one copy of its pixels.
//! `cargo bench -p gpu --bench frames`; medians. `-- --short` measures the composition only, and
//! the exit status tells of a gross loss.

use gpu::compositor::{Canvas, Compositor, Pictures};
use protocol::geometry::{Rect, Size};
use protocol::gpu::{Effect, Scene, SceneItem};
use protocol::ids::{Generation, SurfaceId};
use shm::{Consumer, Damage, Producer, SurfaceRegions};
use std::process::ExitCode;
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

const WINDOW: Size = Size::new(1920, 1080);
const STRIP_HEIGHT: u32 = 84;
/// Goal: a composed window costs at most as much as so many copies of it.
const COPIES_MAX: f64 = 2.0;
/// Twice the goal is a gross loss, if it is so in each of these tries.
const TRIES: usize = 5;

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--short") {
        let is_lost = |_| composition() > 2.0 * COPIES_MAX;
        if (0..TRIES).all(is_lost) {
            println!("a composed window costs more than twice its goal of {COPIES_MAX} copies");
            return ExitCode::FAILURE;
        }
        return ExitCode::SUCCESS;
    }
    damage();
    composition();
    ExitCode::SUCCESS
}

/// Composes a whole window with a live tab, and with a dead one that is dimmed; each beside one
/// copy of the same pixels. Answers the most that one of them costs, in copies.
fn composition() -> f64 {
    println!("{WINDOW}, whole, goal at most {COPIES_MAX} copies");
    let strip = Size::new(WINDOW.width, STRIP_HEIGHT);
    let page = Size::new(WINDOW.width, WINDOW.height - STRIP_HEIGHT);
    let card = Size::new(640, 320);
    let surfaces = Surfaces([strip, page, card].map(painted));
    let item = |id: u32, (x, y), size: Size, effect| SceneItem {
        surface: SurfaceId(id),
        rect: Rect::new(x, y, size.width, size.height),
        effect,
    };
    let strip = item(0, (0, 0), strip, Effect::None);
    let live = item(1, (0, STRIP_HEIGHT), page, Effect::None);
    let dead = item(1, (0, STRIP_HEIGHT), page, Effect::Stale);
    let card = item(2, (640, 300), card, Effect::None);
    let scenes = [
        ("a live tab", vec![strip, live]),
        ("a dead tab, dimmed", vec![strip, dead]),
        ("a dead tab under its card", vec![strip, dead, card]),
    ];
    let most = scenes.map(|(what, items)| compose_beside_copy(what, &Scene { items }, &surfaces));
    most.into_iter().fold(0.0, f64::max)
}

fn compose_beside_copy(what: &str, scene: &Scene, surfaces: &Surfaces) -> f64 {
    let all = Rect::from_size(WINDOW);
    let source = vec![0x55_u32; (WINDOW.width * WINDOW.height) as usize];
    let mut pixels = source.clone();
    let mut compositor = Compositor::default();
    let (mut composed, mut copied) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let mut canvas = Canvas {
            pixels: &mut pixels,
            size: WINDOW,
        };
        compositor.compose(scene, surfaces, &[all], all, &mut canvas);
        composed.push(started.elapsed());
        let started = Instant::now();
        std::hint::black_box(&mut pixels).copy_from_slice(std::hint::black_box(&source));
        copied.push(started.elapsed());
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e6
    };
    let (composed, copied) = (median(composed), median(copied));
    let copies = composed / copied;
    println!("{what:28} compose {composed:6.0} us   copy {copied:6.0} us   {copies:5.2} copies");
    copies
}

/// Surfaces with one frame each, by id.
struct Surfaces([Consumer; 3]);

impl Pictures for Surfaces {
    fn size_of(&self, surface: SurfaceId) -> Option<Size> {
        Some(self.0[surface.0 as usize].size())
    }

    fn read_row(&self, surface: SurfaceId, y: u32, x: u32, out: &mut [u32]) {
        self.0[surface.0 as usize].read_row_xrgb(y, x, out);
    }
}

fn painted(size: Size) -> Consumer {
    let (mut producer, mut consumer) = ends(size);
    for (byte, level) in producer.back().iter_mut().zip((0..=255).cycle()) {
        *byte = level;
    }
    producer.publish(Damage::full(size).as_slice());
    consumer.take().expect("honest").expect("a frame");
    consumer
}

fn ends(size: Size) -> (Producer, Consumer) {
    let generation = Generation(1);
    let made = SurfaceRegions::create(size).expect("regions");
    let dup = |region: &shm::Region| region.dup().expect("a descriptor");
    let (pixels, latch) = (dup(&made.pixels), dup(&made.latch));
    let read_only = made.pixels.read_only().expect("a descriptor");
    (
        Producer::new(pixels, latch, size, generation).expect("a producer"),
        Consumer::new(read_only, dup(&made.latch), size, generation).expect("a consumer"),
    )
}

fn damage() {
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
        let (producer, consumer) = ends(SIZE);
        let mut frames = Frames {
            producer,
            consumer,
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
