//! What a process did last is known after its death, whatever it died of.

use nix::sys::signal::Signal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use testkit::{Browser, process, server};

const PAGES: &[(&str, &str)] = &[("/one", "<title>One</title><p>one")];

/// A browser whose session has a folder of its own.
struct Session {
    folder: tempfile::TempDir,
    browser: Browser,
}

impl Session {
    fn start() -> Session {
        let folder = tempfile::tempdir().expect("a folder");
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder.path(), private).expect("it is ours");
        let path = folder.path().to_str().expect("a name").to_owned();
        let browser = Browser::start(&["--headless"], &[("XDG_RUNTIME_DIR", &path)]);
        Session { folder, browser }
    }

    /// The crash record of that process, once it is written.
    fn record_of(&mut self, pid: i32) -> Value {
        let folder = self.folder.path().to_owned();
        let mut found = None;
        self.browser.wait_until("the crash record", |_| {
            let records = crashes(&folder);
            found = records.into_iter().find(|record| record["pid"] == pid);
            found.is_some()
        });
        found.expect("it was found")
    }
}

/// What `bulkhead crashes --json` prints.
fn crashes(folder: &Path) -> Vec<Value> {
    let output = Command::new(testkit::executable())
        .args(["crashes", "--json"])
        .env("XDG_RUNTIME_DIR", folder)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{output:?}");
    match serde_json::from_slice(&output.stdout).expect("it is JSON") {
        Value::Array(records) => records,
        other => panic!("no list: {other}"),
    }
}

fn lines(ring: &Value) -> &[Value] {
    ring["records"].as_array().expect("a list")
}

#[test]
fn a_process_killed_from_outside_leaves_its_last_messages() {
    let mut session = Session::start();
    let server = server::pages(PAGES);
    let tab = session.browser.open(&format!("http://{server}/one"));
    let broker = process::sockets(session.browser.pid()).expect("it is our child's child");
    process::signal(tab.pid, Signal::SIGKILL);
    session.browser.wait_for_tab("tab_crashed", &tab);
    let record = session.record_of(tab.pid);
    assert_eq!(record["role"], "renderer");

    let rings = record["rings"].as_array().expect("a list");
    let of = |name: &str| {
        rings.iter().find(|ring| {
            ring["process"]
                .as_str()
                .is_some_and(|it| it.split(' ').next() == Some(name))
        })
    };
    let dead = &rings[0];
    assert_eq!(dead["process"], format!("renderer {}", tab.pid));
    assert_eq!(dead["makes_sense"], true);
    let has = |ring: &Value, kind: &str, name: &str| {
        let is_it = |it: &Value| it["kind"] == kind && it["name"] == name;
        lines(ring).iter().any(is_it)
    };
    assert!(has(dead, "received", "ToRenderer::Commit"), "{dead:#}");
    assert!(has(dead, "sent", "FromRenderer::Title"), "{dead:#}");
    assert!(has(dead, "ended", "layout"), "{dead:#}");
    assert!(has(dead, "published", "frame"), "{dead:#}");
    for ring in rings {
        for line in lines(ring) {
            assert!(line["before_ns"].as_i64().expect("a number") >= 0, "{line}");
        }
    }
    // The others, at the same time.
    let gpu = of("gpu").expect("the gpu process");
    assert!(has(gpu, "taken", "frame"), "{gpu:#}");
    assert!(of("network").is_some() && of("broker").is_some());

    // A message that the dead process sent was received by the broker, and so long it took.
    let title = lines(dead)
        .iter()
        .find(|it| it["name"] == "FromRenderer::Title");
    let title = title.expect("it is there");
    assert_eq!(title["with"], "broker");
    assert!(title["way_ns"].is_u64(), "{title}");

    // The broker's ends are sockets that it has, or had.
    let own = of("broker").expect("the broker");
    let edges = lines(own)
        .iter()
        .filter(|it| it["with"].as_str().is_some_and(|it| !it.is_empty()));
    let edges: BTreeSet<u64> = edges
        .map(|it| it["edge"].as_u64().expect("a number"))
        .collect();
    let known = edges.iter().filter(|edge| broker.contains(edge)).count();
    assert!(known > 0, "{edges:?} are none of {broker:?}");
}

#[test]
fn a_crash_leaves_registers_and_a_backtrace() {
    let mut session = Session::start();
    let server = server::pages(PAGES);
    let tab = session.browser.open(&format!("http://{server}/one"));
    session.browser.send(&format!("break {} crash", tab.id));
    session.browser.wait_for_tab("tab_crashed", &tab);
    let record = session.record_of(tab.pid);
    let crash = record["crash"].as_array().expect("a list");
    assert_eq!(crash[0]["signal"], "SIGSEGV");
    assert_eq!(crash[0]["address"], "0x10");
    let registers = &crash[1]["registers"];
    assert_eq!(registers["rip"], crash[0]["instruction_pointer"]);
    let trace = crash[2]["trace"].as_array().expect("a list");
    assert!(trace.len() > 3, "{trace:?}");
    // It ended in a fault that was asked for.
    let dead = &record["rings"][0];
    assert!(
        lines(dead).iter().any(|it| it["name"] == "fault"),
        "{dead:#}"
    );

    // As text, and in the window.
    let output = Command::new(testkit::executable())
        .arg("crashes")
        .env("XDG_RUNTIME_DIR", session.folder.path())
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    // The names come from another process, by the tables of the executable.
    let names = &crashes(session.folder.path())[0]["crash"][2]["names"];
    let names: Vec<&str> = names
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let of_fault = "child::fault::inject";
    assert!(
        names.iter().any(|name| name.starts_with(of_fault)),
        "{names:#?}"
    );
    assert!(
        names
            .iter()
            .any(|name| name.contains(" at crates/child/src/fault.rs:")),
        "{names:#?}"
    );
    assert!(
        names.iter().any(|name| name.starts_with("renderer::")),
        "{names:#?}"
    );
    for part in [
        "renderer",
        "SIGSEGV",
        "registers",
        of_fault,
        "ms before: mark fault",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    session.browser.open("bulkhead://crashes");
    crate::glass::wait_for_text(&mut session.browser, of_fault);
}

#[test]
fn without_a_folder_for_the_session_nothing_is_written_and_that_is_said() {
    let output = Command::new(testkit::executable())
        .arg("crashes")
        .env_remove("XDG_RUNTIME_DIR")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("XDG_RUNTIME_DIR is not set"), "{text}");
}
