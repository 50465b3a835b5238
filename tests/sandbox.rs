//! The sandbox is on by default and confines every child, as seen from outside.

use serde_json::Value;
use testkit::{Browser, process, run, server};

const PAGES: &[(&str, &str)] = &[("/", "<title>Page</title>page")];

fn browser_with_a_page() -> (Browser, testkit::Tab) {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    (browser, tab)
}

#[test]
fn every_role_runs_filtered_and_without_any_capability() {
    let (mut browser, tab) = browser_with_a_page();
    let mut pids = vec![tab.pid];
    pids.extend(["gpu", "network", "shell"].map(|role| browser.pid_of(role)));
    for pid in pids {
        assert_eq!(process::status_field(pid, "Seccomp"), "2", "{pid}");
        assert_eq!(process::status_field(pid, "NoNewPrivs"), "1", "{pid}");
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            assert_eq!(
                process::status_field(pid, set),
                "0".repeat(16),
                "{set} of {pid}"
            );
        }
    }
    assert!(browser.quit().success());
}

#[test]
fn every_role_has_namespaces_of_its_own() {
    let (mut browser, tab) = browser_with_a_page();
    let own = i32::try_from(std::process::id()).expect("a pid fits");
    if browser.state()["processes"]
        .as_array()
        .expect("processes")
        .iter()
        .any(|p| p["tier"] == "B")
    {
        println!("SKIP: there are no user namespaces here");
        return;
    }
    let roles = ["gpu", "network", "shell"].map(|role| browser.pid_of(role));
    for pid in roles.into_iter().chain([tab.pid]) {
        for namespace in ["user", "pid", "mnt", "ipc", "uts"] {
            assert_ne!(
                process::namespace(pid, namespace),
                process::namespace(own, namespace),
                "{namespace} of {pid}"
            );
        }
    }
    assert_ne!(
        process::namespace(tab.pid, "net"),
        process::namespace(own, "net")
    );
    let gpu = browser.pid_of("gpu");
    assert_ne!(
        process::namespace(tab.pid, "mnt"),
        process::namespace(gpu, "mnt")
    );
    assert!(browser.quit().success());
}

/// Makes the tab's process call that number; `Some(cause)` when it died of it.
fn system_call(number: i64) -> Option<String> {
    let (mut browser, tab) = browser_with_a_page();
    browser.send(&format!("break {} syscall={number}", tab.id));
    // It dies, or it lives and answers its next load.
    browser.send(&format!("reload {}", tab.id));
    let outcome = browser.wait("death or life", |r| {
        r["tab"] == tab.id && (r["record"] == "tab_crashed" || r["record"] == "loaded")
    });
    let cause = outcome["cause"].as_str().map(str::to_owned);
    drop(browser);
    cause
}

#[test]
fn a_renderer_that_opens_a_file_is_refused() {
    for number in [libc::SYS_open, libc::SYS_openat] {
        // Refused with an error, because harmless library code tries it too.
        assert_eq!(system_call(number), None);
    }
}

#[test]
fn a_renderer_that_makes_a_socket_dies_and_the_card_names_the_call() {
    let cause = system_call(libc::SYS_socket).expect("it dies");
    if cause.contains("SIGSYS") {
        return println!("SKIP: no listener for refused calls here");
    }
    let call = "tried to call socket(AF_INET, SOCK_STREAM, 0) (number 41, at 0x";
    assert!(cause.starts_with(call), "{cause}");
}

