//! The Plumber: every state of a pipe, reached with real processes and seen in `/proc`.

use lab::plumber::{Plumbing, Snapshot, Step};
use nix::sys::signal::Signal;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use testkit::process::{is_running, signal, wait_until_gone};
use testkit::{Browser, Tab, Watchdog, executable, server};

fn start() -> Plumbing {
    Plumbing::start(Path::new(executable())).expect("a pipe and two processes")
}

/// Takes the steps and looks until it is so.
fn after(
    plumbing: &mut Plumbing,
    steps: &[Step],
    what: &str,
    is_so: impl Fn(&Snapshot) -> bool,
) -> Snapshot {
    for &step in steps {
        plumbing.take(step);
        let refused = plumbing.settle(Duration::from_millis(200)).remark;
        assert_eq!(refused, "", "{step}");
    }
    let watchdog = Watchdog::start();
    loop {
        let snapshot = plumbing.snapshot();
        if is_so(&snapshot) {
            return snapshot;
        }
        watchdog.nap(|| format!("never {what}: {snapshot:#?}"));
    }
}

fn queued(snapshot: &Snapshot) -> Option<u64> {
    snapshot.pipe.map(|pipe| pipe.queued)
}

/// Where the kernel has a process sleeping is not shown everywhere.
fn shows_where_processes_sleep() -> bool {
    let mut plumbing = start();
    let watchdog = Watchdog::start();
    loop {
        let snapshot = plumbing.snapshot();
        if let Some(sight) = &snapshot.reader.sight
            && sight.letter == 'S'
        {
            if sight.place.is_none() {
                println!("SKIP: neither wchan nor syscall of /proc/PID is shown here");
            }
            return sight.place.is_some();
        }
        watchdog.nap(|| "the reader never sleeps".to_owned());
    }
}

#[test]
fn the_reader_of_an_empty_pipe_sleeps_in_it_and_the_writer_to_a_full_one_too() {
    if !shows_where_processes_sleep() {
        return;
    }
    let mut plumbing = start();
    let empty = after(&mut plumbing, &[], "empty", Snapshot::is_reader_asleep);
    assert_eq!(queued(&empty), Some(0));
    assert!(empty.headline().starts_with("Empty"), "{empty:#?}");
    let steps = [Step::Pause, Step::Write(1), Step::Write(4096)];
    let filling = after(&mut plumbing, &steps, "filling", |s| {
        queued(s) == Some(4097)
    });
    assert!(!filling.is_writer_asleep() && !filling.is_reader_asleep());
    let full = after(&mut plumbing, &[Step::ReadAll, Step::Flood], "full", |s| {
        s.is_writer_asleep() && s.share() == 1.0
    });
    assert!(full.headline().starts_with("Full"), "{full:#?}");
    // One page is read, and the flood takes its room at once.
    let written = full.writer.bytes;
    after(&mut plumbing, &[Step::Read(4096)], "full again", |s| {
        s.is_writer_asleep() && s.writer.bytes == written + 4096
    });
    let calm = after(&mut plumbing, &[Step::Stop, Step::ReadAll], "calm", |s| {
        queued(s) == Some(0)
    });
    assert!(!calm.is_writer_asleep());
    after(&mut plumbing, &[Step::Resume], "empty again", |s| {
        s.is_reader_asleep()
    });
}

#[test]
fn a_pipe_grows_and_shrinks_but_not_below_what_lies_in_it() {
    let mut plumbing = start();
    let before = plumbing.snapshot().pipe.expect("a pipe").capacity;
    let half = u32::try_from(before / 2).expect("it fits");
    after(&mut plumbing, &[Step::Resize(half)], "half", |s| {
        s.pipe.is_some_and(|pipe| pipe.capacity == before / 2)
    });
    let steps = [Step::Resize(half * 2), Step::Pause, Step::Write(half + 1)];
    after(&mut plumbing, &steps, "filled", |s| {
        queued(s) == Some(before / 2 + 1)
    });
    plumbing.take(Step::Resize(half));
    let refused = plumbing.snapshot();
    assert!(refused.remark.starts_with("EBUSY"), "{refused:#?}");
    assert_eq!(refused.pipe.map(|pipe| pipe.capacity), Some(before));
}

