//! Every child is held, on by default, seen from outside.

use crate::harness::{Browser, process, server};

const PAGES: &[(&str, &str)] = &[("/", "<title>Page</title>page")];

fn browser_with_a_page() -> (Browser, crate::harness::Tab) {
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
    assert!(
        cause.contains("socket") || cause.contains("SIGSYS"),
        "{cause}"
    );
}

#[test]
fn a_renderer_that_forks_executes_or_traces_dies() {
    for number in [libc::SYS_fork, libc::SYS_execve, libc::SYS_ptrace] {
        assert!(system_call(number).is_some(), "system call {number}");
    }
}
