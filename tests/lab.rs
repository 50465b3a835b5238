//! The lab: every mechanism's program runs and shows what it should, and the table holds every row.
//! Nothing is left behind, however a run ends.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use testkit::wait::{self, Watchdog};
use testkit::world::{User, World};
use testkit::{executable, run};

/// Every mechanism, and what its program must show beside its row.
const MECHANISMS: &[(&str, &[&str])] = &[
    (
        "pipe",
        &[
            "is S (sleeping) in",
            "got \"hello from your parent\"",
            "end of file",
            "not kept",
        ],
    ),
    (
        "fifo",
        &[
            "mkfifo",
            "is S (sleeping) in",
            "got \"kill 2\\n\"",
            "the name is gone",
        ],
    ),
    (
        "stream",
        &[
            "socketpair Stream",
            "read up to 64 bytes: \"ing!\"",
            "not kept",
        ],
    ),
    (
        "seqpacket",
        &["socketpair SeqPacket", "read up to 64 bytes: \"!\"", "kept"],
    ),
    (
        "dgram",
        &["socketpair Datagram", "read up to 64 bytes: \"!\"", "kept"],
    ),
    (
        "tcp",
        &[
            "accept: waits",
            "is S (sleeping) in",
            "\"200 hello\"",
            "not kept",
        ],
    ),
    (
        "udp",
        &[
            "lighthouse.example?",
            "accepted all the same",
            "were dropped",
        ],
    ),
    (
        "shared-memory",
        &[
            "reads \"a frame\" from the page",
            "mutex",
            "semaphore",
            "latch",
        ],
    ),
    (
        "signals",
        &[
            "asks to catch SIGKILL: sigaction: EINVAL",
            "asks to catch SIGSTOP: sigaction: EINVAL",
            "caught SIGINT",
            "caught SIGTERM",
            "caught SIGSEGV",
            "it carries no data",
            "caught SIGUSR2",
            "it carries 42",
            "is T (stopped)",
            "was ended by SIGKILL",
            "was ended by SIGSEGV",
        ],
    ),
    (
        "channel",
        &[
            "send 2: done",
            "send 3: full, so it waits",
            "is S (sleeping) in",
            "received 4",
        ],
    ),
];

