//! Claims about selecting text in a page.

use super::shown::{PLAIN, Shown};
use protocol::appearance::ColorScheme;
use protocol::input::{Button, InputEvent, Modifiers};

const TWO: &str = "<style>body { margin: 20px; font: 16px sans-serif }</style>\
    <p id=one>Alpha <b>beta</b> gamma</p><p id=two>Delta epsilon zeta</p>";

fn select_all(shown: &mut Shown) -> Option<String> {
    shown.select_all();
    shown.selected()
}

#[test]
fn a_double_click_selects_a_word_and_a_triple_click_its_paragraph() {
    let mut shown = Shown::new(TWO);
    let at = shown.place_of("beta");
    shown.click(at);
    assert_eq!(shown.selected(), None);
    shown.click(at);
    assert_eq!(shown.selected().as_deref(), Some("beta"));
    shown.click(at);
    assert_eq!(shown.selected().as_deref(), Some("Alpha beta gamma"));
    let elsewhere = shown.place_of("zeta");
    shown.click(elsewhere);
    assert_eq!(shown.selected(), None, "a click selects nothing");
}

#[test]
fn a_triple_click_in_lines_that_are_kept_selects_one_of_them() {
    let mut shown = Shown::new("<pre>first line\nsecond line\nthird</pre>");
    let at = shown.place_of("second");
    for _ in 0..3 {
        shown.click(at);
    }
    assert_eq!(shown.selected().as_deref(), Some("second line"));
}

#[test]
fn a_drag_selects_across_blocks_in_both_directions() {
    let mut shown = Shown::new(TWO);
    let (from, to) = (shown.place_of("gamma"), shown.place_of("zeta"));
    let (left, right) = ((from.0 - 60.0, from.1), (to.0 + 60.0, to.1));
    shown.drag(left, right);
    let selected = shown.selected().expect("something");
    assert!(
        selected.ends_with("gamma\n\nDelta epsilon zeta"),
        "{selected:?}"
    );
    shown.drag(right, left);
    assert_eq!(shown.selected(), Some(selected));
    // Below the last line is its end, above the first one its beginning.
    shown.drag((from.0, 5.0), (from.0, 290.0));
    let all = "Alpha beta gamma\n\nDelta epsilon zeta";
    assert_eq!(shown.selected().as_deref(), Some(all));
}

#[test]
fn a_drag_after_a_double_click_goes_by_words() {
    let mut shown = Shown::new(TWO);
    let (from, to) = (shown.place_of("eta"), shown.place_of("mm"));
    shown.click(from);
    shown.press(from, Button::Left, PLAIN);
    shown.release(to, Button::Left);
    assert_eq!(shown.selected().as_deref(), Some("beta gamma"));
}

#[test]
fn shift_extends_and_other_buttons_keep_what_is_selected() {
    let mut shown = Shown::new(TWO);
    let (from, to) = (shown.place_of("Alpha"), shown.place_of("epsilon"));
    shown.click((from.0 - 60.0, from.1));
    let shift = Modifiers {
        shift: true,
        ..PLAIN
    };
    shown.press((to.0, to.1), Button::Left, shift);
    shown.release(to, Button::Left);
    let selected = shown.selected().expect("something");
    assert!(
        selected.starts_with("Alpha beta gamma\n\nDelta eps"),
        "{selected:?}"
    );
    for button in [Button::Right, Button::Middle] {
        shown.press(from, button, PLAIN);
        shown.release(from, button);
        assert_eq!(shown.selected().as_ref(), Some(&selected));
    }
}

#[test]
fn all_that_is_selected_is_what_can_be_read() {
    let mut shown = Shown::new(
        "<style>q::before { content: 'made' } .no { user-select: none }</style>\
         <title>no</title><h1>Head</h1>bare text<p>a <q>b</q> <span style='visibility: hidden'>\
         unseen</span>c<br>d</p><div style='display: none'>gone</div><div class=no>chrome</div>\
         <table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>\
         <ul><li>item</li></ul>",
    );
    let all = select_all(&mut shown).expect("something");
    let lines: Vec<&str> = all.lines().map(str::trim_end).collect();
    let expected = [
        "Head",
        "bare text",
        "",
        "a b c",
        "d",
        "",
        "1\t2",
        "3\t4",
        "item",
    ];
    assert_eq!(lines, expected, "{all:?}");
}

#[test]
fn all_in_an_input_is_its_own_text() {
    let mut shown = Shown::new("<p>page</p><input id=i value='typed before'>");
    let before = select_all(&mut shown);
    assert_eq!(before.as_deref(), Some("page"));
    let document = shown.view.document.as_mut().expect("it is shown");
    let input = document.get_element_by_id("i").expect("it is there");
    let bounds = {
        let node = document.get_node(input).expect("it is there");
        crate::view::text::bounds(node)
    };
    let at = shown.on_surface(bounds.center());
    shown.click(at);
    assert_eq!(shown.selected(), None, "the page's selection goes");
    assert_eq!(select_all(&mut shown), None);
    let document = shown.view.document.as_ref().expect("it is shown");
    let node = document.get_node(input).expect("it is there");
    let text = node.element_data().and_then(|it| it.text_input_data());
    let selected = text.and_then(|input| input.editor.selected_text());
    assert_eq!(selected, Some("typed before"));
}

#[test]
fn a_selection_is_painted_and_outlives_zoom_and_a_longer_text() {
    let (mut shown, stream) = Shown::begun("<body>bare words<div>block</div>more words");
    let plain = shown.pixels();
    let at = shown.place_of("more");
    shown.click(at);
    shown.click(at);
    assert_eq!(shown.selected().as_deref(), Some("more"));
    assert_ne!(shown.pixels(), plain);
    shown.look(100, 150, ColorScheme::Light);
    assert_eq!(shown.selected().as_deref(), Some("more"));
    shown.more(&stream, " and<p>end");
    assert_eq!(shown.selected().as_deref(), Some("more"));
    shown.end(&stream);
    assert_eq!(shown.selected().as_deref(), Some("more"));
    shown.load("<p>another page");
    assert_eq!(shown.selected(), None);
}

#[test]
fn a_drag_beyond_the_edge_scrolls() {
    let lines: String = (0..200).map(|n| format!("<p>line {n}</p>")).collect();
    let mut shown = Shown::new(&lines);
    let at = shown.place_of("line 2");
    shown.press(at, Button::Left, PLAIN);
    for _ in 0..10 {
        shown.input(InputEvent::PointerMove {
            x: at.0,
            y: 380.0,
            modifiers: PLAIN,
        });
    }
    assert!(shown.scroll().1 > 300.0, "{:?}", shown.scroll());
    let selected = shown.selected().expect("something");
    assert!(selected.lines().count() > 20, "{selected:?}");
}
