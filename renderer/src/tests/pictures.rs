//! Claims about pictures that move.

use super::damage::Rig;
use super::harness::Outside;
use crate::pictures::Moving;
use crate::pictures::player::Player;
use blitz_traits::net::Bytes;
use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::webp::WebPEncoder;
use image::{Delay, ExtendedColorType, Frame, RgbaImage};
use protocol::geometry::{Rect, Size};
use std::time::{Duration, Instant};

const RED: u32 = 0xff_0000;
const GREEN: u32 = 0x00_ff00;
const BLUE: u32 = 0x00_00ff;
const ADDRESS: &str = "http://site.test/a";

/// The pixels of a picture of 20x10 pixels.
fn pixels(color: u32) -> Vec<u8> {
    let [_, red, green, blue] = color.to_be_bytes();
    [red, green, blue, 255].repeat(200)
}

/// A GIF file of one-coloured frames, each shown for so many milliseconds.
fn gif(colors: &[u32], delay_ms: u32, repeat: Option<Repeat>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new(&mut file);
    if let Some(repeat) = repeat {
        encoder.set_repeat(repeat).expect("a header");
    }
    for color in colors {
        let pixels = RgbaImage::from_raw(20, 10, pixels(*color)).expect("pixels");
        let delay = Delay::from_numer_denom_ms(delay_ms, 1);
        let frame = Frame::from_parts(pixels, 0, 0, delay);
        encoder.encode_frame(frame).expect("a frame");
    }
    drop(encoder);
    file
}

/// A GIF file whose first bytes claim another size of the canvas.
fn gif_that_claims(width: u16, height: u16) -> Vec<u8> {
    let mut file = gif(&[RED, GREEN], 50, Some(Repeat::Infinite));
    file[6..8].copy_from_slice(&width.to_le_bytes());
    file[8..10].copy_from_slice(&height.to_le_bytes());
    file
}

/// A PNG file whose still picture is blue, and whose frames are red and green.
fn apng() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 20, 10);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_animated(2, 1).expect("animated");
    encoder.set_sep_def_img(true).expect("a still picture");
    encoder.set_frame_delay(1, 20).expect("a delay");
    let mut writer = encoder.write_header().expect("a header");
    for color in [BLUE, RED, GREEN] {
        writer.write_image_data(&pixels(color)).expect("a frame");
    }
    writer.finish().expect("an end");
    file
}

/// A WebP file of two frames, red and green, that is played once.
fn webp() -> Vec<u8> {
    let chunk = |name: &[u8], content: &[u8]| {
        let length = u32::try_from(content.len()).expect("short").to_le_bytes();
        [name, &length, content].concat()
    };
    let size = [19, 0, 0, 9, 0, 0];
    let header = [&[0x12, 0, 0, 0][..], &size].concat();
    let mut body = [b"WEBP".to_vec(), chunk(b"VP8X", &header)].concat();
    body.extend(chunk(b"ANIM", &[0, 0, 0, 0, 1, 0]));
    for color in [RED, GREEN] {
        let mut still = Vec::new();
        WebPEncoder::new_lossless(&mut still)
            .encode(&pixels(color), 20, 10, ExtendedColorType::Rgba8)
            .expect("a picture");
        let frame = [&[0; 6][..], &size, &[50, 0, 0, 2], &still[12..]].concat();
        body.extend(chunk(b"ANMF", &frame));
    }
    chunk(b"RIFF", &body)
}

/// Serves the page's only picture and waits until the page is loaded.
fn load(html: &str, file: &[u8]) -> Outside {
    let mut outside = Outside::page();
    let style = "<!doctype html><style>body { margin: 0 } img { display: block }</style>";
    let html = format!("{style}{html}");
    outside.commit("http://site.test/page", "text/html", html.as_bytes());
    let (request, url) = outside.wait_fetch();
    outside.serve(request, &url, file);
    outside.wait_loaded();
    outside
}