#[test]
fn the_sandbox_command_shows_the_share_of_processors_where_there_is_one() {
    let output = run(&["sandbox", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let share = |role: &str| {
        let processes = report["processes"].as_array().expect("processes");
        let process = processes.iter().find(|p| p["role"] == role);
        let layers = process.expect("it runs")["layers"].as_array();
        let mut layers = layers.expect("layers").iter();
        let row = layers.find(|row| row["layer"] == "cgroup").expect("a row");
        let note = row["note"].as_str().expect("a note").to_owned();
        let share = note.split_once(", cpu.").map(|(_, share)| share.to_owned());
        share.and_then(|share| share.split_once(' ')?.1.parse::<u64>().ok())
    };
    match (share("renderer"), share("gpu")) {
        (Some(renderer), Some(gpu)) => assert_eq!(gpu, 16 * renderer),
        none => println!("SKIP: processors are not shared out here: {none:?}"),
    }
}

#[test]
fn a_renderer_that_forks_executes_or_traces_dies() {
    for number in [libc::SYS_fork, libc::SYS_execve, libc::SYS_ptrace] {
        assert!(system_call(number).is_some(), "system call {number}");
    }
}

#[test]
fn the_sandbox_command_tells_what_holds_each_role() {
    let output = run(&["sandbox", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(report["is_enough"], output.status.success(), "{stderr}");
    let processes = report["processes"].as_array().expect("processes");
    for role in ["demo", "devtools", "gpu", "network", "renderer", "shell"] {
        let process = processes.iter().find(|p| p["role"] == role);
        let process = process.unwrap_or_else(|| panic!("no {role}: {stderr}"));
        assert_eq!(process["is_sufficient"], true, "{role}");
        let layers = process["layers"].as_array().expect("layers");
        let state = |layer: &str| {
            let row = layers.iter().find(|row| row["layer"] == layer);
            row.expect("the layer is there")["state"].clone()
        };
        assert_eq!(state("seccomp"), "enforced", "{role}");
        assert_eq!(state("capabilities"), "enforced", "{role}");
        assert_eq!(state("no_new_privileges"), "enforced", "{role}");
    }
    let text = run(&["sandbox"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("system-call filter"), "{text}");
    assert!(
        text.contains("every role has at least tier C: yes"),
        "{text}"
    );
}

/// The layers that children attack themselves, with the answers that show them at work.
const CANARIES: [(&str, &str); 10] = [
    ("{\"namespace\":\"user\"}", "EINVAL"),
    ("{\"namespace\":\"pid\"}", "ESRCH"),
    ("{\"namespace\":\"net\"}", "ENETUNREACH"),
    ("\"nesting_limit\"", "ENOSPC"),
    ("\"root\"", "ENOENT"),
    ("\"capabilities\"", "EPERM"),
    ("\"limits\"", "ENOMEM"),
    ("\"deny_write_execute\"", "EACCES"),
    ("\"landlock\"", "EACCES"),
    ("\"seccomp\"", "ENOENT"),
];

#[test]
fn the_sandbox_command_tells_what_each_layer_was_tried_with() {
    let output = run(&["sandbox", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let processes = report["processes"].as_array().expect("processes");
    let untried = report["untried"].as_array().expect("a list");
    assert!(processes.len() >= 5, "one of every role");
    for process in processes {
        let role = &process["role"];
        let layers = process["layers"].as_array().expect("layers");
        for (layer, answer) in CANARIES {
            let mut rows = layers.iter();
            let name: Value = serde_json::from_str(layer).expect("it is JSON");
            let row = rows.find(|row| row["layer"] == name);
            let row = row.unwrap_or_else(|| panic!("{role}: no {layer}"));
            if row["state"] != "enforced" {
                println!("SKIP {layer} of {role}: {}", row["state"]);
                continue;
            }
            assert_eq!(row["tried"]["answer"], answer, "{role}: {row}");
            assert_eq!(row["tried"]["told_by"], "child", "{role}: {row}");
        }
        // Nothing goes untried without a word why.
        for row in layers.iter().filter(|row| row["state"] == "enforced") {
            let is_explained = untried.iter().any(|it| it["layer"] == row["layer"]);
            assert!(is_explained || row["tried"].is_object(), "{role}: {row}");
        }
    }
    let text = run(&["sandbox"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("getcwd() -> ENOENT"), "{text}");
    assert!(text.contains("Layers without a test"), "{text}");
}

#[test]
fn a_tier_that_cannot_be_had_is_refused_by_name() {
    let tier = run(&["sandbox", "--json"]);
    let tier: Value = serde_json::from_slice(&tier.stdout).expect("it is JSON");
    let is_best = tier["tier"] == "A";
    for required in ["A", "B", "C"] {
        let arguments = ["--headless", "--require", required, "--screenshot"];
        let folder = tempfile::tempdir().expect("a scratch folder");
        let picture = folder.path().join("a.png");
        let picture = picture.to_str().expect("text");
        let output = run(&[&arguments[..], &[picture, "bulkhead://welcome"]].concat());
        if is_best {
            assert!(output.status.success(), "{required}");
        } else if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(stderr.contains("--require"), "{stderr}");
        }
    }
    assert_eq!(run(&["--require", "Z"]).status.code(), Some(2));
    assert_eq!(run(&["--json"]).status.code(), Some(2));
}

#[test]
fn the_broker_gains_no_privileges_and_has_no_socket_of_the_network() {
    let (mut browser, _) = browser_with_a_page();
    let pid = browser.pid();
    assert_eq!(process::status_field(pid, "NoNewPrivs"), "1");
    let unix = || std::fs::read_to_string(format!("/proc/{pid}/net/unix")).expect("readable");
    // Sockets come and go meanwhile: each is in the list before or in the one after.
    let before = unix();
    let state = browser.state();
    let unix = before + &unix();
    let descriptors = state["descriptors"].as_array().expect("a list");
    assert!(
        descriptors
            .iter()
            .any(|target| target == "anon_inode:[eventpoll]")
    );
    for target in descriptors {
        let target = target.as_str().expect("text");
        let inode = target
            .strip_prefix("socket:[")
            .map(|rest| rest.trim_end_matches(']'));
        if let Some(inode) = inode {
            let is_unix = unix
                .lines()
                .any(|line| line.split_whitespace().nth(6) == Some(inode));
            assert!(is_unix, "{target} is no Unix socket");
        }
    }
    assert!(browser.quit().success());
}

/// Files in `/proc` belong to root when their process is not dumpable, and nobody attaches to it.
#[test]
fn nobody_attaches_to_the_broker() {
    use std::os::unix::fs::MetadataExt;
    if nix::unistd::geteuid().is_root() {
        return println!("SKIP: root's files look the same either way, and root may attach");
    }
    let (browser, _) = browser_with_a_page();
    let pid = nix::unistd::Pid::from_raw(browser.pid());
    let owner = std::fs::metadata(format!("/proc/{pid}/environ")).expect("it runs");
    assert_eq!(owner.uid(), 0);
    assert_eq!(
        nix::sys::ptrace::seize(pid, nix::sys::ptrace::Options::empty()),
        Err(nix::errno::Errno::EPERM)
    );
    assert!(browser.quit().success());
}
