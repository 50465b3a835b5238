//! Claims about what the pointer finds: boxes in the lines of padded containers, and what is beside
//! them.

use super::harness::Outside;
use super::page::navigate;
use protocol::input::InputEvent;

const BOX: &str = "<style>body { margin: 0 } .in { padding: 40px; border: 5px solid; \
    border-right-width: 0 } a { display: inline-block; width: 100px; height: 30px; \
    background: #ff0000 } a:hover { background: #00ff00 }</style>";

fn page(html: &str) -> Outside {
    let mut outside = Outside::page();
    outside.load(html);
    outside
}

fn leads_to(outside: &mut Outside, place: (f32, f32), wanted: &str) {
    outside.click(place.0, place.1);
    assert_eq!(navigate(outside).0, wanted, "at {place:?}");
}

#[test]
fn a_box_in_a_line_is_found_where_it_is_painted() {
    for place in [(46.0, 46.0), (144.0, 74.0), (90.0, 60.0)] {
        let mut outside = page(&format!("{BOX}<div class=in><a href=/there></a></div>"));
        leads_to(&mut outside, place, "http://site.test/there");
    }
}

#[test]
fn a_box_in_a_line_is_found_nowhere_else() {
    let links = "<div class=in><a href=/first></a></div><p><a href=/second></a></p>";
    let mut outside = page(&format!("{BOX}{links}"));
    // In the padding: as far right and down as the padding is wide.
    outside.click(140.0, 100.0);
    leads_to(&mut outside, (5.0, 150.0), "http://site.test/second");
}

#[test]
fn a_box_in_a_box_is_found() {
    let inner = "<span class=in style='display: inline-block'><a href=/inner></a></span>";
    let mut outside = page(&format!("{BOX}<div class=in>x {inner}</div>"));
    // To the right of the text, two paddings in.
    leads_to(&mut outside, (150.0, 110.0), "http://site.test/inner");
}

#[test]
fn text_beside_a_box_is_found_where_it_is_painted() {
    let mut outside = page(
        "<style>body { margin: 0 } li { list-style: none; padding: 20px; font-size: 60px } \
         b { display: inline-block; width: 13px; height: 13px }</style>\
         <ul style='margin: 0; padding: 0'><li><b></b><a href=/text>MMMMMM</a></ul>",
    );
    leads_to(&mut outside, (47.0, 52.0), "http://site.test/text");
}

#[test]
fn a_click_in_a_field_puts_the_caret_where_it_is() {
    let mut outside = page(
        "<style>body { margin: 0 } [name] { border: 0; padding: 0; width: 200px; height: 30px; \
         font-size: 20px } #go { position: absolute; left: 0; top: 0; width: 30px; \
         height: 30px }</style><form action=/f><input type=submit id=go>\
         <div style='padding: 40px'><input name=c value=abc></div></form>",
    );
    outside.click(41.0, 55.0);
    outside.type_text("X");
    leads_to(&mut outside, (10.0, 10.0), "http://site.test/f?c=Xabc");
}

#[test]
fn hovering_lasts_over_a_layout() {
    let mut outside = page(&format!("{BOX}<div class=in><a href=/there></a></div>"));
    outside.wait_pixels("the link", |outside| outside.pixel(100, 60) == 0xff_0000);
    outside.input(InputEvent::PointerMove {
        x: 60.0,
        y: 55.0,
        modifiers: super::page::PLAIN,
    });
    outside.wait_pixels("the hover", |outside| outside.pixel(100, 60) == 0x00_ff00);
}
