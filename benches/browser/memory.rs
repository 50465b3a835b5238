//! What a further tab costs: the memory of all processes of a browser (proportional set size, so
//! that what they share counts once), with some tabs and with some more of the same page.

use crate::Bench;
use crate::ours::{Ours, rest};
use crate::peer::Peer;
use std::collections::HashMap;
use testkit::bench::report::{self, Figure, Goal, median};

/// Each tab of Chromium has a renderer of its own up to here, and so has each of ours.
const FURTHER_TABS: usize = 16;
const ROUNDS_MAX: usize = 3;
/// Pages of `testkit::bench::pages`, and at most how many times Chromium's memory.
const PAGES: [(&str, &str, f64); 2] = [
    ("small", "small page", 0.35),
    ("large", "page of 98 KB", 0.7),
];

pub fn measure(bench: &Bench, mut peer: Option<&mut Peer>) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (page, name, goal) in PAGES {
        let url = format!("{}/{page}", bench.server);
        let rounds = bench.effort.rounds.min(ROUNDS_MAX);
        let pairs: Vec<(f64, Option<f64>)> = (0..rounds)
            .map(|_| (ours(&url), peer.as_mut().map(|peer| chromium(peer, &url))))
            .collect();
        let chromium: Option<Vec<f64>> = pairs.iter().map(|pair| pair.1).collect();
        let ratios: Option<Vec<f64>> = pairs.iter().map(|pair| Some(pair.0 / pair.1?)).collect();
        let figure = Figure {
            what: format!("a further tab, {name}"),
            unit: "MiB",
            goal: Goal::Chromium(goal),
            ours: median(pairs.iter().map(|pair| pair.0).collect()),
            chromium: chromium.map(median),
            limit: None,
            paired: ratios.map(median),
        };
        report::print(&figure);
        figures.push(figure);
    }
    figures
}

fn ours(url: &str) -> f64 {
    let (mut browser, _) = Ours::launch(url);
    browser.new_tab(url);
    let pid = browser.pid();
    let cost = further(pid, || {
        for _ in 0..FURTHER_TABS {
            browser.new_tab(url);
        }
    });
    browser.quit();
    cost
}

fn chromium(peer: &mut Peer, url: &str) -> f64 {
    peer.time(&format!("launch {url}"));
    peer.time(&format!("new-tab {url}"));
    let pid = peer.ask("pid")["pid"].as_i64().expect("a pid");
    let pid = i32::try_from(pid).expect("a pid fits");
    let cost = further(pid, || {
        peer.ask(&format!("more-tabs {FURTHER_TABS} {url}"));
    });
    peer.ask("quit");
    cost
}

/// MiB for each tab that `open` opens in the browser with that main process.
fn further(main: i32, open: impl FnOnce()) -> f64 {
    settle();
    let before = memory_of_tree(main);
    open();
    settle();
    (memory_of_tree(main) - before) / FURTHER_TABS as f64
}

/// Both browsers give memory back some time after a page was loaded.
fn settle() {
    for _ in 0..4 {
        rest();
    }
}

/// MiB of a process and all its descendants.
fn memory_of_tree(main: i32) -> f64 {
    let processes = procfs::process::all_processes().expect("procfs");
    let parents: HashMap<i32, i32> = processes
        .flatten()
        .filter_map(|process| process.stat().ok())
        .map(|stat| (stat.pid, stat.ppid))
        .collect();
    let is_of_it = |pid: i32| {
        let up = |pid: &i32| parents.get(pid).copied();
        std::iter::successors(Some(pid), up).any(|pid| pid == main)
    };
    let pids = parents.keys().filter(|&&pid| is_of_it(pid));
    pids.map(|&pid| pss_mib(pid)).sum()
}

fn pss_mib(pid: i32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("Pss:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
