//! Claims about the renderer.

use super::harness::{NAVIGATION, Outside, SIZE, commit};
use protocol::document::BodySource;
use protocol::error::LoadError;
use protocol::fetch::FromNetwork;
use protocol::geometry::Size;
use protocol::ids::Generation;
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::renderer::{FromRenderer, ToRenderer};
use std::io::Write;

pub(super) const CTRL: Modifiers = Modifiers {
    shift: false,
    ctrl: true,
    alt: false,
    meta: false,
};
pub(super) const PLAIN: Modifiers = Modifiers {
    shift: false,
    ctrl: false,
    alt: false,
    meta: false,
};

fn title(outside: &mut Outside) -> String {
    outside.wait_said("a title", |message| match message {
        FromRenderer::Title { navigation, title } => {
            assert_eq!(*navigation, NAVIGATION);
            Some(title.clone())
        }
        _ => None,
    })
}

pub(super) fn scrolled(outside: &mut Outside) -> u32 {
    outside.wait_said("a scroll", |message| match message {
        FromRenderer::Scrolled { y, .. } => Some(*y),
        _ => None,
    })
}

pub(super) fn navigate(outside: &mut Outside) -> (String, bool) {
    outside.wait_said("a navigation", |message| match message {
        FromRenderer::Navigate { url, new_tab, .. } => Some((url.clone(), *new_tab)),
        _ => None,
    })
}

pub(super) fn incomplete(outside: &mut Outside) -> String {
    outside.wait_said("a reason", |message| match message {
        FromRenderer::Incomplete { reason, .. } => Some(reason.clone()),
        _ => None,
    })
}

pub(super) fn has_dark_pixel(outside: &Outside) -> bool {
    outside.pixels().iter().any(|pixel| {
        let (r, g, b) = (pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255);
        r + g + b < 3 * 0x60
    })
}

#[test]
fn a_committed_document_is_painted_loaded_and_titled() {
    let mut outside = Outside::page();
    outside.load(
        "<title> Two \n boxes </title><style>body { margin: 0 } div { width: 100px; height: 50px }\
         </style><div style='background: #ff0000'></div><div style='background: #0000ff'></div>",
    );
    assert_eq!(outside.pixel(50, 25), 0xff_0000);
    assert_eq!(outside.pixel(50, 75), 0x00_00ff);
    assert_eq!(outside.pixel(200, 200), 0xff_ffff);
    outside.wait_said("Painted", |m| {
        matches!(m, FromRenderer::Painted { .. }).then_some(())
    });
    assert_eq!(title(&mut outside), "Two boxes");
}

#[test]
fn an_access_key_with_alt_follows_its_link_and_without_alt_it_is_text() {
    let mut outside = Outside::page();
    outside.load("<a href='http://a.test/one' accesskey='o'>one</a><input accesskey='i'>");
    let alt = Modifiers { alt: true, ..PLAIN };
    outside.key(Key::Character('o'), PLAIN);
    outside.key(Key::Character('z'), alt);
    outside.key(Key::Character('O'), alt);
    assert_eq!(
        navigate(&mut outside),
        ("http://a.test/one".to_owned(), false)
    );
}

#[test]
fn text_is_visible_with_only_the_bundled_fonts() {
    for family in [
        "sans-serif",
        "serif",
        "monospace",
        "Arial",
        "cursive",
        "system-ui",
    ] {
        let mut outside = Outside::page();
        outside.load(&format!(
            "<p style='font: bold 40px {family}; color: black'>Words</p>"
        ));
        assert!(has_dark_pixel(&outside), "{family}");
    }
}

const TALL: &str = "<body style='margin:0'><div style='height:300px;background:#ff0000'></div>\
    <div style='height:300px;background:#0000ff'></div><div style='height:2400px'></div>";

#[test]
fn wheel_and_keys_scroll_the_page() {
    let mut outside = Outside::page();
    outside.load(TALL);
    assert_eq!(outside.pixel(5, 5), 0xff_0000);
    outside.input(InputEvent::Wheel {
        x: 5.0,
        y: 5.0,
        delta_x: 0.0,
        delta_y: 300.0,
        modifiers: PLAIN,
    });
    assert_eq!(scrolled(&mut outside), 300);
    assert_eq!(outside.pixel(5, 5), 0x00_00ff);
    outside.key(Key::Home, PLAIN);
    assert_eq!(scrolled(&mut outside), 0);
    outside.key(Key::PageDown, PLAIN);
    assert_eq!(scrolled(&mut outside), 270);
    outside.key(Key::End, PLAIN);
    assert_eq!(scrolled(&mut outside), 2700);
    outside.key(Key::ArrowUp, PLAIN);
    assert_eq!(scrolled(&mut outside), 2660);
}

