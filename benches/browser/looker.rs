//! What it costs that somebody looks: new tabs and an animated page, with `bulkhead://ipc` open and
//! without it, in turns.

use crate::peer::Peer;
use crate::{Bench, REST};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::Browser;
use testkit::bench::report::{self, Figure, Goal};

/// How long the animated page is on show.
const SHOWN: Duration = Duration::from_secs(5);
/// New tabs in one browser.
const TABS: usize = 5;

/// Of one browser: the milliseconds of each new tab, and the milliseconds of CPU that all its
/// processes take for a second of the animation.
struct Costs {
    tabs: Vec<f64>,
    cpu: f64,
}

pub fn measure(bench: &Bench, _: Option<&mut Peer>) -> Vec<Figure> {
    let mut costs = [Vec::new(), Vec::new()];
    for _ in 0..bench.effort.rounds {
        for (is_looked_at, costs) in [false, true].into_iter().zip(&mut costs) {
            costs.push(cost(&bench.server, is_looked_at));
        }
    }
    let mut figures = Vec::new();
    for (how, costs) in ["nobody looks", "bulkhead://ipc is open"].iter().zip(costs) {
        let tabs = costs.iter().flat_map(|costs| costs.tabs.clone()).collect();
        let cpu = costs.iter().map(|costs| costs.cpu).collect();
        figures.push(figure(format!("new tab, {how}"), "ms", tabs));
        figures.push(figure(
            format!("animation, {how}"),
            "ms of CPU a second",
            cpu,
        ));
    }
    figures.iter().for_each(report::print);
    figures
}

fn cost(server: &str, is_looked_at: bool) -> Costs {
    let small = format!("{server}/small");
    let mut browser = Browser::headless(&[]);
    if is_looked_at {
        browser.open("bulkhead://ipc");
    }
    browser.open(&small);
    let tabs = (0..TABS).map(|_| {
        sleep(REST);
        let start = Instant::now();
        browser.open(&small);
        start.elapsed().as_secs_f64() * 1000.0
    });
    let tabs = tabs.collect();
    browser.open(&format!("{server}/spot"));
    sleep(REST);
    let before = cpu_ms(&mut browser);
    sleep(SHOWN);
    let cpu = (cpu_ms(&mut browser) - before) / SHOWN.as_secs_f64();
    browser.quit();
    Costs { tabs, cpu }
}

/// Milliseconds of CPU that the browser and its processes have taken so far.
fn cpu_ms(browser: &mut Browser) -> f64 {
    let state = browser.state();
    let rows = state["processes"].as_array().expect("processes");
    let pids = rows.iter().filter_map(|row| row["pid"].as_i64());
    let pids = pids.chain([i64::from(browser.pid())]);
    pids.map(|pid| i32::try_from(pid).map_or(0.0, of_process))
        .sum()
}

fn of_process(pid: i32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap_or_default();
    let ns = stat
        .split_whitespace()
        .next()
        .and_then(|ns| ns.parse().ok());
    ns.unwrap_or(0.0) / 1e6
}

fn figure(what: String, unit: &'static str, all: Vec<f64>) -> Figure {
    Figure {
        what,
        unit,
        goal: Goal::None,
        ours: report::median(all),
        chromium: None,
        limit: None,
        paired: None,
    }
}
