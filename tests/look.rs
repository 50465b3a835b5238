//! Scale, colour scheme, zoom, find and source, as the user meets them.

use testkit::picture::Picture;
use testkit::{Browser, run, server};

const PAGES: &[(&str, &str)] = &[(
    "/",
    "<title>Boxes</title><style>body{margin:0;background:#fff}div{width:100px;height:50px;\
     background:#f00}</style><div></div><p>A ne<b>ed</b>le and a needle</p>",
)];

fn picture(arguments: &[&str]) -> Picture {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("page.png");
    let shown = path.display().to_string();
    let mut all = vec!["--headless", "--screenshot", &shown];
    all.extend(arguments);
    let output = run(&all);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    Picture::read(&path)
}

#[test]
fn a_scale_enlarges_the_picture_and_not_the_layout() {
    let url = format!("http://{}/", server::pages(PAGES));
    for (scale, width, height, edge) in [("1.5", 480, 360, 150), ("0.5", 160, 120, 50)] {
        let picture = picture(&["--size", "320x240", "--scale", scale, &url]);
        assert_eq!((picture.width, picture.height), (width, height));
        assert_eq!(picture.pixel(edge - 2, 5), [255, 0, 0], "{scale}");
        assert_eq!(picture.pixel(edge + 2, 5), [255, 255, 255], "{scale}");
    }
}

#[test]
fn a_dark_browser_has_dark_pages_of_its_own() {
    let brightness = |scheme| {
        let picture = picture(&["--color-scheme", scheme, "bulkhead://welcome"]);
        picture.brightness(0..picture.width, 0..picture.height)
    };
    let (light, dark) = (brightness("light"), brightness("dark"));
    assert!(dark * 2 < light, "light {light}, dark {dark}");
}

#[test]
fn the_user_enlarges_a_page_finds_text_in_it_and_looks_at_its_source() {
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = Browser::headless(&[&url]);
    browser.wait_for("loaded");
    let is_red = |colour: [u8; 3]| colour == [255, 0, 0];
    let width_is = |picture: &Picture, width: usize| {
        picture
            .count(0..picture.width, 90..91, is_red)
            .abs_diff(width)
            <= 1
    };
    browser.screenshot_until("the page", |p| width_is(p, 100));
    browser.send("key ctrl+=");
    browser.screenshot_until("the page at 110 %", |p| width_is(p, 110));
    browser.send("key ctrl+0");
    browser.screenshot_until("the page at 100 %", |p| width_is(p, 100));

    let marks = |picture: &Picture| {
        let is_mark = |[red, green, blue]: [u8; 3]| red > 230 && green > 100 && blue < 170;
        picture.count(0..picture.width / 2, 90..picture.height, is_mark)
    };
    assert_eq!(marks(&browser.screenshot()), 0);
    browser.send("key ctrl+f");
    browser.send("type needle");
    browser.screenshot_until("two marks", |p| marks(p) > 500);
    browser.send("key Escape");
    browser.screenshot_until("no mark", |p| marks(p) == 0);

    browser.send("key ctrl+u");
    let source = format!("view-source:{url}");
    let loaded = browser.wait("the source", |record| {
        record["record"] == "loaded" && record["url"] == source.as_str()
    });
    assert_eq!(loaded["failed_resources"], 0);
    let has_red =
        |picture: &Picture| picture.count(0..picture.width, 90..picture.height, is_red) > 0;
    browser.screenshot_until("text and no box", |p| !has_red(p));
    assert!(browser.quit().success());
}