#[test]
fn a_commit_says_where_to_scroll_to() {
    let mut outside = Outside::page();
    outside.commit_scrolled(
        "http://site.test/#nowhere",
        "text/html",
        TALL.as_bytes(),
        400,
    );
    outside.wait_loaded();
    assert_eq!(scrolled(&mut outside), 400);
    assert_eq!(outside.pixel(5, 5), 0x00_00ff);
}

#[test]
fn the_fragment_of_a_committed_url_is_scrolled_to() {
    let mut outside = Outside::page();
    let html = TALL.replacen(
        "<div style='height:2400px'>",
        "<div id=here style='height:2400px'>",
        1,
    );
    outside.commit("http://site.test/#here", "text/html", html.as_bytes());
    outside.wait_loaded();
    assert_eq!(scrolled(&mut outside), 600);
}

#[test]
fn an_image_in_a_data_url_is_painted() {
    let mut outside = Outside::page();
    outside.load(&format!(
        "<body style='margin:0'>\
         <img src='{RED_PIXEL}' style='display:block;width:50px;height:50px'>",
    ));
    assert_eq!(outside.pixel(25, 25), 0xff_0000);
}

const RED_PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADE\
    lEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

const RED_BMP: &str = "data:image/bmp;base64,Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAA\
    AAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAD/AA==";
const RED_ICO: &str = "data:image/x-icon;base64,AAABAAEAAQEAAAEAIAAwAAAAFgAAACgAAAABAAAAAgAAAAEA\
    IAAAAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAAAP//AAAAAA==";

#[test]
fn bitmaps_and_icons_are_painted() {
    for picture in [RED_BMP, RED_ICO] {
        let mut outside = Outside::page();
        outside.load(&format!(
            "<body style='margin:0'>\
             <img src='{picture}' style='display:block;width:50px;height:50px'>",
        ));
        assert_eq!(outside.pixel(25, 25), 0xff_0000, "{picture}");
    }
}

/// How many pixels of a white page are not white.
fn painted(markup: &str) -> usize {
    let mut outside = Outside::page();
    outside.load(&format!("<body style='margin:0'>{markup}"));
    outside.pixels().iter().filter(|p| **p != 0xff_ffff).count()
}

#[test]
fn text_in_svg_pictures_is_painted() {
    let text = "<text x='10' y='30' font-size='30' font-family='Helvetica'>words</text>";
    let inline = format!("<svg width=200 height=40>{text}</svg>");
    let picture =
        format!("<svg xmlns='http://www.w3.org/2000/svg' width='200' height='40'>{text}</svg>");
    let escaped: String = url::form_urlencoded::byte_serialize(picture.as_bytes()).collect();
    let escaped = escaped.replace('+', "%20");
    let image = format!("<img src=\"data:image/svg+xml,{escaped}\">");
    let framed = format!("<iframe srcdoc=\"{}\"></iframe>", inline.replace('"', "'"));
    for markup in [inline, image, framed] {
        assert!(painted(&markup) > 200, "{markup}");
    }
}

#[test]
fn every_image_format_is_painted() {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/demo/site/img");
    for (name, mime) in [
        ("flooding.png", "image/png"),
        ("dusk.jpg", "image/jpeg"),
        ("breakwater.webp", "image/webp"),
        ("lighthouse.gif", "image/gif"),
        ("hull.svg", "image/svg+xml"),
    ] {
        let bytes = std::fs::read(format!("{demo}/{name}")).expect("a demo image");
        let mut outside = Outside::page();
        outside.commit(&format!("http://site.test/{name}"), mime, &bytes);
        assert_eq!(outside.wait_loaded(), 0, "{name}");
        let background = outside.pixel(0, 0);
        let painted = outside
            .pixels()
            .iter()
            .filter(|p| **p != background)
            .count();
        assert!(painted > 100, "{name}");
        assert_eq!(title(&mut outside), name);
    }
}