#[test]
fn a_write_without_a_reader_ends_the_writer_or_fails_as_it_has_chosen() {
    let mut plumbing = start();
    let gone = after(&mut plumbing, &[Step::ReaderLeaves], "left", |s| {
        s.reader.ended.is_some()
    });
    assert!(gone.writer.ended.is_none(), "{gone:#?}");
    let dead = after(&mut plumbing, &[Step::Write(1)], "ended", |s| {
        s.writer.ended.is_some()
    });
    assert_eq!(dead.writer.ended.as_deref(), Some("ended by SIGPIPE"));
    assert_eq!(dead.pipe, None);
    plumbing.take(Step::Write(1));
    assert!(plumbing.snapshot().remark.contains("start again"));

    let steps = [Step::Again, Step::IgnoreSigpipe(true), Step::ReaderLeaves];
    after(&mut plumbing, &steps, "left", |s| s.reader.ended.is_some());
    let told = after(&mut plumbing, &[Step::Write(1)], "told", |s| {
        s.writer.last.contains("EPIPE")
    });
    assert_eq!(told.writer.ended, None);
}

#[test]
fn a_writer_asleep_in_a_full_pipe_is_told_at_once_that_the_reader_has_left() {
    let mut plumbing = start();
    let steps = [Step::Pause, Step::Flood, Step::ReaderLeaves];
    let dead = after(&mut plumbing, &steps, "ended", |s| s.writer.ended.is_some());
    assert_eq!(dead.writer.ended.as_deref(), Some("ended by SIGPIPE"));
}

#[test]
fn the_reader_finds_the_end_of_file_after_what_the_writer_left_behind() {
    let mut plumbing = start();
    let steps = [Step::Pause, Step::Write(10), Step::WriterLeaves];
    let left = after(&mut plumbing, &steps, "left", |s| s.writer.ended.is_some());
    assert_eq!(queued(&left), Some(10));
    let end = after(&mut plumbing, &[Step::Resume], "end of file", |s| {
        s.reader.last.contains("end of file")
    });
    assert_eq!((end.reader.bytes, end.reader.ended), (10, None));
}

#[test]
fn both_processes_end_with_their_plumber() {
    let mut plumbing = start();
    let steps = [Step::Pause, Step::Flood];
    let snapshot = after(&mut plumbing, &steps, "full", |s| s.share() > 0.9);
    drop(plumbing);
    for pid in [snapshot.writer.pid, snapshot.reader.pid] {
        assert!(!is_running(i32::try_from(pid).expect("a pid")));
    }
}

