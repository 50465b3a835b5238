//! The tour: in the terminal, from its page, in a window; and by whom it can be disturbed.

use nix::sys::signal::Signal;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};
use testkit::desk::Desk;
use testkit::{Browser, Watchdog, executable, process};

const STOPS: usize = 11;

/// `bulkhead tour` without a display, with a scratch folder for its pictures.
fn command(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(executable());
    command
        .args(["tour", "--headless"])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    text.concat()
}

/// Whether the page has been copied. The tour may bring another one on show in the middle of it.
fn is_copied(browser: &mut Browser, tab: u64) -> bool {
    browser.copy(|state| state["active"] == tab)
}

/// The text of the page of the tour; nothing while another one is on show.
fn text(browser: &mut Browser, tab: u64) -> String {
    if !is_copied(browser, tab) {
        return String::new();
    }
    let state = browser.state();
    state["clipboard"].as_str().unwrap_or_default().to_owned()
}

/// Waits until the page of the tour says that.
fn says(browser: &mut Browser, tab: u64, wanted: &str) {
    browser.wait_until(wanted, |browser| text(browser, tab).contains(wanted));
}

/// A browser without a window that shows the tour's page.
fn with_page() -> (Browser, u64) {
    let mut browser = Browser::headless(&["bulkhead://tour"]);
    browser.wait_for("loaded");
    let tab = browser.state()["active"].as_u64().expect("a tab");
    says(&mut browser, tab, "Live: changes are shown as they happen.");
    (browser, tab)
}

#[test]
fn in_a_terminal_every_stop_holds_and_shows_what_was_seen() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let output = command(&folder).output().expect("the browser starts");
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    for number in 1..=STOPS {
        assert!(said.contains(&format!("{number}/{STOPS}  ")), "{said}");
    }
    assert!(said.contains("11 of 11 stops held."), "{said}");
    assert!(
        said.matches("✓").count() >= 25 && !said.contains("✗"),
        "{said}"
    );
    for seen in [
        "ToNetwork::Navigate",
        "µs on the way",
        "1 descriptor,",
        "layers in force",
        "tried to call ptrace",
        "broke the protocol",
        "was killed by signal 9 (SIGKILL)",
        "descriptors:",
    ] {
        assert!(said.contains(seen), "no {seen:?} in {said}");
    }
}

