//! Copy, paste, menus, the list under the address bar and the order of tabs, as a user has them.

use nix::sys::signal::Signal;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use testkit::x11::Display;
use testkit::{Browser, Tab, process, server};

/// The strip is above the page.
const TOP: u32 = protocol::limits::SHELL_HEIGHT;

const PAGES: &[(&str, &str)] = &[
    (
        "/",
        "<title>Start</title><body style='margin:0;font:20px sans-serif'>\
         <a id=link href=/next style='display:block;height:40px'>next page</a>\
         <input style='display:block;width:400px;height:40px;margin:0;border:0'>\
         <p style='margin:0;line-height:40px'>some words to be copied</p>",
    ),
    ("/next", "<title>The next one</title><body>next"),
];

/// Places in the window.
fn link() -> String {
    format!("20 {}", TOP + 20)
}
fn input() -> String {
    format!("60 {}", TOP + 60)
}
/// The row of a menu that was opened there.
fn row(at: (u32, u32), row: u32) -> String {
    format!("{} {}", at.0 + 20, at.1 + 6 + row * 28 + 14)
}

fn browser() -> (Browser, u64, String) {
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&url);
    // Until then the window shows what was there before, and the pointer would meet that.
    browser.wait_for_tab("surface_live", &tab);
    (browser, tab.id, url)
}

fn clipboard(browser: &mut Browser) -> String {
    let state = browser.state();
    state["clipboard"]
        .as_str()
        .expect("it is in memory")
        .to_owned()
}

fn popup(browser: &mut Browser) -> Vec<String> {
    let state = browser.state();
    let rows = state["popup"].as_array().expect("rows").clone();
    let text = |row: serde_json::Value| row.as_str().expect("a text").to_owned();
    rows.into_iter().map(text).collect()
}

fn wait_popup(browser: &mut Browser, first: &str) {
    browser.wait_until("the menu is open", |browser| {
        popup(browser).first().is_some_and(|row| row == first)
    });
}

#[test]
fn text_goes_into_an_input_and_out_of_it() {
    let (mut browser, ..) = browser();
    browser.send("clipboard from elsewhere");
    browser.send(&format!("click {}", input()));
    browser.send("key ctrl+v");
    assert_eq!(browser.wait_for("pasted")["bytes"], 14);
    browser.send("type !");
    browser.send("clipboard nothing");
    browser.send("key ctrl+a");
    browser.send("key ctrl+x");
    assert_eq!(browser.wait_for("copied")["bytes"], 15);
    assert_eq!(clipboard(&mut browser), "from elsewhere!");
    // Nothing is left that could be copied.
    browser.send("type x");
    browser.send("key ctrl+a");
    browser.send("key ctrl+c");
    assert_eq!(browser.wait_for("copied")["bytes"], 1);
}

#[test]
fn text_of_a_page_is_copied() {
    let (mut browser, ..) = browser();
    let line = TOP + 100;
    browser.send(&format!("drag 1 {line} 700 {line}"));
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    assert_eq!(clipboard(&mut browser), "some words to be copied");
    browser.send("key ctrl+a");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    let all = clipboard(&mut browser);
    assert!(all.contains("next page") && all.contains("copied"), "{all}");
}

#[test]
fn pasting_never_empties_the_address_bar() {
    let (mut browser, tab, url) = browser();
    // An empty clipboard.
    browser.send("key ctrl+l");
    browser.send("key ctrl+v");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    assert_eq!(clipboard(&mut browser), url);
    let next = format!("{url}next");
    browser.send(&format!("clipboard {next}"));
    browser.send("key ctrl+l");
    browser.send("key ctrl+v");
    browser.wait_for("pasted");
    browser.send("key Enter");
    browser.wait("the page", |r| r["record"] == "loaded" && r["url"] == next);
    assert_eq!(browser.tab_state(tab)["url"], next);
}

#[test]
fn menu_of_a_link_copies_its_address_and_opens_it() {
    let (mut browser, _, url) = browser();
    browser.send(&format!("right-click {}", link()));
    wait_popup(&mut browser, "Open link in new tab");
    let picture = browser.screenshot_until("the menu", |p| {
        p.pixel(20 + 150, TOP + 20 + 3) == [255, 255, 255]
            && p.pixel(20, TOP + 20 + 30) == [0xb7, 0xc0, 0xc9]
    });
    assert!(picture.width > 320);
    browser.send(&format!("click {}", row((20, TOP + 20), 1)));
    browser.wait_until("it is closed", |browser| popup(browser).is_empty());
    assert_eq!(clipboard(&mut browser), format!("{url}next"));
    browser.send(&format!("right-click {}", link()));
    wait_popup(&mut browser, "Open link in new tab");
    browser.send("key Down");
    browser.send("key Enter");
    let opened = browser.wait_for("tab_opened");
    let loaded = browser.wait_for_tab("committed", &browser_tab(&opened));
    assert_eq!(loaded["url"], format!("{url}next"));
}

fn browser_tab(record: &serde_json::Value) -> Tab {
    Tab {
        id: record["tab"].as_u64().expect("a tab's number"),
        pid: 0,
    }
}

