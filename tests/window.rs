//! The window: what a user sees, clicks and types, on a display that the test starts, of either
//! display system.

use testkit::desk::{Desk, Shell};
use testkit::picture::Picture;
use testkit::sway::Sway;
use testkit::wait::Watchdog;
use testkit::x11::Display;
use testkit::{Browser, process, server};

const PAGES: &[(&str, &str)] = &[
    (
        "/",
        "<title>Start</title><body style='margin:0;background:#00ff00'>\
         <a href=/next style='display:block;height:200px;background:#ff0000'>next</a>",
    ),
    (
        "/next",
        "<title>Next</title><body style='margin:0;background:#0000ff'>next",
    ),
    (
        "/moving",
        "<title>Moving</title><style>@keyframes m{to{margin-left:400px}}\
         div{width:40px;height:40px;background:#ff0000;animation:m 1s infinite alternate}\
         </style><div></div>",
    ),
    (
        "/form",
        "<title>Form</title><body style='margin:0;background:#ffffff'><form action=/next>\
         <input name=q autofocus style='width:600px;height:60px;font-size:40px'></form>",
    ),
];

/// A page that is white or black as the desktop is light or dark.
const SCHEME_PAGES: &[(&str, &str)] = &[(
    "/",
    "<title>Scheme</title><style>body{background:#ffffff}\
     @media (prefers-color-scheme: dark){body{background:#000000}}</style><body>",
)];

/// Keys of a German keyboard by the numbers that X11 gives them.
const O_DIAERESIS: &str = "47";
const DEAD_ACUTE: &str = "21";
const E: &str = "26";
const Q: &str = "24";
const ALT_GR: &str = "108";

fn clicks_types_and_uses_keys(desk: &Desk) {
    let server = server::pages(PAGES);
    let url = format!("http://{server}/");
    let mut browser = desk.browser(&[&url]);
    browser.wait_for("loaded");
    let window = desk.window();
    desk.see(&window, "the page", |p| p.pixel(600, 600) == [0, 255, 0]);

    desk.move_pointer(&window, 300, 150);
    let display = desk.display();
    display.xdotool(&["click", "1"]);
    let loaded = browser.wait_for("loaded");
    assert_eq!(loaded["url"], format!("{url}next"));
    desk.see(&window, "the next page", |p| {
        p.pixel(600, 600) == [0, 0, 255]
    });

    desk.focus(&window);
    display.xdotool(&["key", "ctrl+l"]);
    display.xdotool(&["type", "--delay", "20", &url]);
    display.xdotool(&["key", "Return"]);
    let loaded = browser.wait_for("loaded");
    assert_eq!(loaded["url"], url.as_str());

    display.xdotool(&["key", "alt+Left"]);
    let loaded = browser.wait_for("loaded");
    assert_eq!(loaded["url"], format!("{url}next"));

    display.xdotool(&["key", "ctrl+t"]);
    browser.wait("a new tab", |r| {
        r["record"] == "loaded"
            && r["url"]
                .as_str()
                .is_some_and(|u| u.starts_with("bulkhead:"))
    });
    display.xdotool(&["key", "ctrl+w"]);
    browser.wait_for("tab_closed");
    display.xdotool(&["key", "ctrl+q"]);
    assert!(browser.wait_for_exit().success());
}

#[test]
fn a_person_clicks_a_link_types_an_address_and_uses_the_keys() {
    if let Some(desk) = Desk::x11("us") {
        clicks_types_and_uses_keys(&desk);
    }
}

#[test]
fn on_wayland_a_person_clicks_a_link_types_an_address_and_uses_the_keys() {
    if let Some(desk) = Desk::wayland(Shell::Kiosk, "us") {
        clicks_types_and_uses_keys(&desk);
    }
}

/// A browser with a form whose input has the focus.
fn form(desk: &Desk) -> (Browser, String) {
    let url = format!("http://{}/form", server::pages(PAGES));
    let mut browser = desk.browser(&[&url]);
    browser.wait_for("loaded");
    let window = desk.window();
    desk.see(&window, "the page", |p| p.pixel(600, 600) == [255; 3]);
    desk.focus(&window);
    desk.move_pointer(&window, 300, 130);
    desk.display().xdotool(&["click", "1"]);
    (browser, window)
}

/// What the form was sent with.
fn sent(browser: &mut Browser, desk: &Desk) -> String {
    desk.display().xdotool(&["key", "Return"]);
    let loaded = browser.wait_for("loaded");
    let url = loaded["url"].as_str().expect("text").to_owned();
    url.split_once("?q=").expect("a query").1.to_owned()
}