#[test]
fn a_style_sheet_is_fetched_applied_and_waited_for() {
    let mut outside = Outside::page();
    outside.commit(
        "http://site.test/dir/page",
        "text/html",
        b"<link rel=stylesheet href=s.css><body><p>x",
    );
    let (request, url) = outside.wait_fetch();
    assert_eq!(url, "http://site.test/dir/s.css");
    assert_eq!(outside.frames_seen, 0, "nothing is shown without its style");
    outside.serve(
        request,
        &url,
        b"@import 'more.css'; html { background: #00ff00 }",
    );
    let (request, url) = outside.wait_fetch();
    assert_eq!(url, "http://site.test/dir/more.css");
    outside.serve(
        request,
        &url,
        b"p { margin: 0; height: 100px; background: #0000ff }",
    );
    assert_eq!(outside.wait_loaded(), 0);
    assert_eq!(outside.pixel(200, 50), 0x00_00ff);
    assert_eq!(outside.pixel(200, 250), 0x00_ff00);
}

#[test]
fn resources_that_fail_block_nothing_and_are_counted() {
    let mut outside = Outside::page();
    outside.commit(
        "http://site.test/",
        "text/html",
        b"<link rel=stylesheet href=s.css><body style='background:#00ff00'><img src=i.png>\
          <img src='ftp://elsewhere/x.png'>",
    );
    for _ in 0..2 {
        let (request, url) = outside.wait_fetch();
        let host = "site.test".to_owned();
        if url.ends_with("css") {
            outside.answer(FromNetwork::Failed {
                request,
                error: LoadError::ConnectionReset { host },
            });
        } else {
            outside.answer(FromNetwork::Failed {
                request,
                error: LoadError::HostNotFound { host },
            });
        }
    }
    assert_eq!(outside.wait_loaded(), 3);
    assert_eq!(outside.pixel(5, 5), 0x00_ff00);
}

#[test]
fn the_death_of_the_network_ends_every_fetch() {
    let mut outside = Outside::page();
    outside.commit(
        "http://site.test/",
        "text/html",
        b"<link rel=stylesheet href=s.css><body style='background:#00ff00'>",
    );
    outside.wait_fetch();
    outside.network = None;
    assert_eq!(outside.wait_loaded(), 1);
    assert_eq!(outside.pixel(5, 5), 0x00_ff00);
}

#[test]
fn stop_keeps_what_is_there() {
    let mut outside = Outside::page();
    let (reader, mut writer) = std::io::pipe().expect("pipe");
    outside.send_with(
        commit("http://site.test/", Some("text/html"), BodySource::Pipe, 0),
        vec![reader.into()],
    );
    writer
        .write_all(b"<body style='background:#00ff00'>x<img src=slow.png>")
        .expect("write");
    outside.wait_fetch();
    outside.send(ToRenderer::Stop);
    assert_eq!(outside.wait_loaded(), 1);
    assert_eq!(outside.pixel(5, 5), 0x00_ff00);
}

#[test]
fn the_first_part_of_a_streamed_page_is_shown_before_the_end() {
    let mut outside = Outside::page();
    let (reader, mut writer) = std::io::pipe().expect("pipe");
    outside.send_with(
        commit("http://site.test/", Some("text/html"), BodySource::Pipe, 0),
        vec![reader.into()],
    );
    writer
        .write_all(b"<body style='margin:0'><div style='height:100px;background:#ff0000'></div>")
        .expect("write");
    outside.wait_pixels("the first part", |o| o.pixel(50, 50) == 0xff_0000);
    assert_eq!(outside.pixel(50, 150), 0xff_ffff);
    assert!(
        !outside
            .said
            .iter()
            .any(|m| matches!(m, FromRenderer::Loaded { .. }))
    );
    writer
        .write_all(b"<div style='height:100px;background:#0000ff'></div>")
        .expect("write");
    outside.wait_pixels("the second part", |o| o.pixel(50, 150) == 0x00_00ff);
    drop(writer);
    outside.wait_loaded();
    assert_eq!(outside.pixel(50, 50), 0xff_0000);
}

#[test]
fn the_charset_of_the_header_decodes_the_title() {
    let mut outside = Outside::page();
    outside.commit(
        "http://site.test/",
        "text/html; charset=koi8-r",
        b"<title>\xd0\xd2\xc9</title>",
    );
    assert_eq!(title(&mut outside), "при");
}