/// A view with the picture at that place.
fn rig(file: &[u8], style: &str) -> Rig {
    let mut url = String::from("data:image/gif,");
    for byte in file {
        url.push_str(&format!("%{byte:02x}"));
    }
    let html = format!(
        "<!doctype html><body style='margin: 0; height: 3000px'>\
         <img style='position: absolute; {style}' src=\"{url}\">"
    );
    Rig::sized(&html, Size::new(200, 100))
}

fn color_of(player: &Player) -> u32 {
    let pixels = player.frame().data.as_ref();
    u32::from_be_bytes([0, pixels[0], pixels[1], pixels[2]])
}

fn start(file: Vec<u8>, now: Instant) -> Option<Player> {
    Player::start(&Bytes::from(file), now)
}

/// The colours that a player shows after its first frame, at most `count` of them.
fn shown(file: Vec<u8>, count: usize) -> Vec<u32> {
    let now = Instant::now();
    let mut colors = Vec::new();
    let Some(mut player) = start(file, now) else {
        return colors;
    };
    while let Some(due) = player.due().filter(|_| colors.len() < count) {
        assert!(player.advance(due));
        colors.push(color_of(&player));
    }
    colors
}

#[test]
fn frames_are_shown_in_turn() {
    let file = gif(&[RED, GREEN, BLUE], 50, None);
    let mut outside = load("<img src=/a>", &file);
    outside.wait_pixels("the second frame", |o| o.pixel(5, 5) == GREEN);
    outside.wait_pixels("the third frame", |o| o.pixel(5, 5) == BLUE);
}

#[test]
fn an_endless_picture_begins_again_in_images_backgrounds_and_frames() {
    let file = gif(&[RED, GREEN], 50, Some(Repeat::Infinite));
    let image = "<img src=/a>";
    let background = "<div style='width: 20px; height: 10px; background: url(/a)'></div>";
    let frame = "<iframe style='border: none; display: block' srcdoc=\"<style>body { margin: 0 }\
        img { display: block }</style><img src='http://site.test/a'>\"></iframe>";
    for html in [image, background, frame] {
        let mut outside = load(html, &file);
        for round in 0..3 {
            outside.wait_pixels(&format!("green {round}"), |o| o.pixel(5, 5) == GREEN);
            outside.wait_pixels(&format!("red {round}"), |o| o.pixel(5, 5) == RED);
        }
    }
}

#[test]
fn moving_png_and_webp_files_move() {
    for (kind, file) in [("PNG", apng()), ("WebP", webp())] {
        assert_eq!(shown(file.clone(), 9), [GREEN], "{kind}, played once");
        let mut outside = load("<img src=/a>", &file);
        outside.wait_pixels(kind, |o| o.pixel(5, 5) == GREEN);
    }
}

#[test]
fn a_moving_picture_damages_its_own_box() {
    let file = gif(&[RED, GREEN, BLUE], 20, Some(Repeat::Infinite));
    let mut rig = rig(&file, "left: 40px; top: 60px");
    rig.paint();
    rig.take();
    let mut damages = 0;
    while damages < 4 {
        rig.paint();
        let damage = rig.take();
        if !damage.is_empty() {
            assert_eq!(damage.as_slice(), [Rect::new(40, 60, 20, 10)]);
            damages += 1;
        }
    }
    rig.assert_whole("after some frames");
}

#[test]
fn nothing_is_due_once_the_last_frame_is_shown_or_for_what_is_not_seen() {
    let endless = gif(&[RED, GREEN], 20, Some(Repeat::Infinite));
    let mut unseen = rig(&endless, "top: 2000px");
    unseen.paint();
    assert_eq!(unseen.view.moving.due(), None, "below the view");
    unseen.view.set_anchor(Some(crate::view::Anchor::Y(1990)));
    unseen.view.touch();
    unseen.paint();
    assert!(unseen.view.moving.due().is_some(), "scrolled into view");
    let still = gif(&[RED], 20, Some(Repeat::Infinite));
    let mut still = rig(&still, "top: 0");
    still.paint();
    assert_eq!(still.view.moving.due(), None, "one frame");
    let once = gif(&[RED, GREEN], 20, None);
    let mut once = rig(&once, "top: 0");
    once.paint();
    while once.view.moving.due().is_some() {
        once.paint();
    }
    assert!(!once.view.wants_paint());
}