/// Runs `bulkhead lab plumber` with that input; its status and what it printed.
fn run(arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let mut child = Command::new(executable())
        .args(["lab", "plumber"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut pipe = child.stdin.take().expect("piped");
    // It may have ended without reading.
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    let output = child.wait_with_output().expect("it ends");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn the_plain_plumber_goes_through_its_states_by_lines() {
    let (code, text) = run(
        &["--plain"],
        "pause\nwrite 4096\n\nresize 4096\nread all\nreader leaves\nwrite 1\nagain\n\
         writer leaves\nhelp",
    );
    assert_eq!(code, Some(0), "{text}");
    for claim in [
        "4,096 of 65,536 bytes",
        "4,096 of 4,096 bytes",
        "0 of 4,096 bytes",
        "ended by SIGPIPE",
        "the end of file",
        "sigpipe ignore",
    ] {
        assert!(text.contains(claim), "{claim}\n{text}");
    }
}

#[test]
fn a_line_that_means_nothing_is_answered_and_counts_in_the_end() {
    let (code, text) = run(&["--plain"], "jump\nwrite 0\nwrite 1\n");
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("\"jump\" is no step"), "{text}");
    assert!(text.contains("is no number of bytes"), "{text}");
    assert!(text.contains("wrote 1 byte"), "{text}");
}

#[test]
fn without_a_terminal_the_plumber_says_what_to_do() {
    let (code, text) = run(&[], "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("--plain"), "{text}");
}

const PAGE: &str = "bulkhead://lab/plumber";

/// The processes of all Plumbers of that browser: helpers, and their children.
fn plumbers(browser: &Browser) -> Vec<(i32, Vec<i32>)> {
    let helpers = children(browser.pid()).into_iter();
    let helpers = helpers.filter(|&pid| arguments(pid).contains("--serve"));
    helpers.map(|pid| (pid, children(pid))).collect()
}

fn children(parent: i32) -> Vec<i32> {
    let text = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let text = text.unwrap_or_default();
    let pids = text.split_ascii_whitespace().map(|pid| pid.parse());
    let pids = pids.map(|pid| pid.expect("a number"));
    pids.filter(|&pid| is_running(pid)).collect()
}

fn arguments(pid: i32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

fn wait_for_title(browser: &mut Browser, tab: &Tab, part: &str) {
    browser.wait(part, |record| {
        record["record"] == "title"
            && record["tab"] == tab.id
            && record["title"]
                .as_str()
                .is_some_and(|title| title.contains(part))
    });
}

#[test]
fn keys_and_clicks_drive_the_pipe_of_the_page() {
    let mut browser = Browser::headless(&["--size", "1280x900"]);
    let tab = browser.open(PAGE);
    wait_for_title(&mut browser, &tab, "Plumber: ");
    for (key, headline) in [
        ("p", "Empty, and nobody reads"),
        ("1", "Partly filled"),
        ("f", "Full: "),
        ("s", "Partly filled"),
        ("a", "Empty, and nobody reads"),
        ("x", "The reader is gone"),
        ("4", "SIGPIPE ended the writer"),
        ("n", "Empty: the reader sleeps"),
        ("w", "the end of file"),
        ("n", "Empty: the reader sleeps"),
    ] {
        browser.send(&format!("key {key}"));
        wait_for_title(&mut browser, &tab, headline);
    }
    // The button that writes 1 byte, below the shell's strip.
    browser.send("key p");
    wait_for_title(&mut browser, &tab, "Empty, and nobody reads");
    browser.send("click 200 381");
    wait_for_title(&mut browser, &tab, "Partly filled");
    assert_eq!(browser.tab_state(tab.id)["url"], PAGE);
    assert!(browser.quit().success());
}

#[test]
fn the_pipe_of_a_page_ends_with_the_page_and_their_number_is_bounded() {
    let mut browser = Browser::headless(&[]);
    let mut tabs = Vec::new();
    for _ in 0..4 {
        tabs.push(browser.open(PAGE));
    }
    let running = plumbers(&browser);
    assert_eq!(running.len(), 4);
    assert!(
        running.iter().all(|(_, ends)| ends.len() == 2),
        "{running:?}"
    );
    browser.send(&format!("open {PAGE}"));
    let failed = browser.wait_for("failed");
    let reason = failed["reason"].as_str().expect("a reason");
    assert!(reason.contains("4 Plumbers"), "{reason}");
    assert_eq!(plumbers(&browser).len(), 4);

    browser.send(&format!("close {}", tabs[0].id));
    browser.wait_until("closed", |browser| plumbers(browser).len() == 3);
    browser.send(&format!("navigate {} bulkhead://lab", tabs[1].id));
    browser.wait_until("left", |browser| plumbers(browser).len() == 2);
    browser.send(&format!("kill {}", tabs[2].id));
    browser.wait_until("crashed", |browser| plumbers(browser).len() == 1);
    let last = plumbers(&browser);
    assert!(browser.quit().success());
    for pid in running
        .into_iter()
        .chain(last)
        .flat_map(|(helper, ends)| [vec![helper], ends].concat())
    {
        wait_until_gone(pid);
    }
}

#[test]
fn a_step_is_taken_once_whatever_is_loaded_again() {
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("{PAGE}?do=pause&n=1"));
    wait_for_title(&mut browser, &tab, "Empty, and nobody reads");
    for _ in 0..2 {
        browser.send(&format!("navigate {} {PAGE}?do=write-1&n=2", tab.id));
        browser.wait_for_tab("loaded", &tab);
        browser.send(&format!("reload {}", tab.id));
        browser.wait_for_tab("loaded", &tab);
        browser.send(&format!(
            "navigate {} bulkhead://lab/plumber?do=write-1",
            tab.id
        ));
        browser.wait_for_tab("loaded", &tab);
    }
    let (_, ends) = plumbers(&browser).remove(0);
    let is_writer = |pid: &i32| arguments(*pid).contains("writer");
    let writer = ends.into_iter().find(is_writer).expect("a writer");
    // All that a writer writes goes into its pipe; to its parent it speaks by `send`.
    let io = std::fs::read_to_string(format!("/proc/{writer}/io")).expect("may be looked at");
    assert!(io.contains("wchar: 1\n"), "{io}");
    assert!(browser.quit().success());
}

#[test]
fn a_web_page_cannot_drive_a_plumber() {
    let link = format!(
        "<title>Web</title><style>a{{display:block;height:300px}}</style>\
         <body style='margin:0'><a href='{PAGE}?do=flood&n=1'>link</a>"
    );
    let server = server::serve(move |head, stream| {
        if head.starts_with("GET /away ") {
            let head = format!("302 Found\r\nLocation: {PAGE}?do=flood&n=1");
            server::respond(stream, &head, "text/html", "");
        } else {
            server::respond(stream, "200 OK", "text/html", &link);
        }
    });
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/"));
    browser.send("click 60 150");
    let refused = browser.wait_for("refused");
    assert!(
        refused["reason"]
            .as_str()
            .is_some_and(|r| r.contains("bulkhead:")),
        "{refused}"
    );
    browser.send(&format!("open http://{server}/away"));
    browser.wait_for("failed");
    assert_eq!(plumbers(&browser), []);
    assert!(browser.quit().success());
}

#[test]
fn nothing_of_the_lab_outlives_a_broker_that_was_killed() {
    let mut browser = Browser::headless(&[]);
    browser.open(PAGE);
    browser.open("bulkhead://lab?measure=0");
    let mut pids = measurements(&browser);
    pids.extend(
        plumbers(&browser)
            .into_iter()
            .flat_map(|(helper, ends)| [vec![helper], ends].concat()),
    );
    assert_eq!(pids.len(), 4);
    signal(browser.pid(), Signal::SIGKILL);
    browser.wait_for_exit();
    pids.into_iter().for_each(wait_until_gone);
}

#[test]
fn every_mechanism_has_its_page_and_another_name_is_an_error() {
    let mut browser = Browser::headless(&[]);
    let tab = browser.open("bulkhead://lab");
    for mechanism in lab::Mechanism::ALL {
        let url = format!("bulkhead://lab/{}", mechanism.name());
        browser.send(&format!("navigate {} {url}", tab.id));
        let loaded = browser.wait_for_tab("loaded", &tab);
        assert_eq!(loaded["url"], url);
    }
    browser.send(&format!("navigate {} bulkhead://lab/telepathy", tab.id));
    let failed = browser.wait_for_tab("failed", &tab);
    assert_eq!(failed["code"], "NO_SUCH_PAGE");
    assert!(browser.quit().success());
}

/// The lab's measurements of that browser.
fn measurements(browser: &Browser) -> Vec<i32> {
    let mut all = children(browser.pid());
    all.retain(|&pid| arguments(pid).contains("--ends-with-parent\0--json"));
    all
}

#[test]
fn a_measurement_starts_at_a_click_once_and_ends_with_the_browser() {
    let mut browser = Browser::headless(&[]);
    let tab = browser.open("bulkhead://lab?measure=0");
    assert_eq!(browser.tab_state(tab.id)["url"], "bulkhead://lab");
    let first = measurements(&browser);
    assert_eq!(first.len(), 1);
    browser.send("open bulkhead://lab?measure=0");
    browser.wait_for("tab_opened");
    browser.send("open bulkhead://lab?measure=1");
    browser.wait_for("tab_opened");
    browser.wait_for("loaded");
    browser.wait_for("loaded");
    assert_eq!(measurements(&browser), first);
    let parts: Vec<i32> = first.iter().flat_map(|&pid| children(pid)).collect();
    assert!(browser.quit().success());
    for pid in first.into_iter().chain(parts) {
        wait_until_gone(pid);
    }
}