#[test]
fn menu_of_an_input_pastes_into_it() {
    let (mut browser, ..) = browser();
    browser.send("clipboard by menu");
    browser.send(&format!("right-click {}", input()));
    wait_popup(&mut browser, "Cut");
    browser.send(&format!("click {}", row((60, TOP + 60), 2)));
    assert_eq!(browser.wait_for("pasted")["bytes"], 7);
    browser.send("key Escape");
    browser.send("clipboard");
    browser.send("key shift+F10");
    wait_popup(&mut browser, "Cut");
    browser.send("key End");
    browser.send("key Enter");
    browser.send("key ctrl+Insert");
    browser.wait_for("copied");
    assert_eq!(clipboard(&mut browser), "by menu");
}

#[test]
fn tab_is_dragged_and_has_a_menu() {
    let (mut browser, first, url) = browser();
    let second = browser.open(&format!("{url}next")).id;
    let order = |browser: &mut Browser| -> Vec<u64> {
        let state = browser.state();
        let tabs = state["tabs"].as_array().expect("tabs");
        tabs.iter()
            .map(|tab| tab["tab"].as_u64().expect("id"))
            .collect()
    };
    assert_eq!(order(&mut browser), [first, second]);
    browser.send("drag 60 20 330 20");
    browser.wait_until("the tabs have changed places", |browser| {
        order(browser) == [second, first]
    });
    browser.wait_until("the dragged tab is shown", |browser| {
        browser.state()["active"] == first
    });
    browser.send("right-click 60 20");
    wait_popup(&mut browser, "New tab");
    browser.send(&format!("click {}", row((60, 20), 3)));
    let closed = browser.wait_for("tab_closed");
    assert_eq!(closed["tab"], second);
    browser.send("key ctrl+shift+t");
    browser.wait("it comes back", |r| {
        r["record"] == "loaded" && r["url"] == format!("{url}next")
    });
}

#[test]
fn address_bar_lists_what_was_visited() {
    let (mut browser, tab, url) = browser();
    browser.send(&format!("navigate {tab} {url}next"));
    browser.wait("the next page", |r| {
        r["record"] == "title" && r["title"] == "The next one"
    });
    browser.send(&format!("navigate {tab} {url}"));
    browser.wait("the first page", |r| {
        r["record"] == "loaded" && r["url"] == url.as_str()
    });
    browser.send("key ctrl+l");
    browser.send("type the ne");
    wait_popup(&mut browser, "The next one");
    browser.send("key Escape");
    browser.wait_until("it is closed", |browser| popup(browser).is_empty());
    // Escape has restored the address.
    browser.send("key ctrl+a");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    assert_eq!(clipboard(&mut browser), url);
    browser.send("key ctrl+l");
    browser.send("type the ne");
    wait_popup(&mut browser, "The next one");
    browser.send("key Down");
    browser.forget_records();
    browser.send("key Enter");
    browser.wait("the page", |r| {
        r["record"] == "committed" && r["url"] == format!("{url}next")
    });
}

#[test]
fn address_bar_completes_what_was_visited_and_places_within_pages() {
    let (mut browser, tab, url) = browser();
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    browser.send(&format!("navigate {tab} {url}#part"));
    browser.wait_for("within");
    let selected = |browser: &mut Browser, text: &str| {
        browser.wait_until("the rest is selected", |browser| {
            browser.send("key ctrl+c");
            clipboard(browser) == text
        });
    };
    // It ends within the port; what completes it is selected.
    let (start, rest) = host.split_at(host.len() - 2);
    browser.send("key ctrl+l");
    browser.send(&format!("type {start}"));
    selected(&mut browser, rest);
    browser.send("key End");
    browser.send("type /#pa");
    selected(&mut browser, "rt");
    browser.forget_records();
    browser.send("key Enter");
    browser.wait("the place", |r| {
        r["record"] == "within" && r["url"] == format!("{url}#part")
    });
    assert!(browser.quit().success());
}

#[test]
fn an_address_that_breaks_the_page_is_typed_and_its_card_is_used_by_keys() {
    let (mut browser, tab, _) = browser();
    browser.send(&format!("navigate {tab} bulkhead://crashes"));
    browser.wait("the list", |r| {
        r["record"] == "committed" && r["url"] == "bulkhead://crashes"
    });
    browser.send("key ctrl+l");
    browser.send("type bulkhead://crash");
    browser.forget_records();
    browser.send("key Enter");
    browser.wait_for("tab_crashed");
    // That of the card: only then has it the keyboard.
    browser.wait_for("surface_live");
    browser.forget_records();
    browser.send("key Tab");
    browser.send("key Enter");
    browser.wait("a reload", |r| {
        r["record"] == "committed" && r["tab"] == tab
    });
    assert!(browser.quit().success());
}

#[test]
fn address_bar_selects_words() {
    let (mut browser, _, url) = browser();
    browser.send(&format!("navigate 1 {url}next"));
    browser.wait("the next page", |r| r["url"] == format!("{url}next"));
    browser.send("key ctrl+l");
    browser.send("key End");
    browser.send("key ctrl+shift+Left");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    assert_eq!(clipboard(&mut browser), "next");
    browser.send("key End");
    browser.send("key ctrl+Backspace");
    browser.send("key shift+Home");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    assert_eq!(clipboard(&mut browser), url);
}

