//! Claims about a page that nobody sees.

use super::harness::{Outside, SIZE};
use protocol::geometry::Size;
use protocol::ids::Generation;

const GREEN: &str = "<body style='margin:0;background:#00ff00'><p>green";
const BLUE: &str = "<body style='margin:0;background:#0000ff'><p>blue";
const LARGE: Size = Size::new(SIZE.width * 2, SIZE.height);

#[test]
fn a_hidden_page_is_loaded_without_a_paint_and_painted_when_it_is_shown() {
    let mut outside = Outside::page();
    outside.load(GREEN);
    outside.hide(SIZE);
    outside.load(BLUE);
    assert_eq!(outside.frames_seen, 0);
    outside.show(LARGE, Generation(2));
    let right = LARGE.width - 2;
    outside.wait_pixels("all of the page", |o| o.pixel(right, 2) == 0x00_00ff);
}

#[test]
fn a_page_that_nobody_has_seen_yet_is_loaded_too() {
    let mut outside = Outside::unseen_page(SIZE);
    outside.load(GREEN);
    outside.show(SIZE, Generation(1));
    outside.wait_pixels("the page", |o| o.pixel(2, 2) == 0x00_ff00);
}

/// What a hidden page gives back must not be missed.
#[test]
fn a_page_that_was_hidden_looks_the_same_when_it_is_shown() {
    let texts =
        "<p>some <b>bold</b> and <i>slanted</i> text <code>code</code> é Ω Ж</p>".repeat(40);
    let page = format!(
        "<title>t</title><body><ul><li>one<li>two</ul><input value=field><table><td>a<td>b</table>\
         <iframe srcdoc='<p>inside the frame' height=60></iframe>{texts}"
    );
    let mut outside = Outside::page();
    outside.load(&page);
    let before = outside.pixels();
    for generation in 2..4 {
        outside.hide(SIZE);
        outside.show(SIZE, Generation(generation));
        outside.wait_pixels("the same page", |o| o.pixels() == before);
    }
    outside.hide(SIZE);
    outside.show(LARGE, Generation(4));
    outside.wait_pixels("a wider page", |o| o.pixels().len() == before.len() * 2);
}
