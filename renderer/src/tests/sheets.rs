//! Claims about which style sheets of a page apply.

use super::harness::{Outside, SIZE};
use protocol::fetch::ToNetwork;
use protocol::geometry::Size;
use protocol::ids::Generation;
use protocol::renderer::FromRenderer;

const RED: u32 = 0xff_0000;
const GREEN: u32 = 0x00_ff00;
const WHITE: u32 = 0xff_ffff;

/// Loads a page and answers each sheet that it asks for with a rule that colours the part of the
/// page that is named like the sheet.
fn load(html: &str) -> Outside {
    let mut outside = Outside::page();
    let html = format!(
        "<style>body {{ margin: 0 }} p {{ margin: 0; height: 20px }}</style>{html}\
         <p id=a><p id=b><p id=c><p id=d>"
    );
    outside.commit("http://site.test/", "text/html", html.as_bytes());
    let is_loaded = |m: &FromRenderer| matches!(m, FromRenderer::Loaded { .. });
    while let Some((request, url)) = outside.wait_fetch_or(is_loaded) {
        let name = url.rsplit('/').next().unwrap_or_default();
        let sheet = format!("#{name} {{ background: #ff0000 }}");
        outside.serve(request, &url, sheet.as_bytes());
    }
    outside.wait_loaded();
    outside
}

/// The colours of the parts a, b, c and d.
fn parts(outside: &Outside) -> [u32; 4] {
    [10, 30, 50, 70].map(|y| outside.pixel(5, y))
}

#[test]
fn a_sheet_for_another_medium_does_not_apply_and_is_not_fetched() {
    let mut outside = Outside::page();
    outside.load(
        "<link rel=stylesheet media=print href=p.css><style media=print>html { background: red }\
         </style><link rel=stylesheet media='PRINT, speech' href=q.css>",
    );
    // The page's icon is asked for, which is no sheet.
    let is_sheet = |asked: &ToNetwork| format!("{asked:?}").contains(".css");
    assert!(!outside.fetches.iter().any(is_sheet));
    assert_eq!(outside.pixel(5, 5), WHITE);
}

#[test]
fn sheets_for_screens_and_for_fitting_conditions_apply() {
    let outside = load(
        "<link rel=stylesheet media=screen href=a><link rel=STYLESHEET media='(max-width: 399px)' \
         href=b><link rel='stylesheet' media='print, (min-width: 400px)' href=c>\
         <style media='screen and (min-height: 300px)'>#d { background: #00ff00 }</style>",
    );
    assert_eq!(parts(&outside), [RED, WHITE, RED, GREEN]);
}

#[test]
fn a_sheet_comes_and_goes_with_the_width() {
    let mut outside = load(
        "<link rel=stylesheet media='(max-width: 300px)' href=a>\
         <style>@import 'b' (max-width: 300px);</style>\
         <style media='(max-width: 300px)'>#c { background: #00ff00 }</style>",
    );
    assert_eq!(parts(&outside), [WHITE; 4]);
    outside.resize(Size::new(300, 300), Generation(2));
    outside.wait_pixels("the narrow sheets", |o| {
        parts(o) == [RED, RED, GREEN, WHITE]
    });
    outside.resize(SIZE, Generation(3));
    outside.wait_pixels("the wide page", |o| parts(o) == [WHITE; 4]);
}

#[test]
fn an_import_for_print_does_not_apply() {
    let outside = load("<style>@import 'a' print; @import 'b' screen; @import url(c);</style>");
    assert_eq!(parts(&outside), [WHITE, RED, RED, WHITE]);
}

#[test]
fn alternate_sheets_wait_for_a_choice_that_nobody_makes() {
    let outside = load(
        "<link rel=stylesheet title=main href=a><link rel='alternate stylesheet' title=other \
         href=b><link rel=stylesheet title=other href=c><link rel=stylesheet title=main href=d>",
    );
    assert_eq!(parts(&outside), [RED, WHITE, WHITE, RED]);
    let outside = load(
        "<meta http-equiv=Default-Style content=other><link rel=stylesheet title=main href=a>\
         <link rel='alternate stylesheet' title=other href=b><link rel=stylesheet disabled href=c>\
         <link rel=stylesheet type=text/less href=d>",
    );
    assert_eq!(parts(&outside), [WHITE, RED, WHITE, WHITE]);
}

#[test]
fn a_style_element_that_is_not_css_is_no_sheet() {
    let outside = load(
        "<style type=text/less>#a { background: #ff0000 }</style>\
         <style type=TEXT/CSS>#b { background: #ff0000 }</style>\
         <style title=x>#c { background: #ff0000 }</style>\
         <style title=y>#d { background: #ff0000 }</style>",
    );
    assert_eq!(parts(&outside), [WHITE, RED, RED, WHITE]);
}

#[test]
fn a_frame_honours_media_as_well() {
    let mut outside = Outside::page();
    outside.load(
        "<style>body { margin: 0 } iframe { border: none; width: 100px; height: 50px }</style>\
         <iframe srcdoc=\"<style media='(max-width: 99px)'>html { background: red }</style>\">\
         </iframe><iframe srcdoc=\"<style media='(max-width: 100px)'>html { background: #ff0000 }\
         </style>\"></iframe>",
    );
    outside.wait_pixels("the second frame", |o| o.pixel(150, 20) == RED);
    assert_eq!(outside.pixel(50, 20), WHITE);
}
