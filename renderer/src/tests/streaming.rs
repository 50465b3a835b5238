//! Claims about pages that are shown while they arrive: what the user does to them stays, and in
//! the end they look as if they had come at once.

use super::edit::all_of_it;
use super::harness::{Outside, commit};
use super::page::{PLAIN, scrolled};
use super::shown::Shown;
use crate::document::stream::Stream;
use blitz_dom::NodeId;
use protocol::document::BodySource;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::renderer::FromRenderer;
use std::io::{PipeWriter, Write};

/// A page that arrives as it is written.
fn streamed(url: &str, content_type: &str, scroll_y: u32) -> (Outside, PipeWriter) {
    let outside = Outside::page();
    let (reader, writer) = std::io::pipe().expect("pipe");
    outside.send_with(
        commit(url, Some(content_type), BodySource::Pipe, scroll_y),
        vec![reader.into()],
    );
    (outside, writer)
}

fn write(writer: &mut PipeWriter, html: &str) {
    writer.write_all(html.as_bytes()).expect("write");
}

/// A block of that colour at the end of the page, to be waited for.
fn block(color: &str) -> String {
    let place = "position:fixed;left:350px;top:250px;width:50px;height:50px";
    format!("<div style='{place};background:{color}'></div>")
}

fn wait_block(outside: &mut Outside, color: u32) {
    outside.wait_pixels("the next part", |o| o.pixel(375, 275) == color);
}

fn with_shift() -> Modifiers {
    Modifiers {
        shift: true,
        ..PLAIN
    }
}

#[test]
fn what_the_user_types_goes_on_where_it_was_when_more_arrives() {
    let (mut outside, mut writer) = streamed("http://site.test/", "text/html", 0);
    write(
        &mut writer,
        "<body style='margin:0'><form action=/sent><input name=t style='width:200px;height:30px'>",
    );
    write(&mut writer, &block("#ff0000"));
    wait_block(&mut outside, 0xff_0000);
    outside.click(100.0, 15.0);
    outside.type_text("held");
    outside.key(Key::ArrowLeft, PLAIN);
    outside.key(Key::ArrowLeft, with_shift());
    write(&mut writer, &format!("<p>more{}", block("#0000ff")));
    wait_block(&mut outside, 0x00_00ff);
    // The one selected letter goes, and the caret is where it was.
    outside.type_text("ar");
    drop(writer);
    outside.wait_loaded();
    outside.type_text("e");
    outside.key(Key::Enter, PLAIN);
    let sent = outside.wait_said("a form", |message| match message {
        FromRenderer::Navigate { url, .. } => Some(url.clone()),
        _ => None,
    });
    assert_eq!(sent, "http://site.test/sent?t=heared");
}

#[test]
fn the_scroll_offset_stays_when_more_arrives_and_a_kept_one_is_reached_when_it_can_be() {
    let (mut outside, mut writer) = streamed("http://site.test/", "text/html", 0);
    write(
        &mut writer,
        "<body style='margin:0'><div style='height:1000px'></div>",
    );
    write(&mut writer, &block("#ff0000"));
    wait_block(&mut outside, 0xff_0000);
    outside.input(InputEvent::Wheel {
        x: 5.0,
        y: 5.0,
        delta_x: 0.0,
        delta_y: 250.0,
        modifiers: PLAIN,
    });
    assert_eq!(scrolled(&mut outside), 250);
    write(&mut writer, "<div style='height:1000px'></div>");
    write(&mut writer, &block("#0000ff"));
    wait_block(&mut outside, 0x00_00ff);
    drop(writer);
    outside.wait_loaded();
    outside.key(Key::ArrowDown, PLAIN);
    assert_eq!(scrolled(&mut outside), 290);

    let (mut outside, mut writer) = streamed("http://site.test/#far", "text/html", 0);
    write(
        &mut writer,
        "<body style='margin:0'><div style='height:1000px'></div>",
    );
    write(&mut writer, &block("#ff0000"));
    wait_block(&mut outside, 0xff_0000);
    write(&mut writer, "<p id=far style='margin:0;height:1000px'>far");
    drop(writer);
    outside.wait_loaded();
    assert_eq!(scrolled(&mut outside), 1000);
}

