//! What starting, opening, dying and coming back take, what a further tab costs, how long pages of
//! manuals load, what scripts do to a document and a canvas, what an idle browser does, and what it
//! costs that somebody looks at a live page: on the real binary, headless, beside Chromium where it
//! and puppeteer-core are installed. Each round measures one pair, ours and then Chromium's; the
//! ratio is the median of the pairs' ratios.
//!
//!     npm install puppeteer-core                            # NODE_PATH names its node_modules
//!     cargo bench -p broker --bench browser                 # all of it, some minutes
//!     cargo bench -p broker --bench browser -- times tabs   # of times, memory, tabs, page, …
//!     cargo bench -p broker --bench browser -- --json FILE  # the figures as JSON, too
//!     cargo bench -p broker --bench browser -- --rounds 3   # instead of nine
//!     cargo bench -p broker --bench browser -- --short      # for CI: fails on a gross loss
//!
//! `BULKHEAD=PATH` measures another executable.

#![allow(
    clippy::disallowed_methods,
    reason = "a bench of an idle browser has to be idle"
)]

mod canvas;
#[path = "../fidelity/folder.rs"]
mod folder;
mod idle;
mod limit;
mod looker;
mod memory;
mod ours;
mod page;
mod peer;
mod scripts;
mod tabs;
mod times;

use peer::Peer;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use testkit::bench::pages;
use testkit::bench::report::{self, Figure};

/// After this time without a command whatever a browser does ahead of need is done.
const REST: Duration = Duration::from_millis(500);

/// How much is measured.
struct Effort {
    rounds: usize,
    /// How often a figure that is a gross loss is measured before it is believed.
    tries: usize,
}

/// What all parts use.
struct Bench {
    /// The address of the server of pages, as in `http://ADDRESS`.
    server: String,
    effort: Effort,
}

type Part = fn(&Bench, Option<&mut Peer>) -> Vec<Figure>;
const PARTS: [(&str, Part); 8] = [
    ("times", times::measure),
    ("memory", memory::measure),
    ("tabs", tabs::measure),
    ("page", page::measure),
    ("scripts", scripts::measure),
    ("canvas", canvas::measure),
    ("idle", idle::measure),
    ("looker", looker::measure),
];
/// Those that `--short` is made of.
const SHORT_PARTS: [&str; 1] = ["times"];

fn main() -> ExitCode {
    let mut parts = Vec::new();
    let (mut is_short, mut json, mut rounds) = (false, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--short" => is_short = true,
            "--json" => json = arguments.next().map(PathBuf::from),
            "--rounds" => rounds = arguments.next().and_then(|n| n.parse().ok()),
            // Cargo's own.
            "--bench" => {}
            part => parts.push(part.to_owned()),
        }
    }
    let (usual, tries) = if is_short { (3, 5) } else { (9, 1) };
    let rounds = rounds.unwrap_or(usual).max(1);
    let bench = Bench {
        server: format!("http://{}", pages::serve(None)),
        effort: Effort { rounds, tries },
    };
    let mut peer = match Peer::start() {
        Ok(peer) => Some(peer),
        Err(why) => {
            println!("SKIP: {why}, so there is nothing to compare with");
            None
        }
    };
    let before = report::load();
    println!("load {before}; medians of {rounds} rounds in turns");
    report::print_head();
    let mut figures = Vec::new();
    for (name, part) in PARTS {
        let is_asked = match parts.as_slice() {
            [] => !is_short || SHORT_PARTS.contains(&name),
            asked => asked.iter().any(|part| part == name),
        };
        if is_asked {
            figures.extend(part(&bench, peer.as_mut()));
        }
    }
    if let Some(path) = &json {
        report::write_json(path, &figures, [before, report::load()]);
    }
    let lost: Vec<&Figure> = figures.iter().filter(|f| f.is_gross_loss()).collect();
    for figure in &lost {
        println!("a gross loss: {}", figure.what);
    }
    if is_short && !lost.is_empty() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
