//! Ordinary libraries of the Web: a small page with each, worked by the user. The libraries come
//! from npm, in the versions of `frameworks/package-lock.json`, and are no part of the project.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use testkit::{Browser, Tab, npm, server};

/// The strip is above the page.
const TOP: u32 = protocol::limits::SHELL_HEIGHT;

/// Where a row of the list is plain, and what it looks like by `pages/common.css`.
const PLAIN: u32 = 500;
const OPEN: [u8; 3] = [0xff, 0xe8, 0xc0];
const DONE: [u8; 3] = [0xa0, 0xd8, 0xa0];
const WHITE: [u8; 3] = [255, 255, 255];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/frameworks")
}

/// Serves the pages, and the libraries under `/lib`; under `/module` each as CommonJS has it.
fn serve(modules: PathBuf) -> SocketAddr {
    let rows = Mutex::new(Rows::default());
    server::serve(move |head, stream| {
        let target = head.split(' ').nth(1).unwrap_or("/");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        assert!(!path.contains(".."), "{path}");
        if let Some(action) = path.strip_prefix("/htmx/") {
            let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
            let html = rows.answer(action, query);
            return server::respond(stream, "200 OK", "text/html; charset=utf-8", &html);
        }
        let file = match path.strip_prefix("/lib/").or(path.strip_prefix("/module/")) {
            Some(file) => modules.join(file),
            None => folder().join("pages").join(path.trim_start_matches('/')),
        };
        let text = std::fs::read_to_string(&file).ok();
        let text = text.map(|text| match path.starts_with("/module/") {
            true => module(&file, &text),
            false => text,
        });
        respond(stream, &file, text);
    })
}

fn respond(stream: &mut TcpStream, file: &Path, text: Option<String>) {
    let kind = match file.extension().and_then(|it| it.to_str()) {
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        _ => "text/html; charset=utf-8",
    };
    match text {
        Some(text) => server::respond(stream, "200 OK", kind, &text),
        None => server::respond(stream, "404 Not Found", "text/html", "no such file"),
    }
}

/// `react-dom/cjs/react-dom-client.production.js` is the module `react-dom/client`.
fn module(file: &Path, text: &str) -> String {
    let stem = file.file_name().and_then(|it| it.to_str()).expect("a name");
    let name = stem.split('.').next().expect("a first part");
    let name = name.replace("react-dom-", "react-dom/");
    format!("define('{name}', (module, exports, require) => {{{text}\n}});")
}

/// The list of the page with htmx: its server makes the markup.
#[derive(Default)]
struct Rows {
    count: u32,
    last: u32,
    rows: Vec<(u32, String, bool)>,
}

impl Rows {
    fn answer(&mut self, action: &str, query: &str) -> String {
        let value = query.split_once('=').map_or("", |(_, value)| value);
        match action {
            "count" => {
                self.count += 1;
                return self.count.to_string();
            }
            "add" => {
                self.last += 1;
                self.rows.push((self.last, value.to_owned(), false));
            }
            "tick" => {
                for row in &mut self.rows {
                    row.2 ^= row.0.to_string() == value;
                }
            }
            _ => self.rows.retain(|row| row.0.to_string() != value),
        }
        let row = |(id, text, is_done): &(u32, String, bool)| {
            let (class, checked) = match is_done {
                true => ("done", "checked"),
                false => ("", ""),
            };
            format!(
                "<li class='{class}'><input type=checkbox {checked} hx-get='/htmx/tick?id={id}' \
                 hx-target='closest ul'><span>{text}</span><button \
                 hx-get='/htmx/remove?id={id}' hx-target='closest ul'>x</button></li>"
            )
        };
        self.rows.iter().map(row).collect()
    }
}

/// A browser that shows the page of that name.
fn show(name: &str) -> Option<(Browser, Tab)> {
    let address = serve(npm::modules(&folder())?);
    let mut browser = Browser::headless(&["--log", "script=warn"]);
    let tab = browser.open(&format!("http://{address}/{name}.html"));
    Some((browser, tab))
}

fn click(browser: &mut Browser, x: u32, y: u32) {
    browser.send(&format!("click {x} {}", TOP + y));
}

fn wait_for_title(browser: &mut Browser, tab: &Tab, title: &str) {
    browser.wait_until(title, |browser| browser.tab_state(tab.id)["title"] == title);
}

