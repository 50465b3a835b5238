//! Many tabs, and what is told of those that nobody sees.

use nix::sys::signal::Signal;
use std::process::Command;
use testkit::picture::Picture;
use testkit::{Browser, Tab, executable, process, server};

const PAGES: &[(&str, &str)] = &[
    (
        "/red",
        "<title>Red</title><body style='margin:0;background:#ff0000'>",
    ),
    (
        "/green",
        "<title>Green</title><body style='margin:0;background:#00ff00'>",
    ),
    (
        "/blue",
        "<title>Blue</title><body style='margin:0;background:#0000ff'>",
    ),
];
/// As on most systems for a user's programs.
const DESCRIPTORS: usize = 1024;
const TABS: usize = 300;
/// What the machine must have for that many.
const MEMORY_KIB_MIN: u64 = 4 * 1024 * 1024;

fn is_of(color: [u8; 3]) -> impl Fn(&Picture) -> bool {
    move |picture| picture.pixel(5, picture.height - 5) == color
}

#[test]
fn a_page_of_another_site_in_a_tab_behind_is_loaded_before_it_is_shown() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let behind = browser.open(&format!("http://{server}/red"));
    browser.open(&format!("http://{server}/green"));
    // An opaque site: never that of the page before.
    let next = "data:text/html,<title>Next</title><body style='background:blue'>";
    browser.send(&format!("navigate {} {next}", behind.id));
    browser.wait("the next page", |r| {
        r["record"] == "loaded" && r["tab"] == behind.id && r["url"] == next
    });
    assert_ne!(browser.tab(behind.id).pid, behind.pid, "another process");
    browser.screenshot_until("the page in front", is_of([0, 255, 0]));
    browser.send(&format!("activate {}", behind.id));
    browser.screenshot_until("the next page", is_of([0, 0, 255]));
    assert!(browser.quit().success());
}

#[test]
fn a_page_that_was_hidden_is_painted_again_at_the_size_of_the_window() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let url = |page: &str| format!("http://{server}{page}");
    let tabs = ["/red", "/green", "/blue"].map(|page| browser.open(&url(page)));
    for _ in 0..2 {
        let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
        for (tab, color) in tabs.iter().zip(colors) {
            browser.send(&format!("activate {}", tab.id));
            let picture = browser.screenshot_until("its page", is_of(color));
            assert_eq!(picture.pixel(picture.width - 5, 100), color, "all of it");
        }
    }
    for tab in &tabs {
        assert_eq!(browser.tab(tab.id), *tab, "nothing was loaded again");
    }
    assert!(browser.quit().success());
}

/// Kilobytes that a tab's process has for itself; pixels are shared, and not among them.
fn own_kib(tab: &Tab) -> u64 {
    let text = process::status_field(tab.pid, "RssAnon");
    let number = text.split(' ').next().expect("a number");
    number.parse().expect("a number of kilobytes")
}

#[test]
fn a_page_that_is_hidden_gives_back_the_memory_that_its_layout_had_to_spare() {
    let boxes = "<div><h3>a box</h3><span>with some words in it</span></div>".repeat(1500);
    let page = format!(
        "<title>Boxes</title><style>div {{ display: inline-block; width: 150px }}</style>{boxes}"
    );
    let server = server::serve(move |_, stream| {
        server::respond(stream, "200 OK", "text/html; charset=utf-8", &page);
    });
    let small = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    let shown = own_kib(&tab);
    // The tab shown before keeps what it has, so there must be two.
    browser.open(&format!("http://{small}/red"));
    browser.open(&format!("http://{small}/green"));
    browser.wait_until("it has a tenth less", |_| own_kib(&tab) < shown / 10 * 9);
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

#[test]
fn every_record_has_its_time_and_none_comes_before_the_one_above_it() {
    let mut browser = Browser::headless(&["bulkhead://welcome"]);
    let mut last = 0.0;
    let mut names = Vec::new();
    let mut look = |record: &serde_json::Value| {
        let at = record["at_ms"].as_f64().expect("a time");
        assert!(at >= last, "{record} after {last}");
        last = at;
        names.push(record["record"].as_str().unwrap_or_default().to_owned());
        record["record"] == "bad_command"
    };
    browser.send("nonsense");
    browser.wait("the answer", &mut look);
    assert!(last > 0.0);
    assert!(browser.quit().success());
}

#[test]
fn a_headless_browser_outlives_its_last_tab() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/red"));
    browser.send(&format!("close {}", tab.id));
    browser.wait_for_tab("tab_closed", &tab);
    process::wait_until_gone(tab.pid);
    assert_eq!(browser.state()["tabs"], serde_json::json!([]));
    browser.open(&format!("http://{server}/green"));
    browser.screenshot_until("the next page", is_of([0, 255, 0]));
    assert!(browser.quit().success());
}

