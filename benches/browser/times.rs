//! Starting, opening, dying and coming back: each step once a round, in both browsers.

use crate::Bench;
use crate::limit::Limits;
use crate::ours::{Ours, rest};
use crate::peer::Peer;
use testkit::bench::report::{self, Figure, Goal, median};

const STEPS: usize = 7;
/// What each step is, and at most how many times Chromium's time it should take.
const NAMES: [(&str, Goal); STEPS] = [
    ("launch to loaded page", Goal::Chromium(0.08)),
    ("new tab to loaded page", Goal::Chromium(0.1)),
    ("new tab right after another", Goal::None),
    ("renderer killed to crash reported", Goal::Chromium(0.1)),
    (
        "reload of a crashed tab to loaded page",
        Goal::Chromium(0.1),
    ),
    (
        "network process killed to next loaded page",
        Goal::Chromium(0.2),
    ),
    ("gpu process killed to picture", Goal::Chromium(0.2)),
];

/// Milliseconds.
type Round = [f64; STEPS];

pub fn measure(bench: &Bench, mut peer: Option<&mut Peer>) -> Vec<Figure> {
    let url = format!("{}/small", bench.server);
    let limits = Limits::measure(&bench.server, bench.effort.rounds);
    report::best_of(bench.effort.tries, || {
        let mut rounds: Vec<(Round, Option<Round>)> = Vec::new();
        for _ in 0..bench.effort.rounds {
            let ours = ours(&url);
            rounds.push((ours, peer.as_mut().map(|peer| chromium(peer, &url))));
        }
        let figure = |step: usize| {
            let (what, goal) = NAMES[step];
            let chromium: Option<Vec<f64>> = rounds
                .iter()
                .map(|(_, chromium)| Some((*chromium)?[step]))
                .collect();
            let ratios: Option<Vec<f64>> = rounds
                .iter()
                .map(|(ours, chromium)| Some(ours[step] / (*chromium)?[step]))
                .collect();
            Figure {
                what: what.to_owned(),
                unit: "ms",
                goal,
                ours: median(rounds.iter().map(|(ours, _)| ours[step]).collect()),
                chromium: chromium.map(median),
                limit: Some(limits.of_step(step)),
                paired: ratios.map(median),
            }
        };
        (0..STEPS).map(figure).collect()
    })
}

fn ours(url: &str) -> Round {
    // The other one has just ended.
    rest();
    let (mut browser, launch) = Ours::launch(url);
    rest();
    let tab = browser.new_tab(url);
    let next_tab = browser.new_tab(url);
    rest();
    let reported = browser.kill_tab();
    rest();
    let reload = browser.reload();
    rest();
    let network = browser.kill_network(url);
    rest();
    let picture = browser.kill_gpu();
    browser.quit();
    [launch, tab, next_tab, reported, reload, network, picture]
}

fn chromium(peer: &mut Peer, url: &str) -> Round {
    rest();
    let launch = peer.time(&format!("launch {url}"));
    rest();
    let tab = peer.time(&format!("new-tab {url}"));
    let next_tab = peer.time(&format!("new-tab {url}"));
    rest();
    let reported = peer.time("kill-tab");
    rest();
    let reload = peer.time("reload");
    rest();
    let network = peer.time(&format!("kill-network {url}"));
    rest();
    let picture = peer.time("kill-gpu");
    peer.ask("quit");
    [launch, tab, next_tab, reported, reload, network, picture]
}