#[test]
fn a_page_that_still_arrives_gives_way_to_the_next_one() {
    let (mut outside, mut writer) = streamed("http://site.test/", "text/html", 0);
    write(&mut writer, "<title>first</title><body>");
    write(&mut writer, &block("#ff0000"));
    wait_block(&mut outside, 0xff_0000);
    write(
        &mut writer,
        "<link rel=stylesheet href=slow.css><img src=slow.png><p>more",
    );
    outside.wait_fetch();
    outside.load("<title>second</title><body style='background:#0000ff'>");
    assert_eq!(outside.pixel(375, 275), 0x00_00ff);
    // Nobody may read that any more.
    let _ = writer.write_all(b"<p>and more");
    outside.input(InputEvent::Focus(true));
    assert_eq!(outside.pixel(375, 275), 0x00_00ff);
}

#[test]
fn a_late_name_of_the_encoding_starts_anew_only_if_the_encoding_was_a_guess() {
    let start = format!("<title>x</title><!-- {} -->", "é".repeat(600));
    for (content_type, wanted) in [("text/html", "а"), ("text/html; charset=utf-8", "\u{fffd}")] {
        let (mut outside, mut writer) = streamed("http://site.test/", content_type, 0);
        write(&mut writer, &start);
        writer
            .write_all(b"<meta charset=koi8-r><p>\xc1")
            .expect("write");
        drop(writer);
        outside.wait_loaded();
        let text = all_of_it(&mut outside);
        assert_eq!(text.as_deref(), Some(wanted), "{content_type}");
    }
}

#[test]
fn a_page_that_arrives_in_parts_looks_in_the_end_as_if_it_had_come_at_once() {
    for parts in PAGES {
        let whole = Shown::new(&parts.concat()).pixels();
        let (mut shown, stream) = Shown::begun(parts[0]);
        for part in &parts[1..] {
            shown.pixels();
            shown.more(&stream, part);
        }
        shown.pixels();
        shown.end(&stream);
        assert!(shown.pixels() == whole, "{parts:?}");
    }
}

/// All pages of a folder, named by `BULKHEAD_PAGES`, in ten parts each.
#[test]
#[ignore = "needs a folder of pages"]
fn real_pages_look_in_the_end_as_if_they_had_come_at_once() {
    let folder = std::env::var("BULKHEAD_PAGES").expect("BULKHEAD_PAGES names a folder");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        let html = String::from_utf8_lossy(&bytes);
        let whole = top_and_bottom(&mut Shown::new(&html));
        let (mut shown, stream) = Shown::begun("");
        let mut rest = &*html;
        while !rest.is_empty() {
            let (part, others) = rest.split_at(rest.ceil_char_boundary(html.len() / 10 + 1));
            shown.more(&stream, part);
            rest = others;
        }
        shown.end(&stream);
        assert!(top_and_bottom(&mut shown) == whole, "{}", path.display());
    }
}

fn top_and_bottom(shown: &mut Shown) -> [Vec<u32>; 2] {
    let top = shown.pixels();
    shown.input(InputEvent::KeyDown {
        key: Key::End,
        modifiers: PLAIN,
        repeat: false,
    });
    [top, shown.pixels()]
}