fn types_german(desk: &Desk) {
    let (mut browser, _) = form(desk);
    let display = desk.display();
    display.xdotool(&["key", O_DIAERESIS]);
    display.xdotool(&["keydown", ALT_GR, "key", Q, "key", E, "keyup", ALT_GR]);
    display.xdotool(&["key", DEAD_ACUTE, "key", E]);
    assert_eq!(sent(&mut browser, desk), "%C3%B6%40%E2%82%AC%C3%A9");
    assert!(browser.quit().success());
}

#[test]
fn umlauts_dead_keys_and_altgr_reach_an_input() {
    if let Some(desk) = Desk::x11("de") {
        types_german(&desk);
    }
}

#[test]
fn on_wayland_umlauts_dead_keys_and_altgr_reach_an_input() {
    if let Some(desk) = Desk::wayland(Shell::Kiosk, "de") {
        types_german(&desk);
    }
}

fn holds_a_key(desk: &Desk) {
    let (mut browser, window) = form(desk);
    desk.display().xdotool(&["keydown", "x"]);
    let ink = |p: &Picture| p.count(10..590, 90..150, |c| c.iter().all(|&value| value < 100));
    desk.see(&window, "many letters", |p| ink(p) > 1500);
    desk.display().xdotool(&["keyup", "x"]);
    let text = sent(&mut browser, desk);
    assert!(text.len() > 3 && text.bytes().all(|b| b == b'x'), "{text}");
    assert!(browser.quit().success());
}

#[test]
fn a_key_that_is_held_repeats() {
    if let Some(desk) = Desk::x11("us") {
        holds_a_key(&desk);
    }
}

#[test]
fn on_wayland_a_key_that_is_held_repeats() {
    if let Some(desk) = Desk::wayland(Shell::Kiosk, "us") {
        holds_a_key(&desk);
    }
}

#[test]
fn resizing_the_window_resizes_the_tab() {
    let Some(desk) = Desk::x11("us") else {
        return;
    };
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = desk.browser(&[&url]);
    browser.wait_for("loaded");
    let window = desk.window();
    desk.see(&window, "the page", |p| p.pixel(600, 600) == [0, 255, 0]);
    desk.display()
        .xdotool(&["windowsize", &window, "900", "700"]);
    browser.wait("the new size", |r| {
        r["record"] == "window" && r["width"] == 900
    });
    let is_filled =
        |p: &Picture| p.width == 900 && p.height == 700 && p.pixel(890, 690) == [0, 255, 0];
    for picture in [
        desk.see(&window, "the page fills the window", is_filled),
        browser.screenshot_until("the page fills the picture", is_filled),
    ] {
        assert_eq!(picture.pixel(890, 100), [255, 0, 0]);
    }
    assert!(browser.quit().success());
}

/// The frame that the window draws itself where the compositor draws none.
const FRAME: [u8; 3] = [0x39, 0x40, 0x49];

/// Left, top, right and bottom of the frame on the screen, if there is one.
fn frame(p: &Picture) -> Option<(i32, i32, i32, i32)> {
    let is_frame = |x: u32, y: u32| p.pixel(x, y) == FRAME;
    let rows = (0..p.height).filter(|&y| (0..p.width).any(|x| is_frame(x, y)));
    let rows: Vec<u32> = rows.collect();
    let (top, bottom) = (*rows.first()?, *rows.last()?);
    let columns = (0..p.width).filter(|&x| is_frame(x, top));
    let columns: Vec<u32> = columns.collect();
    let (left, right) = (*columns.first()?, *columns.last()?);
    Some((left as i32, top as i32, right as i32, bottom as i32))
}

#[test]
fn on_wayland_the_windows_own_frame_resizes_enlarges_and_closes_it() {
    let Some(desk) = Desk::wayland(Shell::Desktop, "us") else {
        return;
    };
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = desk.browser(&["--size", "800x500", &url]);
    browser.wait_for("loaded");
    let picture = desk.see("root", "the frame", |p| {
        frame(p).is_some_and(|(left, _, right, _)| right - left > 800)
    });
    desk.window();
    let (left, top, right, bottom) = frame(&picture).expect("it is there");
    assert_eq!((right - left + 1, bottom - top + 1), (810, 535));

    let display = desk.display();
    desk.move_pointer("root", left + 400, bottom - 1);
    display.xdotool(&["mousedown", "1"]);
    // Moves count from when the window has asked for them, which is some time after the press.
    let mut up = 1;
    browser.wait_until("another height", |browser| {
        up = (up + 5).min(bottom - top - 150);
        desk.move_pointer("root", left + 400, bottom - up);
        let is_lower = |r: &serde_json::Value| {
            r["record"] == "window" && r["width"] == 800 && r["height"].as_u64() < Some(450)
        };
        browser.wait_briefly(is_lower).is_some()
    });
    display.xdotool(&["mouseup", "1"]);

    desk.move_pointer("root", right - 60, top + 15);
    display.xdotool(&["click", "1"]);
    browser.wait("the whole screen", |r| {
        r["record"] == "window" && r["width"] == 1280 && r["height"] == 770
    });
    desk.see("root", "the page fills the screen", |p| {
        p.pixel(1270, 790) == [0, 255, 0] && p.pixel(5, 15) == FRAME
    });

    desk.move_pointer("root", 1260, 15);
    display.xdotool(&["click", "1"]);
    assert!(browser.wait_for_exit().success());
}

