//! The trace: a file in which everybody's doings are joined, whatever happens meanwhile.

use nix::sys::signal::Signal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use testkit::{Browser, process, server};

const PAGES: &[(&str, &str)] = &[("/one", "<title>One</title><p>one")];

fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("the trace is there");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_default()
}

fn ts(event: &Value) -> f64 {
    event["ts"].as_f64().expect("a time")
}

/// Process and thread.
fn track(event: &Value) -> (i64, i64) {
    let number = |key: &str| event[key].as_i64().expect("a number");
    (number("pid"), number("tid"))
}

/// What must hold of every trace.
fn check(events: &[Value]) {
    let of = |phases: &'static [&str]| {
        let is_it = move |event: &&Value| phases.contains(&text(event, "ph"));
        events.iter().filter(is_it)
    };
    let named = |name: &str| -> BTreeSet<(i64, i64)> {
        let is_it =
            |event: &&Value| event["name"] == name && !text(&event["args"], "name").is_empty();
        of(&["M"]).filter(is_it).map(track).collect()
    };
    let (processes, threads) = (named("process_name"), named("thread_name"));
    let mut last: BTreeMap<(i64, i64), f64> = BTreeMap::new();
    let mut open: BTreeMap<(i64, i64), Vec<&str>> = BTreeMap::new();
    for event in of(&["B", "E", "X", "i"]) {
        let track = track(event);
        assert!(threads.contains(&track), "an unnamed thread: {event}");
        let last = last.entry(track).or_insert(0.0);
        assert!(*last <= ts(event), "{last} is before {event}");
        *last = ts(event);
        let open = open.entry(track).or_default();
        match text(event, "ph") {
            "B" => open.push(text(event, "name")),
            "E" => assert_eq!(open.pop(), Some(text(event, "name")), "{event}"),
            _ => {}
        }
    }
    assert!(open.values().all(Vec::is_empty), "{open:?}");
    for event in of(&["B", "E", "X", "i", "s", "f", "b", "e"]) {
        let pid = track(event).0;
        assert!(processes.contains(&(pid, 0)), "an unnamed process: {event}");
    }
    let messages: BTreeSet<_> = of(&["X"])
        .map(|event| (track(event), event["ts"].to_string()))
        .collect();
    let mut arrows: BTreeMap<i64, Vec<&Value>> = BTreeMap::new();
    for event in of(&["s", "f"]) {
        let number = event["id"].as_i64().expect("a number");
        arrows.entry(number).or_default().push(event);
        let end = (track(event), event["ts"].to_string());
        assert!(messages.contains(&end), "it ends at no message: {event}");
    }
    assert!(!arrows.is_empty());
    for ends in arrows.values() {
        let [from, to] = ends[..] else {
            panic!("not two ends: {ends:?}");
        };
        assert_eq!((text(from, "ph"), text(to, "ph")), ("s", "f"));
        assert!(ts(from) <= ts(to), "{from} {to}");
    }
}

#[test]
fn the_trace_of_a_crash_has_the_messages_around_it_with_both_their_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace.json");
    let mut browser = Browser::headless(&["--trace", path.to_str().expect("a name")]);
    let server = server::pages(PAGES);
    let tab = browser.open(&format!("http://{server}/one"));
    let broker = i64::from(browser.pid());
    // Without a window, only a picture is composed.
    browser.screenshot();
    process::signal(tab.pid, Signal::SIGKILL);
    browser.wait_for_tab("tab_crashed", &tab);
    browser.send(&format!("reload {}", tab.id));
    browser.wait_for_tab("loaded", &tab);
    assert!(browser.quit().success());

    let events = read(&path);
    check(&events);
    let dead = i64::from(tab.pid);
    let died = events.iter().find(|event| {
        let name = text(event, "name");
        event["ph"] == "i"
            && name.starts_with(&format!("renderer {dead} died"))
            && name.contains("SIGKILL")
    });
    let died = died.expect("its death is told of");
    let title = events
        .iter()
        .find(|event| event["name"] == "FromRenderer::Title" && track(event).0 == dead);
    let title = title.expect("what it sent is there");
    assert!(ts(title) < ts(died));
    let begins = |event: &&Value| {
        event["ph"] == "s" && track(event) == track(title) && event["ts"] == title["ts"]
    };
    let arrow = events.iter().find(begins).expect("an arrow");
    let ends = |event: &&Value| event["ph"] == "f" && event["id"] == arrow["id"];
    let received = events.iter().find(ends).expect("its other end");
    assert_eq!(track(received).0, broker);
    // A frame went all the way, and steps are spans.
    let has = |phase: &str, name: &str| {
        let is_it = |event: &Value| event["ph"] == phase && text(event, "name").starts_with(name);
        events.iter().any(is_it)
    };
    for (phase, name) in [
        ("b", "frame of surface"),
        ("b", "published to taken"),
        ("e", "taken to composed"),
        ("B", "layout"),
        ("b", "navigation"),
        ("i", "renderer"),
    ] {
        assert!(has(phase, name), "no {name}");
    }
}

#[test]
fn a_trace_is_whole_after_a_signal_and_readable_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace.json");
    let arguments = ["--trace", path.to_str().expect("a name")];
    let mut browser = Browser::headless(&arguments);
    browser.open("bulkhead://welcome");
    process::signal(browser.pid(), Signal::SIGTERM);
    assert!(browser.wait_for_exit().success());
    check(&read(&path));

    let mut browser = Browser::headless(&arguments);
    browser.open("bulkhead://welcome");
    browser.wait_until("something is written", |_| {
        std::fs::metadata(&path).is_ok_and(|it| it.len() > 10_000)
    });
    process::signal(browser.pid(), Signal::SIGKILL);
    browser.wait_for_exit();
    // Perfetto reads such a file as far as it goes: whole lines, without the end of the list.
    let text = std::fs::read_to_string(&path).expect("the trace is there");
    let lines = text.lines().filter(|line| line.ends_with(','));
    let events = lines.map(|line| serde_json::from_str(line.trim_end_matches(',')));
    let events: Result<Vec<Value>, _> = events.collect();
    assert!(events.expect("each line is an event").len() > 50);
}

#[test]
fn a_disk_that_is_full_is_told_of_once_and_the_browser_goes_on() {
    let mut browser = Browser::headless(&["--trace", "/dev/full"]);
    browser.open("bulkhead://welcome");
    browser.wait_for_stderr("the failure", |text| {
        text.contains("/dev/full: No space left on device")
            .then_some(())
    });
    browser.open("bulkhead://welcome");
    process::signal(browser.pid(), Signal::SIGTERM);
    assert!(browser.wait_for_exit().success());
    let said = browser.stderr();
    assert_eq!(said.matches("No space left").count(), 1, "{said}");
    assert!(
        said.contains("events of the trace are not in the file"),
        "{said}"
    );
}

#[test]
fn a_trace_that_cannot_be_written_is_an_error_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("no/such.json");
    for path in [folder.path(), &missing] {
        let path = path.to_str().expect("a name");
        let output = testkit::run(&["--headless", "--trace", path]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("--trace"), "{said}");
    }
}
