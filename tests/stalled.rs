//! A reader of standard output or standard error that stops reading stops nothing but its own
//! lines, and learns how many of them it lost.

use nix::sys::signal::Signal;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use testkit::{Watchdog, executable, process};

/// Far more answers than a pipe and the browser's queue hold together.
const COMMANDS: usize = 12_000;

/// A headless browser whose output nobody reads.
struct Unread {
    child: Child,
    stdout: ChildStdout,
    stderr: ChildStderr,
    folder: tempfile::TempDir,
}

impl Unread {
    fn start(log: &str) -> Unread {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut child = Command::new(executable())
            .args(["--headless", "--record", "-", "--log", log])
            .arg("--control-fifo")
            .arg(folder.path().join("control"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let stdout = child.stdout.take().expect("piped");
        let stderr = child.stderr.take().expect("piped");
        let browser = Unread {
            child,
            stdout,
            stderr,
            folder,
        };
        browser.wait_for_file("control");
        browser
    }

    fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid fits")
    }

    fn wait_for_file(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        let watchdog = Watchdog::start();
        while !path.exists() {
            assert!(process::is_running(self.pid()), "the browser ended");
            watchdog.nap(|| format!("{name} is never made"));
        }
        path
    }

    fn send(&self, text: &str) {
        write_with_watchdog(&self.folder.path().join("control"), text);
    }

    /// Has far more said than anybody takes, and waits until the browser has obeyed it all.
    fn flood(&self) {
        let line = format!("no-such-command {}\n", "x".repeat(200));
        for _ in 0..COMMANDS / 100 {
            self.send(&line.repeat(100));
        }
        self.send(&format!(
            "state {}\n",
            self.folder.path().join("obeyed").display()
        ));
        self.wait_for_file("obeyed");
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // Already ended where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes to the control pipe; a browser that does not read it fails the test.
fn write_with_watchdog(path: &Path, text: &str) {
    let (path, text) = (path.to_owned(), text.to_owned());
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let pipe = std::fs::OpenOptions::new().write(true).open(path);
        let written = pipe.and_then(|mut pipe| pipe.write_all(text.as_bytes()));
        // The test may have given up.
        let _ = done.send(written);
    });
    let written = is_done.recv_timeout(testkit::WATCHDOG);
    let written = written.expect("the browser does not read its control pipe");
    written.expect("the command is written");
}

#[test]
fn records_that_nobody_reads_do_not_keep_quit_from_ending_the_browser() {
    let mut browser = Unread::start("off");
    browser.flood();
    browser.send("quit\n");
    process::wait_until_gone(browser.pid());
    let status = browser.child.wait().expect("wait");
    assert_eq!(status.code(), Some(0), "{status}");
}

#[test]
fn records_that_nobody_reads_do_not_keep_a_signal_from_ending_the_browser() {
    let mut browser = Unread::start("off");
    browser.flood();
    process::signal(browser.pid(), Signal::SIGINT);
    process::wait_until_gone(browser.pid());
    let status = browser.child.wait().expect("wait");
    assert_eq!(status.code(), Some(0), "{status}");
}

#[test]
fn a_log_that_nobody_reads_does_not_keep_quit_from_ending_the_browser() {
    let mut browser = Unread::start("debug");
    browser.flood();
    browser.send("quit\n");
    process::wait_until_gone(browser.pid());
    let status = browser.child.wait().expect("wait");
    assert_eq!(status.code(), Some(0), "{status}");
}

#[test]
fn a_late_reader_of_records_gets_whole_lines_and_the_number_it_lost() {
    let mut browser = Unread::start("off");
    browser.flood();
    let reader = std::mem::replace(&mut browser.stdout, spare_stdout());
    let (seen, gap_is_seen) = std::sync::mpsc::channel();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        let mut reader = BufReader::new(reader);
        loop {
            let start = text.len();
            let count = reader.read_line(&mut text).expect("records are text");
            if text[start..].contains(r#""record":"dropped""#) {
                // Once the test has failed nobody listens.
                let _ = seen.send(());
            }
            if count == 0 {
                return text;
            }
        }
    });
    // The gap stands behind everything that waited: there is room again.
    let gap = gap_is_seen.recv_timeout(testkit::WATCHDOG);
    gap.expect("the lost lines are counted");
    browser.send("help\nquit\n");
    process::wait_until_gone(browser.pid());
    let text = reading.join().expect("the reader ends");
    assert!(text.ends_with('\n'), "the last line is torn");
    assert!(text.contains("open URL"), "no answer to `help`");
    let is_record = |line: &&str| line.starts_with('{');
    let records: Vec<Value> = text
        .lines()
        .filter(is_record)
        .map(|line| serde_json::from_str(line).expect("a line is one whole record"))
        .collect();
    let bad = records.iter().filter(|it| it["record"] == "bad_command");
    let (bad, lost) = (bad.count() as u64, lost(&records));
    assert!(lost > 0, "{bad} of {COMMANDS} came");
    // The answer to `state` and some of the start may be among the lost ones.
    let all = bad + lost;
    assert!(
        (COMMANDS as u64..COMMANDS as u64 + 50).contains(&all),
        "{all}"
    );
}

fn lost(records: &[Value]) -> u64 {
    let dropped = records.iter().filter(|it| it["record"] == "dropped");
    let counts = dropped.map(|it| it["count"].as_u64().expect("a count"));
    counts.sum()
}

/// Stands in for a pipe that was handed to a thread.
fn spare_stdout() -> ChildStdout {
    let (read, _write) = nix::unistd::pipe().expect("pipe");
    ChildStdout::from(read)
}

#[test]
fn a_late_reader_of_standard_error_learns_that_lines_were_lost() {
    let mut browser = Unread::start("warn");
    browser.flood();
    let (read, _write) = nix::unistd::pipe().expect("pipe");
    let mut reader = std::mem::replace(&mut browser.stderr, ChildStderr::from(read));
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("the pipe is read");
        text
    });
    browser.send("quit\n");
    process::wait_until_gone(browser.pid());
    let text = reading.join().expect("the reader ends");
    assert!(text.contains("lines were dropped"), "{}", text.len());
}

#[test]
fn a_full_disk_ends_the_records_once_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let picture = folder.path().join("a.png");
    let output = testkit::run(&[
        "--headless",
        "--record",
        "/dev/full",
        "--screenshot",
        picture.to_str().expect("text"),
        "bulkhead://welcome",
    ]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && picture.exists(), "{stderr}");
    assert_eq!(stderr.matches("records end here").count(), 1, "{stderr}");
}
