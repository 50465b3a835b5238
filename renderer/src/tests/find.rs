//! Claims about finding text in a page.

use super::shown::Shown;
use protocol::appearance::ColorScheme;
use protocol::find::{FindMatches, FindStep};
use protocol::limits::FIND_MATCHES_MAX;

fn find(shown: &mut Shown, text: &str, step: FindStep) -> (u32, u32) {
    let FindMatches { current, count, .. } = shown.view.find(1, text, step);
    shown.settle();
    (current, count)
}

fn stay(shown: &mut Shown, text: &str) -> (u32, u32) {
    find(shown, text, FindStep::Stay)
}

#[test]
fn text_is_found_across_elements_in_any_case_and_only_where_it_can_be_seen() {
    let mut shown = Shown::new(
        "<title>needle</title><p>A ne<b>ed</b><i>le</i> and a NEEDLE</p>\
         <p style='display: none'>needle</p><p style='visibility: hidden'>needle \
         <span style='visibility: visible'>needle</span></p>\
         <details><summary>needle</summary><p>needle</details><p>need</p><p>le</p>",
    );
    assert_eq!(stay(&mut shown, "needle"), (1, 4));
    assert_eq!(stay(&mut shown, "and a needle"), (1, 1));
    assert_eq!(stay(&mut shown, "haystack"), (0, 0));
    assert_eq!(stay(&mut shown, ""), (0, 0));
}

#[test]
fn steps_go_round_in_both_directions_and_typing_on_stays_where_it_was() {
    let mut shown = Shown::new("<p>one two</p><p>one twin</p><p>one</p>");
    assert_eq!(stay(&mut shown, "o"), (1, 4));
    assert_eq!(find(&mut shown, "one", FindStep::Next), (2, 3));
    assert_eq!(stay(&mut shown, "one t"), (2, 2));
    assert_eq!(find(&mut shown, "one t", FindStep::Next), (1, 2));
    assert_eq!(find(&mut shown, "one t", FindStep::Previous), (2, 2));
}

#[test]
fn the_match_is_scrolled_to_within_its_box_and_its_page_and_stays_selected() {
    let filler = "<p>filler</p>".repeat(100);
    let mut shown = Shown::new(&format!(
        "<p>first</p>{filler}<div id=box style='height: 80px; overflow: auto'>{filler}\
         <p>the needle</p>{filler}</div>{filler}"
    ));
    assert_eq!(stay(&mut shown, "needle"), (1, 1));
    let (x, y) = shown.place_of("needle");
    assert!(
        (0.0..300.0).contains(&y) && (0.0..400.0).contains(&x),
        "{x} {y}"
    );
    let top = shown.top_of("box");
    assert!(
        (f64::from(y) - top - 40.0).abs() < 40.0,
        "{y} in the box at {top}"
    );
    shown.view.close_find();
    assert_eq!(shown.selected().as_deref(), Some("needle"));
}

#[test]
fn the_first_match_is_one_in_view_or_below() {
    let lines: String = (0..100).map(|n| format!("<p>line {n}</p>")).collect();
    let mut shown = Shown::new(&lines);
    assert_eq!(stay(&mut shown, "line 50"), (1, 1));
    shown.view.close_find();
    let (current, count) = stay(&mut shown, "line");
    assert_eq!(count, 100);
    assert!((40..=51).contains(&current), "{current}");
}

#[test]
fn every_match_is_marked_and_what_lies_over_one_is_not() {
    let page = "<style>body { margin: 0; font: 20px sans-serif } p { margin: 0; height: 30px }\
        header { position: fixed; top: 60px; height: 40px; width: 100%; background: #ff00ff }\
        </style><p>word</p><p>else</p><p>word</p><p>word</p><header></header>";
    let mut shown = Shown::new(page);
    let plain = shown.pixels();
    stay(&mut shown, "word");
    let marked = shown.pixels();
    let changed = |rows: std::ops::Range<usize>| {
        let (from, to) = (rows.start * 400, rows.end * 400);
        plain[from..to] != marked[from..to]
    };
    assert!(
        changed(0..30) && !changed(30..60),
        "the first match is marked"
    );
    assert!(!changed(62..88), "the header hides the second one");
    assert!(changed(100..125), "the third one is marked");
    let colours: std::collections::BTreeSet<u32> = marked.iter().copied().collect();
    let others: std::collections::BTreeSet<u32> = plain.iter().copied().collect();
    assert!(
        colours.difference(&others).count() >= 2,
        "two kinds of marks"
    );
    shown.view.close_find();
    shown.view.select_document();
    assert_ne!(shown.pixels(), marked);
}

#[test]
fn marks_go_where_the_text_goes_when_it_is_laid_out_anew() {
    let (mut shown, stream) = Shown::begun("<body>bare needle<p>and</p>another needle");
    stay(&mut shown, "needle");
    shown.look(100, 200, ColorScheme::Light);
    assert_eq!(
        shown.view.refresh_find(),
        Some((
            1,
            FindMatches {
                current: 1,
                count: 2,
                has_more: false
            }
        ))
    );
    assert_eq!(shown.view.refresh_find(), None, "once is enough");
    shown.more(&stream, " <p>needle");
    let (_, matches) = shown.view.refresh_find().expect("the page has grown");
    assert_eq!(matches.count, 3);
    shown.pixels();
}

#[test]
fn a_page_full_of_matches_counts_so_many() {
    let text = "a b ".repeat(100_000);
    let mut shown = Shown::new(&format!("<pre style='white-space: pre-wrap'>{text}</pre>"));
    let matches = shown.view.find(7, "a", FindStep::Previous);
    assert_eq!((matches.count, matches.has_more), (FIND_MATCHES_MAX, true));
    assert_eq!(matches.check(), Ok(()));
    let matches = shown.view.find(8, "a", FindStep::Previous);
    assert_eq!(matches.current, FIND_MATCHES_MAX, "round to the last one");
    shown.settle();
    shown.pixels();
}