fn ends_with_its_display(desk: Desk) {
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = desk.browser(&[&url]);
    browser.wait_for("loaded");
    let window = desk.window();
    desk.see(&window, "the page", |p| p.pixel(600, 600) == [0, 255, 0]);
    let pids = browser.pids();
    let is_wayland = desk.is_wayland();
    desk.die();
    let status = browser.wait_for_exit();
    assert!(status.success(), "{status}: {}", browser.stderr());
    let stderr = browser.stderr();
    assert!(!stderr.contains("panicked"), "{stderr}");
    // Xlib ends the process without a word.
    assert!(!is_wayland || stderr.contains("is gone"), "{stderr}");
    for pid in pids {
        assert!(!process::is_running(pid), "{pid} lives on: {stderr}");
    }
}

#[test]
fn an_x_server_that_goes_away_ends_the_browser_as_its_close_button_would() {
    if let Some(desk) = Desk::x11("us") {
        ends_with_its_display(desk);
    }
}

#[test]
fn a_compositor_that_goes_away_ends_the_browser_as_its_close_button_would() {
    if let Some(desk) = Desk::wayland(Shell::Kiosk, "us") {
        ends_with_its_display(desk);
    }
}

/// Sets the resources of the display as a desktop does. Says so where that is not possible.
fn set_resources(display: &Display, resources: &str) -> bool {
    let set = std::process::Command::new("xprop")
        .args(["-root", "-f", "RESOURCE_MANAGER", "8s"])
        .args(["-set", "RESOURCE_MANAGER", resources])
        .env("DISPLAY", display.name())
        .status();
    let is_set = set.is_ok_and(|status| status.success());
    if !is_set {
        println!("SKIP: xprop (package x11-utils) cannot set the resources of the display");
    }
    is_set
}

#[test]
fn the_scale_of_the_display_is_taken_unless_the_user_says_another() {
    let Some(display) = Display::start() else {
        return;
    };
    if !set_resources(&display, "Xft.dpi:\t192\n") {
        return;
    }
    let url = format!("http://{}/", server::pages(PAGES));
    let name = ("DISPLAY", display.name());
    for (arguments, variable, width) in [
        (&[][..], ("GDK_SCALE", ""), 800),
        (&[], ("GDK_SCALE", "1"), 400),
        (&["--scale", "1.5"], ("GDK_SCALE", "1"), 600),
    ] {
        let mut all = vec!["--size", "400x300"];
        all.extend(arguments);
        all.push(&url);
        let mut browser = Browser::start(&all, &[name, variable]);
        browser.wait("the window at its scale", |record| {
            record["record"] == "window" && record["width"] == width
        });
        browser.screenshot_until("the page below a strip of its scale", |picture| {
            let strip = 84 * picture.width / 400;
            picture.width == width && picture.pixel(picture.width / 2, strip + 10) == [255, 0, 0]
        });
        assert!(browser.quit().success());
    }
}

#[test]
fn on_wayland_the_users_scale_enlarges_the_window() {
    let Some(desk) = Desk::wayland(Shell::Desktop, "us") else {
        return;
    };
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = desk.browser(&["--size", "400x300", "--scale", "1.5", &url]);
    browser.wait("the window at its scale", |record| {
        record["record"] == "window" && record["width"] == 600 && record["height"] == 450
    });
    browser.screenshot_until("the page below a strip of its scale", |picture| {
        picture.width == 600 && picture.pixel(300, 126 + 10) == [255, 0, 0]
    });
    assert!(browser.quit().success());
}

