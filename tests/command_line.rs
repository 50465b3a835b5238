//! The answers to wrong command lines, and the tour.

use std::process::{Command, Stdio};
use testkit::{NO_WINDOW, executable, process, run};

fn refused(arguments: &[&str], says: &str) {
    let output = run(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn a_wrong_command_line_is_refused_with_its_cause() {
    refused(&["--headles"], "--headless");
    refused(&["--headless", "--size", "0x10", "a.b"], "1280x800");
    refused(&["--headless", "--size", "99999x10", "a.b"], "at most");
    refused(&["--headless", "--size", "big", "a.b"], "WIDTHxHEIGHT");
    refused(
        &["--headless", "--screenshot", "/nowhere/at/all.png", "a.b"],
        "/nowhere/at",
    );
    refused(&["--headless", "--screenshot", "/", "a.b"], "directory");
    refused(
        &["--headless", "--screenshot", "/dev/null", "a.b"],
        "not a regular file",
    );
    refused(&["--headless", "--screenshot", "x.png"], "exactly one URL");
    refused(&["--screenshot", "x.png", "a.b"], "--headless");
    for odd in ["0", "-1", "0.49", "4.1", "NaN", "inf", "big", ""] {
        let scale = format!("--scale={odd}");
        refused(&["--headless", &scale, "a.b"], "from 0.5 to 4");
    }
    refused(
        &["--headless", "--size", "7680x100", "--scale", "2", "a.b"],
        "15360x200",
    );
    refused(&["--headless", "--color-scheme", "pink", "a.b"], "dark");
    refused(&["--headless", "--no-script=yes", "a.b"], "--no-script");
    refused(&["--headless", "--noscript", "a.b"], "--noscript");
    refused(&["--headless", "word"], "no dot");
    refused(&["--headless", "gopher://a.b/"], "gopher");
    refused(&["--headless", "http://"], "URL");
    refused(&["--log", "=wrong=", "--headless", "a.b"], "--log");
    refused(&["--type=emperor"], "emperor");
}

#[test]
fn a_child_started_by_hand_says_what_it_is_for() {
    let output = run(&["--type=renderer"]);
    assert!(!output.status.success());
}

#[test]
fn a_window_without_a_display_is_refused_with_advice() {
    let output = run(&["http://127.0.0.1:1/"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(NO_WINDOW));
    assert!(
        stderr.contains("DISPLAY") && stderr.contains("--headless"),
        "{stderr}"
    );
}

#[test]
fn a_reader_that_goes_away_causes_no_panic() {
    use std::io::Read;
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut child = Command::new(executable())
        .args(["tour", "--log", "debug"])
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the browser starts");
    let mut byte = [0];
    let mut stdout = child.stdout.take().expect("piped");
    stdout.read_exact(&mut byte).expect("it says something");
    drop(stdout);
    drop(child.stderr.take());
    // Under the watchdog: a tour that is stuck is to fail this test, not to hold it.
    process::wait_until_gone(i32::try_from(child.id()).expect("a pid fits"));
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0), "{status}");
}

#[test]
fn without_a_display_and_url_the_tour_runs_and_every_stop_holds() {
    // Its pictures are to go with the test.
    let folder = tempfile::tempdir().expect("a scratch folder");
    let output = Command::new(executable())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("TMPDIR", folder.path())
        .output()
        .expect("the browser starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("no display"), "{stdout}");
    for word in [
        "broker",
        "renderer",
        "gpu",
        "network",
        "shell",
        "is gone",
        "live again",
    ] {
        assert!(stdout.contains(word), "{word}: {stdout}");
    }
    let pictures: Vec<_> = stdout
        .lines()
        .filter_map(|line| line.trim().strip_prefix("picture: "))
        .collect();
    assert_eq!(pictures.len(), 2, "{stdout}");
    for path in pictures {
        assert!(std::path::Path::new(path).exists(), "{path}");
    }
}

#[test]
fn a_reader_of_standard_error_that_does_not_read_stops_nothing() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let picture = folder.path().join("a.png");
    let mut browser = Command::new(executable())
        .args(["--headless", "--log", "trace", "--screenshot"])
        .arg(&picture)
        .arg("bulkhead://welcome")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the browser starts");
    // Far more is written than the pipe holds, and nobody takes it out.
    let unread = browser.stderr.take().expect("piped");
    let pid = i32::try_from(browser.id()).expect("a pid fits");
    process::wait_until_gone(pid);
    assert!(browser.wait().expect("wait").success());
    drop(unread);
    assert!(picture.exists());
}