/// Pages in which what comes later changes what was shown before.
const PAGES: [&[&str]; 17] = [
    &[
        "<input placeholder=one>",
        "<input placeholder=two>",
        "<textarea placeholder=three>",
    ],
    &[
        "<p>one wo",
        "rd<b>bo",
        "ld</b> and",
        " more<p>two",
        "</p>end",
    ],
    &[
        "<body>bare ",
        "text<div>in",
        "side</div>af",
        "ter<span> it</span>",
    ],
    &[
        "<ul><li>a<li>b",
        "<li>c</ul><ol start=5><li>d",
        "<li>e",
        "</ol>",
    ],
    &[
        "<table border=1><tr><td>a<td>bb",
        "bb<tr><td>",
        "c</table>",
        "d",
    ],
    &[
        "<table><tr><td>a",
        "<p>in the cell",
        "</table>lost <b>f",
        "ound",
    ],
    &["<b>bold<p>still", "</b> not", "<i>x</p>y", "</i>z"],
    &[
        "<style>p:last-child { color: red }</style><p>a",
        "<p>b",
        "<p>c",
    ],
    &[
        "<style>div:has(b) { background: red } p:empty { border: 3px solid }</style><div>a<p>",
        "</p><b>",
        "x</div>",
    ],
    &[
        "<p>a",
        "<style>p { color: blue }",
        "p { font-size: 30px }</style>",
        "<p>b",
    ],
    &[
        "<textarea>one\n",
        "two\n",
        "three</textarea><select><option>a",
        "<option selected>b",
        "</select>",
    ],
    &[
        "<input size=5>",
        "<input size=9><font size=6>large",
        "</font><hr size=9>",
        "<table border=5><td>x",
    ],
    &[
        "<div style='display:flex'><i>a</i>",
        "<b>b</b>tex",
        "t<u>c</u>",
        "</div>",
    ],
    &[
        "<svg width=90 height=40><rect width=20 height=20 />",
        "<text y=30>wor",
        "ds</text>",
        "</svg>x",
    ],
    &[
        "<details open><summary>s",
        "um</summary>t",
        "<p>u</details>",
        "v<a name=q></a>",
        "<h1>w</h1>",
    ],
    &[
        "<div style='column-count:2'>a<br>b",
        "<br>c<br>d",
        "</div><span style='background:red'>e<i>f",
        "</i></span>",
    ],
    &[
        "<style>p { counter-increment: n } p::before { content: counter(n) }</style><p>a",
        "<p>b",
        "<p>c",
    ],
];

fn by_id(shown: &Shown, id: &str) -> NodeId {
    let document = shown.view.document.as_ref().expect("it is shown");
    document.get_element_by_id(id).expect("it is there")
}

#[test]
fn a_box_that_was_scrolled_stays_where_it_is() {
    let lines = "<p>line".repeat(50);
    let html = format!("<div id=box style='height:100px;overflow:auto'>{lines}");
    let (mut shown, stream) = Shown::begun(&html);
    let at = shown.place_of("line");
    shown.input(InputEvent::PointerMove {
        x: at.0,
        y: at.1,
        modifiers: PLAIN,
    });
    shown.input(InputEvent::Wheel {
        x: at.0,
        y: at.1,
        delta_x: 0.0,
        delta_y: 120.0,
        modifiers: PLAIN,
    });
    let offset = |shown: &Shown| {
        let document = shown.view.document.as_ref().expect("it is shown");
        let node = document.get_node(by_id(shown, "box")).expect("it is there");
        node.scroll_offset().y
    };
    assert_eq!(offset(&shown), 120.0);
    shown.more(&stream, "<p>another</div><p>after");
    assert_eq!(offset(&shown), 120.0);
    shown.end(&stream);
    assert_eq!(offset(&shown), 120.0);
}

#[test]
fn the_first_autofocus_counts_and_does_not_take_the_focus_from_the_user() {
    let focused = |shown: &Shown, id: &str| {
        let document = shown.view.document.as_ref().expect("it is shown");
        document.get_focussed_node_id() == Some(by_id(shown, id))
    };
    let (mut shown, stream) = Shown::begun("<input id=a autofocus><input id=b autofocus>");
    assert!(focused(&shown, "a"));
    shown.more(&stream, "<input id=c autofocus>");
    assert!(focused(&shown, "a"));
    let (mut shown, stream) = Shown::begun("<input id=a style='position:fixed;top:0;left:0'>");
    shown.click((20.0, 8.0));
    assert!(focused(&shown, "a"));
    shown.more(&stream, "<input id=b autofocus>");
    shown.end(&stream);
    assert!(focused(&shown, "a"));
}

