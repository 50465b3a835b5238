//! The acts of the pages about attacks, the network, frames and the sandbox, by real clicks and
//! keys in them.

use crate::glass::{activate, first_button, text, wait_for_text};
use std::io::Write;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use testkit::{Browser, server};

/// The row of the table that has that word in its first cell.
fn row_of(text: &str, word: &str) -> String {
    let is_it = |line: &&str| {
        let cell = line.split('\t').next().unwrap_or_default();
        line.contains('\t') && cell.split_whitespace().any(|it| it == word)
    };
    text.lines().find(is_it).unwrap_or_default().to_owned()
}

fn tabs(browser: &mut Browser) -> usize {
    browser.state()["tabs"].as_array().map_or(0, Vec::len)
}

#[test]
fn an_attack_from_the_page_ends_its_own_tab_and_the_score_says_what_stopped_it() {
    let mut browser = Browser::headless(&["--size", "1280x800"]);
    let glass = browser.open("bulkhead://attack");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    let before = tabs(&mut browser);
    // Two buttons run all; the first of the others is openat2.
    first_button(&mut browser, 2);
    browser.forget_records();
    browser.send("key Enter");
    let died = browser.wait_for("died");
    assert!(died["cause"].to_string().contains("openat2"), "{died}");
    browser.wait_until("the score", |browser| {
        let row = row_of(&text(browser), "openat2");
        row.contains("ended") && row.contains("tried to call openat2") && row.contains("filter")
    });
    browser.wait_until("its tab is gone", |browser| tabs(browser) == before);
    assert_eq!(browser.tab(glass.id), glass, "the page lives on");
    assert!(browser.quit().success());
}

#[test]
fn a_call_that_is_answered_leaves_its_process_alive_and_says_so() {
    let mut browser = Browser::headless(&[]);
    browser.open("bulkhead://attack");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    first_button(&mut browser, 3);
    browser.send("key Enter");
    browser.wait_until("the score", |browser| {
        let row = row_of(&text(browser), "openat");
        row.contains("refused") && row.contains("EPERM; the process lives on")
    });
    assert!(browser.quit().success());
}

#[test]
fn the_page_of_the_attacks_may_go_while_all_are_made() {
    let mut browser = Browser::headless(&["--size", "1280x800"]);
    let glass = browser.open("bulkhead://attack");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    first_button(&mut browser, 0);
    browser.send("key Enter");
    browser.wait_for("died");
    browser.send(&format!("close {}", glass.id));
    for _ in 0..3 {
        browser.wait_for("died");
    }
    let services = browser.state()["processes"].as_array().map_or(0, |all| {
        let is_service = |it: &&serde_json::Value| it["role"] == "gpu" || it["role"] == "network";
        all.iter().filter(is_service).count()
    });
    assert_eq!(services, 2, "nothing else has suffered");
    assert!(browser.quit().success());
}

#[test]
fn requests_are_shown_as_they_come_and_what_a_cut_network_process_had_is_lost() {
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    let server = server::serve(move |head, stream| {
        if head.starts_with("GET /slow") {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nslow");
            let _ = released.lock().map(|released| released.recv());
            return;
        }
        server::respond(stream, "200 OK", "text/html", "<title>page</title>page");
    });
    let mut browser = Browser::headless(&[]);
    let glass = browser.open("bulkhead://net");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    browser.open(&format!("http://{server}/page"));
    browser.send(&format!("open http://{server}/slow"));
    browser.wait("its beginning", |record| {
        record["record"] == "committed" && record["url"].to_string().contains("/slow")
    });
    activate(&mut browser, &glass);
    browser.wait_until("both requests", |browser| {
        let text = text(browser);
        let row = |path: &str| {
            let mut lines = text.lines();
            lines
                .find(|line| line.contains(path))
                .unwrap_or_default()
                .to_owned()
        };
        row("/page").contains("done") && row("/slow").contains("body under way")
    });
    let old = service(&mut browser, "network");
    first_button(&mut browser, 0);
    browser.forget_records();
    browser.send("key Enter");
    let died = browser.wait_for("died");
    assert_eq!(died["pid"], old, "{died}");
    wait_for_text(&mut browser, "lost: the network process died");
    drop(release);
    browser.wait_until("another one", |browser| {
        let processes = browser.state()["processes"].clone();
        let mut all = processes.as_array().into_iter().flatten();
        all.any(|it| it["role"] == "network" && it["state"] == "running" && it["pid"] != old)
    });
    browser.open(&format!("http://{server}/again"));
    activate(&mut browser, &glass);
    browser.wait_until("the new one tells as well", |browser| {
        let text = text(browser);
        text.lines()
            .any(|line| line.contains("/again") && line.contains("done"))
    });
    assert_eq!(browser.tab(glass.id), glass, "the page lives on");
    assert!(browser.quit().success());
}

#[test]
fn slow_motion_lasts_as_long_as_its_page_and_slots_change_hands() {
    let mut browser = Browser::headless(&[]);
    let glass = browser.open("bulkhead://frames");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    wait_for_text(&mut browser, "Last frame taken");
    first_button(&mut browser, 0);
    browser.send("key Enter");
    wait_for_text(&mut browser, "Slow motion is on.");
    let other = browser.open("bulkhead://frames");
    wait_for_text(&mut browser, "Slow motion is on.");
    browser.send(&format!("close {}", glass.id));
    wait_for_text(&mut browser, "Slow motion is on.");
    browser.send(&format!("navigate {} bulkhead://welcome", other.id));
    wait_for_text(&mut browser, "Welcome");
    browser.wait_until("the process of the page ends", |browser| {
        let state = browser.state();
        let mut all = state["processes"].as_array().expect("a list").iter();
        !all.any(|process| process["pid"] == other.pid)
    });
    browser.open("bulkhead://frames");
    wait_for_text(&mut browser, "Last frame taken");
    assert!(!text(&mut browser).contains("Slow motion is on."));
    assert!(browser.quit().success());
}

#[test]
fn the_canaries_run_again_in_a_new_process() {
    let mut browser = Browser::headless(&[]);
    browser.open("bulkhead://sandbox");
    wait_for_text(&mut browser, "Live: changes are shown as they happen.");
    browser.wait_until("a spare renderer", |browser| {
        let text = text(browser);
        text.lines()
            .any(|line| line.contains("\tspare\t") && line.contains("enforced"))
    });
    first_button(&mut browser, 0);
    browser.forget_records();
    browser.send("key Enter");
    let sealed = browser.wait_for("sealed");
    assert_eq!(sealed["role"], "renderer");
    wait_for_text(
        &mut browser,
        &format!("renderer {} has just tried: ", sealed["pid"]),
    );
    assert!(browser.quit().success());
}

fn service(browser: &mut Browser, role: &str) -> serde_json::Value {
    let state = browser.state();
    let mut processes = state["processes"].as_array().expect("a list").iter();
    let found = processes.find(|process| process["role"] == role);
    found.expect("it runs")["pid"].clone()
}
