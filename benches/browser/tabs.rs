//! Many tabs in a browser that may open as many descriptors as most systems allow.

use crate::Bench;
use crate::peer::Peer;
use std::process::Command;
use std::time::Instant;
use testkit::bench::report::{self, Figure, Goal, median};
use testkit::{Browser, executable};

const DESCRIPTORS: usize = 1024;
const TABS: usize = 300;
/// A single tab's time says little: so many around it are looked at.
const AROUND: usize = 10;

pub fn measure(bench: &Bench, _: Option<&mut Peer>) -> Vec<Figure> {
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {DESCRIPTORS}; exec \"$0\" \"$@\"");
    command
        .args(["-c", &script, executable(), "--headless"])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut browser = Browser::spawn(command, folder, &[]);
    let url = format!("{}/small", bench.server);
    let open = |_| {
        let start = Instant::now();
        browser.send(&format!("open {url}"));
        browser.wait_for("loaded");
        start.elapsed().as_secs_f64() * 1000.0
    };
    let times: Vec<f64> = (0..TABS).map(open).collect();
    browser.quit();
    let first = median(times[AROUND / 2..AROUND / 2 + AROUND].to_vec());
    let last = median(times[TABS - AROUND..].to_vec());
    let figure = |what: &str, unit, goal, ours| Figure {
        what: what.to_owned(),
        unit,
        goal,
        ours,
        chromium: None,
        limit: None,
        paired: None,
    };
    let figures = vec![
        figure("the 10th tab, one after another", "ms", Goal::None, first),
        figure("the 300th tab, one after another", "ms", Goal::None, last),
        figure(
            "the 300th by the 10th",
            "times",
            Goal::AtMost(1.5),
            last / first,
        ),
    ];
    figures.iter().for_each(report::print);
    figures
}
