//! Claims about the user-agent style and the features of style sheets.

use super::damage::move_to;
use super::harness::Outside;
use super::page::PLAIN;
use protocol::input::Key;

const RED: u32 = 0xff_0000;
const WHITE: u32 = 0xff_ffff;

fn load(html: &str) -> Outside {
    let mut outside = Outside::page();
    outside.load(&format!("<style>body {{ margin: 0 }}</style>{html}"));
    outside
}

/// How many pixels of a row, from the left, are not white.
fn reach(outside: &Outside, y: u32) -> u32 {
    (0..400)
        .rfind(|x| outside.pixel(*x, y) != WHITE)
        .map_or(0, |x| x + 1)
}

#[test]
fn the_size_of_a_field_is_its_width() {
    // As wide as Chromium's.
    for (attribute, width) in [
        ("", 177),
        ("size=20", 177),
        ("size=30", 257),
        ("size=5", 57),
    ] {
        let outside = load(&format!("<input style='display:block' {attribute}>"));
        let found = reach(&outside, 8);
        assert!(found.abs_diff(width) <= 2, "{attribute}: {found}");
    }
}

#[test]
fn a_table_with_a_border_has_one_and_so_have_its_cells() {
    let cell = "<tr><td style='width:50px;height:20px'></td></tr>";
    let outside = load(&format!(
        "<table border=5 cellspacing=10 cellpadding=4>{cell}</table>"
    ));
    assert_ne!(outside.pixel(2, 20), WHITE, "the border");
    assert_eq!(outside.pixel(10, 20), WHITE, "the gap");
    assert_ne!(outside.pixel(15, 25), WHITE, "the border of the cell");
    assert_eq!(reach(&outside, 25), 5 + 10 + 1 + 4 + 50 + 4 + 1 + 10 + 5);
    let outside = load(&format!("<table border=0>{cell}</table>"));
    assert_eq!(reach(&outside, 10), 0);
}

#[test]
fn rules_have_a_size_and_a_colour() {
    let outside = load("<hr size=20 color=red width=100 align=left style='margin-top:0'>");
    assert_eq!(outside.pixel(50, 10), RED);
    assert_eq!(outside.pixel(50, 22), WHITE);
    assert_eq!(reach(&outside, 10), 102);
}

#[test]
fn a_link_shows_the_focus_that_a_key_gave_it_and_no_other() {
    let html = "<a href='#' style='display:block;margin:20px;width:100px;height:30px;\
        outline-offset:0'></a><button style='margin:20px;width:90px;height:30px;border:none;\
        background:#ffffff'></button>";
    let mut outside = load(html);
    assert_eq!(outside.pixel(19, 35), WHITE);
    outside.key(Key::Tab, PLAIN);
    outside.wait_pixels("the ring of the link", |o| o.pixel(19, 35) != WHITE);
    outside.key(Key::Tab, PLAIN);
    outside.wait_pixels("no ring", |o| o.pixel(19, 35) == WHITE);
    assert_ne!(
        outside.pixels(),
        load(html).pixels(),
        "the ring of the button"
    );
    let mut outside = load(html);
    outside.click(50.0, 90.0);
    outside.wait_pixels("no ring", |o| o.pixel(19, 35) == WHITE);
    assert_eq!(outside.pixel(19, 90), WHITE);
}

#[test]
fn focus_visible_matches_what_a_key_gave_the_focus() {
    let mut outside = load(
        "<style>a:focus-visible { background: #ff0000 } a { display: block; height: 40px }</style>\
         <a href='#x'></a>",
    );
    assert_eq!(outside.pixel(200, 20), WHITE);
    outside.key(Key::Tab, PLAIN);
    outside.wait_pixels("the style", |o| o.pixel(200, 20) == RED);
}

#[test]
fn has_nth_child_of_and_scope_work() {
    let outside = load(
        "<style>div { height: 20px; color: transparent } #a:has(> b) { background: #ff0000 }\
         section > :nth-child(2 of .x) { background: #ff0000 }\
         @scope (#s) { :scope { background: #ff0000 } }</style>\
         <div id=a><b>x</b></div><section><div class=x>x</div><div>x</div><div class=x>x</div>\
         </section><div id=s>x</div>",
    );
    assert_eq!([10, 70, 90].map(|y| outside.pixel(50, y)), [RED; 3]);
    assert_eq!([30, 50].map(|y| outside.pixel(50, y)), [WHITE; 2]);
}