#[test]
fn too_much_text_is_a_remark_and_not_a_copy() {
    let words = "word ".repeat(300_000);
    let page = format!("<title>Long</title><textarea autofocus>{words}</textarea>");
    let server = server::serve(move |_, stream| {
        server::respond(stream, "200 OK", "text/html", &page);
    });
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    browser.send("clipboard kept");
    browser.send(&format!("click 30 {}", TOP + 20));
    browser.send("key ctrl+a");
    browser.send("key ctrl+x");
    browser.wait_until("it is said", |browser| {
        let notice = &browser.tab_state(tab.id)["notice"];
        notice
            .as_str()
            .is_some_and(|it| it.contains("1500000 bytes"))
    });
    assert_eq!(clipboard(&mut browser), "kept");
}

/// A program that owns the clipboard of the display.
struct Owner(Child);

impl Owner {
    fn start(display: &Display, bytes: &[u8]) -> Owner {
        let mut child = Command::new("xclip")
            .args(["-selection", "clipboard", "-quiet"])
            .env("DISPLAY", display.name())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("xclip starts");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(bytes).expect("xclip reads");
        drop(stdin);
        Owner(child)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn display_with_xclip() -> Option<Display> {
    let display = Display::start()?;
    let found = Command::new("which").arg("xclip").output();
    if !found.is_ok_and(|output| output.status.success()) {
        println!("SKIP: xclip is not installed");
        return None;
    }
    Some(display)
}

/// What another program reads from the clipboard.
fn read(display: &Display, targets: bool) -> Option<String> {
    let mut command = Command::new("xclip");
    command.args(["-selection", "clipboard", "-o"]);
    if targets {
        command.args(["-t", "TARGETS"]);
    }
    let output = command
        .env("DISPLAY", display.name())
        .output()
        .expect("xclip runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

fn wait_owner(browser: &mut Browser, display: &Display) {
    browser.wait_until("the clipboard is owned", |_| read(display, true).is_some());
}

fn windowed(display: &Display) -> (Browser, String) {
    let url = format!("http://{}/", server::pages(PAGES));
    let mut browser = Browser::start(&[&url], &[("DISPLAY", display.name())]);
    browser.wait_for("loaded");
    display.window();
    browser.forget_records();
    (browser, url)
}

#[test]
fn other_programs_of_the_display_give_and_get_text() {
    let Some(display) = display_with_xclip() else {
        return;
    };
    let (mut browser, url) = windowed(&display);
    let owner = Owner::start(&display, "übersetzt ☃\n".as_bytes());
    wait_owner(&mut browser, &display);
    browser.send(&format!("click {}", input()));
    browser.send("key ctrl+v");
    browser.wait_for("pasted");
    browser.send("type .");
    browser.send("key ctrl+a");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    browser.wait_until("others can read it", |_| {
        read(&display, false).as_deref() == Some("übersetzt ☃.")
    });
    drop(owner);
    browser.send("key ctrl+l");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    browser.wait_until("others can read the address", |_| {
        read(&display, false).as_deref() == Some(url.as_str())
    });
    assert!(browser.quit().success());
}

#[test]
fn owner_that_never_answers_is_a_remark() {
    let Some(display) = display_with_xclip() else {
        return;
    };
    let (mut browser, _) = windowed(&display);
    let owner = Owner::start(&display, b"text");
    wait_owner(&mut browser, &display);
    process::signal(owner.0.id().cast_signed(), Signal::SIGSTOP);
    browser.send(&format!("click {}", input()));
    browser.send("key ctrl+v");
    // The broker answers all the while: each look asks it for its state.
    browser.wait_until("it is said", |browser| {
        let notice = &browser.tab_state(1)["notice"];
        notice
            .as_str()
            .is_some_and(|it| it.contains("does not answer"))
    });
    process::signal(owner.0.id().cast_signed(), Signal::SIGCONT);
    drop(owner);
    let _owner = Owner::start(&display, b"again");
    wait_owner(&mut browser, &display);
    browser.send("key ctrl+l");
    browser.send("key ctrl+v");
    assert_eq!(browser.wait_for("pasted")["bytes"], 5);
    assert!(browser.quit().success());
}

#[test]
fn giant_clipboard_is_a_remark() {
    let Some(display) = display_with_xclip() else {
        return;
    };
    let (mut browser, _) = windowed(&display);
    let _owner = Owner::start(&display, &vec![b'x'; 200 * 1024 * 1024]);
    wait_owner(&mut browser, &display);
    browser.send(&format!("click {}", input()));
    browser.send("key ctrl+v");
    browser.wait_until("it is said", |browser| {
        let notice = browser.tab_state(1)["notice"].clone();
        notice.as_str().is_some_and(|it| it.contains("clipboard"))
    });
    assert!(browser.seen("died").is_empty() && browser.seen("pasted").is_empty());
    assert!(browser.quit().success());
}
