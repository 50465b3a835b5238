//! 1,000 sprites that move over a canvas of 800x600, beside Chromium without its compilers and
//! without a graphics card. The page measures itself.

use crate::Bench;
use crate::peer::Peer;
use crate::scripts::{chromium_says, ours_says};
use testkit::bench::report::{self, Figure, Goal, median};
use testkit::server;

const PAGE: &str = include_str!("sprites.html");

/// What the page says, in its order.
const FIGURES: [(&str, &str, Goal); 2] = [
    ("1,000 sprites: frames", "a second", Goal::AtLeast(60.0)),
    ("1,000 sprites: drawing a frame", "ms", Goal::None),
];

pub fn measure(bench: &Bench, peer: Option<&mut Peer>) -> Vec<Figure> {
    let has_peer = peer.is_some();
    let url = format!("http://{}/", server::pages(&[("/", PAGE)]));
    let arguments = ["--js-flags=--jitless", "--disable-gpu"];
    let rounds: Vec<(Vec<f64>, Option<Vec<f64>>)> = (0..bench.effort.rounds)
        .map(|_| {
            let ours = ours_says(&url, FIGURES.len());
            let theirs = || chromium_says(&arguments, &url, FIGURES.len());
            (ours, has_peer.then(theirs))
        })
        .collect();
    let mut figures = Vec::new();
    for (at, (what, unit, goal)) in FIGURES.into_iter().enumerate() {
        let theirs: Option<Vec<f64>> = rounds
            .iter()
            .map(|(_, theirs)| Some(theirs.as_ref()?[at]))
            .collect();
        let figure = Figure {
            what: what.to_owned(),
            unit,
            goal,
            ours: median(rounds.iter().map(|(ours, _)| ours[at]).collect()),
            chromium: theirs.map(median),
            limit: None,
            paired: None,
        };
        report::print(&figure);
        figures.push(figure);
    }
    figures
}