#[test]
fn a_character_reference_in_a_style_element_is_text() {
    let outside = load(
        "<style>div { height: 20px; background: #ff0000 } [title='&lt;'] { background: #ffffff }\
         </style><div title='&amp;lt;'></div><div title='&lt;'></div>",
    );
    assert_eq!(outside.pixel(5, 10), WHITE);
    assert_eq!(outside.pixel(5, 30), RED);
}

#[test]
fn legacy_attributes_colour_and_size_text() {
    let outside = load("<body text=red bgcolor='#ffffff'><font size=7>&#9608;</font>");
    assert!(outside.pixels().contains(&RED));
    let outside = load("<font color=red size='+4'>&#9608;</font>");
    assert!(outside.pixels().contains(&RED));
}

#[test]
fn hidden_text_in_a_line_takes_room_and_is_not_seen() {
    let outside = load(
        "<p style='margin:0;font-size:40px;color:#ff0000'><span style='visibility:hidden;\
         background:#00ff00'>&#9608;&#9608;<b style='visibility:visible;color:#0000ff'>&#9608;</b>\
         </span></p>",
    );
    let pixels = outside.pixels();
    assert!(!pixels.contains(&RED) && !pixels.contains(&0x00_ff00));
    assert!(pixels.contains(&0x00_00ff));
}

#[test]
fn a_link_that_floats_can_be_clicked() {
    let mut outside = load(
        "<div style='width:300px'>text <a href='/float' style='float:right;width:80px;\
         height:40px'>float</a>text <a href='/left' style='float:left;width:50px;height:40px'>l</a>\
         </div>",
    );
    outside.click(260.0, 20.0);
    assert_eq!(
        super::page::navigate(&mut outside).0,
        "http://site.test/float"
    );
    outside.click(20.0, 35.0);
    assert_eq!(
        super::page::navigate(&mut outside).0,
        "http://site.test/left"
    );
}

/// Whether the pixels of the first line of text, from `left` to `right`, lie on that colour.
fn lies_on(outside: &Outside, color: u32, left: u32, right: u32) -> bool {
    (left..right).all(|x| outside.pixel(x, 4) == color || outside.pixel(x, 15) == color)
}

#[test]
fn the_background_of_an_inline_element_lies_behind_elements_inside_it() {
    // Letters of one width, 10 pixels each.
    let text =
        "<style>p { margin: 0; font: 16.66px/20px monospace; color: transparent }</style><p>";
    let outside = load(&format!(
        "{text}<span style='background: #ff0000'>ab<b>cd<i>ef</i></b>gh</span>ij"
    ));
    assert!(lies_on(&outside, RED, 1, 79), "elements inside elements");
    assert!(lies_on(&outside, WHITE, 82, 99), "after it");
    let outside = load(&format!(
        "{text}<span style='background: #ff0000'>ab<b style='background: #0000ff80'>cd</b>\
         <b style='background: #0000ff'>ef</b></span>"
    ));
    assert!(
        lies_on(&outside, 0x7f_0080, 21, 39),
        "{:06x}",
        outside.pixel(30, 10)
    );
    assert!(lies_on(&outside, 0x00_00ff, 41, 59), "its own");
}

#[test]
fn the_background_behind_inner_elements_comes_and_goes_with_the_pointer() {
    let mut outside = load(
        "<style>p { margin: 0; font: 16.66px/20px monospace; color: transparent }\
         span:hover { background: #ff0000 }</style><p><span>ab<b>cd</b></span></p>",
    );
    assert!(lies_on(&outside, WHITE, 1, 39));
    outside.input(move_to(10.0, 10.0));
    outside.wait_pixels("a background", |o| lies_on(o, RED, 1, 39));
    outside.input(move_to(10.0, 200.0));
    outside.wait_pixels("no background", |o| lies_on(o, WHITE, 1, 39));
}

