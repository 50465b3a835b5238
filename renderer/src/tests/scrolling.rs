//! Scrolling moves what is painted and paints what comes into view, and what a mere movement costs.

use super::damage::{Rig, key, move_to, press};
use super::harness::Outside;
use crate::paint::Plan;
use proptest::prelude::*;
use protocol::geometry::{Rect, Size};
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::renderer::FromRenderer;
use shm::Shift;

const SIZE: Size = Size::new(320, 240);

/// A page of paragraphs with a link each, wider and longer than the view.
fn page(style: &str, before: &str) -> String {
    let paragraphs: String = (0..60)
        .map(|n| format!("<p>Paragraph {n} with <a href=#{n}>a link</a> and more words in it."))
        .collect();
    format!(
        "<!doctype html><style>body {{ margin: 0; width: 500px; font: 15px/1.3 serif }} \
         p {{ margin: 7px 11px }} {style}</style>{before}{paragraphs}"
    )
}

/// A box of the size of half the view that scrolls its own content.
fn inner(style: &str) -> String {
    let lines: String = (0..60).map(|n| format!("<p>line {n} of the box")).collect();
    page(
        &format!(
            "#box {{ position: absolute; left: 40px; top: 24px; width: 200px; height: 160px; \
             overflow: auto; background: #ffffe0; {style} }} #box p {{ width: 400px }}"
        ),
        &format!("<div id=box>{lines}</div>"),
    )
}

/// Pages on which one part or another must not move with the rest.
fn pages() -> Vec<String> {
    let fixed = "<div style='position: fixed; left: 30px; top: 50px; width: 90px; height: 40px; \
                 background: #ffcc00; border-radius: 12px'>stays</div>";
    let still = "html { background: linear-gradient(30deg, #ffe0e0, #e0e0ff) fixed }";
    let moving = "body { background: linear-gradient(30deg, #ffe0e0, #e0e0ff) }";
    let sticky = "p:nth-child(5n) { position: sticky; top: 0; background: #d0ffd0 }";
    let clear = "p:nth-child(3n) { opacity: 0.5; transform: rotate(1deg); background: #88aaff }";
    let shadow = "p:nth-child(4n) { box-shadow: 3px 3px 9px #0008; overflow: hidden; height: 9px }";
    vec![
        page("", ""),
        page("a:hover { background: #ff0000; color: white }", fixed),
        page(still, ""),
        page(moving, fixed),
        page(sticky, ""),
        page(clear, ""),
        page(shadow, fixed),
        page(
            "body { background: #123456; color: white; height: 900px }",
            "",
        ),
        inner(""),
        inner("border-radius: 25px; border: 3px solid #008000"),
        inner("background: none; opacity: 0.8"),
        page(
            "",
            &format!("<pre>{}</pre>", "a line of a long text\n".repeat(300)),
        ),
    ]
}

fn wheel(x: f32, y: f32, delta_x: f32, delta_y: f32) -> InputEvent {
    InputEvent::Wheel {
        x,
        y,
        delta_x,
        delta_y,
        modifiers: Modifiers::default(),
    }
}

