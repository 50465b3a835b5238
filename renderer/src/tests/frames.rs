//! Claims about frames as places that links and forms lead to.

use super::harness::Outside;
use super::page::{PLAIN, incomplete, navigate};
use protocol::input::Key;
use protocol::renderer::FromRenderer;

const PAGE: &str = "http://site.test/";
/// Links and frames are boxes of a known height.
const STYLE: &str = "<style>body { margin: 0 } a, button { display: block; height: 30px; \
    width: 100px; margin: 0 } form { margin: 0 } iframe { display: block; border: none; \
    width: 200px; height: 100px }</style>";
const RED: u32 = 0xff_0000;
const GREEN: u32 = 0x00_ff00;
const BLUE: u32 = 0x00_00ff;

fn colored(color: &str, content: &str) -> String {
    format!("{STYLE}<body style='background:{color}'>{content}")
}

/// A page whose frames are answered with these documents, in any order.
fn page(content: &str, frames: &[(&str, String)]) -> Outside {
    let mut outside = Outside::page();
    let markup = format!("{STYLE}{content}");
    outside.commit(PAGE, "text/html", markup.as_bytes());
    for _ in frames {
        serve_one(&mut outside, frames);
    }
    outside.wait_loaded();
    outside
}

/// Answers one fetch; returns its path.
fn serve_one(outside: &mut Outside, frames: &[(&str, String)]) -> String {
    let (request, url) = outside.wait_fetch();
    let path = url.strip_prefix(PAGE).unwrap_or(&url).to_owned();
    let plain = path.split('#').next().unwrap_or_default();
    let known = frames.iter().find(|(name, _)| *name == plain);
    let (_, markup) = known.unwrap_or_else(|| panic!("nobody knows {url}"));
    outside.serve(request, &url, markup.as_bytes());
    path
}

fn wait_color(outside: &mut Outside, y: u32, color: u32) {
    outside.wait_pixels("the colour", |o| o.pixel(190, y) == color);
}

fn has_asked_to_leave(outside: &Outside) -> bool {
    let is_one = |message: &FromRenderer| {
        matches!(
            message,
            FromRenderer::Navigate { .. } | FromRenderer::NavigateNamed { .. }
        )
    };
    outside.said.iter().any(is_one)
}

#[test]
fn a_link_of_the_page_loads_into_the_frame_that_it_names() {
    for frame in [
        "<iframe name=f src=/zero></iframe>",
        "<iframe name=f srcdoc='x'></iframe>",
    ] {
        let first = [("zero", colored("red", ""))];
        let count = usize::from(frame.contains("src="));
        let mut outside = page(
            &format!("<a href=/one target=f>x</a>{frame}"),
            &first[..count],
        );
        outside.click(50.0, 15.0);
        serve_one(&mut outside, &[("one", colored("blue", ""))]);
        wait_color(&mut outside, 80, BLUE);
        assert!(!has_asked_to_leave(&outside));
    }
    let mut empty = page(
        "<base target=f><a href=/one>x</a><iframe name=f></iframe>",
        &[],
    );
    empty.click(50.0, 15.0);
    serve_one(&mut empty, &[("one", colored("blue", ""))]);
    wait_color(&mut empty, 80, BLUE);
}

#[test]
fn links_in_frames_lead_to_frames_beside_around_and_to_the_page() {
    let links = "<a href=/two target=b>x</a><a href=/around target=_parent>x</a>\
                 <a href=/top target=_TOP>x</a>";
    let inner = [
        ("a", colored("red", links)),
        (
            "b",
            colored(
                "red",
                "<base target=_parent><a href=/around>x</a><iframe src=/c></iframe>",
            ),
        ),
        (
            "c",
            colored(
                "red",
                "<a href=/green target=_parent>x</a><a href=/green target=a>x</a>",
            ),
        ),
    ];
    let frames = "<iframe name=a src=/a></iframe><iframe name=b src=/b></iframe>";
    let colors = [("two", colored("blue", "")), ("green", colored("lime", ""))];

    let mut outside = page(frames, &inner);
    // The frame in the second frame begins at 130: its first link replaces the second frame.
    outside.click(50.0, 145.0);
    serve_one(&mut outside, &colors);
    wait_color(&mut outside, 190, GREEN);
    wait_color(&mut outside, 90, RED);
    outside.click(50.0, 15.0);
    serve_one(&mut outside, &colors);
    wait_color(&mut outside, 190, BLUE);
    assert!(!has_asked_to_leave(&outside));
    outside.click(50.0, 45.0);
    assert_eq!(navigate(&mut outside), (format!("{PAGE}around"), false));
    outside.click(50.0, 75.0);
    assert_eq!(navigate(&mut outside), (format!("{PAGE}top"), false));

    let mut outside = page(frames, &inner);
    outside.click(50.0, 175.0);
    serve_one(&mut outside, &colors);
    wait_color(&mut outside, 90, GREEN);
    outside.click(50.0, 115.0);
    assert_eq!(navigate(&mut outside), (format!("{PAGE}around"), false));
}