#[test]
fn a_claim_that_does_not_hold_is_an_exit_status_of_1_with_what_was_seen() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let records = folder.path().join("records");
    let mut command = command(&folder);
    command.arg("--record").arg(&records);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let browser = command.spawn().expect("the browser starts");
    // Nobody can show a page of the demo site once its process is dead.
    let watchdog = Watchdog::start();
    let pid = loop {
        let text = std::fs::read_to_string(&records).unwrap_or_default();
        let mut lines = testkit::whole_lines(&text)
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let demo = lines.find(|it| it["record"] == "sealed" && it["role"] == "demo");
        match demo.and_then(|it| it["pid"].as_i64()) {
            Some(pid) => break i32::try_from(pid).expect("a pid fits"),
            None => watchdog.nap(|| format!("no demo process in {text}")),
        }
    };
    process::signal(pid, Signal::SIGKILL);
    let output = browser.wait_with_output().expect("it ends");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("the demo site has ended"), "{said}");
    assert!(stderr.contains("stop 2 of the tour"), "it goes on: {said}");
    assert!(said.contains("by another hand"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn keys_in_a_terminal_go_on_back_again_and_past() {
    let is_there = Command::new("script").arg("--version").output().is_ok();
    if !is_there {
        println!("SKIP: script, of util-linux, is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a scratch folder");
    let run = format!("{} tour --headless", executable());
    let mut terminal = Command::new("script")
        .args(["-qfec", &run, "/dev/null"])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("TMPDIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script starts");
    let mut keys = terminal.stdin.take().expect("piped");
    let mut lines = BufReader::new(terminal.stdout.take().expect("piped")).lines();
    // Each key after the prompt; then the tour says what comes next.
    for (key, next) in [
        ("", "✓"),
        ("a", "✓"),
        ("", "2/11  "),
        ("s", "3/11  "),
        ("b", "2/11  "),
        ("n", "✓"),
    ] {
        wait_for_line(&mut lines, "[Enter]");
        writeln!(keys, "{key}").expect("it reads");
        wait_for_line(&mut lines, next);
    }
    wait_for_line(&mut lines, "[Enter]");
    writeln!(keys, "q").expect("it reads");
    let status = terminal.wait().expect("it ends");
    assert!(status.success(), "leaving is no failure: {status}");
}

fn wait_for_line(lines: &mut impl Iterator<Item = std::io::Result<String>>, wanted: &str) {
    let mut seen = String::new();
    for line in lines.map_while(Result::ok) {
        if line.contains(wanted) {
            return;
        }
        seen += &line;
        seen.push('\n');
    }
    panic!("never said: {wanted}\n{seen}");
}

#[test]
fn the_page_guides_the_tour_by_keys_and_shows_the_evidence_beside_the_claim() {
    let (mut browser, tab) = with_page();
    browser.send("key n");
    says(&mut browser, tab, "1 of 11 stops held");
    let page = text(&mut browser, tab);
    assert!(page.contains("✓ Each part is a process"), "{page}");
    assert!(page.contains("on the way"), "{page}");
    browser.forget_records();
    browser.send("key a");
    browser.wait_for("tab_closed");
    browser.wait_for("tab_opened");
    says(&mut browser, tab, "Next stop (n)");
    browser.send("key n");
    says(&mut browser, tab, "Do it (n)");
    browser.send("key s");
    says(&mut browser, tab, "left out");
    let tabs = browser.state()["tabs"].as_array().expect("tabs").len();
    assert_eq!(tabs, 1, "the tabs of the stop are closed");
    browser.send("key b");
    // A click on the button that has the focus does the stop.
    says(&mut browser, tab, "Do it (n)");
    browser.forget_records();
    browser.send("key Enter");
    browser.wait_for("tab_opened");
    says(&mut browser, tab, "2 of 11 stops held");
    browser.send("key a");
    browser.wait_for("tab_opened");
    assert!(browser.quit().success(), "ended in the middle of a stop");
}

#[test]
fn a_stop_whose_process_dies_by_another_hand_is_done_again() {
    let (mut browser, tab) = with_page();
    let (demo, network) = (browser.pid_of("demo"), browser.pid_of("network"));
    // The stop waits for its page until the other hand has done its work.
    process::signal(demo, Signal::SIGSTOP);
    browser.forget_records();
    browser.send("key n");
    browser.wait_for("tab_opened");
    process::signal(network, Signal::SIGKILL);
    browser.wait("its death", |record| {
        record["record"] == "died" && record["pid"] == network
    });
    process::signal(demo, Signal::SIGCONT);
    says(&mut browser, tab, "1 of 11 stops held");
    let page = text(&mut browser, tab);
    assert!(page.contains("the stop is done again"), "{page}");
    assert!(page.contains("deaths by another hand: 1"), "{page}");
    // A stranger's death between the stops is told, and nothing else.
    let gpu = browser.pid_of("gpu");
    process::signal(gpu, Signal::SIGKILL);
    says(&mut browser, tab, "deaths by another hand: 2");
    assert!(browser.quit().success());
}

#[test]
fn a_browser_without_the_demo_site_says_that_it_cannot_be_toured() {
    let mut browser = Browser::headless(&[]);
    let tab = browser.open("bulkhead://tour");
    says(
        &mut browser,
        tab.id,
        "Live: changes are shown as they happen.",
    );
    browser.send("key n");
    says(&mut browser, tab.id, "the demo site does not run");
    assert!(browser.quit().success());
}

/// Waits until the page of the tour, which must be on show in a window, says that. The clipboard is
/// that of the display there.
fn says_in_window(desk: &Desk, browser: &mut Browser, tab: u64, wanted: &str) {
    browser.wait_until(wanted, |browser| {
        if !is_copied(browser, tab) {
            return false;
        }
        let pasted = Command::new("xclip")
            .args(["-o", "-selection", "clipboard"])
            .env("DISPLAY", desk.display().name())
            .stdin(Stdio::null())
            .output()
            .expect("xclip runs");
        String::from_utf8_lossy(&pasted.stdout).contains(wanted)
    });
}

#[test]
fn in_a_window_the_whole_tour_holds() {
    if Command::new("xclip").arg("-version").output().is_err() {
        println!("SKIP: xclip is not installed");
        return;
    }
    let Some(desk) = Desk::x11("us") else {
        return;
    };
    let mut browser = desk.browser(&["tour"]);
    browser.wait_for("loaded");
    let tab = browser.state()["active"].as_u64().expect("a tab");
    says_in_window(&desk, &mut browser, tab, "Begin (n)");
    let window = desk.display().window();
    desk.focus(&window);
    desk.display().xdotool(&["key", "n"]);
    for number in 1..=STOPS {
        let held = format!("{number} of {STOPS} stops held");
        says_in_window(&desk, &mut browser, tab, &held);
        browser.send("key n");
        if number == STOPS {
            break;
        }
        says_in_window(&desk, &mut browser, tab, "Do it (n)");
        browser.send("key n");
    }
    let end = "The tour is complete, 11 of 11 stops held";
    says_in_window(&desk, &mut browser, tab, end);
    assert!(browser.quit().success());
}
