//! What scripts do to a document, beside Chromium without its compilers. The page measures itself.

use crate::Bench;
use crate::peer::Peer;
use testkit::bench::report::{self, Figure, Goal, median};
use testkit::{Browser, server};

const PAGE: &str = include_str!("operations.html");

/// The operations in the page's order, and how many times Chromium's time each may take.
const OPERATIONS: [(&str, Goal); 9] = [
    ("innerHTML of 5,000 rows", Goal::Chromium(4.0)),
    ("querySelectorAll of 10,000 cells", Goal::Chromium(5.0)),
    ("setAttribute, 10,000 times", Goal::Chromium(1.5)),
    ("style.left, 10,000 times", Goal::Chromium(3.0)),
    ("classList.toggle, 10,000 times", Goal::Chromium(3.0)),
    ("dispatchEvent, 5,000 times", Goal::Chromium(4.0)),
    ("2,000 new elements with text", Goal::None),
    ("walk through 5,000 siblings, 5 times", Goal::None),
    ("layout forced 20 times", Goal::Chromium(2.0)),
];

pub fn measure(bench: &Bench, peer: Option<&mut Peer>) -> Vec<Figure> {
    // Another one is started, with an argument of its own.
    let has_peer = peer.is_some();
    let url = format!("http://{}/", server::pages(&[("/", PAGE)]));
    let mut rounds: Vec<(Vec<f64>, Option<Vec<f64>>)> = Vec::new();
    for _ in 0..bench.effort.rounds {
        let ours = ours_says(&url, OPERATIONS.len());
        let theirs = || chromium_says(&["--js-flags=--jitless"], &url, OPERATIONS.len());
        rounds.push((ours, has_peer.then(theirs)));
    }
    let mut figures = Vec::new();
    for (at, (what, goal)) in OPERATIONS.into_iter().enumerate() {
        let pairs = rounds
            .iter()
            .filter_map(|(ours, theirs)| Some((ours[at], theirs.as_ref()?[at])));
        let pairs: Vec<(f64, f64)> = pairs.collect();
        let is_compared = !pairs.is_empty();
        let figure = Figure {
            what: what.to_owned(),
            unit: "ms",
            goal,
            ours: median(rounds.iter().map(|(ours, _)| ours[at]).collect()),
            chromium: is_compared.then(|| median(pairs.iter().map(|pair| pair.1).collect())),
            limit: None,
            paired: is_compared
                .then(|| median(pairs.iter().map(|(ours, theirs)| ours / theirs).collect())),
        };
        report::print(&figure);
        figures.push(figure);
    }
    figures
}

/// The figures that a page says in its title, in our browser.
pub fn ours_says(url: &str, count: usize) -> Vec<f64> {
    let mut browser = Browser::headless(&[url]);
    let is_done = |title: &serde_json::Value| title.as_str().is_some_and(|t| t.starts_with("done"));
    let record = browser.wait("the figures", |record| {
        record["record"] == "title" && is_done(&record["title"])
    });
    let figures = figures_of(record["title"].as_str().unwrap_or_default(), count);
    browser.quit();
    figures
}

/// Likewise, in a Chromium with these arguments.
pub fn chromium_says(arguments: &[&str], url: &str, count: usize) -> Vec<f64> {
    let mut peer = Peer::with(arguments).expect("it started before");
    peer.ask(&format!("launch {url}"));
    let answer = peer.ask("title done");
    let figures = figures_of(answer["title"].as_str().unwrap_or_default(), count);
    peer.ask("quit");
    figures
}

/// The numbers of the title.
fn figures_of(title: &str, count: usize) -> Vec<f64> {
    let words = title.split_whitespace().skip(1);
    let figures: Vec<f64> = words.filter_map(|word| word.parse().ok()).collect();
    assert_eq!(figures.len(), count, "{title}");
    figures
}
