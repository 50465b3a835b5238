//! Pages look as they should.

use testkit::picture::Picture;
use testkit::{Browser, run, server};

/// Takes the picture of one URL with `--screenshot`.
fn screenshot(url: &str, size: &str) -> (std::process::Output, Option<Picture>) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("page.png");
    let shown = path.display().to_string();
    let output = run(&["--headless", "--screenshot", &shown, "--size", size, url]);
    let picture = path.exists().then(|| Picture::read(&path));
    (output, picture)
}

fn loaded(url: &str, size: &str) -> Picture {
    let (output, picture) = screenshot(url, size);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{url}: {stderr}");
    picture.expect("a picture was written")
}

fn dark_pixels(picture: &Picture) -> usize {
    picture.count(0..picture.width, 0..picture.height, |p| {
        p.iter().all(|&v| v < 128)
    })
}

#[test]
fn a_screenshot_has_the_pixels_of_the_page() {
    const PAGE: &[(&str, &str)] = &[(
        "/",
        "<title>Boxes</title><style>body{margin:0;background:#fff}div{width:100px;height:100px;\
         float:left}</style><div style='background:#f00'></div><div style='background:#0f0'></div>\
         <div style='background:#00f'></div>",
    )];
    let picture = loaded(&format!("http://{}/", server::pages(PAGE)), "640x480");
    assert_eq!((picture.width, picture.height), (640, 480));
    for (x, colour) in [(50, [255, 0, 0]), (150, [0, 255, 0]), (250, [0, 0, 255])] {
        for (dx, y) in [(0, 50), (49, 0), (0, 99)] {
            assert_eq!(picture.pixel(x + dx, y), colour, "at {} {y}", x + dx);
        }
    }
    assert_eq!(picture.pixel(350, 50), [255; 3]);
    assert_eq!(picture.pixel(50, 100), [255; 3]);
}

#[test]
fn style_sheets_and_images_are_fetched_and_shown() {
    let server = server::serve(|head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        match path {
            "/" => server::respond(
                stream,
                "200 OK",
                "text/html",
                "<title>T</title><link rel=stylesheet href=/s.css><body><img src=/i.svg>",
            ),
            "/s.css" => server::respond(
                stream,
                "200 OK",
                "text/css",
                "body{margin:0;background:#ffff00}img{display:block;width:100px;height:100px}",
            ),
            _ => server::respond(
                stream,
                "200 OK",
                "image/svg+xml",
                "<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'>\
                 <rect width='100' height='100' fill='#ff00ff'/></svg>",
            ),
        }
    });
    let picture = loaded(&format!("http://{server}/"), "400x300");
    assert_eq!(picture.pixel(50, 50), [255, 0, 255]);
    assert_eq!(picture.pixel(200, 50), [255, 255, 0]);
}

#[test]
fn every_built_in_page_shows_text() {
    for page in [
        "welcome",
        "processes",
        "sandbox",
        "ipc",
        "frames",
        "net",
        "crashes",
        "attack",
        "lab",
        "tour",
        "book",
        "book/reference",
    ] {
        let picture = loaded(&format!("bulkhead://{page}"), "1000x700");
        assert!(dark_pixels(&picture) > 500, "bulkhead://{page} is empty");
    }
}

#[test]
fn a_picture_of_the_sandbox_page_shows_every_process_verified() {
    let picture = loaded("bulkhead://sandbox", "1000x4000");
    let is_green = |p: [u8; 3]| p[1] > p[0] + 40 && p[1] > p[2] + 20;
    let green = picture.count(0..picture.width, 0..picture.height, is_green);
    // Three processes with some twenty layers each; without them nothing on the page is green.
    assert!(green > 5_000, "{green} green pixels");
}

#[test]
fn a_file_named_by_the_person_is_shown() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("page.html");
    std::fs::write(&path, "<body style='margin:0;background:#123456'>").expect("written");
    let picture = loaded(&format!("file://{}", path.display()), "200x100");
    assert_eq!(picture.pixel(100, 50), [0x12, 0x34, 0x56]);
}