/// Runs the lab with these arguments.
fn lab(arguments: &[&str]) -> Output {
    run(&[&["lab"], arguments].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn every_mechanism_s_program_runs_and_names_its_places() {
    for (name, lines) in MECHANISMS {
        let output = lab(&[name, "--rounds", "1"]);
        let shown = text(&output.stdout);
        for line in *lines {
            assert!(shown.contains(line), "{name}: no {line:?} in\n{shown}");
        }
        assert!(output.status.success(), "{name}: {output:?}");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for heading in ["this program:   ", "in the browser: "] {
            let line = shown.lines().find_map(|line| line.strip_prefix(heading));
            let line = line.unwrap_or_else(|| panic!("{name}: no {heading:?}\n{shown}"));
            let file = line.split(':').next().expect("a file");
            assert!(root.join(file).is_file(), "{name}: {file}");
        }
    }
}

#[test]
fn steps_of_a_program_are_told_by_two_processes() {
    let shown = text(&lab(&["pipe", "--rounds", "1"]).stdout);
    let pid_of = |who: &str| {
        let mut lines = shown.lines().map(str::split_whitespace);
        lines.find_map(|mut words| {
            let pid: u32 = words.next()?.parse().ok()?;
            (words.next()? == who).then_some(pid)
        })
    };
    let (parent, child) = (pid_of("parent"), pid_of("child"));
    assert!(
        parent.is_some() && child.is_some() && parent != child,
        "{shown}"
    );
}

#[test]
fn the_document_holds_every_mechanism_with_what_was_seen() {
    let output = lab(&["--json", "--rounds", "1"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = document(&output);
    assert_eq!(report["version"], 1);
    assert!(
        report["machine"]["kernel"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    assert_eq!(report["memcpy"].as_array().map(Vec::len), Some(2));
    let rows = report["rows"].as_array().expect("rows");
    let names: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["mechanism"].as_str())
        .collect();
    let expected: Vec<&str> = MECHANISMS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, expected);
    for row in rows {
        check_row(row);
    }
    let torn: Vec<(&str, bool)> = report["race"]
        .as_array()
        .expect("the race")
        .iter()
        .map(|race| (race["guard"].as_str().expect("a guard"), race["torn"] == 0))
        .collect();
    let guards = ["mutex", "semaphore", "latch"].map(|guard| (guard, true));
    assert_eq!(torn[1..], guards);
    let storms = report["storms"].as_array().expect("storms");
    assert_eq!(storms[1]["handled"], 1, "a blocked signal is pending once");
    assert_eq!(
        storms[2]["handled"], storms[2]["sent"],
        "a signal that queues is not lost"
    );
}

/// What must hold for a row on every machine.
fn check_row(row: &Value) {
    let name = row["mechanism"].as_str().expect("a name");
    assert_eq!(row["refused"], Value::Null, "{row}");
    assert_eq!(row["problems"].as_array().map(Vec::len), Some(0), "{row}");
    let trips = row["round_trips"].as_array().expect("round trips");
    assert!(!trips.is_empty() && trips.iter().all(|trip| trip["p50_ns"].as_u64() > Some(0)));
    let has_frames = !row["frames"].as_array().expect("frames").is_empty();
    assert_eq!(has_frames, name != "signals", "{row}");
    // Who finds its answer in shared memory already need not call the kernel at all.
    let calls_min = if name == "shared-memory" { 0.0 } else { 2.0 };
    assert!(
        row["calls_per_message"]["count"].as_f64() >= Some(calls_min),
        "{row}"
    );
    let kept = matches!(name, "seqpacket" | "dgram" | "udp" | "channel");
    assert_eq!(row["boundaries"]["kept"], kept, "{row}");
    let stopped = &row["stopped_reader"];
    let outcome = match name {
        "udp" | "shared-memory" | "signals" => "loses",
        _ => "sleeps",
    };
    assert_eq!(stopped["outcome"], outcome, "{row}");
    if outcome == "sleeps" {
        assert_eq!(stopped["writer"]["state"], "S", "{row}");
    }
}

#[test]
fn a_mechanism_that_does_not_exist_is_answered_with_the_nearest() {
    let output = lab(&["seqpaket"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("'seqpacket'"), "{output:?}");
}

#[test]
fn a_file_that_cannot_be_written_is_said_before_anything_is_measured() {
    let output = lab(&["pipe", "--plot", "/nowhere/at/all.svg"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "{output:?}");
    let errors = text(&output.stderr);
    assert!(
        errors.contains("--plot /nowhere/at/all.svg: No such file"),
        "{errors}"
    );
    assert!(!errors.contains("round trips"), "{errors}");
}

#[test]
fn the_picture_is_drawn_over_what_was_there() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("lab.svg");
    std::fs::write(&path, "x".repeat(100_000)).expect("a file");
    let shown = path.display().to_string();
    assert!(
        lab(&["pipe", "--rounds", "1", "--plot", &shown])
            .status
            .success()
    );
    let svg = std::fs::read_to_string(&path).expect("the picture");
    assert!(
        svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
        "{svg}"
    );
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    assert!(svg.contains(">pipe</text>"));
}

#[test]
fn a_reader_that_goes_early_is_no_panic() {
    let mut child = Command::new(executable())
        .args(["lab", "pipe", "--rounds", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the lab starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(!text(&output.stderr).contains("panicked"), "{output:?}");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_mechanism_that_is_refused_is_named_and_the_others_go_on() {
    for user in User::all() {
        let world = World::new(user).without_calls(&[libc::SYS_socketpair], libc::EPERM);
        let output = world
            .output(&["lab", "--json", "--rounds", "1"])
            .expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        for row in document(&output)["rows"].as_array().expect("rows") {
            let name = row["mechanism"].as_str().expect("a name");
            if matches!(name, "stream" | "seqpacket" | "dgram" | "channel") {
                let reason = row["refused"].as_str().unwrap_or_default();
                assert!(reason.contains("socketpair: EPERM"), "{row}");
                let line = format!("{name} is refused: socketpair: EPERM");
                assert!(text(&output.stderr).contains(&line), "{output:?}");
            } else {
                check_row(row);
            }
        }
    }
}

#[test]
fn where_no_tracer_is_allowed_the_calls_are_by_the_code() {
    let user = *User::all().last().expect("a user");
    let world = World::new(user).without_calls(&[libc::SYS_ptrace], libc::EPERM);
    let output = world
        .output(&["lab", "pipe", "--json", "--rounds", "1"])
        .expect("it runs");
    let report = document(&output);
    let row = &report["rows"][0];
    let how = row["calls_per_message"]["how"].as_str().expect("a text");
    assert!(how.starts_with("by the code (ptrace: EPERM"), "{row}");
    assert_eq!(row["problems"].as_array().map(Vec::len), Some(0), "{row}");
}

#[test]
fn no_room_for_a_frame_is_said_and_the_rest_goes_on() {
    let user = *User::all().last().expect("a user");
    // How much the program itself takes is not known here: the first limit under which it runs at
    // all leaves less room than a large frame needs.
    let limits = (40..1000)
        .step_by(20)
        .map(|megabytes: u64| megabytes * 1_000_000);
    for limit in limits {
        let world = World::new(user).with_addresses_max(limit);
        let output = world.output(&["lab", "stream", "--json", "--rounds", "1"]);
        let report = output
            .as_ref()
            .map(|output| serde_json::from_slice(&output.stdout));
        let Ok(Ok(report)) = report else {
            continue;
        };
        let report: Value = report;
        let row = &report["rows"][0];
        assert_eq!(output.expect("it ran").status.code(), Some(1), "{row}");
        assert!(
            row["problems"].to_string().contains("no room for 33.2 MB"),
            "{row}"
        );
        assert_eq!(row["boundaries"]["kept"], false, "{row}");
        assert!(!row["round_trips"].as_array().expect("trips").is_empty());
        return;
    }
    panic!("it runs under no limit");
}

/// A lab whose processes can be told by their environment, with a folder for what it may leave.
struct Marked {
    lab: Child,
    folder: tempfile::TempDir,
}

impl Marked {
    fn start(arguments: &[&str]) -> Marked {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let lab = Command::new(executable())
            .arg("lab")
            .args(arguments)
            .env("TMPDIR", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the lab starts");
        Marked { lab, folder }
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.lab.id()).expect("a pid fits");
        kill(Pid::from_raw(pid), signal).expect("it is there");
    }

    /// Its processes, dead ones too.
    fn processes(&self) -> Vec<String> {
        let mark = format!("TMPDIR={}", self.folder.path().display());
        let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
        let is_ours = |path: &Path| {
            let environment = std::fs::read(path.join("environ")).unwrap_or_default();
            text(&environment).contains(&mark)
        };
        entries
            .map(|entry| entry.path())
            .filter(|path| is_ours(path))
            .map(|path| path.display().to_string())
            .collect()
    }

    fn check_nothing_is_left(&self) {
        assert_eq!(self.processes(), Vec::<String>::new());
        let files: Vec<_> = std::fs::read_dir(self.folder.path())
            .expect("the folder")
            .collect();
        assert!(files.is_empty(), "{files:?}");
    }

    /// Waits until so many lines of progress have been written.
    fn wait_lines(&mut self, count: usize) {
        let watchdog = Watchdog::start();
        let stderr = self.lab.stderr.take().expect("piped");
        let mut lines = BufReader::new(stderr).lines();
        for _ in 0..count {
            watchdog.check(|| "no progress".to_owned());
            lines.next().expect("it goes on").expect("a line");
        }
        // Kept open: what comes later must find a reader.
        std::thread::spawn(move || for _ in lines {});
    }
}

#[test]
fn a_run_that_ends_by_itself_leaves_nothing() {
    for mechanism in ["fifo", "shared-memory", "signals"] {
        let mut marked = Marked::start(&[mechanism, "--rounds", "1"]);
        // Its environment can be read a moment after it was started.
        wait::until("a process with the mark", || {
            (!marked.processes().is_empty()).then_some(())
        });
        let mut stdout = marked.lab.stdout.take().expect("piped");
        stdout.read_to_end(&mut Vec::new()).expect("it ends");
        assert!(marked.lab.wait().expect("wait").success());
        marked.check_nothing_is_left();
    }
}

#[test]
fn a_signal_at_any_point_ends_the_run_and_leaves_nothing() {
    let signals = [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)];
    for lines in 1..=8 {
        let (signal, code) = signals[lines % 2];
        let mut marked = Marked::start(&["--rounds", "1"]);
        marked.wait_lines(lines);
        marked.signal(signal);
        assert_eq!(
            marked.lab.wait().expect("wait").code(),
            Some(code),
            "after {lines} lines"
        );
        marked.check_nothing_is_left();
    }
}

#[test]
fn a_signal_in_the_middle_of_a_program_leaves_nothing() {
    for mechanism in ["fifo", "signals", "channel"] {
        let mut marked = Marked::start(&[mechanism, "--rounds", "1"]);
        let stdout = marked.lab.stdout.take().expect("piped");
        let mut lines = BufReader::new(stdout).lines();
        lines.next().expect("it begins").expect("a line");
        marked.signal(Signal::SIGINT);
        assert_eq!(
            marked.lab.wait().expect("wait").code(),
            Some(130),
            "{mechanism}"
        );
        marked.check_nothing_is_left();
    }
}

#[test]
fn children_of_a_lab_that_is_killed_die_with_it() {
    let mut marked = Marked::start(&["--rounds", "1"]);
    marked.wait_lines(3);
    marked.signal(Signal::SIGKILL);
    assert_eq!(marked.lab.wait().expect("wait").signal(), Some(9));
    let watchdog = Watchdog::start();
    while !marked.processes().is_empty() {
        watchdog.nap(|| format!("{:?} are left", marked.processes()));
    }
}
