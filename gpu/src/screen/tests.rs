//! The screen with real regions and channels, time by hand.

use super::*;
use crate::clock::FRAME_PERIOD;
use crate::compositor::BACKGROUND;
use crate::testing::FakeProducer;
use protocol::frames::FromProducer;
use protocol::gpu::Effect;
use protocol::ids::Generation;

const WINDOW: Size = Size::new(40, 30);
const RED: [u8; 3] = [200, 10, 20];
const RED_XRGB: u32 = 0x00c8_0a14;
const BLUE: [u8; 3] = [1, 2, 250];
const BLUE_XRGB: u32 = 0x0001_02fa;
const FIRST: Generation = Generation(1);
const NOTHING: Rect = Rect::new(0, 0, 0, 0);

struct Rig {
    screen: Screen,
    now: Duration,
    pixels: Vec<u32>,
    drawn: Vec<Rect>,
}

impl Rig {
    fn new() -> Rig {
        let pixels = vec![0; (WINDOW.width * WINDOW.height) as usize];
        let mut rig = Rig {
            screen: Screen::new(WINDOW),
            now: Duration::ZERO,
            pixels,
            drawn: Vec::new(),
        };
        rig.present();
        rig
    }

    fn surface(&mut self, id: u32, size: Size) -> FakeProducer {
        let (producer, ends) = FakeProducer::new(size, FIRST);
        let (channel, region) = ends.open(size, FIRST);
        self.screen.create(SurfaceId(id), channel, Some(region));
        producer
    }

    fn show(&mut self, items: &[SceneItem]) {
        self.screen.set_scene(Scene {
            items: items.to_vec(),
        });
    }

    /// What the loop does in one turn.
    fn turn(&mut self) {
        let ids: Vec<SurfaceId> = self.screen.channels().map(|(id, _)| id).collect();
        for id in ids {
            self.screen.read_channel(id, self.now);
        }
        self.screen.tick(self.now);
        self.present();
    }

    /// Draws as a window does that keeps its pixels.
    fn present(&mut self) {
        let dirty = self.screen.take_dirty();
        self.drawn = dirty.as_slice().to_vec();
        let size = self.screen.size();
        self.pixels.resize((size.width * size.height) as usize, 0);
        let mut canvas = Canvas {
            pixels: &mut self.pixels,
            size,
        };
        self.screen.compose(&self.drawn, &mut canvas);
    }

    fn pixel(&self, x: u32, y: u32) -> u32 {
        self.pixels[(y * self.screen.size().width + x) as usize]
    }

    fn notices(&mut self) -> Vec<FromGpu> {
        self.screen.take_notices().collect()
    }
}

fn item(id: u32, rect: Rect) -> SceneItem {
    SceneItem {
        surface: SurfaceId(id),
        rect,
        effect: Effect::None,
    }
}

#[test]
fn a_first_frame_is_shown_and_announced_once() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, Size::new(20, 10));
    rig.show(&[item(1, Rect::new(5, 6, 20, 10))]);
    assert!(page.takes_credit());
    page.frame(RED);
    rig.turn();
    assert_eq!([rig.pixel(5, 6), rig.pixel(24, 15)], [RED_XRGB; 2]);
    assert_eq!([rig.pixel(4, 6), rig.pixel(25, 15)], [BACKGROUND; 2]);
    let first = FromGpu::FirstFrame {
        surface: SurfaceId(1),
        generation: FIRST,
    };
    assert_eq!(rig.notices(), [first]);
    rig.now += FRAME_PERIOD;
    rig.turn();
    assert!(page.takes_credit());
    page.frame(BLUE);
    rig.turn();
    assert_eq!(rig.pixel(5, 6), BLUE_XRGB);
    assert_eq!(rig.notices(), []);
}

#[test]
fn only_damaged_pixels_are_drawn_again() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, Size::new(20, 10));
    rig.show(&[item(1, Rect::new(5, 6, 20, 10))]);
    page.frame(RED);
    rig.turn();
    rig.now += FRAME_PERIOD;
    rig.turn();
    assert_eq!(rig.drawn, []);
    let damage = Rect::new(2, 3, 4, 1);
    page.paint(RED, damage);
    page.publish(&[damage]);
    rig.turn();
    assert_eq!(rig.drawn, [Rect::new(7, 9, 4, 1)]);
    assert_eq!(
        [rig.pixel(7, 9), rig.pixel(11, 9)],
        [!RED_XRGB & 0xff_ffff, RED_XRGB]
    );
}