#[test]
fn a_data_url_is_shown() {
    let picture = loaded(
        "data:text/html,<body style='background:%23abcdef'>",
        "200x100",
    );
    assert_eq!(picture.pixel(100, 90), [0xab, 0xcd, 0xef]);
}

#[test]
fn text_is_shown_without_any_font_of_the_system() {
    let picture = loaded("data:text/plain,hello%20hello%20hello", "300x100");
    assert!(dark_pixels(&picture) > 50);
}

#[test]
fn italic_text_leans_to_the_right() {
    let picture = loaded(
        "data:text/html,<body style='margin:0 50px;font:italic 200px sans-serif'>l",
        "200x300",
    );
    let is_dark = |x: u32, y: u32| picture.pixel(x, y).iter().all(|&value| value < 128);
    let rows: Vec<u32> = (0..picture.height)
        .filter_map(|y| (0..picture.width).find(|&x| is_dark(x, y)))
        .collect();
    let (top, bottom) = (rows[5], rows[rows.len() - 5]);
    assert!(top > bottom + 20, "from {bottom} below to {top} above");
}

#[test]
fn a_page_of_real_documentation_is_shown() {
    let manual = std::path::Path::new("/usr/share/doc/debian-policy/policy.html");
    if !manual.join("index.html").exists() {
        println!("SKIP: the package debian-policy is not installed");
        return;
    }
    let server = server::serve(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let path = path.trim_start_matches('/').split('?').next().unwrap_or("");
        let content_type = if path.ends_with(".css") {
            "text/css"
        } else {
            "text/html; charset=utf-8"
        };
        match std::fs::read_to_string(manual.join(path)) {
            Ok(text) => server::respond(stream, "200 OK", content_type, &text),
            Err(_) => server::respond(stream, "404 Not Found", "text/plain", "no"),
        }
    });
    let url = format!("http://{server}/ch-controlfields.html");
    let picture = loaded(&url, "1280x1600");
    assert!(dark_pixels(&picture) > 20_000, "there is hardly any text");
    // The bar at the top is green by one of its style sheets.
    let [red, green, blue] = picture.pixel(640, 5);
    assert!(
        green > red + 40 && green > blue + 40,
        "{:?}",
        [red, green, blue]
    );
}

#[test]
fn typing_into_a_form_and_sending_it_navigates() {
    const PAGE: &[(&str, &str)] = &[
        (
            "/",
            "<title>Form</title><style>body{margin:0}input{display:block;width:300px;\
             height:40px}</style><form action=/echo><input name=q><input type=submit></form>",
        ),
        ("/echo", "<title>Echo</title>echo"),
    ];
    let server = server::pages(PAGE);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    browser.send("click 60 100");
    // More than a process may leave unanswered at once.
    let text = "hello".repeat(100);
    browser.send(&format!("type {text}"));
    browser.send("key Enter");
    let loaded = browser.wait_for_tab("loaded", &tab);
    assert_eq!(loaded["url"], format!("http://{server}/echo?q={text}"));
    assert!(browser.quit().success());
}

#[test]
fn scrolling_moves_the_page_and_survives_a_reload() {
    const PAGE: &[(&str, &str)] = &[(
        "/",
        "<title>Long</title><body style='margin:0'><div style='height:2000px;background:#f00'>\
         </div><div style='height:2000px;background:#00f'></div>",
    )];
    let server = server::pages(PAGE);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    browser.screenshot_until("the top", |p| p.pixel(300, 500) == [255, 0, 0]);
    browser.send("click 300 300");
    browser.send("key End");
    browser.screenshot_until("the end", |p| p.pixel(300, 500) == [0, 0, 255]);
    browser.send(&format!("reload {}", tab.id));
    browser.wait_for_tab("loaded", &tab);
    browser.screenshot_until("still the end", |p| p.pixel(300, 500) == [0, 0, 255]);
    browser.send("key Home");
    browser.screenshot_until("the top again", |p| p.pixel(300, 500) == [255, 0, 0]);
    assert!(browser.quit().success());
}