#[derive(Clone, Debug)]
enum Step {
    Wheel(f32, f32),
    Point(f32, f32),
    Press(f32, f32),
    Key(Key),
    Skip,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let place = || (0f32..320.0, 0f32..240.0);
    let step = prop_oneof![
        6 => (-60i16..60, -150i16..300).prop_map(|(x, y)| Step::Wheel(x.into(), y.into())),
        2 => (-3.0f32..3.0, -9.0f32..19.0).prop_map(|(x, y)| Step::Wheel(x, y)),
        3 => place().prop_map(|(x, y)| Step::Point(x, y)),
        1 => place().prop_map(|(x, y)| Step::Press(x, y)),
        1 => prop_oneof![Just(Key::PageDown), Just(Key::End), Just(Key::Home)].prop_map(Step::Key),
        1 => Just(Step::Skip),
    ];
    prop::collection::vec(step, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_was_moved_is_what_a_whole_paint_shows(
        page in prop::sample::select(pages()),
        steps in steps(),
    ) {
        let mut rig = Rig::sized(&page, SIZE);
        rig.paint();
        rig.take();
        rig.input(move_to(100.0, 100.0));
        for (number, step) in steps.iter().enumerate() {
            match *step {
                Step::Wheel(x, y) => rig.input(wheel(100.0, 100.0, x, y)),
                Step::Point(x, y) => rig.input(move_to(x, y)),
                Step::Press(x, y) => rig.input(press(x, y)),
                Step::Key(pressed) => rig.input(key(pressed)),
                // Two frames, the first of which nobody takes.
                Step::Skip => {
                    rig.input(wheel(100.0, 100.0, 0.0, 33.0));
                    rig.input(wheel(100.0, 100.0, 0.0, 21.0))
                }
            };
            rig.take();
            rig.assert_whole(&format!("step {number} of {steps:?} on {page:.300}"));
        }
    }
}

/// The move that a turn of the wheel there needs, and how many pixels are painted for it.
fn scrolled(page: &str, event: InputEvent) -> (Option<Shift>, u32) {
    let mut rig = Rig::sized(page, SIZE);
    rig.paint();
    if let Some((x, y)) = event.position() {
        rig.input(move_to(x, y));
    }
    rig.view.input(event);
    match rig.plan() {
        Plan::Parts(shift, rects) => {
            let areas = rects.iter().map(|rect| rect.width * rect.height);
            (shift, areas.sum())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_scroll_paints_the_strip_that_came_into_view() {
    let whole = SIZE.width * SIZE.height;
    for (by, strip) in [
        ((0, 24), 320 * 24),
        ((40, 0), 240 * 40),
        ((8, 12), 320 * 12 + 240 * 8),
    ] {
        let event = wheel(100.0, 100.0, by.0 as f32, by.1 as f32);
        let (shift, painted) = scrolled(&page("", ""), event);
        let area = Rect::from_size(SIZE);
        let by = (-by.0, -by.1);
        assert_eq!(shift, Some(Shift { area, by }));
        // The scroll bar and whole blocks are painted too.
        assert!(painted < strip + whole / 6, "{painted} for {by:?}");
    }
}

#[test]
fn a_scrolled_box_moves_its_own_pixels_alone() {
    let (shift, painted) = scrolled(&inner(""), wheel(100.0, 100.0, 0.0, 20.0));
    let area = Rect::new(40, 24, 200, 160);
    assert_eq!(shift, Some(Shift { area, by: (0, -20) }));
    assert!(painted < 200 * 160 / 3, "{painted}");
}

#[test]
fn what_stands_still_over_a_scrolled_page_is_painted_where_it_was_and_where_it_went() {
    let fixed = "<div style='position: fixed; left: 30px; top: 50px; width: 90px; height: 40px; \
                 background: #ffcc00'></div>";
    let (shift, painted) = scrolled(&page("", fixed), wheel(100.0, 100.0, 0.0, 24.0));
    assert_eq!(shift.map(|shift| shift.by), Some((0, -24)));
    assert!((90 * 64..320 * 130).contains(&painted), "{painted}");
}

#[test]
fn the_wheel_and_a_pointer_that_changes_no_style_lay_nothing_out() {
    let mut rig = Rig::sized(&page("a:hover { color: red }", ""), SIZE);
    rig.paint();
    assert!(rig.view.take_laid_out());
    assert!(rig.input(wheel(200.0, 100.0, 0.0, 40.0)), "it shows");
    assert!(!rig.view.take_laid_out(), "the wheel laid the page out");
    let mut plain = Rig::sized(&page("", ""), SIZE);
    plain.paint();
    plain.input(move_to(200.0, 100.0));
    plain.view.take_laid_out();
    for y in 0..24 {
        plain.input(move_to(120.0, 10.0 * y as f32));
    }
    assert!(
        !plain.view.take_laid_out(),
        "no style depends on the pointer"
    );
}

#[test]
fn a_wheel_at_the_end_of_the_page_shows_no_frame() {
    let mut rig = Rig::sized(&page("", ""), SIZE);
    rig.paint();
    rig.take();
    rig.input(wheel(100.0, 100.0, 0.0, 50_000.0));
    assert!(!rig.take().is_empty());
    assert!(!rig.input(wheel(100.0, 100.0, 0.0, 50_000.0)));
    assert!(
        !rig.input(wheel(100.0, 100.0, 0.0, 0.25)),
        "less than a pixel"
    );
}

#[test]
fn parts_of_a_pixel_add_up() {
    let mut rig = Rig::sized(&page("", ""), SIZE);
    rig.paint();
    for _ in 0..10 {
        rig.input(wheel(100.0, 100.0, 0.0, 0.25));
    }
    assert_eq!(rig.view.scroll(), (0.0, 2.0));
    rig.input(wheel(100.0, 100.0, 0.0, 0.5));
    assert_eq!(rig.view.scroll(), (0.0, 3.0));
}

#[test]
fn moves_are_merged_while_a_frame_is_owed() {
    let mut outside = Outside::page();
    outside.load(&page("", ""));
    outside.gives_credit = false;
    // The frame of this one uses up the credit.
    outside.input(wheel(100.0, 100.0, 0.0, 1.0));
    let before = outside.frames_seen;
    for _ in 0..200 {
        outside.input(wheel(100.0, 100.0, 0.0, 2.0));
        outside.input(wheel(100.0, 100.0, 0.0, 1.0));
    }
    outside.gives_credit = true;
    outside.give_credit();
    let y = outside.wait_said("the last scroll", |said| match said {
        FromRenderer::Scrolled { y, .. } if *y >= 601 => Some(*y),
        _ => None,
    });
    assert_eq!(y, 601);
    assert!(
        outside.frames_seen - before <= 3,
        "{}",
        outside.frames_seen - before
    );
}

#[test]
fn what_comes_under_the_pointer_by_scrolling_is_hovered_when_the_wheel_rests() {
    let mut outside = Outside::page();
    let links: String = (0..50)
        .map(|n| format!("<a href=/{n} style='display: block; height: 40px'>{n}</a>"))
        .collect();
    outside.load(&format!("<!doctype html><body style='margin: 0'>{links}"));
    let link = |outside: &mut Outside| {
        outside.wait_said("a hovered link", |said| match said {
            FromRenderer::Hover { link, .. } => link.clone(),
            _ => None,
        })
    };
    outside.input(move_to(50.0, 60.0));
    assert_eq!(link(&mut outside), "http://site.test/1");
    outside.input(wheel(50.0, 60.0, 0.0, 400.0));
    assert_eq!(link(&mut outside), "http://site.test/11");
}
