//! What a user feels in a real window, ours beside Chromium's where that is installed: frames a
//! second of a long page under the wheel, input to pixel, and what a presented frame costs. Both
//! browsers take turns on one display, under one observer.
//!
//!     cargo bench -p broker --bench window                        # all of it, some minutes
//!     cargo bench -p broker --bench window -- scroll input        # parts of it
//!     cargo bench -p broker --bench window -- --json FILE         # the figures as JSON, too
//!     cargo bench -p broker --bench window -- scroll --page FILE  # scrolls that page instead
//!     cargo bench -p broker --bench window -- --rounds 1          # instead of three
//!     cargo bench -p broker --bench window -- --short             # for CI: fails on a gross loss
//!
//! `BULKHEAD=PATH` measures another executable.

mod bench;
mod browsers;
mod eye;
mod input;
mod present;
mod scroll;

use bench::Bench;
use browsers::Which;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use testkit::bench::report::{self, Figure, Goal};

/// How much is measured.
struct Effort {
    rates: &'static [u32],
    scroll_time: Duration,
    rounds: usize,
    trials: usize,
    /// How often a figure that is a gross loss is measured before it is believed: other work on
    /// the machine spoils a try, and only a real loss spoils all.
    tries: usize,
}

const FULL: Effort = Effort {
    rates: &scroll::RATES,
    scroll_time: Duration::from_secs(4),
    rounds: 3,
    trials: 40,
    tries: 1,
};
const SHORT: Effort = Effort {
    rates: &[125],
    scroll_time: Duration::from_secs(2),
    rounds: 1,
    trials: 24,
    tries: 5,
};

/// What the command line asks for.
#[derive(Default)]
struct Wanted {
    parts: Vec<String>,
    is_short: bool,
    json: Option<PathBuf>,
    page: Option<PathBuf>,
    rounds: Option<usize>,
}

fn main() -> ExitCode {
    let wanted = Wanted::read();
    let Some(bench) = Bench::open(wanted.page.as_deref()) else {
        return ExitCode::SUCCESS;
    };
    let browsers = bench.browsers();
    let mut effort = if wanted.is_short { SHORT } else { FULL };
    effort.rounds = wanted.rounds.unwrap_or(effort.rounds).max(1);
    let before = report::load();
    println!(
        "load {before}; medians of {} rounds in turns",
        effort.rounds
    );
    report::print_head();
    let mut figures = Vec::new();
    for (name, part) in PARTS {
        let is_asked = wanted.parts.is_empty() || wanted.parts.iter().any(|p| p == name);
        if is_asked && !(wanted.is_short && name == "present") {
            part(&bench, &browsers, &effort, &mut figures);
        }
    }
    if let Some(path) = &wanted.json {
        report::write_json(path, &figures, [before, report::load()]);
    }
    let lost: Vec<&Figure> = figures.iter().filter(|f| f.is_gross_loss()).collect();
    for figure in &lost {
        println!("a gross loss: {}", figure.what);
    }
    // Times depend on what else the machine does, so only who asks is told by the exit status.
    if wanted.is_short && !lost.is_empty() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

impl Wanted {
    fn read() -> Wanted {
        let mut wanted = Wanted::default();
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--short" => wanted.is_short = true,
                "--json" => wanted.json = arguments.next().map(PathBuf::from),
                "--page" => wanted.page = arguments.next().map(PathBuf::from),
                "--rounds" => wanted.rounds = arguments.next().and_then(|n| n.parse().ok()),
                // Cargo's own.
                "--bench" => {}
                part => wanted.parts.push(part.to_owned()),
            }
        }
        wanted
    }
}

type Part = fn(&Bench, &[Which], &Effort, &mut Vec<Figure>);
const PARTS: [(&str, Part); 3] = [
    ("scroll", scrolls),
    ("input", inputs),
    ("present", presents),
];

fn scrolls(bench: &Bench, browsers: &[Which], effort: &Effort, figures: &mut Vec<Figure>) {
    for &rate in effort.rates {
        let measure = || {
            let pace = |&which: &Which| {
                scroll::measure(bench, which, rate, effort.scroll_time, effort.rounds)
            };
            let paces: Vec<scroll::Pace> = browsers.iter().map(pace).collect();
            let figure = |what: &str, unit, goal, of: fn(&scroll::Pace) -> f64| Figure {
                what: format!("scroll at {rate} a second: {what}"),
                unit,
                goal,
                ours: of(&paces[0]),
                chromium: paces.get(1).map(of),
                limit: None,
                paired: None,
            };
            vec![
                // A frame may fall just outside the time that is looked at.
                figure("frames", "1/s", Goal::AtLeast(59.0), |p| p.frames_a_second),
                figure("interval p50", "ms", Goal::None, |p| p.interval_p50_ms),
                figure("interval p99", "ms", Goal::AtMost(20.0), |p| {
                    p.interval_p99_ms
                }),
            ]
        };
        figures.extend(report::best_of(effort.tries, measure));
    }
}

fn inputs(bench: &Bench, browsers: &[Which], effort: &Effort, figures: &mut Vec<Figure>) {
    for page in ["small", "large"] {
        let measure = || {
            let mut delays = [input::Delays::default(), input::Delays::default()];
            for _ in 0..effort.rounds {
                for (&which, delays) in browsers.iter().zip(&mut delays) {
                    input::measure(bench, which, page, effort.trials, delays);
                }
            }
            let delays = &delays[..browsers.len()];
            let mut figures = Vec::new();
            for (at, what) in ["hover", "click"].into_iter().enumerate() {
                for (name, fraction) in [("p50", 0.5), ("p90", 0.9)] {
                    figures.push(Figure {
                        what: format!("{what} to pixel, {page} page, {name}"),
                        unit: "ms",
                        goal: Goal::Chromium(1.0),
                        ours: delays[0].at(fraction)[at],
                        chromium: delays.get(1).map(|delays| delays.at(fraction)[at]),
                        limit: None,
                        paired: None,
                    });
                }
            }
            figures
        };
        figures.extend(report::best_of(effort.tries, measure));
    }
}

fn presents(bench: &Bench, browsers: &[Which], effort: &Effort, figures: &mut Vec<Figure>) {
    let time = Duration::from_secs(3);
    for size in present::SIZES {
        for (page, change) in present::PAGES {
            let cost =
                |&which: &Which| present::measure(bench, which, (page, size), time, effort.rounds);
            let costs: Vec<Option<present::Cost>> = browsers.iter().map(cost).collect();
            let Some(ours) = &costs[0] else { continue };
            let chromium = costs.get(1).and_then(Option::as_ref);
            let figure = |what: &str, unit, of: fn(&present::Cost) -> f64| Figure {
                what: format!("{size}, {change}: {what}"),
                unit,
                goal: Goal::None,
                ours: of(ours),
                chromium: chromium.map(of),
                limit: None,
                paired: None,
            };
            let of_this = [
                figure("frames", "1/s", |cost| cost.frames_a_second),
                figure("compose and present", "us of CPU", |cost| cost.gpu_us),
                figure("display server", "us of CPU", |cost| cost.server_us),
            ];
            of_this.iter().for_each(report::print);
            figures.extend(of_this);
        }
        println!(
            "{size}: one copy of the window's pixels, us {:30.0}",
            present::copy_us(size)
        );
    }
}