#[test]
fn a_frame_under_an_opaque_surface_draws_nothing() {
    let mut rig = Rig::new();
    let mut below = rig.surface(1, WINDOW);
    let mut above = rig.surface(2, WINDOW);
    rig.show(&[
        item(1, Rect::from_size(WINDOW)),
        item(2, Rect::from_size(WINDOW)),
    ]);
    below.frame(RED);
    above.frame(BLUE);
    rig.turn();
    rig.now += FRAME_PERIOD;
    rig.turn();
    below.frame(BLUE);
    rig.turn();
    assert_eq!(rig.drawn, []);
    assert_eq!(rig.pixel(3, 3), BLUE_XRGB);
}

#[test]
fn a_surface_without_a_frame_hides_nothing() {
    let mut rig = Rig::new();
    let mut below = rig.surface(1, WINDOW);
    let _above = rig.surface(2, WINDOW);
    rig.show(&[
        item(1, Rect::from_size(WINDOW)),
        item(2, Rect::from_size(WINDOW)),
    ]);
    below.frame(RED);
    rig.turn();
    assert_eq!(rig.pixel(3, 3), RED_XRGB);
}

#[test]
fn the_frame_of_a_dead_producer_stays_and_is_made_stale() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, WINDOW);
    let rect = Rect::from_size(WINDOW);
    rig.show(&[item(1, rect)]);
    page.frame(RED);
    drop(page);
    rig.turn();
    assert_eq!(rig.screen.channels().count(), 0);
    assert_eq!(rig.pixel(3, 3), RED_XRGB);
    rig.show(&[SceneItem {
        effect: Effect::Stale,
        ..item(1, rect)
    }]);
    rig.turn();
    assert!(rig.pixels.iter().all(|&pixel| pixel != RED_XRGB));
    assert_eq!([rig.pixel(8, 0), rig.pixel(0, 0)], [0x6e_050b, 0x97_6265]);
    let surface = SurfaceId(1);
    let first = FromGpu::FirstFrame {
        surface,
        generation: FIRST,
    };
    let misbehaviour = Misbehaviour::ClosedChannel;
    let hung_up = FromGpu::ProducerMisbehaved {
        surface,
        misbehaviour,
    };
    assert_eq!(rig.notices(), [first, hung_up]);
}

#[test]
fn a_new_gpu_process_shows_the_last_frame_of_a_producer_that_is_gone() {
    let mut rig = Rig::new();
    let (mut page, ends) = FakeProducer::new(WINDOW, FIRST);
    let (pixels, latch) = (ends.pixels.try_clone(), ends.latch.try_clone());
    let (_, mut region) = ends.open(WINDOW, FIRST);
    for colour in [BLUE, RED] {
        page.paint(colour, NOTHING);
        page.producer.publish(&[]);
    }
    region.take().expect("honest").expect("a frame");
    drop((page, region));
    // The broker makes a channel of which nobody has the other end.
    let channel = FakeProducer::new(WINDOW, FIRST).1.channel;
    let (pixels, latch) = (pixels.expect("dup"), latch.expect("dup"));
    let again = Consumer::new(pixels, latch, WINDOW, FIRST).expect("regions");
    rig.screen.create(SurfaceId(1), channel, Some(again));
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    rig.turn();
    assert_eq!(rig.pixel(3, 3), RED_XRGB);
}

#[test]
fn a_visible_surface_gets_one_credit_a_tick_and_only_after_a_frame() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, WINDOW);
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    assert!(page.takes_credit());
    assert_eq!(rig.screen.deadline(), None);
    rig.now += FRAME_PERIOD / 3;
    page.frame(RED);
    rig.turn();
    assert!(
        page.takes_credit(),
        "after a rest, the second frame may follow at once"
    );
    assert_eq!(rig.screen.deadline(), None);
    page.frame(BLUE);
    rig.turn();
    assert!(!page.takes_credit());
    for tick in 1..5 {
        assert_eq!(rig.screen.deadline(), Some(FRAME_PERIOD * tick));
        rig.now = FRAME_PERIOD * tick;
        rig.turn();
        assert!(page.takes_credit() && !page.takes_credit());
        assert_eq!(rig.screen.deadline(), None);
        page.frame(RED);
        rig.turn();
        assert!(!page.takes_credit());
    }
}

