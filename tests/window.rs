//! The window: what a user sees, clicks and types, on a display that the test starts.

use testkit::picture::Picture;
use testkit::x11::Display;
use testkit::{Browser, server};

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
];

#[test]
fn a_person_clicks_a_link_types_an_address_and_uses_the_keys() {
    let Some(display) = Display::start() else {
        return;
    };
    let server = server::pages(PAGES);
    let url = format!("http://{server}/");
    let mut browser = Browser::start(&[&url], &[("DISPLAY", display.name())]);
    browser.wait_for("loaded");
    let window = display.window();
    display.see(&window, "the page", |p| p.pixel(600, 600) == [0, 255, 0]);

    display.xdotool(&["mousemove", "--window", &window, "300", "150"]);
    display.xdotool(&["click", "1"]);
    let loaded = browser.wait_for("loaded");
    assert_eq!(loaded["url"], format!("{url}next"));
    display.see(&window, "the next page", |p| {
        p.pixel(600, 600) == [0, 0, 255]
    });

    display.xdotool(&["windowfocus", &window]);
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
fn resizing_the_window_resizes_the_tab() {
    let Some(display) = Display::start() else {
        return;
    };
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = Browser::start(&[&url], &[("DISPLAY", display.name())]);
    browser.wait_for("loaded");
    let window = display.window();
    display.see(&window, "the page", |p| p.pixel(600, 600) == [0, 255, 0]);
    display.xdotool(&["windowsize", &window, "900", "700"]);
    browser.wait("the new size", |r| {
        r["record"] == "window" && r["width"] == 900
    });
    let is_filled =
        |p: &Picture| p.width == 900 && p.height == 700 && p.pixel(890, 690) == [0, 255, 0];
    for picture in [
        display.see(&window, "the page fills the window", is_filled),
        browser.screenshot_until("the page fills the picture", is_filled),
    ] {
        assert_eq!(picture.pixel(890, 100), [255, 0, 0]);
    }
    assert!(browser.quit().success());
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
            picture.width == width && picture.pixel(10, strip + 10) == [255, 0, 0]
        });
        assert!(browser.quit().success());
    }
}
