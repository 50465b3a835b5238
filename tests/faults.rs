//! Three tests of what faults do, each four times: here, and by the scripts that `docs/testing.md`
//! shows.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testkit::{Browser, npm, server};

/// What each script prints, a line for each test.
const OUTCOME: &str = "one of five tabs was killed, and the others paint\n\
    a page hung, and came back\n\
    the gpu process died ten times, and the page paints\n";
const SECONDS_MAX: &str = "120";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")
}

fn run(program: &str, script: &str, modules: Option<&Path>) {
    let mut command = Command::new("timeout");
    command
        .args([SECONDS_MAX, program])
        .arg(folder().join("faults").join(script))
        .env("BULKHEAD", testkit::executable())
        .stdin(Stdio::null());
    if let Some(modules) = modules {
        command.env("NODE_PATH", modules);
    }
    let output = command.output().expect("timeout is there");
    // Of `timeout`: there is no such program.
    if output.status.code() == Some(127) {
        return println!("SKIP: {program} is not installed");
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {said}{complaints}");
    assert_eq!(said, OUTCOME, "{script}: {complaints}");
}

#[test]
fn in_bash() {
    run("bash", "faults.sh", None);
}

#[test]
fn in_python() {
    run("python3", "faults.py", None);
}

#[test]
fn in_javascript() {
    if let Some(modules) = npm::modules(&folder().join("cdp")) {
        run("node", "faults.cjs", Some(&modules));
    }
}

// In Rust, by the harness of this project's own tests.

const MOVING: &[(&str, &str)] = &[(
    "/",
    "<title>moving</title><p id=count></p><script>let n = 0; \
     (function next() { count.textContent = ++n; requestAnimationFrame(next); })()</script>",
)];

fn ask(browser: &mut Browser, command: &str) -> Value {
    browser.forget_records();
    browser.send(&format!("#it {command}"));
    browser.wait_for("answer")
}

fn done(browser: &mut Browser, command: &str) {
    let answer = ask(browser, command);
    assert_eq!(answer["done"], true, "{command}: {answer}");
}

fn until_done(browser: &mut Browser, command: &str) {
    browser.wait_until(command, |browser| ask(browser, command)["done"] == true);
}

#[test]
fn in_rust_one_of_five_tabs_is_killed_and_the_others_paint() {
    let url = format!("http://{}/", server::pages(MOVING));
    let mut browser = Browser::headless(&[]);
    let mut tabs: Vec<u64> = (0..5).map(|_| browser.open(&url).id).collect();
    let killed = tabs.remove(2);
    done(&mut browser, &format!("kill {killed}"));
    done(&mut browser, &format!("wait {killed} crashed 60"));
    for tab in tabs {
        done(&mut browser, &format!("activate {tab}"));
        done(&mut browser, &format!("wait {tab} frame 60"));
    }
}

#[test]
fn in_rust_a_page_hangs_and_comes_back() {
    let mut browser = Browser::headless(&[]);
    let tab = browser
        .open(&format!("http://{}/", server::pages(MOVING)))
        .id;
    done(&mut browser, &format!("break {tab} hang"));
    // A frame may still be on its way.
    let paints =
        |browser: &mut Browser| ask(browser, &format!("wait {tab} frame 1"))["done"] == true;
    browser.wait_until("the page hangs", |browser| !paints(browser));
    for command in [
        "kill {}",
        "wait {} crashed 60",
        "reload {}",
        "wait {} frame 60",
    ] {
        done(&mut browser, &command.replace("{}", &tab.to_string()));
    }
}

#[test]
fn in_rust_the_gpu_process_dies_ten_times_and_the_page_paints() {
    let mut browser = Browser::headless(&[]);
    let tab = browser
        .open(&format!("http://{}/", server::pages(MOVING)))
        .id;
    for _ in 0..10 {
        // A new gpu process may still be on its way.
        until_done(&mut browser, "break gpu crash");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("page.png");
    until_done(
        &mut browser,
        &format!("screenshot {tab} {}", picture.display()),
    );
    done(&mut browser, &format!("wait {tab} frame 60"));
}

/// The page shows these very scripts.
#[test]
fn the_page_on_testing_shows_what_runs() {
    let page = std::fs::read_to_string(folder().join("../docs/testing.md")).expect("the page");
    for script in ["faults.sh", "faults.py", "faults.cjs"] {
        let text = std::fs::read_to_string(folder().join("faults").join(script)).expect(script);
        assert!(
            page.contains(text.trim_end()),
            "docs/testing.md: {script} is another one"
        );
    }
    let client = std::fs::read_to_string(folder().join("cdp/rust/faults.rs")).expect("the client");
    assert!(
        page.contains(client.trim_end()),
        "docs/testing.md: cdp/rust/faults.rs is another one"
    );
    let own = include_str!("faults.rs");
    let (_, own) = own
        .split_once("// In Rust, by the harness")
        .expect("its part");
    let (own, _) = own.split_once("/// The page shows").expect("its end");
    let (_, own) = own.split_once("\n\n").expect("its lines");
    assert!(
        page.contains(own.trim_end()),
        "docs/testing.md: faults.rs is another one"
    );
}
