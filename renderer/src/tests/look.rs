//! Claims about scale, zoom and colour scheme.

use super::harness::{Outside, SIZE, SURFACE};
use super::shown::{PLAIN, Shown};
use protocol::appearance::{Appearance, ColorScheme, Percent};
use protocol::geometry::Size;
use protocol::input::InputEvent;
use protocol::renderer::{FromRenderer, ToRenderer};

const BOX: &str = "<style>body { margin: 0 } div { width: 20px; height: 20px; background: #00f }\
    @media (max-width: 250px) { div { background: #f00 } }</style><div></div>";

#[test]
fn a_pixel_of_the_layout_is_as_large_as_scale_and_zoom_make_it() {
    for (scale, zoom, edge, colour) in [
        (100, 100, 20, 0x00_00ff),
        (150, 100, 30, 0x00_00ff),
        (200, 100, 40, 0xff_0000),
        (100, 200, 40, 0xff_0000),
        (200, 150, 60, 0xff_0000),
        (100, 50, 10, 0x00_00ff),
        (300, 100, 60, 0xff_0000),
    ] {
        let mut shown = Shown::new(BOX);
        shown.look(scale, zoom, ColorScheme::Light);
        let inside = shown.pixel(edge - 1, edge - 1);
        assert_eq!(inside, colour, "{scale} {zoom}");
        assert_eq!(shown.pixel(edge + 1, edge + 1), 0xff_ffff, "{scale} {zoom}");
    }
}

#[test]
fn a_border_of_one_pixel_is_there_at_any_scale() {
    for scale in [100, 125, 150, 175, 250] {
        for left in 0..8 {
            let mut shown = Shown::new(&format!(
                "<div style='position: absolute; left: {}px; top: 10px; width: 50px; \
                 height: 20px; border: 1px solid #f00'></div>",
                20.0 + f64::from(left) * 0.25
            ));
            shown.look(scale, 100, ColorScheme::Light);
            let factor = f64::from(scale) / 100.0;
            let row = (20.0 * factor) as usize * 400;
            let pixels = shown.pixels();
            let is_reddish = |pixel: &&u32| **pixel != 0xff_ffff;
            let count = pixels[row..row + 400].iter().filter(is_reddish).count();
            assert!((2..=8).contains(&count), "{scale} {left}: {count}");
            let (half, end) = (
                row + (45.0 * factor) as usize,
                row + (90.0 * factor) as usize,
            );
            for side in [row..half, half..end.min(row + 400)] {
                let found = pixels[side].iter().any(|pixel| *pixel != 0xff_ffff);
                assert!(found, "{scale} {left}: a side is missing");
            }
        }
    }
}

#[test]
fn text_is_drawn_finer_and_not_blown_up() {
    let html = "<style>body { margin: 0; font: 12px serif }</style>Sphinx of black quartz";
    let mut small = Shown::of_size(html, Size::new(200, 20));
    let mut large = Shown::of_size(html, Size::new(400, 40));
    large.look(200, 100, ColorScheme::Light);
    let (small, large) = (small.pixels(), large.pixels());
    let blown_up: Vec<u32> = (0..400 * 40)
        .map(|at| small[(at / 400 / 2) * 200 + at % 400 / 2])
        .collect();
    let ink = |pixels: &[u32]| pixels.iter().filter(|it| **it & 0xff < 0x80).count();
    let (fine, coarse) = (ink(&large), ink(&blown_up));
    assert!(
        fine.abs_diff(coarse) < coarse,
        "as much ink: {fine} and {coarse}"
    );
    assert_ne!(large, blown_up);
}

#[test]
fn zoom_keeps_the_place_in_the_document() {
    let paragraphs: String = (0..300)
        .map(|n| {
            format!(
                "<p id=p{n}>Paragraph {n} {}</p>",
                "with some words ".repeat(9)
            )
        })
        .collect();
    let mut shown = Shown::new(&paragraphs);
    for _ in 0..60 {
        shown.input(InputEvent::Wheel {
            x: 50.0,
            y: 50.0,
            delta_x: 0.0,
            delta_y: 97.0,
            modifiers: PLAIN,
        });
    }
    let at_top = |shown: &Shown| (0..300_u32).find(|n| shown.top_of(&format!("p{}", n + 1)) > 0.0);
    let before = at_top(&shown).expect("some paragraph");
    assert!(before > 20);
    for (scale, zoom) in [(100, 200), (100, 50), (100, 300), (200, 100), (100, 100)] {
        shown.look(scale, zoom, ColorScheme::Light);
        let after = at_top(&shown).expect("some paragraph");
        assert!(
            before.abs_diff(after) <= 1,
            "{before} became {after} at {zoom}"
        );
    }
}

