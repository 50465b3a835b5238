//! Claims about pages that mean harm, or are merely careless: none of them ends the process or gets
//! what belongs to another site.

use super::harness::Outside;
use protocol::renderer::FromRenderer;

const FRAME: &[u8] = b"<style>body { margin: 0 } iframe { display: block; border: none; \
    width: 100px; height: 100px }</style><iframe src='/frame'></iframe>";

/// A page with one frame, which is answered from `final_url`.
fn framed(final_url: &str, content_type: Option<&str>, bytes: &[u8]) -> Outside {
    let mut outside = Outside::page();
    outside.commit("http://site.test/", "text/html", FRAME);
    let (request, url) = outside.wait_fetch();
    assert_eq!(url, "http://site.test/frame");
    outside.serve_as(request, final_url, content_type, bytes);
    outside
}

#[test]
fn a_frame_that_is_redirected_to_another_site_is_not_shown() {
    let red = b"<body style='background:#ff0000'>";
    let mut outside = framed("http://other.test/", Some("text/html"), red);
    outside.wait_loaded();
    assert!(outside.pixels().iter().all(|pixel| *pixel != 0xff_0000));
    let mut outside = framed("http://site.test/elsewhere/", Some("text/html"), red);
    outside.wait_loaded();
    assert_eq!(outside.pixel(50, 50), 0xff_0000);
}

#[test]
fn urls_in_a_redirected_frame_are_relative_to_where_it_came_from() {
    let page = b"<link rel=stylesheet href=s.css>";
    let mut outside = framed("http://site.test/elsewhere/", Some("text/html"), page);
    assert_eq!(outside.wait_fetch().1, "http://site.test/elsewhere/s.css");
}

#[test]
fn what_a_frame_is_read_as_is_decided_by_its_type() {
    let markup = b"<body style='background:#ff0000'>";
    let mut outside = framed("http://site.test/frame", Some("text/plain"), markup);
    outside.wait_loaded();
    assert_ne!(outside.pixel(50, 90), 0xff_0000, "text is not markup");
    // With the wrong encoding the selector would not match.
    let latin = b"<style>#\xe9 { height: 100px; background: #ff0000 }</style><p id='&eacute;'>";
    let header = Some("text/html; charset=iso-8859-1");
    let mut outside = framed("http://site.test/frame", header, latin);
    outside.wait_loaded();
    assert_eq!(outside.pixel(50, 50), 0xff_0000);
}

#[test]
fn frames_within_frames_come_to_an_end() {
    let mut outside = Outside::page();
    let page = "<iframe src='?a'></iframe><iframe src='?b'></iframe>".repeat(5);
    outside.commit("http://site.test/", "text/html", page.as_bytes());
    let is_loaded = |m: &FromRenderer| matches!(m, FromRenderer::Loaded { .. });
    let mut fetches = 0;
    while let Some((request, url)) = outside.wait_fetch_or(is_loaded) {
        fetches += 1;
        let page =
            format!("<iframe src='{url}a'></iframe><iframe src='{url}b'></iframe>").repeat(5);
        outside.serve_as(request, &url, Some("text/html"), page.as_bytes());
    }
    // Two of the page, four of those, and at least two of one of the four: its 25 frames use up
    // what is left of the bound. With answers in another order the last frames are of two or more.
    assert!(fetches >= 8, "{fetches} frames");
}

#[test]
fn deep_frames_within_deep_frames_are_shown() {
    let mut outside = Outside::page();
    let page = |body: &str| {
        let divs = "<div style='display: flex'>".repeat(2_000);
        format!("<body style='margin: 0; background: #ff0000'>{divs}{body}")
    };
    let frame = page("<iframe src='?'></iframe>");
    outside.commit("http://site.test/", "text/html", frame.as_bytes());
    let is_loaded = |m: &FromRenderer| matches!(m, FromRenderer::Loaded { .. });
    while let Some((request, url)) = outside.wait_fetch_or(is_loaded) {
        let frame = page(&format!("<iframe src='{url}x'></iframe>"));
        outside.serve_as(request, &url, Some("text/html"), frame.as_bytes());
    }
    assert_eq!(outside.pixel(390, 290), 0xff_0000);
}