/// The place of the box of that colour: left, top, width, height.
fn place(outside: &Outside, color: u32) -> [u32; 4] {
    let pixels = outside.pixels();
    let at = pixels
        .iter()
        .enumerate()
        .filter(|(_, pixel)| **pixel == color);
    let at: Vec<(u32, u32)> = at
        .map(|(at, _)| (at as u32 % 400, at as u32 / 400))
        .collect();
    let left = at.iter().map(|at| at.0).min().unwrap_or(0);
    let top = at.iter().map(|at| at.1).min().unwrap_or(0);
    let right = at.iter().map(|at| at.0 + 1).max().unwrap_or(0);
    let bottom = at.iter().map(|at| at.1 + 1).max().unwrap_or(0);
    [left, top, right - left, bottom - top]
}

#[test]
fn what_stands_in_a_table_without_rows_or_cells_is_shown_as_in_one() {
    const GREEN: u32 = 0x00_ff00;
    // As Chromium has them: the red box, then the green one.
    let cases = [
        // Blocks in a table: one cell, as wide as the widest.
        (
            "<div style='display:table;margin:0 auto'><div class=r></div>\
             <div class=g style='width:60px'></div></div>",
            [170, 0, 50, 20],
            [170, 20, 60, 20],
        ),
        // Rows wrapped in a box.
        (
            "<div style='display:table'><div><div class=row><div class='c r'></div>\
             <div class='c g'></div></div></div></div>",
            [0, 0, 50, 20],
            [50, 0, 50, 20],
        ),
        // Cells without a row.
        (
            "<div style='display:table'><div class='c r'></div><div class='c g'></div></div>",
            [0, 0, 50, 20],
            [50, 0, 50, 20],
        ),
        // Cells without a table.
        (
            "<div><div class='c r'></div><div class='c g'></div></div>",
            [0, 0, 50, 20],
            [50, 0, 50, 20],
        ),
        // Rows without a table.
        (
            "<section><div class=row><div class='c r'></div></div>\
             <div class=row><div class='c g'></div></div></section>",
            [0, 0, 50, 20],
            [0, 20, 50, 20],
        ),
    ];
    for (html, red, green) in cases {
        let outside = load(&format!(
            "<style>.row {{ display: table-row }} .c {{ display: table-cell }} \
             .r, .g {{ width: 50px; height: 20px; background: #ff0000 }} \
             .g {{ background: #00ff00 }}</style>{html}"
        ));
        assert_eq!(
            (place(&outside, RED), place(&outside, GREEN)),
            (red, green),
            "{html}"
        );
    }
}

#[test]
fn an_empty_inline_element_between_blocks_keeps_no_margins_apart() {
    const GREEN: u32 = 0x00_ff00;
    let style = "<style>div { width: 50px; height: 20px; margin: 20px 0; background: #ff0000 }\
        div.g { background: #00ff00 }</style><div></div>";
    for between in [
        "",
        "<a id=x></a>",
        " <span id=x> </span> <a name=y></a> ",
        "<section><a id=x></a>",
    ] {
        let outside = load(&format!("{style}{between}<div class=g></div>"));
        let found = (place(&outside, RED), place(&outside, GREEN));
        assert_eq!(found, ([0, 20, 50, 20], [0, 60, 50, 20]), "{between}");
    }
    // A line with something in it does, and so does one of a height of its own.
    for between in ["<a id=x></a>text", "<a id=x style='padding: 1px'></a>text"] {
        let outside = load(&format!("{style}{between}<div class=g></div>"));
        assert!(place(&outside, GREEN)[1] > 85, "{between}");
    }
    let outside = load("<p style='height: 30px; background: #ff0000; margin: 0'><b></b></p>");
    assert_eq!(place(&outside, RED), [0, 0, 400, 30]);
}

#[test]
fn the_text_of_an_input_stands_on_the_line_around_it() {
    const GREEN: u32 = 0x00_ff00;
    for style in [
        "",
        "height: 60px",
        "padding: 20px; border: 5px solid #808080",
    ] {
        let outside = load(&format!(
            "<p style='margin: 30px 0; font: 20px monospace; color: #00ff00'>&#9608;<input \
             value='&#9608;' style='font: 20px monospace; color: #ff0000; width: 100px; {style}'>"
        ));
        let bottom = |color| {
            let [_, top, _, height] = place(&outside, color);
            top + height
        };
        let (around, inside) = (bottom(GREEN), bottom(RED));
        assert!(around.abs_diff(inside) <= 1, "{style}: {around}, {inside}");
    }
}
