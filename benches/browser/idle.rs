//! What an idle browser does: context switches and processor time of each process.

use crate::Bench;
use crate::peer::Peer;
use std::thread::sleep;
use std::time::Duration;
use testkit::Browser;
use testkit::bench::report::Figure;
use testkit::x11::Display;

const IDLE: Duration = Duration::from_secs(10);

pub fn measure(bench: &Bench, _: Option<&mut Peer>) -> Vec<Figure> {
    let url = format!("{}/small", bench.server);
    idle(&url);
    idle_window(&url);
    let moving = format!("{}/spot", bench.server);
    animation(&url, &moving, true);
    animation(&url, &moving, false);
    Vec::new()
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
fn animation(url: &str, moving: &str, is_hidden: bool) {
    let mut browser = Browser::headless(&[]);
    let moving = browser.open(moving);
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