#[test]
fn text_is_shown_as_text() {
    let mut outside = Outside::page();
    outside.commit(
        "http://site.test/a.txt",
        "text/plain",
        b"<title>no</title>\0 & more",
    );
    outside.wait_loaded();
    assert_eq!(title(&mut outside), "a.txt");
    assert!(has_dark_pixel(&outside));
}

#[test]
fn content_that_cannot_be_shown_says_so() {
    let mut outside = Outside::page();
    outside.commit("http://site.test/a.pdf", "application/pdf", b"%PDF-1.7");
    outside.wait_loaded();
    assert!(incomplete(&mut outside).contains("application/pdf"));
    assert!(has_dark_pixel(&outside));
}

#[test]
fn a_data_url_is_its_own_document() {
    let mut outside = Outside::page();
    outside.send(commit(
        "data:text/html,<body style='background:%2300ff00'><img src=x.png><a href=y>",
        None,
        BodySource::Url,
        0,
    ));
    assert_eq!(outside.wait_loaded(), 1);
    assert_eq!(outside.pixel(200, 200), 0x00_ff00);
}

#[test]
fn an_animation_without_credits_paints_nothing() {
    let mut outside = Outside::page();
    outside.load(
        "<style>@keyframes move { from { margin-left: 0 } to { margin-left: 300px } } \
         div { width: 50px; height: 50px; background: #ff0000; \
         animation: move 1s linear infinite }</style><div></div>",
    );
    let before = outside.frames_seen;
    outside.wait_pixels("the animation", |o| o.frames_seen > before + 2);
    outside.gives_credit = false;
    // The credit that is on its way is used, and none after it.
    let last = outside.frames_seen + 1;
    for _ in 0..20 {
        outside.input(InputEvent::PointerMove {
            x: 399.0,
            y: 299.0,
            modifiers: PLAIN,
        });
    }
    assert!(outside.frames_seen <= last);
}

#[test]
fn an_idle_page_paints_once() {
    let mut outside = Outside::page();
    outside.load("<p>still</p>");
    let before = outside.frames_seen;
    for _ in 0..5 {
        outside.input(InputEvent::Focus(true));
    }
    assert_eq!(outside.frames_seen, before);
}

#[test]
fn a_new_size_is_laid_out_and_painted_in_full() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><div style='margin-left:50%;height:100vh;background:#ff0000'>",
    );
    assert_eq!(outside.pixel(SIZE.width / 2 + 2, 10), 0xff_0000);
    outside.resize(Size::new(200, 100), Generation(2));
    outside.wait_pixels("the new size", |o| {
        o.pixel(102, 10) == 0xff_0000 && o.pixel(98, 10) == 0xff_ffff
    });
    outside.resize(Size::new(600, 500), Generation(3));
    outside.wait_pixels("the new size", |o| {
        o.pixel(302, 490) == 0xff_0000 && o.pixel(298, 490) == 0xff_ffff
    });
}

#[test]
fn a_second_commit_replaces_the_first() {
    let mut outside = Outside::page();
    outside.load("<title>one</title><body style='background:#ff0000'>");
    assert_eq!(title(&mut outside), "one");
    outside.load("<title>two</title><body style='background:#0000ff'>");
    assert_eq!(title(&mut outside), "two");
    assert_eq!(outside.pixel(5, 5), 0x00_00ff);
}

#[test]
fn frames_of_another_site_say_so() {
    let mut outside = Outside::page();
    outside.commit(
        "http://site.test/",
        "text/html",
        b"<style>body { margin: 0 } iframe { display: block; border: none; width: 100px; \
          height: 100px }</style><iframe src='/own'></iframe>\
          <iframe src='http://other.test/'></iframe>",
    );
    for _ in 0..2 {
        let (request, url) = outside.wait_fetch();
        outside.serve(request, &url, b"<body style='background:#ff0000'>");
    }
    outside.wait_loaded();
    assert_eq!(
        outside.pixel(50, 50),
        0xff_0000,
        "the site's own frame is shown"
    );
    assert_eq!(outside.pixel(2, 102), 0xf1_f3f5, "the other's is not");
    assert!(has_dark_pixel(&outside), "and a text says so");
}

#[test]
fn an_error_page_may_stand_at_an_address_that_is_no_url() {
    let mut outside = Outside::page();
    let page = b"<body style='margin:0;background:#0000ff'><a href='/x'>x</a>";
    outside.commit("no url", "text/html", page);
    outside.wait_loaded();
    assert_eq!(outside.pixel(200, 200), 0x00_00ff);
}
