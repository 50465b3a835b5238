//! What the browser costs, measured on the real binary: times as medians of several rounds, memory
//! a process, and what an idle browser does. `cargo bench --bench browser`.
//! It prints and claims nothing.

#![allow(
    clippy::disallowed_methods,
    reason = "a bench of an idle browser has to be idle"
)]

use nix::sys::signal::Signal;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::x11::Display;
use testkit::{Browser, process, server};

const ROUNDS: usize = 9;
const IDLE: Duration = Duration::from_secs(10);

const PAGES: &[(&str, &str)] = &[
    (
        "/",
        "<title>Small</title><h1>A small page</h1><p>with a little text.",
    ),
    (
        "/moving",
        "<title>Moving</title><style>@keyframes go { from { margin-left: 0 } \
         to { margin-left: 600px } } div { width: 100px; height: 100px; background: #ff0000; \
         animation: go 1s linear infinite alternate }</style><div></div>",
    ),
];

fn main() {
    let url = format!("http://{}/", server::pages(PAGES));
    report("launch to loaded page", rounds(|| launch_to_page(&url)));
    report("new tab to loaded page", new_tab_to_page(&url));
    report("kill -9 to card", kill_to_card(&url));
    report(
        "reload of a killed tab to loaded page",
        reload_after_kill(&url),
    );
    report(
        "network killed to next loaded page",
        rounds(|| network_killed_to_page(&url)),
    );
    memory(&url);
    idle(&url);
    idle_window(&url);
    animation(&url, true);
    animation(&url, false);
}

fn rounds(mut measure: impl FnMut() -> Duration) -> Vec<Duration> {
    (0..ROUNDS).map(|_| measure()).collect()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{what:40} median {:8.1} ms   (min {:.1}, max {:.1}, {} rounds)",
        ms(times[times.len() / 2]),
        ms(times[0]),
        ms(times[times.len() - 1]),
        times.len()
    );
}

fn launch_to_page(url: &str) -> Duration {
    let started = Instant::now();
    let mut browser = Browser::headless(&[url]);
    browser.wait_for("loaded");
    let time = started.elapsed();
    browser.quit();
    time
}

fn new_tab_to_page(url: &str) -> Vec<Duration> {
    let mut browser = Browser::headless(&[url]);
    browser.wait_for("loaded");
    let times = rounds(|| {
        let started = Instant::now();
        browser.send(&format!("open {url}"));
        browser.wait_for("loaded");
        started.elapsed()
    });
    browser.quit();
    times
}

fn kill_to_card(url: &str) -> Vec<Duration> {
    let mut browser = Browser::headless(&[]);
    let times = rounds(|| {
        let tab = browser.open(url);
        let started = Instant::now();
        process::signal(tab.pid, Signal::SIGKILL);
        browser.wait_for("tab_crashed");
        started.elapsed()
    });
    browser.quit();
    times
}

fn reload_after_kill(url: &str) -> Vec<Duration> {
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(url);
    let times = rounds(|| {
        let pid = browser.tab(tab.id).pid;
        process::signal(pid, Signal::SIGKILL);
        browser.wait_for("tab_crashed");
        let started = Instant::now();
        browser.send(&format!("reload {}", tab.id));
        browser.wait_for("loaded");
        started.elapsed()
    });
    browser.quit();
    times
}

/// In a fresh browser each time, because a service that dies often is kept waiting.
fn network_killed_to_page(url: &str) -> Duration {
    let mut browser = Browser::headless(&[url]);
    browser.wait_for("loaded");
    let network = browser.pid_of("network");
    let started = Instant::now();
    process::signal(network, Signal::SIGKILL);
    browser.send(&format!("open {url}"));
    browser.wait_for("loaded");
    let time = started.elapsed();
    browser.quit();
    time
}

fn memory(url: &str) {
    let mut browser = Browser::headless(&[]);
    browser.open(url);
    println!("\nmemory of each process, one small page, 1280x800");
    let state = browser.state();
    for row in state["processes"].as_array().expect("processes") {
        let mib = |key: &str| row[key].as_f64().unwrap_or(0.0) / (1024.0 * 1024.0);
        println!(
            "  {:10} {:8} PSS {:6.1} MiB   private {:6.1} MiB",
            row["role"].as_str().unwrap_or("?"),
            row["state"].as_str().unwrap_or("?"),
            mib("pss"),
            mib("private")
        );
    }
    browser.quit();
}

fn idle(url: &str) {
    let mut browser = Browser::headless(&[]);
    for _ in 0..5 {
        browser.open(url);
    }
    println!("\nidle for {} s with five static tabs", IDLE.as_secs());
    switches_over(&mut browser);
    browser.quit();
}

/// The same in a real window, where the gpu process has a display to wait for.
fn idle_window(url: &str) {
    let Some(display) = Display::start() else {
        return;
    };
    let mut browser = Browser::start(&[url], &[("DISPLAY", display.name())]);
    browser.wait_for("tab_opened");
    browser.wait_for("loaded");
    for _ in 1..5 {
        browser.open(url);
    }
    println!(
        "\nidle for {} s with five static tabs in a window",
        IDLE.as_secs()
    );
    switches_over(&mut browser);
    browser.quit();
}

/// An animated page in a tab behind another, or in front: the measure of the measuring.
fn animation(url: &str, is_hidden: bool) {
    let mut browser = Browser::headless(&[]);
    let moving = browser.open(&format!("{url}moving"));
    browser.open(url);
    let place = if is_hidden {
        "a hidden tab"
    } else {
        browser.send(&format!("activate {}", moving.id));
        "the tab in front"
    };
    println!("\n{} s with an animated page in {place}", IDLE.as_secs());
    switches_over(&mut browser);
    browser.quit();
}

/// Prints what each process did meanwhile: context switches of all its threads and CPU time.
fn switches_over(browser: &mut Browser) {
    let state = browser.state();
    let processes: Vec<(String, i32)> = state["processes"]
        .as_array()
        .expect("processes")
        .iter()
        .map(|row| {
            let pid = row["pid"].as_i64().expect("a pid");
            let role = row["role"].as_str().expect("a role").to_owned();
            (role, i32::try_from(pid).expect("a pid fits"))
        })
        .collect();
    // The last frames of loading are still on their way through the compositor.
    sleep(Duration::from_secs(1));
    let before: Vec<_> = processes.iter().map(|(_, pid)| activity(*pid)).collect();
    sleep(IDLE);
    for ((role, pid), before) in processes.iter().zip(before) {
        let after = activity(*pid);
        println!(
            "  {role:10} {:5} context switches   {:5} ms of CPU",
            after.0 - before.0,
            after.1 - before.1
        );
    }
}

/// Context switches and milliseconds of CPU of a process so far.
fn activity(pid: i32) -> (u64, u64) {
    let mut switches = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))
        .expect("it runs")
        .flatten()
    {
        let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
        switches += status
            .lines()
            .filter(|line| line.contains("voluntary_ctxt_switches"))
            .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
            .sum::<u64>();
    }
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let fields: Vec<&str> = stat
        .rsplit(") ")
        .next()
        .expect("fields")
        .split(' ')
        .collect();
    let ticks: u64 = [11, 12]
        .iter()
        .filter_map(|&at| fields[at].parse::<u64>().ok())
        .sum();
    (switches, ticks * 10)
}