/// Works the list of the page: its library must follow each step.
fn work_list(name: &str) {
    let Some((mut browser, tab)) = show(name) else {
        return;
    };
    let browser = &mut browser;
    let says = |browser: &mut Browser, title: &str| wait_for_title(browser, &tab, title);
    let row = |browser: &mut Browser, row: u32, color: [u8; 3]| {
        let y = TOP + 80 + row * 40 + 20;
        browser.screenshot_until("the row", |picture| picture.pixel(PLAIN, y) == color);
    };
    says(browser, "0 |");
    click(browser, 50, 20);
    click(browser, 50, 20);
    says(browser, "2 |");
    click(browser, 100, 60);
    browser.send("type milk");
    browser.send("key Enter");
    says(browser, "2 | milk");
    row(browser, 0, OPEN);
    click(browser, 100, 60);
    browser.send("type eggs");
    click(browser, 350, 60);
    says(browser, "2 | milk eggs");
    row(browser, 1, OPEN);
    click(browser, 20, 100);
    says(browser, "2 | milk* eggs");
    row(browser, 0, DONE);
    click(browser, 320, 140);
    says(browser, "2 | milk*");
    row(browser, 1, WHITE);
    click(browser, 100, 60);
    browser.send("type tea");
    browser.send("key Enter");
    says(browser, "2 | milk* tea");
    click(browser, 320, 100);
    says(browser, "2 | tea");
    row(browser, 0, OPEN);
    row(browser, 1, WHITE);
    calm(browser);
}

/// No script threw.
fn calm(browser: &mut Browser) {
    let stderr = browser.stderr();
    assert!(!stderr.contains("Uncaught"), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

macro_rules! lists {
    ($($test:ident: $page:literal,)*) => {
        $(#[test]
        fn $test() {
            work_list($page);
        })*
    };
}

lists! {
    a_list_by_alpine: "alpine",
    a_list_by_htmx: "htmx",
    a_list_by_jquery: "jquery",
    a_list_by_lit: "lit",
    a_list_by_lit_html: "lit-html",
    a_list_by_lodash: "lodash",
    a_list_by_mithril: "mithril",
    a_list_by_petite_vue: "petite-vue",
    a_list_by_preact_and_htm: "preact",
    a_list_by_react: "react",
    a_list_by_vue: "vue",
    a_list_without_a_library: "vanilla",
}

#[test]
fn a_list_follows_the_address() {
    let Some((mut browser, tab)) = show("vanilla") else {
        return;
    };
    let browser = &mut browser;
    for word in ["milk", "eggs"] {
        click(browser, 100, 60);
        browser.send(&format!("type {word}"));
        browser.send("key Enter");
    }
    wait_for_title(browser, &tab, "0 | milk eggs");
    click(browser, 20, 100);
    let url = browser.tab_state(tab.id)["url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    for (place, title) in [
        ("done", "0 | milk*"),
        ("active", "0 | eggs"),
        ("", "0 | milk* eggs"),
    ] {
        browser.send(&format!("navigate {} {url}#/{place}", tab.id));
        wait_for_title(browser, &tab, title);
    }
    calm(browser);
}

#[test]
fn a_chart_by_d3() {
    const RED: [u8; 3] = [200, 60, 60];
    const GREEN: [u8; 3] = [60, 140, 60];
    const BLUE: [u8; 3] = [60, 60, 200];
    const YELLOW: [u8; 3] = [200, 160, 0];
    let Some((mut browser, tab)) = show("d3") else {
        return;
    };
    let browser = &mut browser;
    // Bars stand on 200 of the chart, which begins at 40; a step has 18 pixels.
    let bars = |browser: &mut Browser, wanted: &[([u8; 3], u32)]| {
        browser.screenshot_until("the bars", |picture| {
            wanted.iter().zip(0..).all(|((color, steps), index)| {
                let x = index * 60 + 25;
                let top = TOP + 40 + 200 - steps * 18;
                picture.pixel(x, top + 3) == *color && picture.pixel(x, top - 3) == WHITE
            })
        });
    };
    wait_for_title(browser, &tab, "bars 3 7 5, ticks 6");
    bars(browser, &[(RED, 3), (GREEN, 7), (BLUE, 5)]);
    click(browser, 50, 20);
    wait_for_title(browser, &tab, "bars 3 7 5 10, ticks 6");
    bars(browser, &[(RED, 3), (GREEN, 7), (BLUE, 5), (YELLOW, 10)]);
    click(browser, 150, 20);
    wait_for_title(browser, &tab, "bars 3 5 7 10, ticks 6");
    bars(browser, &[(RED, 3), (BLUE, 5), (GREEN, 7), (YELLOW, 10)]);
    click(browser, 400, 100);
    wait_for_title(browser, &tab, "pointer 400 60");
    calm(browser);
}