#[test]
fn an_import_of_what_is_no_url_is_left_out_and_the_rest_applies() {
    let rule = "body { margin: 0; background: #ff0000 }";
    for import in [
        "@import '';",
        "@import url();",
        "@IMPORT url('http://[') screen;",
        "@\\69mport \"\";",
        "@charset 'utf-8'; @import '';",
        "@layer a; @import '//' layer(b);",
        "<!-- @import''",
    ] {
        let end = if import.ends_with(';') { "" } else { ";" };
        let sheet = format!("{import}{end} {rule}");
        let mut outside = Outside::page();
        outside.load(&format!("<style>{sheet}</style>"));
        assert_eq!(outside.pixel(50, 50), 0xff_0000, "{import} in the page");

        let mut outside = Outside::page();
        let page = b"<link rel=stylesheet href='/s'>";
        outside.commit("http://site.test/", "text/html", page);
        let (request, url) = outside.wait_fetch();
        outside.serve_as(request, &url, Some("text/css"), b"@import '/deeper';");
        let (request, url) = outside.wait_fetch();
        outside.serve(request, &url, sheet.as_bytes());
        outside.wait_loaded();
        assert_eq!(
            outside.pixel(50, 50),
            0xff_0000,
            "{import} in a style sheet"
        );
    }
}

#[test]
fn a_good_import_is_fetched() {
    let mut outside = Outside::page();
    let page = b"<style>@import ''; @import 'good.css'; p { color: red }</style><p>x";
    outside.commit("http://site.test/", "text/html", page);
    let (request, url) = outside.wait_fetch();
    assert_eq!(url, "http://site.test/good.css");
    outside.serve(request, &url, b"body { background: #ff0000 }");
    outside.wait_pixels("red", |outside| outside.pixel(50, 290) == 0xff_0000);
}

#[test]
fn a_style_sheet_says_its_encoding() {
    let rule = b"#\xe9 { height: 100px; background: #ff0000 }";
    let in_sheet = [b"@charset \"iso-8859-1\";".as_slice(), rule].concat();
    let cases: [(&str, &[u8]); 3] = [
        ("text/css; charset=windows-1252", rule),
        ("text/css", &in_sheet),
        (
            "text/css",
            "#é { height: 100px; background: #ff0000 }".as_bytes(),
        ),
    ];
    for (content_type, sheet) in cases {
        let mut outside = Outside::page();
        let page = b"<body style='margin:0'><link rel=stylesheet href='/s'><div id='&eacute;'>";
        outside.commit("http://site.test/", "text/html", page);
        let (request, url) = outside.wait_fetch();
        outside.serve_as(request, &url, Some(content_type), sheet);
        outside.wait_loaded();
        assert_eq!(outside.pixel(50, 50), 0xff_0000, "{content_type}");
    }
}

/// Five thousand elements in each other, of each display: some seconds a page.
fn nested_without_end(displays: [&str; 5]) {
    for display in displays {
        let mut outside = Outside::page();
        let deep = "<div>".repeat(5_000);
        outside.load(&format!(
            "<style>div {{ display: {display} }}</style><body style='background: #ff0000'>{deep}x"
        ));
        assert_eq!(outside.pixel(390, 290), 0xff_0000, "{display}");
    }
    for tag in [
        "b",
        "span",
        "ul",
        "blockquote",
        "table><tr><td",
        "p><table",
        "a><div",
        "svg><g",
        "template",
        "button",
        "select",
        "math",
        "form><div",
        "fieldset",
        "details open",
    ] {
        let mut outside = Outside::page();
        let deep = format!("<{tag}>").repeat(20_000);
        outside.load(&format!("<body style='background: #ff0000'>{deep}x"));
        assert_eq!(outside.pixel(399, 299), 0xff_0000, "{tag}");
    }
}

#[test]
fn a_page_nested_without_end_is_flattened_and_shown() {
    nested_without_end(["block", "inline", "inline-block", "flex", "grid"]);
}

#[test]
fn so_is_one_of_tables_lists_and_boxes() {
    let displays = [
        "table",
        "table-cell",
        "list-item",
        "inline-flex",
        "flow-root",
    ];
    nested_without_end(displays);
}

#[test]
fn so_is_one_that_floats_or_lies_elsewhere() {
    nested_without_end([
        "contents",
        "block; float: left",
        "block; position: absolute",
        "block; overflow: scroll",
        "block; opacity: 0.99",
    ]);
}