#[test]
fn what_the_user_chose_in_a_select_and_typed_in_a_text_area_stays() {
    let (mut shown, stream) = Shown::begun("<select id=s><option>a<option>b");
    let chosen = |shown: &Shown| {
        let document = shown.view.document.as_ref().expect("it is shown");
        let options = crate::document::forms::chosen(document, by_id(shown, "s"));
        let texts = options
            .iter()
            .map(|id| crate::document::forms::label(document, *id));
        texts.collect::<Vec<_>>().join(",")
    };
    assert_eq!(chosen(&shown), "a");
    shown.more(&stream, "<option selected>c");
    assert_eq!(chosen(&shown), "c", "the page's own choice");
    let document = shown.view.document.as_mut().expect("it is shown");
    let select = document.get_element_by_id("s").expect("it is there");
    let second = crate::document::forms::options(document, select)[1];
    crate::document::forms::choose(document, select, &[second]);
    shown.more(
        &stream,
        "<option selected>d</select><textarea id=t style='position:fixed;top:50px;left:0'>page",
    );
    assert_eq!(chosen(&shown), "b");
    let text = |shown: &Shown| {
        let document = shown.view.document.as_ref().expect("it is shown");
        let node = document.get_node(by_id(shown, "t")).expect("it is there");
        let input = node.element_data().and_then(|it| it.text_input_data());
        input
            .map(|input| input.editor.text().to_string())
            .unwrap_or_default()
    };
    assert_eq!(text(&shown), "page");
    shown.more(&stream, "'s own");
    assert_eq!(text(&shown), "page's own");
    shown.click((20.0, 60.0));
    shown.input(InputEvent::KeyDown {
        key: Key::Character('!'),
        modifiers: PLAIN,
        repeat: false,
    });
    shown.more(&stream, " words</textarea>");
    shown.end(&stream);
    assert!(
        text(&shown).contains('!') && !text(&shown).contains("words"),
        "{}",
        text(&shown)
    );
    assert_eq!(chosen(&shown), "b");
}

#[test]
fn a_target_that_comes_later_becomes_the_target() {
    let (mut shown, stream) = target_page();
    assert_ne!(shown.pixel(200, 150), 0xff_0000);
    shown.more(
        &stream,
        "<p id=here style='position:fixed;inset:0;margin:0'>",
    );
    assert_eq!(shown.pixel(200, 150), 0xff_0000);
    shown.end(&stream);
    assert_eq!(shown.pixel(200, 150), 0xff_0000);
}

fn target_page() -> (Shown, Stream) {
    let mut shown = Shown::new("");
    shown.view.set_target(Some("here".to_owned()));
    let stream = shown
        .view
        .open(crate::document::markup::Markup::Html, "http://site.test/");
    shown.more(&stream, "<style>:target { background: red }</style><p>x");
    (shown, stream)
}

#[test]
fn a_later_sheet_wins_over_an_earlier_one_although_boxes_are_gone() {
    let (mut shown, stream) =
        Shown::begun("<body>bare<div>x</div>bare<p>y<style>body { background: red }</style>");
    // Boxes made for bare text are made anew, and their numbers are free for what comes.
    for _ in 0..5 {
        shown.more(&stream, "bare<div>x</div>");
        shown.view.needs_whole_layout = true;
        shown.view.touch();
        shown.settle();
    }
    shown.more(&stream, "<style>body { background: blue }</style>more");
    shown.more(&stream, "<style>body { background: lime }</style>");
    assert_eq!(shown.pixel(399, 299), 0x00_ff00);
    shown.end(&stream);
    assert_eq!(shown.pixel(399, 299), 0x00_ff00);
}

#[test]
fn a_control_may_name_a_form_that_comes_later() {
    let html = "<input form=f name=a value=1 style='position:fixed;top:0;left:0'>";
    let (mut shown, stream) = Shown::begun(html);
    shown.more(&stream, "<form id=f action=/sent></form>");
    shown.end(&stream);
    shown.click((20.0, 8.0));
    shown.input(InputEvent::KeyDown {
        key: Key::Enter,
        modifiers: PLAIN,
        repeat: false,
    });
    let sent = shown.view.events.take_navigations();
    let urls: Vec<&str> = sent.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, ["http://site.test/sent?a=1"]);
}

#[test]
fn the_page_can_be_used_between_two_layouts_of_it() {
    let (mut shown, stream) = Shown::begun("<b>a<p>one<table><tr><td>two<svg><text>x");
    for part in [
        "</b>three<p>",
        "four</table><i>five",
        "<select><option>a",
        "</i></svg>six<b>",
    ] {
        shown.view.grow(&stream, || stream.parse(part));
        // Nothing of that is laid out.
        shown.pixels();
        shown.press((30.0, 30.0), Button::Left, PLAIN);
        shown.release((90.0, 60.0), Button::Left);
        shown.pixels();
        shown.view.find(1, "o", protocol::find::FindStep::Next);
        shown.pixels();
    }
    shown.end(&stream);
    shown.pixels();
}