#[test]
fn forms_in_frames_go_where_their_targets_say() {
    let form = "<form action=/two><input type=hidden name=q value=1><button>x</button></form>\
                <form action=/two target=b><button name=w value=2>x</button></form>\
                <form action=/two method=post><button>x</button></form>";
    let frames = "<iframe src=/a></iframe><iframe name=b src=/b></iframe>";
    let first = [("a", colored("red", form)), ("b", colored("red", ""))];
    let sent = [
        ("two?q=1", colored("blue", "")),
        ("two?w=2", colored("lime", "")),
    ];
    let mut outside = page(frames, &first);
    outside.click(50.0, 75.0);
    assert!(incomplete(&mut outside).contains("POST"));
    outside.click(50.0, 45.0);
    assert_eq!(serve_one(&mut outside, &sent), "two?w=2");
    wait_color(&mut outside, 190, GREEN);
    outside.click(50.0, 15.0);
    assert_eq!(serve_one(&mut outside, &sent), "two?q=1");
    wait_color(&mut outside, 90, BLUE);
    assert!(!has_asked_to_leave(&outside));
}

#[test]
fn a_frame_with_sandbox_leads_itself_alone_unless_its_page_allows_more() {
    let links = "<a href=/x target=_top>x</a><a href=/x target=b>x</a><a href=/blue>x</a>";
    let frames = |allowed: &str| {
        format!("<iframe sandbox='{allowed}' src=/a></iframe><iframe name=b src=/b></iframe>")
    };
    let first = [("a", colored("red", links)), ("b", colored("red", ""))];
    let mut outside = page(&frames("allow-popups"), &first);
    for y in [15.0, 45.0] {
        outside.click(50.0, y);
        assert!(incomplete(&mut outside).contains("does not allow"));
    }
    assert!(!has_asked_to_leave(&outside));
    outside.click(50.0, 75.0);
    serve_one(&mut outside, &[("blue", colored("blue", ""))]);
    wait_color(&mut outside, 90, BLUE);

    let mut outside = page(&frames("allow-top-navigation-by-user-activation"), &first);
    outside.click(50.0, 15.0);
    assert_eq!(navigate(&mut outside).0, format!("{PAGE}x"));
}

#[test]
fn fragments_in_frames_are_places_of_the_frame() {
    let long = "<style>:target { background: blue }</style><a href='#far'>x</a>\
                <div style='height:500px'></div><div id=far style='height:100px'></div>\
                <div style='height:500px'></div>";
    let inside = [("a", colored("red", long))];
    let mut outside = page("<iframe src=/a></iframe>", &inside);
    wait_color(&mut outside, 50, RED);
    outside.click(50.0, 15.0);
    wait_color(&mut outside, 50, BLUE);
    assert!(!has_asked_to_leave(&outside));
    let went = |m: &FromRenderer| matches!(m, FromRenderer::WentWithin { .. });
    assert!(
        !outside.said.iter().any(went),
        "the page's address is its own"
    );

    let mut outside = page("<iframe src='/a#far'></iframe>", &inside);
    wait_color(&mut outside, 50, BLUE);
    outside.click(50.0, 50.0);
}

#[test]
fn an_area_of_an_image_is_a_link() {
    const IMAGE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
                         width='100' height='100'/%3E";
    let mut outside = page(
        &format!(
            "<a href=/around style='height:auto'><img usemap='#m' src=\"{IMAGE}\" \
             style='display:block;width:100px;height:100px;border:10px solid'></a>\
             <map name=m><area shape=circle coords=50,50,10 href=/circle target=help>\
             <area shape=poly coords=0,0,40,0,0,40 href=/poly>\
             <area coords=60,60,100,100></map>"
        ),
        &[],
    );
    outside.click(20.0, 20.0);
    assert_eq!(navigate(&mut outside).0, format!("{PAGE}poly"));
    outside.click(100.0, 20.0);
    assert_eq!(navigate(&mut outside).0, format!("{PAGE}around"));
    outside.click(60.0, 60.0);
    let named = outside.wait_said("a named tab", |message| match message {
        FromRenderer::NavigateNamed { url, name, .. } => Some((url.clone(), name.clone())),
        _ => None,
    });
    assert_eq!(named, (format!("{PAGE}circle"), "help".to_owned()));
}

#[test]
fn controls_in_frames_are_worked_by_pointer_and_keys() {
    let form = "<style>select, input { display: block; width: 150px; height: 30px; margin: 0 } \
                #t { width: 100px }</style><form action=/sent target=_top>\
                <input type=submit id=go><select name=s><option>a<option>b<option>c</select>\
                <input type=range name=r><input type=color name=c><input name=t id=t></form>";
    let inside = [("a", colored("white", form))];
    let style = "<style>iframe { height: 400px !important; width: 300px !important; \
                 margin-top: 20px }</style>";
    let mut outside = page(&format!("{style}<iframe src=/a></iframe>"), &inside);
    let sent = |outside: &mut Outside| {
        outside.click(10.0, 35.0);
        let url = navigate(outside).0;
        url.trim_start_matches("http://site.test/sent?").to_owned()
    };
    assert_eq!(sent(&mut outside), "s=a&r=50&c=%23000000&t=");
    // The list drops down below the select, which ends at 80.
    outside.click(50.0, 65.0);
    outside.click(50.0, 81.0 + 20.0 + 10.0);
    // The thumb follows the pointer to the right end.
    outside.click(145.0, 95.0);
    // The first row of colours, the last column.
    outside.click(50.0, 125.0);
    outside.click(1.0 + 7.0 * 25.0 + 12.0, 141.0 + 12.0);
    assert_eq!(sent(&mut outside), "s=b&r=100&c=%23ffffff&t=");
    outside.key(Key::Tab, PLAIN);
    outside.key(Key::ArrowDown, PLAIN);
    outside.key(Key::Tab, PLAIN);
    outside.key(Key::Home, PLAIN);
    outside.click(50.0, 155.0);
    outside.type_text("x y");
    assert_eq!(sent(&mut outside), "s=c&r=0&c=%23ffffff&t=x+y");
}