#[test]
fn services_come_back_however_often_they_die() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/green"));
    for _ in 0..7 {
        for role in ["gpu", "network", "shell"] {
            let pid = browser.pid_of(role);
            browser.forget_records();
            process::signal(pid, Signal::SIGKILL);
            browser.wait("its death", |r| r["record"] == "died" && r["pid"] == pid);
            browser.wait("the next one", |r| {
                r["record"] == "sealed" && r["role"] == role
            });
        }
    }
    browser.send(&format!("reload {}", tab.id));
    browser.wait_for_tab("loaded", &tab);
    browser.screenshot_until("the page", is_of([0, 255, 0]));
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

fn available_kib() -> u64 {
    let memory = std::fs::read_to_string("/proc/meminfo").expect("readable");
    let line = memory
        .lines()
        .find(|line| line.starts_with("MemAvailable:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|kib| kib.parse().ok()).expect("a number")
}

fn limited(descriptors: usize) -> Browser {
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"");
    command
        .args(["-c", &script, executable(), "--headless"])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    let folder = tempfile::tempdir().expect("a scratch folder");
    Browser::spawn(command, folder, &[])
}

/// A page of its own site, in that tab's colour.
fn page(n: usize) -> String {
    let blue = n % 200;
    format!("data:text/html,<title>{n}</title><body style='background:rgb(0,255,{blue})'>{n}")
}

#[test]
fn a_limit_of_1024_descriptors_has_room_for_300_tabs_and_the_next_one_is_told_no() {
    if available_kib() < MEMORY_KIB_MIN {
        return eprintln!("SKIP: less than 4 GiB of memory are available");
    }
    let mut browser = limited(DESCRIPTORS);
    let mut times = Vec::new();
    let mut tabs = Vec::new();
    for n in 1..=TABS {
        browser.send(&format!("open {}", page(n)));
        let opened = browser.wait_for("tab_opened");
        let loaded = browser.wait("it is loaded", |r| {
            r["record"] == "loaded" && r["tab"] == opened["tab"]
        });
        let at = |record: &serde_json::Value| record["at_ms"].as_f64().expect("a time");
        times.push(at(&loaded) - at(&opened));
        tabs.push(opened["tab"].as_u64().expect("a number"));
    }
    eprintln!("ms: the 10th {:.1}, the 300th {:.1}", times[9], times[299]);
    let used = std::fs::read_dir(format!("/proc/{}/fd", browser.pid()));
    // An ordinary user may not see them: the broker is not dumpable.
    if let Ok(used) = used {
        let used = used.count();
        eprintln!("{used} descriptors of the broker are open");
        assert!(used < DESCRIPTORS, "{used}");
    }
    browser.send(&format!("open {}", page(TABS + 1)));
    assert_eq!(browser.wait_for("tab_limit")["tabs"], TABS);
    browser.wait_for_stderr("the limit", |text| text.find("300 tabs are open"));
    let state = browser.state();
    let all = state["tabs"].as_array().expect("tabs");
    assert_eq!(all.len(), TABS);
    assert!(all.iter().all(|tab| tab["state"] == "live"));
    let middle = tabs[149];
    browser.send(&format!("activate {middle}"));
    browser.screenshot_until("the page in the middle", is_of([0, 255, 150]));
    browser.send(&format!("navigate {middle} {}", page(40)));
    browser.screenshot_until("its next page", is_of([0, 255, 40]));
    browser.send(&format!("close {}", tabs[0]));
    browser.wait_for("tab_closed");
    browser.open(&page(33));
    browser.screenshot_until("the one that has room now", is_of([0, 255, 33]));
    assert!(browser.quit().success());
}