#[test]
fn on_wayland_the_scale_of_the_output_is_that_of_window_frame_and_pages() {
    let Some(desk) = Desk::scaled(Shell::Desktop, "us", 2) else {
        return;
    };
    let url = format!("http://{}/", server::pages(PAGES));
    for (arguments, percent) in [(&[][..], 200), (&["--scale", "1.5"], 150)] {
        let mut all = vec!["--size", "400x300"];
        all.extend(arguments);
        all.push(&url);
        let mut browser = desk.browser(&all);
        let (width, height) = (400 * percent / 100, 300 * percent / 100);
        browser.wait("the window at its scale", |record| {
            record["record"] == "window" && record["width"] == width && record["height"] == height
        });
        let strip = 84 * percent / 100;
        browser.screenshot_until("the page below a strip of its scale", |picture| {
            picture.width == width && picture.pixel(width / 2, strip + 10) == [255, 0, 0]
        });
        let picture = desk.see("root", "frame and page", |p| {
            frame(p).is_some_and(|(left, top, right, _)| {
                let (x, y) = (left.unsigned_abs() + 10, top.unsigned_abs() + 60);
                right - left + 1 == width as i32 + 20
                    && p.pixel(x + width / 2, y + strip + 10) == [255, 0, 0]
            })
        });
        desk.window();
        let (left, top, _, bottom) = frame(&picture).expect("it is there");
        assert_eq!(bottom - top + 1, height as i32 + 70);
        // The lower end of the link, which would be beside it at another scale.
        let y = top + 60 + strip as i32 + 200 * percent as i32 / 100 - 8;
        desk.move_pointer("root", left + 10 + width as i32 - 8, y);
        desk.display().xdotool(&["click", "1"]);
        browser.wait("the next page", |record| {
            record["record"] == "loaded" && record["url"] == format!("{url}next")
        });
        assert!(browser.quit().success());
    }
}

#[test]
fn on_sway_the_window_follows_the_scale_of_its_output() {
    let Some(sway) = Sway::start() else {
        return;
    };
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = Browser::start(&[&url], &sway.variables());
    browser.wait_for("loaded");
    for (scale, percent) in [("1", 100), ("2", 200), ("1.5", 200), ("1", 100)] {
        sway.set_scale(scale);
        // Where sway tells whole scales alone, 1.5 is 2.
        let strip = 84 * percent / 100;
        browser.screenshot_until("the page below a strip of that scale", |picture| {
            let is_page = |y: u32| picture.pixel(picture.width / 2, y) == [255, 0, 0];
            is_page(strip + 10) && !is_page(strip - 10)
        });
    }
    assert!(browser.quit().success());
}

#[test]
fn a_desktop_that_becomes_dark_darkens_open_pages_and_the_strip() {
    let Some(desk) = Desk::x11("us") else {
        return;
    };
    let config = tempfile::tempdir().expect("a scratch folder");
    let set = |colour: &str| {
        let new = config.path().join("kdeglobals.new");
        let text = format!("[Colors:Window]\nBackgroundNormal={colour}\n");
        std::fs::write(&new, text).expect("written");
        std::fs::rename(&new, config.path().join("kdeglobals")).expect("in place");
    };
    set("240,240,240");
    let url = format!("http://{}/", server::pages(SCHEME_PAGES));
    let variables = [
        ("DISPLAY", desk.display().name()),
        ("XDG_CONFIG_HOME", config.path().to_str().expect("text")),
        ("GTK_THEME", ""),
    ];
    let mut browser = Browser::start(&[&url], &variables);
    browser.wait_for("loaded");
    let is = |value: u8| {
        move |p: &Picture| {
            let strip = p.pixel(p.width - 300, 70)[0];
            p.pixel(600, 600) == [value; 3] && strip.abs_diff(value) < 128
        }
    };
    browser.screenshot_until("light", is(255));
    set("30,30,30");
    browser.screenshot_until("dark", is(0));
    set("240,240,240");
    browser.screenshot_until("light again", is(255));
    assert!(browser.quit().success());
}

#[test]
fn on_sway_a_window_that_nobody_sees_paints_nothing() {
    let Some(sway) = Sway::start() else {
        return;
    };
    let url = format!("http://{}/moving", server::pages(PAGES));
    let mut browser = Browser::start(&[&url], &sway.variables());
    browser.wait_for("loaded");
    let renderer = browser.tab(1).pid;
    // Of many looks in a row, none sees it wake.
    let rests = |looks: u32| {
        let wakes = process::wakes(renderer);
        (0..looks).all(|_| {
            Watchdog::start().nap(String::new);
            process::wakes(renderer) == wakes
        })
    };
    sway.say(&["workspace", "2"]);
    browser.wait_until("rest", |_| rests(300));
    sway.say(&["workspace", "1"]);
    browser.wait_until("movement", |_| !rests(300));
    assert!(browser.quit().success());
}
