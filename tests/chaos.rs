//! The browser breaks itself, by a list and a seed: what it decides repeats, and what is left when
//! it ends is live or sad.

use serde_json::Value;
use std::collections::BTreeSet;
use testkit::{Browser, run, server};

const MOVING: &[(&str, &str)] = &[(
    "/",
    "<title>moving</title><p id=count></p><script>let n = 0; \
     (function next() { count.textContent = ++n; requestAnimationFrame(next); })()</script>",
)];
const SPEC: &str = "kill=700ms,hang=800ms,stop=600ms,crash=2s,bad-message=3s,panic=3s,syscall=3s,\
    reload=300ms,kill-gpu=5s,kill-network=4s,segv-shell=6s,stop-network=5s";

fn ask(browser: &mut Browser, command: &str) -> Value {
    browser.send(&format!("#it {command}"));
    browser.wait_for("answer")
}

fn done(browser: &mut Browser, command: &str) -> Value {
    let answer = ask(browser, command);
    assert_eq!(answer["done"], true, "{command}: {answer}");
    answer
}

/// The first decisions, without what differs between runs.
fn decisions(browser: &mut Browser, count: usize) -> Vec<(u64, String, String, u64)> {
    let decision = |browser: &mut Browser| {
        let is_it = |it: &Value| it["record"] == "chaos" && it["kind"] != "cont";
        let it = browser.wait("a decision", is_it);
        let text = |name: &str| it[name].as_str().expect(name).to_owned();
        let number = |name: &str| it[name].as_u64().expect(name);
        (
            number("number"),
            text("kind"),
            text("role"),
            number("after_ms"),
        )
    };
    (0..count).map(|_| decision(browser)).collect()
}

#[test]
fn five_tabs_are_live_or_sad_once_chaos_ends() {
    let url = format!("http://{}/", server::pages(MOVING));
    let mut browser = Browser::headless(&[]);
    let tabs: Vec<u64> = (0..5).map(|_| browser.open(&url).id).collect();
    done(&mut browser, &format!("chaos {SPEC} 7"));
    let kinds: BTreeSet<String> = decisions(&mut browser, 60)
        .into_iter()
        .map(|it| it.1)
        .collect();
    assert!(
        ["hang", "kill", "reload", "stop"].map(|it| kinds.contains(it)) == [true; 4],
        "{kinds:?}"
    );
    done(&mut browser, "chaos off");
    browser.wait_for("chaos_ended");
    for &tab in &tabs {
        // A fault that was sent to a stopped process shows only now.
        browser.wait_until("it is live, or sad and comes back", |browser| {
            if browser.tab_state(tab)["state"] == "crashed" {
                done(browser, &format!("reload {tab}"));
                done(browser, &format!("wait {tab} loaded 60"));
            }
            done(browser, &format!("activate {tab}"));
            ask(browser, &format!("wait {tab} frame 2"))["done"] == true
        });
    }
    assert!(browser.quit().success());
}

#[test]
fn the_command_line_begins_chaos_and_a_seed_repeats_it() {
    let chaos = |seed: &[&str]| {
        let spec = "kill=300ms,stop-gpu=250ms,reload=700ms,kill-network=800ms";
        let mut browser = Browser::headless(&[&["--chaos", spec], seed].concat());
        let began = browser.wait_for("chaos_began");
        let decided = decisions(&mut browser, 20);
        assert!(
            browser
                .stderr()
                .contains("chaos begins: kill-renderer=300ms")
        );
        assert!(browser.stderr().contains("kill-renderer, skipped"));
        assert!(browser.quit().success());
        (began["seed"].clone(), decided)
    };
    let (seed, decided) = chaos(&[]);
    let seed = seed.to_string();
    let (again, repeated) = chaos(&["--seed", &seed]);
    assert_eq!((again.to_string(), repeated), (seed, decided));
}

#[test]
fn chaos_that_makes_no_sense_is_refused_with_its_cause() {
    for (arguments, says) in [
        (&["--chaos", "explode=5s"][..], "\"explode\" is no fault"),
        (&["--chaos", "kill-broker=5s"], "names no process"),
        (&["--chaos", "kill=5"], "no interval"),
        (&["--chaos", "kill=5s", "--seed", "x"], "--seed"),
        (
            &["--chaos", "kill=5s", "--seed", "9007199254740992"],
            "--seed",
        ),
        (&["--seed", "7"], "--chaos"),
        (&["--chaos", "kill=5s", "tour"], "does not work with"),
    ] {
        let output = run(&[&["--headless"], arguments].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    }
}