#[test]
fn the_wheel_scrolls_as_many_pixels_of_the_screen_at_any_zoom() {
    let mut shown = Shown::new("<div style='height: 9000px'></div>");
    for (scale, zoom, expected) in [(100, 100, 60.0), (200, 100, 60.0), (100, 200, 30.0)] {
        shown.look(scale, zoom, ColorScheme::Light);
        let before = shown.scroll().1;
        shown.input(InputEvent::Wheel {
            x: 50.0,
            y: 50.0,
            delta_x: 0.0,
            delta_y: 60.0,
            modifiers: PLAIN,
        });
        let moved = shown.scroll().1 - before;
        assert!((moved - expected).abs() < 1.5, "{scale} {zoom}: {moved}");
    }
}

#[test]
fn the_scroll_bar_has_the_scale_of_the_display_and_not_the_zoom_of_the_page() {
    let mut shown = Shown::new("<div style='height: 900px'></div>");
    let thumb = |shown: &Shown| {
        let bar = shown.view.scroll_bar().expect("it scrolls");
        bar.thumb().rect()
    };
    let plain = thumb(&shown);
    shown.look(100, 200, ColorScheme::Light);
    assert!((thumb(&shown).width() - plain.width()).abs() < 0.01);
    assert!((thumb(&shown).height() - plain.height() / 2.0).abs() < 12.0);
    shown.look(200, 100, ColorScheme::Light);
    let end = thumb(&shown).x1 * 2.0;
    assert!((end - f64::from(SIZE.width)).abs() < 8.0, "{end}");
}

#[test]
fn a_page_is_dark_only_if_the_user_wants_that_and_the_page_can() {
    let plain = "<body style='margin: 0; font: 90px sans-serif'>MMMM";
    let able = "<style>:root { color-scheme: light dark }</style><body style='margin: 0; \
        font: 90px sans-serif'>MMMM";
    let asking = "<style>body { margin: 0; background: #eee } @media (prefers-color-scheme: dark) \
        { body { background: #222 } }</style>";
    let has = |shown: &mut Shown, colour: u32| shown.pixels().contains(&colour);
    let mut shown = Shown::new(plain);
    shown.look(100, 100, ColorScheme::Dark);
    assert_eq!(shown.pixel(2, 2), 0xff_ffff);
    assert!(has(&mut shown, 0), "black text on white");
    let mut shown = Shown::new(able);
    assert_eq!(shown.pixel(2, 2), 0xff_ffff);
    shown.look(100, 100, ColorScheme::Dark);
    assert_eq!(shown.pixel(2, 2), 0x1e_1e1e);
    assert!(has(&mut shown, 0xe8_e8e8), "light text on dark");
    let mut shown = Shown::new(asking);
    assert_eq!(shown.pixel(200, 200), 0xee_eeee);
    shown.look(100, 100, ColorScheme::Dark);
    assert_eq!(shown.pixel(200, 200), 0x22_2222);
    shown.look(100, 100, ColorScheme::Light);
    assert_eq!(shown.pixel(200, 200), 0xee_eeee);
}

#[test]
fn a_link_is_hit_where_it_is_painted() {
    let mut outside = Outside::page();
    outside.load(
        "<style>body { margin: 0 } a { position: absolute; left: 100px; top: 60px; width: 40px; \
         height: 20px; background: #0f0 }</style><a href='/there'></a>",
    );
    let appearance = Appearance {
        scale: Percent(200),
        zoom: Percent(125),
        color_scheme: ColorScheme::Light,
    };
    outside.send(ToRenderer::SetAppearance {
        surface: SURFACE,
        sequence: 900,
        appearance,
    });
    outside.wait_said("Done", |message| match message {
        FromRenderer::Done { sequence: 900 } => Some(()),
        _ => None,
    });
    outside.wait_pixels("the larger link", |o| o.pixel(340, 195) == 0x00_ff00);
    outside.click(260.0, 160.0);
    outside.click(340.0, 190.0);
    // Both its upper left and its lower right corner.
    for _ in 0..2 {
        let url = outside.wait_said("Navigate", |message| match message {
            FromRenderer::Navigate { url, .. } => Some(url.clone()),
            _ => None,
        });
        assert_eq!(url, "http://site.test/there");
    }
}

#[test]
fn the_source_of_a_page_is_shown_as_text() {
    for (url, body) in [
        (
            "view-source:http://site.test/",
            "<title>t</title><h1>Head</h1>",
        ),
        ("view-source:http://site.test/a.png", "no picture"),
    ] {
        let mut outside = Outside::page();
        outside.commit(url, "text/html; charset=utf-8", body.as_bytes());
        outside.wait_loaded();
        let title = outside.said.iter().find_map(|message| match message {
            FromRenderer::Title { title, .. } => Some(title.clone()),
            _ => None,
        });
        assert_ne!(title.as_deref(), Some("t"), "the source is not a page");
    }
}