#[test]
fn a_picture_is_played_as_often_as_it_says() {
    assert_eq!(shown(gif(&[RED, GREEN], 50, None), 9), [GREEN]);
    let twice = gif(&[RED, GREEN], 50, Some(Repeat::Finite(1)));
    assert_eq!(shown(twice, 9), [GREEN, RED, GREEN]);
    let endless = gif(&[RED, GREEN], 50, Some(Repeat::Infinite));
    assert_eq!(shown(endless, 99).len(), 99);
    assert!(start(gif(&[RED], 50, Some(Repeat::Infinite)), Instant::now()).is_none());
}

#[test]
fn frames_are_shown_for_their_time_and_those_for_none_for_a_tenth_of_a_second() {
    let now = Instant::now();
    for (delay_ms, shown_ms) in [(0, 100), (10, 100), (20, 20), (70, 70)] {
        let file = gif(&[RED, GREEN], delay_ms, Some(Repeat::Infinite));
        let mut player = start(file, now).expect("two frames");
        let due = now + Duration::from_millis(shown_ms);
        assert_eq!(player.due(), Some(due), "{delay_ms} ms");
        assert!(!player.advance(due - Duration::from_nanos(1)));
        assert!(player.advance(due));
        // One that was not seen for an hour does not show all the frames of that hour.
        let later = due + Duration::from_secs(3600);
        assert!(player.advance(later));
        assert!(player.due().is_some_and(|due| due >= later));
    }
}

#[test]
fn a_file_that_is_cut_off_moves_as_far_as_it_goes() {
    let file = gif(&[RED, GREEN, BLUE], 50, Some(Repeat::Infinite));
    for file in [file.clone(), apng(), webp()] {
        for length in 0..file.len() {
            shown(file[..length].to_vec(), 4);
        }
    }
    // The last frame's pixels are missing.
    let cut = file[..file.len() - 8].to_vec();
    assert_eq!(shown(cut.clone(), 3), [GREEN, RED, GREEN]);
    let mut outside = load("<img src=/a>", &cut);
    outside.wait_pixels("green", |o| o.pixel(5, 5) == GREEN);
    outside.wait_pixels("red", |o| o.pixel(5, 5) == RED);
}

#[test]
fn ten_thousand_frames_are_played_one_by_one() {
    let colors: Vec<u32> = [RED, GREEN].repeat(5000);
    let shown = shown(gif(&colors, 0, None), usize::MAX);
    assert_eq!(shown, colors[1..]);
}

#[test]
fn a_canvas_beyond_its_bound_does_not_move() {
    let mut outside = load(
        "<img src=/a style='width: 20px; height: 10px'><p style='background: #0000ff'>text",
        &gif_that_claims(30_000, 30_000),
    );
    let is_blue = |o: &Outside| (0..60).any(|y| o.pixel(300, y) == BLUE);
    outside.wait_pixels("the rest of the page", is_blue);
    for (side, plays) in [(100, true), (2048, true), (2049, false), (u16::MAX, false)] {
        let mut moving = Moving::default();
        moving.add(ADDRESS.to_owned(), gif_that_claims(side, side).into());
        assert_eq!(moving.starts(ADDRESS), plays, "{side}");
    }
}

#[test]
fn the_canvases_of_a_page_are_bounded() {
    let mut moving = Moving::default();
    let started = (0..10).filter(|number| {
        let url = format!("{ADDRESS}{number}");
        moving.add(url.clone(), gif_that_claims(2048, 2048).into());
        moving.starts(&url)
    });
    assert_eq!(started.count(), 3);
}
