//! Claims about links, places within a page, targets and refreshes.

use super::harness::{NAVIGATION, Outside};
use super::page::{CTRL, PLAIN, incomplete, navigate, scrolled};
use protocol::input::{Button, Cursor};
use protocol::renderer::{FromRenderer, GoWithin, HistoryPlace, ToRenderer};

/// The address of the page, at a place of it.
fn address(fragment: Option<&str>) -> String {
    let mut url = url::Url::parse("http://site.test/page").expect("a URL");
    url.set_fragment(fragment);
    url.into()
}

#[test]
fn a_followed_link_is_asked_for_and_nothing_else_happens() {
    let mut outside = Outside::page();
    outside.load("<body style='margin:0'><a href='/next?q=1' style='display:block;height:40px'>x");
    outside.click(10.0, 10.0);
    assert_eq!(
        navigate(&mut outside),
        ("http://site.test/next?q=1".to_owned(), false)
    );
    outside.click_with(10.0, 10.0, Button::Left, CTRL);
    assert!(navigate(&mut outside).1, "Ctrl asks for a new tab");
    outside.click_with(10.0, 10.0, Button::Middle, PLAIN);
    assert!(navigate(&mut outside).1, "so does the middle button");
    let hover = outside.wait_said("a hover", |message| match message {
        FromRenderer::Hover { cursor, link } => Some((*cursor, link.clone())),
        _ => None,
    });
    assert_eq!(
        hover,
        (
            Cursor::Pointer,
            Some("http://site.test/next?q=1".to_owned())
        )
    );
}

#[test]
fn a_fragment_link_goes_to_another_place_of_the_document() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><a href='#f%C3%A4r' style='display:block;height:40px'>x</a>\
         <div style='height:2000px'></div>\
         <div id=f\u{e4}r style='height:900px;background:#00ff00'>",
    );
    outside.click(10.0, 10.0);
    let fragment = outside.wait_said("a place", |message| match message {
        FromRenderer::WentWithin { fragment, .. } => Some(fragment.clone()),
        _ => None,
    });
    assert_eq!(fragment, "f%C3%A4r");
    assert_eq!(scrolled(&mut outside), 2040);
    outside.wait_pixels("the place", |o| o.pixel(10, 10) == 0x00_ff00);
    let is_navigation = |m: &FromRenderer| matches!(m, FromRenderer::Navigate { .. });
    assert!(!outside.said.iter().any(is_navigation));
    let go = |fragment: Option<&str>, scroll_y| {
        ToRenderer::GoWithin(GoWithin {
            sequence: u32::MAX,
            navigation: NAVIGATION,
            url: address(fragment),
            state: None,
            place: HistoryPlace::default(),
            scroll_y,
        })
    };
    outside.send(go(None, Some(30)));
    assert_eq!(scrolled(&mut outside), 30);
    outside.send(go(Some("f\u{e4}r"), None));
    assert_eq!(scrolled(&mut outside), 2040);
    outside.send(go(Some("top"), None));
    assert_eq!(scrolled(&mut outside), 0);
    outside.send(go(Some("nowhere"), Some(7)));
    assert_eq!(scrolled(&mut outside), 7);
}

#[test]
fn what_the_fragment_names_is_the_target() {
    let mut outside = Outside::page();
    let markup =
        b"<style>body, p { margin: 0 } a, p { display: block; height: 40px; width: 100px; \
        background: #0000ff } p:target, :TARGET + p { background: #00ff00 } \
        p:not(:target) + a { background: #ff0000 } a::before { content: ':target{}' }</style>\
        <a href='#a'>x</a><p id=a></p><a name=b href='#b'>x</a><p></p>";
    outside.commit("http://site.test/#b", "text/html", markup);
    outside.wait_loaded();
    let rows = |o: &Outside| [20, 60, 100, 140].map(|y| o.pixel(95, y));
    let (red, green, blue) = (0xff_0000, 0x00_ff00, 0x00_00ff);
    assert_eq!(rows(&outside), [blue, blue, red, green]);
    outside.click(5.0, 20.0);
    let of_a = [blue, green, blue, blue];
    outside.wait_pixels("the other target", |o| rows(o) == of_a);
    outside.click(5.0, 100.0);
    outside.wait_pixels("the first again", |o| rows(o) == [blue, blue, red, green]);
    let go = |outside: &Outside, fragment: Option<&str>| {
        outside.send(ToRenderer::GoWithin(GoWithin {
            sequence: u32::MAX,
            navigation: NAVIGATION,
            url: address(fragment),
            state: None,
            place: HistoryPlace::default(),
            scroll_y: Some(0),
        }));
    };
    go(&outside, Some("a"));
    outside.wait_pixels("back", |o| rows(o) == of_a);
    go(&outside, None);
    outside.wait_pixels("no target", |o| rows(o) == [blue, blue, red, blue]);
}

#[test]
fn a_fragment_of_a_megabyte_is_refused_in_words() {
    let mut outside = Outside::page();
    let fragment = "x".repeat(1 << 20);
    outside.load(&format!(
        "<body style='margin:0'><a href='#{fragment}' style='display:block;height:40px'>x</a>"
    ));
    outside.click(10.0, 10.0);
    assert!(incomplete(&mut outside).contains("too long"));
}

#[test]
fn targets_of_links_and_forms_name_tabs() {
    let mut outside = Outside::page();
    outside.load(
        "<base target=of-base><style>a, button { display: block; height: 40px } \
         body, form, button { margin: 0 }</style>\
         <body><a href=/1 target=_blank>x</a><a href=/2 target=help>x</a>\
         <a href=/3 target=_top>x</a><a href=/4>x</a>\
         <form action=/5 target=sent><button style='width:90px'>x</button></form>",
    );
    let named = |outside: &mut Outside| {
        outside.wait_said("a named tab", |message| match message {
            FromRenderer::NavigateNamed { url, name, .. } => {
                Some((url.rsplit('/').next()?.to_owned(), name.clone()))
            }
            _ => None,
        })
    };
    for (y, path, name) in [
        (10.0, "1", ""),
        (50.0, "2", "help"),
        (130.0, "4", "of-base"),
    ] {
        outside.click(5.0, y);
        assert_eq!(named(&mut outside), (path.to_owned(), name.to_owned()));
    }
    outside.click(20.0, 180.0);
    assert_eq!(named(&mut outside), ("5?".to_owned(), "sent".to_owned()));
    outside.click(5.0, 90.0);
    let own = ("http://site.test/3".to_owned(), false);
    assert_eq!(navigate(&mut outside), own);
}

#[test]
fn a_refresh_is_told_and_not_done() {
    let mut outside = Outside::page();
    outside.load("<meta http-equiv=Refresh content='3; url=next'>");
    let refresh = outside.wait_said("a refresh", |message| match message {
        FromRenderer::Refresh { url, after_s, .. } => Some((url.clone(), *after_s)),
        _ => None,
    });
    assert_eq!(refresh, ("http://site.test/next".to_owned(), 3));
}
