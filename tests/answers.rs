//! Commands with an id are answered, each once: done, or why not.

use serde_json::Value;
use testkit::{Browser, server};

const PAGES: &[(&str, &str)] = &[
    ("/still", "<title>Still</title><p>still"),
    (
        "/moving",
        "<title>Moving</title><p id=a></p><script>let n = 0; \
         (function next() { a.textContent = ++n; requestAnimationFrame(next); })()</script>",
    ),
];

/// The answer to a command.
fn ask(browser: &mut Browser, id: &str, command: &str) -> Value {
    browser.send(&format!("#{id} {command}"));
    browser.wait(command, |record| {
        record["record"] == "answer" && record["id"] == id
    })
}

fn done(browser: &mut Browser, id: &str, command: &str) -> Value {
    let answer = ask(browser, id, command);
    assert_eq!(answer["done"], true, "{command}: {answer}");
    answer
}

fn refused(browser: &mut Browser, id: &str, command: &str, reason: &str) {
    let answer = ask(browser, id, command);
    assert_eq!(answer["done"], false, "{command}: {answer}");
    let said = answer["reason"].as_str().unwrap_or_default();
    assert!(said.contains(reason), "{command}: {answer}");
}

#[test]
fn a_command_with_an_id_is_answered_and_one_can_wait_for_what_follows() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let opened = done(&mut browser, "o.1", &format!("open http://{server}/still"));
    let still = opened["tab"].as_u64().expect("the number of a tab");
    done(&mut browser, "w-1", &format!("wait {still} loaded 100"));
    // It is loaded already.
    done(&mut browser, "w-2", &format!("wait {still} loaded 0"));
    refused(
        &mut browser,
        "w-3",
        &format!("wait {still} crashed 0.1"),
        "has not crashed",
    );
    let opened = done(&mut browser, "o.2", &format!("open http://{server}/moving"));
    let moving = opened["tab"].as_u64().expect("the number of a tab");
    done(&mut browser, "w-4", &format!("wait {moving} loaded 100"));

    done(&mut browser, "k", &format!("kill {still}"));
    done(&mut browser, "w-5", &format!("wait {still} crashed 100"));
    refused(
        &mut browser,
        "k",
        &format!("kill {still}"),
        "has no process",
    );
    // The others paint.
    for _ in 0..3 {
        done(&mut browser, "f", &format!("wait {moving} frame 100"));
        browser.forget_records();
    }
    done(&mut browser, "r", &format!("reload {still}"));
    done(&mut browser, "w-6", &format!("wait {still} loaded 100"));
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("page.png");
    let command = format!("screenshot {moving} {}", picture.display());
    done(&mut browser, "s", &command);
    let bytes = std::fs::read(&picture).expect("the picture");
    assert_eq!(&bytes[..4], b"\x89PNG");
    let command = format!("screenshot {still} {}", picture.display());
    refused(&mut browser, "t", &command, "is not on show");

    let answer = done(&mut browser, "b", "break gpu crash");
    assert_eq!(
        answer.as_object().map(|fields| fields.len()),
        Some(4),
        "{answer}"
    );
    assert!(browser.quit().success());
}

#[test]
fn a_command_that_cannot_be_done_is_refused_with_its_reason() {
    let mut browser = Browser::headless(&[]);
    let tab = browser.open("bulkhead://about").id;
    for (command, reason) in [
        ("kill 99", "there is no tab 99"),
        ("wait 99 loaded 1", "there is no tab 99"),
        ("explode", "unknown command"),
        ("", "unknown command"),
        ("wait 1 loaded", "wait takes a tab"),
        ("screenshot /nowhere/at/all.png", "/nowhere/at/all.png"),
        ("state /nowhere/at/all.json", "/nowhere/at/all.json"),
    ] {
        browser.forget_records();
        refused(&mut browser, "7", command, reason);
    }
    for (command, reason) in [
        ("back", "no page to go back to"),
        ("forward", "no page to go forward to"),
    ] {
        browser.forget_records();
        refused(&mut browser, "7", &format!("{command} {tab}"), reason);
    }
    // Without an id there is nobody to answer.
    for line in [format!("wait {tab} loaded 1"), "#/ quit".to_owned()] {
        browser.forget_records();
        browser.send(&line);
        let refused = browser.wait_for("bad_command");
        assert_eq!(refused["line"], line, "{refused}");
    }
    done(&mut browser, "end", &format!("close {tab}"));
    browser.forget_records();
    refused(
        &mut browser,
        "end",
        &format!("reload {tab}"),
        "there is no tab",
    );
    assert!(browser.quit().success());
}