#[test]
fn a_frame_without_damage_draws_nothing_and_earns_the_next_credit() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, Size::new(20, 10));
    rig.show(&[item(1, Rect::new(5, 6, 20, 10))]);
    assert!(page.takes_credit());
    page.frame(RED);
    rig.turn();
    rig.now += FRAME_PERIOD;
    rig.turn();
    assert!(page.takes_credit());
    page.paint(RED, Rect::new(0, 0, 0, 0));
    page.publish(&[]);
    rig.turn();
    assert_eq!(rig.drawn, []);
    rig.now += FRAME_PERIOD;
    rig.turn();
    assert!(page.takes_credit());
}

#[test]
fn a_hidden_surface_gets_no_credit_until_it_is_shown() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, WINDOW);
    rig.turn();
    assert!(!page.takes_credit());
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    assert!(page.takes_credit());
    rig.show(&[]);
    page.frame(RED);
    rig.turn();
    rig.now += FRAME_PERIOD * 4;
    rig.turn();
    assert!(!page.takes_credit());
    assert_eq!(rig.screen.deadline(), None);
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    rig.turn();
    assert!(page.takes_credit());
    assert_eq!(rig.pixel(3, 3), RED_XRGB);
}

#[test]
fn a_surface_hidden_with_its_credit_still_has_it_when_shown_again() {
    let mut rig = Rig::new();
    let page = rig.surface(1, WINDOW);
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    assert!(page.takes_credit());
    rig.show(&[]);
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    rig.turn();
    assert!(!page.takes_credit());
}

#[test]
fn a_doorbell_without_a_credit_is_misbehaviour_and_leaves_the_last_frame() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, WINDOW);
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    page.frame(BLUE);
    rig.turn();
    // The second may follow the first at once, the third may not.
    page.frame(RED);
    rig.turn();
    rig.notices();
    page.frame(BLUE);
    rig.turn();
    let surface = SurfaceId(1);
    let misbehaviour = Misbehaviour::WrongState;
    assert_eq!(
        rig.notices(),
        [FromGpu::ProducerMisbehaved {
            surface,
            misbehaviour
        }]
    );
    assert_eq!(rig.screen.channels().count(), 0);
    rig.screen.take_newest();
    rig.turn();
    assert_eq!(rig.pixel(3, 3), RED_XRGB);
    assert_eq!(rig.notices(), []);
}

#[test]
fn a_frame_of_another_generation_is_misbehaviour_told_once() {
    let mut rig = Rig::new();
    let size = WINDOW;
    let (mut page, ends) = FakeProducer::new(size, Generation(9));
    let (channel, region) = ends.open(size, FIRST);
    rig.screen.create(SurfaceId(1), channel, Some(region));
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    page.frame(RED);
    rig.turn();
    rig.screen.take_newest();
    let surface = SurfaceId(1);
    let misbehaviour = Misbehaviour::StaleGeneration;
    assert_eq!(
        rig.notices(),
        [FromGpu::ProducerMisbehaved {
            surface,
            misbehaviour
        }]
    );
    assert_eq!(rig.pixel(3, 3), BACKGROUND);
}

#[test]
fn a_producer_that_never_reads_its_credits_is_cut_off() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, Size::new(4, 4));
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    let mut last = Vec::new();
    for _ in 0..100_000 {
        if page.sender.try_send(FromProducer::FrameReady).is_err() {
            break;
        }
        page.producer.publish(&[]);
        rig.turn();
        last.extend(rig.notices());
        rig.now += FRAME_PERIOD;
        rig.turn();
        last.extend(rig.notices());
    }
    let surface = SurfaceId(1);
    let misbehaviour = Misbehaviour::Flood;
    assert_eq!(
        last.last(),
        Some(&FromGpu::ProducerMisbehaved {
            surface,
            misbehaviour
        })
    );
}

