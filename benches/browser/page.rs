//! Long pages of manuals, opened in a new tab of a browser that runs: each until it is loaded.

use crate::Bench;
use crate::folder;
use crate::ours::{Ours, rest};
use crate::peer::Peer;
use std::path::Path;
use testkit::bench::report::{self, Figure, Goal, median};

/// Pages below [`folder::ROOT`], which are measured where their packages are installed.
const PAGES: [(&str, &str); 2] = [
    ("the manual of Nettle, 548 KB", "nettle-dev/nettle.html"),
    (
        "a page of the manual of Node.js, 542 KB",
        "nodejs/api/crypto.html",
    ),
];

pub fn measure(bench: &Bench, mut peer: Option<&mut Peer>) -> Vec<Figure> {
    let server = folder::serve();
    let small = format!("{}/small", bench.server);
    let (there, missing): (Vec<_>, Vec<_>) = PAGES
        .into_iter()
        .partition(|(_, path)| Path::new(folder::ROOT).join(path).exists());
    for (what, path) in missing {
        println!("SKIP: {what}: {}/{path} is not there", folder::ROOT);
    }
    let urls: Vec<String> = there
        .iter()
        .map(|(_, path)| format!("http://{server}/{path}"))
        .collect();
    let rounds: Vec<(Vec<f64>, Option<Vec<f64>>)> = (0..bench.effort.rounds)
        .map(|_| {
            let ours = ours(&small, &urls);
            let peer = peer.as_mut();
            (ours, peer.map(|peer| chromium(peer, &small, &urls)))
        })
        .collect();
    let mut figures = Vec::new();
    for (at, (what, _)) in there.into_iter().enumerate() {
        let pairs = rounds
            .iter()
            .filter_map(|(ours, theirs)| Some((ours[at], theirs.as_ref()?[at])));
        let (ratios, theirs): (Vec<f64>, Vec<f64>) =
            pairs.map(|(ours, theirs)| (ours / theirs, theirs)).unzip();
        let is_compared = !theirs.is_empty();
        let figure = Figure {
            what: what.to_owned(),
            unit: "ms",
            goal: Goal::Chromium(0.6),
            ours: median(rounds.iter().map(|(ours, _)| ours[at]).collect()),
            chromium: is_compared.then(|| median(theirs)),
            limit: None,
            paired: is_compared.then(|| median(ratios)),
        };
        report::print(&figure);
        figures.push(figure);
    }
    figures
}

fn ours(small: &str, urls: &[String]) -> Vec<f64> {
    rest();
    let (mut browser, _) = Ours::launch(small);
    let times = urls.iter().map(|url| {
        rest();
        browser.new_tab(url)
    });
    let times = times.collect();
    browser.quit();
    times
}

fn chromium(peer: &mut Peer, small: &str, urls: &[String]) -> Vec<f64> {
    rest();
    peer.time(&format!("launch {small}"));
    let times = urls.iter().map(|url| {
        rest();
        peer.time(&format!("new-tab {url}"))
    });
    let times = times.collect();
    peer.ask("quit");
    times
}
