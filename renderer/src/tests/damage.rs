//! The damage of real frames: small for a small change, and never too small.

use super::harness::{SURFACE, bundled_fonts, compose};
use crate::load::fetcher::Fetcher;
use crate::paint::Plan;
use crate::view::View;
use crate::view::surface::PaintedSurface;
use anyrender::ImageRenderer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use ipc::{Endpoint, Receiver, Sender};
use protocol::frames::{FromProducer, ToProducer};
use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::surface::SurfacePart;
use shm::{Consumer, Damage, Producer, SurfaceRegions};

const SIZE: Size = Size::new(320, 240);

const PAGE: &str = "<!doctype html><style>
    body { margin: 0; font: 14px/20px sans-serif; height: 900px }
    a { position: absolute; left: 20px; width: 60px; color: black; background: white }
    a:hover { color: white; background: #c00000 }
    input { position: absolute; left: 120px; top: 30px; width: 100px }
    </style><a href=#1 style='top: 20px'>first</a><a href=#2 style='top: 180px'>second</a>
    <input><p style='position: absolute; top: 400px'>further down";

/// A view, the surface that it is painted on, and a consumer that draws only what is damaged.
pub(super) struct Rig {
    pub(super) view: View,
    fetcher: Fetcher,
    surface: PaintedSurface,
    channel: (Sender<ToProducer>, Receiver<FromProducer>),
    consumer: Consumer,
    generation: Generation,
    composed: Vec<u32>,
}

fn regions(size: Size, generation: Generation) -> (Producer, Consumer) {
    let made = SurfaceRegions::create(size).expect("regions");
    let dup = |region: &shm::Region| region.dup().expect("descriptor");
    let (pixels, latch) = (dup(&made.pixels), dup(&made.latch));
    let read_only = made.pixels.read_only().expect("descriptor");
    (
        Producer::new(pixels, latch, size, generation).expect("producer"),
        Consumer::new(read_only, dup(&made.latch), size, generation).expect("consumer"),
    )
}

impl Rig {
    fn new(html: &str) -> Rig {
        Rig::sized(html, SIZE)
    }

    pub(super) fn sized(html: &str, size: Size) -> Rig {
        let mut fetcher = Fetcher::default();
        let mut view = View::new(bundled_fonts(), &fetcher);
        view.set_size(size);
        view.show(html, "http://site.test/");
        view.settle(&mut fetcher);
        let generation = Generation(1);
        let (producer, consumer) = regions(size, generation);
        let (near, far) = Endpoint::<FromProducer, ToProducer>::pair().expect("pair");
        Rig {
            view,
            fetcher,
            surface: PaintedSurface::new(SURFACE, SurfacePart::Page, producer, near),
            channel: far.split(),
            consumer,
            generation,
            composed: vec![0; (size.width * size.height) as usize],
        }
    }

    /// Does the event and paints. Returns whether a frame was published.
    pub(super) fn input(&mut self, event: InputEvent) -> bool {
        self.view.input(event);
        self.paint()
    }

    pub(super) fn paint(&mut self) -> bool {
        self.channel.0.send(ToProducer::BeginFrame).expect("sent");
        self.surface.receive();
        self.view.tick();
        self.view.settle(&mut self.fetcher);
        self.surface.paint(&mut self.view);
        self.channel.1.try_recv().expect("open").is_some()
    }

    /// How a frame of the view as it is now would be made from the one that is shown.
    pub(super) fn plan(&mut self) -> Plan {
        self.view.settle(&mut self.fetcher);
        self.surface.plan(&mut self.view)
    }

    /// Takes the newest frame and draws what is damaged.
    pub(super) fn take(&mut self) -> Damage {
        let Some(frame) = self.consumer.take().expect("a good frame") else {
            return Damage::none();
        };
        compose(&self.consumer, &frame.damage, &mut self.composed);
        frame.damage
    }

    /// What the view looks like, painted from nothing.
    fn repainted(&mut self) -> Vec<u32> {
        let size = self.view.size();
        let mut bytes = vec![0; size.frame_bytes().expect("a small frame")];
        let mut painter = VelloCpuImageRenderer::new(size.width, size.height);
        painter.render(|scene| self.view.paint(scene, size), &mut bytes);
        let pixel = |rgba: &[u8]| u32::from_be_bytes([0, rgba[0], rgba[1], rgba[2]]);
        bytes.chunks_exact(4).map(pixel).collect()
    }

    /// Nothing that was moved or left as it was looks different from a whole paint, beyond what the
    /// painter rounds: its sums depend on how far from the edge a shape is, by one step of a colour
    /// for each of the shapes that lie over one another there.
    pub(super) fn assert_whole(&mut self, when: &str) {
        let expected = self.repainted();
        let far = |a: &u32, b: &u32| {
            let bytes = a.to_be_bytes().into_iter().zip(b.to_be_bytes());
            bytes.map(|(a, b)| a.abs_diff(b)).max() > Some(3)
        };
        let pairs = expected.iter().zip(&self.composed);
        let wrong = pairs.enumerate().find(|(_, (a, b))| far(a, b));
        let width = self.view.size().width as usize;
        let wrong = wrong.map(|(at, (a, b))| {
            let (x, y) = (at % width, at / width);
            format!("at {x},{y} stands {b:06x} in place of {a:06x}")
        });
        assert_eq!(wrong, None, "{when}");
    }

    fn resize(&mut self, size: Size) {
        self.generation = Generation(self.generation.0 + 1);
        let (producer, consumer) = regions(size, self.generation);
        self.surface.replace(producer, None);
        self.view.set_size(size);
        self.consumer = consumer;
        self.composed = vec![0; (size.width * size.height) as usize];
    }
}

pub(super) fn move_to(x: f32, y: f32) -> InputEvent {
    InputEvent::PointerMove {
        x,
        y,
        modifiers: Modifiers::default(),
    }
}

pub(super) fn key(key: Key) -> InputEvent {
    InputEvent::KeyDown {
        key,
        modifiers: Modifiers::default(),
        repeat: false,
    }
}

pub(super) fn press(x: f32, y: f32) -> InputEvent {
    InputEvent::PointerDown {
        x,
        y,
        button: Button::Left,
        modifiers: Modifiers::default(),
    }
}

/// Rules for a hovered element and what is in it; whether they need a layout.
const HOVERED: [(&str, bool); 22] = [
    ("p:hover { color: red }", false),
    ("p:hover { background: yellow }", false),
    ("p:hover { border-color: red }", true),
    ("p:hover { outline: 2px solid red }", false),
    ("p:hover { text-decoration: underline }", true),
    ("p:hover { box-shadow: 2px 2px red }", true),
    ("p:hover b { color: red }", false),
    ("p:hover ~ div { color: red }", true),
    ("p::before { content: 'x' } p:hover { color: red }", true),
    ("p:hover svg { color: red }", true),
    (
        "p:hover { background-image: linear-gradient(red, blue) }",
        true,
    ),
    ("p:hover { border-width: 5px }", true),
    ("p:hover b { visibility: hidden }", true),
    ("p:hover { opacity: 0.5 }", true),
    ("p:hover { transform: translate(9px, 5px) }", true),
    (
        "p:hover { position: relative; z-index: 2; left: 7px }",
        true,
    ),
    ("p:hover b { font-weight: normal }", true),
    ("p:hover b { display: none }", true),
    ("p:hover { letter-spacing: 2px }", true),
    ("p:hover::after { content: 'more' }", true),
    ("p:hover { transition: color 1s; width: 50px }", true),
    (
        "p:hover { list-style: square inside; display: list-item }",
        true,
    ),
];

#[test]
fn what_a_hover_changes_is_laid_out_only_where_boxes_may_change() {
    let mut wrong = Vec::new();
    for (rule, is_laid_out) in HOVERED {
        let svg = "<svg width=20 height=20><rect width=20 height=20 fill=currentColor></svg>";
        let svg = if rule.contains("svg") { svg } else { "" };
        let mut rig = Rig::new(&format!(
            "<!doctype html><style>p {{ border: 1px solid; width: 200px }} {rule}</style>\
             <p>one <b>two</b> {svg}</p><div>loose<p>block</p>loose</div>"
        ));
        rig.paint();
        rig.view.take_laid_out();
        assert!(rig.input(move_to(30.0, 30.0)), "a frame for {rule}");
        if rig.view.take_laid_out() != is_laid_out {
            wrong.push(rule);
        }
        let (seen, _) = (rig.repainted(), rig.view.touch());
        rig.paint();
        assert!(rig.view.take_laid_out());
        if !rig.view.is_animating() {
            assert!(
                seen == rig.repainted(),
                "another picture after a layout: {rule}"
            );
        }
        rig.input(move_to(300.0, 230.0));
        rig.take();
        rig.assert_whole(rule);
    }
    assert!(
        wrong.is_empty(),
        "laid out, or not, against the table: {wrong:#?}"
    );
}

#[test]
fn a_hovered_link_damages_the_link_alone() {
    let mut rig = Rig::new(PAGE);
    assert!(rig.paint());
    assert_eq!(rig.take(), Damage::full(SIZE), "the first frame is whole");
    assert!(rig.input(move_to(30.0, 30.0)));
    let damage = rig.take();
    assert_eq!(damage.bounds(), Rect::new(20, 20, 60, 20));
    // From one link to another: two small rectangles, not what lies between them.
    assert!(rig.input(move_to(30.0, 190.0)));
    let damage = rig.take();
    let links = [Rect::new(20, 20, 60, 20), Rect::new(20, 180, 60, 20)];
    assert_eq!(damage.as_slice(), links);
    rig.assert_whole("hovered");
}

#[test]
fn a_typed_letter_damages_the_input_alone() {
    let mut rig = Rig::new(PAGE);
    rig.paint();
    rig.input(press(150.0, 40.0));
    rig.take();
    assert!(rig.input(key(Key::Character('x'))));
    let damage = rig.take().bounds();
    assert!(
        !damage.is_empty() && damage.width < 30 && damage.height < 30,
        "{damage:?}"
    );
    rig.assert_whole("typed");
}

#[test]
fn an_unchanged_look_is_not_published() {
    let mut rig = Rig::new(PAGE);
    assert!(rig.paint());
    assert!(!rig.paint());
    assert!(!rig.input(move_to(200.0, 100.0)), "nothing is there");
    assert!(rig.input(move_to(30.0, 30.0)), "the credit was kept");
    rig.take();
    rig.assert_whole("after frames that were not published");
}

#[test]
fn an_animation_goes_on_through_frames_that_show_nothing_new() {
    const STEPS: &str = "<!doctype html><style>@keyframes k { to { left: 100px } }
        div { position: absolute; left: 40px; top: 60px; width: 20px; height: 20px;
        background: #0000ff; animation: k 1000s steps(2, end) infinite }</style><div></div>";
    let mut rig = Rig::new(STEPS);
    assert!(rig.paint());
    rig.take();
    assert!(rig.paint(), "the clock of the animation stands still");
    assert!(rig.take().is_empty());
}

#[test]
fn a_small_animation_damages_its_own_place() {
    const MOVING: &str = "<!doctype html><style>@keyframes k { from { background: #000000 }
        to { background: #ffffff } } div { position: absolute; left: 40px; top: 60px;
        width: 20px; height: 20px; animation: k 0.2s linear infinite alternate }</style>
        <div></div>";
    let mut rig = Rig::new(MOVING);
    rig.paint();
    rig.take();
    let mut damages = 0;
    while damages < 5 {
        assert!(rig.paint());
        let damage = rig.take();
        if !damage.is_empty() {
            assert_eq!(damage.as_slice(), [Rect::new(40, 60, 20, 20)]);
            damages += 1;
        }
    }
}

#[test]
fn a_new_region_gets_the_whole_picture() {
    let mut rig = Rig::new(PAGE);
    rig.paint();
    rig.take();
    for size in [SIZE, Size::new(200, 100), SIZE] {
        rig.resize(size);
        assert!(rig.paint(), "{size}: nothing was published");
        assert_eq!(rig.take(), Damage::full(size));
        rig.assert_whole("resized");
    }
}

#[test]
fn what_is_composed_of_damage_is_the_whole_picture_after_any_changes() {
    for seed in 1..=6_u64 {
        let mut random = seed;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        let mut rig = Rig::new(PAGE);
        rig.paint();
        for round in 0..120 {
            let (x, y) = (next(320) as f32, next(240) as f32);
            match next(10) {
                0..=3 => rig.input(move_to(x, y)),
                4 => rig.input(press(x, y)),
                5 => rig.input(press(150.0, 40.0)),
                6 => rig.input(key(Key::Character((b'a' + next(26) as u8) as char))),
                7 => rig.input(key(Key::Backspace)),
                8 => rig.input(InputEvent::Wheel {
                    x,
                    y,
                    delta_x: 0.0,
                    delta_y: next(200) as f32 - 100.0,
                    modifiers: Modifiers::default(),
                }),
                _ if next(8) == 0 => {
                    rig.resize(Size::new(150 + next(170) as u32, 100 + next(140) as u32));
                    rig.paint()
                }
                _ => rig.paint(),
            };
            // Some frames are skipped.
            if next(3) > 0 {
                rig.take();
                rig.assert_whole(&format!("seed {seed}, round {round}"));
            }
        }
    }
}