#[test]
fn the_old_frame_stays_until_the_new_region_has_one() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, Size::new(20, 10));
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    page.frame(RED);
    rig.turn();
    rig.notices();
    let second = Generation(2);
    let (pixels, latch) = page.replace(WINDOW, second);
    let region = Consumer::new(pixels, latch, WINDOW, second).expect("regions");
    rig.screen.replace(SurfaceId(1), region);
    rig.now += FRAME_PERIOD;
    rig.turn();
    assert_eq!([rig.pixel(19, 9), rig.pixel(20, 9)], [RED_XRGB, BACKGROUND]);
    assert_eq!(rig.notices(), []);
    page.frame(BLUE);
    rig.turn();
    assert!(rig.pixels.iter().all(|&pixel| pixel == BLUE_XRGB));
    let first = FromGpu::FirstFrame {
        surface: SurfaceId(1),
        generation: second,
    };
    assert_eq!(rig.notices(), [first]);
}

#[test]
fn a_frame_rung_for_before_its_region_was_known_is_shown_when_it_is() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, Size::new(20, 10));
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    page.frame(RED);
    rig.turn();
    rig.now += FRAME_PERIOD;
    rig.turn();
    let second = Generation(2);
    let (pixels, latch) = page.replace(WINDOW, second);
    page.frame(BLUE);
    rig.turn();
    assert_eq!(rig.pixel(3, 3), RED_XRGB);
    let region = Consumer::new(pixels, latch, WINDOW, second).expect("regions");
    rig.screen.replace(SurfaceId(1), region);
    rig.turn();
    assert!(rig.pixels.iter().all(|&pixel| pixel == BLUE_XRGB));
}

#[test]
fn a_smaller_frame_uncovers_what_was_below() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, WINDOW);
    rig.show(&[item(1, Rect::from_size(WINDOW))]);
    page.frame(RED);
    rig.turn();
    let (size, second) = (Size::new(10, 10), Generation(2));
    let (pixels, latch) = page.replace(size, second);
    let region = Consumer::new(pixels, latch, size, second).expect("regions");
    rig.screen.replace(SurfaceId(1), region);
    rig.now += FRAME_PERIOD;
    rig.turn();
    page.frame(BLUE);
    rig.turn();
    assert_eq!([rig.pixel(9, 9), rig.pixel(10, 9)], [BLUE_XRGB, BACKGROUND]);
}

#[test]
fn a_dropped_surface_leaves_the_background() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, Size::new(20, 10));
    rig.show(&[item(1, Rect::new(5, 6, 20, 10))]);
    page.frame(RED);
    rig.turn();
    rig.screen.drop_surface(SurfaceId(1));
    rig.turn();
    assert_eq!(rig.drawn, [Rect::new(5, 6, 20, 10)]);
    assert!(rig.pixels.iter().all(|&pixel| pixel == BACKGROUND));
}

#[test]
fn a_resized_window_is_drawn_whole() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, Size::new(20, 10));
    rig.show(&[item(1, Rect::new(35, 6, 20, 10))]);
    page.frame(RED);
    rig.turn();
    rig.screen.resize(Size::new(60, 20));
    rig.turn();
    assert_eq!(rig.drawn, [Rect::new(0, 0, 60, 20)]);
    assert_eq!(
        [rig.pixel(54, 15), rig.pixel(55, 15)],
        [RED_XRGB, BACKGROUND]
    );
}

#[test]
fn a_capture_has_the_newest_frames_and_the_background_around() {
    let mut rig = Rig::new();
    let mut page = rig.surface(1, WINDOW);
    rig.show(&[item(1, Rect::new(2, 0, 100, 100))]);
    page.paint(RED, Rect::new(0, 0, 1, 1));
    // Published, not rung for.
    page.producer.publish(&[NOTHING]);
    let size = Size::new(50, 3);
    let region = shm::Region::create("capture", size.frame_bytes().expect("small"));
    let region = region.expect("region");
    crate::capture::capture(&mut rig.screen, region.dup().expect("dup"), size, None)
        .expect("capture");
    let map = shm::WritableMap::new(region.dup().expect("dup"), region.bytes()).expect("map");
    let pixels = map.read_all();
    let pixel = |x: usize, y: usize| &pixels[(y * 50 + x) * 4..][..4];
    assert_eq!(pixel(1, 0), [0xe4, 0xe6, 0xea, 255]);
    assert_eq!(pixel(2, 0), [!200, !10, !20, 255]);
    assert_eq!(pixel(39, 2), [200, 10, 20, 255]);
    assert_eq!(pixel(40, 2), [0xe4, 0xe6, 0xea, 255]);
    // What the capture took is to be seen in the window as well.
    rig.turn();
    assert_eq!(rig.pixel(3, 0), RED_XRGB);
}
