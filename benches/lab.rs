//! The lab's round trips beside those of an independent program in C, in one run:
//! `cargo bench --bench lab`. The two take turns, so that the load of the machine meets both. It
//! prints the ratio and claims nothing.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A mechanism of the lab, and the one of the C program to compare it with. A typed channel should
/// take at most 1.15 times what the same packets take in C.
const MECHANISMS: [(&str, &str); 4] = [
    ("pipe", "pipe"),
    ("seqpacket", "seqpacket"),
    ("channel", "sendmsg"),
    ("shared-memory", "shared-memory"),
];
const SIZES: [u64; 2] = [64, 1024];
const TURNS: usize = 5;
const ROUNDS: &str = "9";

fn main() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let program = folder.path().join("ping_pong");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/lab/ping_pong.c");
    let built = Command::new("cc")
        .args(["-O2", "-o"])
        .arg(&program)
        .arg(&source)
        .status();
    if !built.is_ok_and(|status| status.success()) {
        println!("SKIP: cc cannot build {}", source.display());
        return;
    }
    println!(
        "load {}",
        std::fs::read_to_string("/proc/loadavg")
            .unwrap_or_default()
            .trim()
    );
    println!(
        "{:<14}{:>6}  {:<10}{:>10}{:>10}{:>8}   (µs a round trip, medians of {TURNS} turns)",
        "mechanism", "bytes", "placement", "lab", "C", "ratio"
    );
    for (mechanism, peer) in MECHANISMS {
        compare(mechanism, peer, &program);
    }
}

fn compare(mechanism: &str, peer: &str, program: &Path) {
    let placements = [("one-core", "0", "0"), ("two-cores", "0", "1")];
    let mut times = vec![(Vec::new(), Vec::new()); placements.len() * SIZES.len()];
    for _ in 0..TURNS {
        let report = lab(mechanism);
        let trips = report["rows"][0]["round_trips"]
            .as_array()
            .expect("round trips");
        for (at, (placement, cpu_a, cpu_b)) in placements.into_iter().enumerate() {
            for (size_at, bytes) in SIZES.into_iter().enumerate() {
                let is_it =
                    |trip: &&Value| trip["bytes"] == bytes && trip["placement"] == placement;
                let Some(trip) = trips.iter().find(is_it) else {
                    continue;
                };
                let slot = &mut times[at * SIZES.len() + size_at];
                slot.0.push(trip["p50_ns"].as_u64().expect("a number"));
                slot.1.push(in_c(program, peer, bytes, cpu_a, cpu_b));
            }
        }
    }
    for (at, (placement, ..)) in placements.into_iter().enumerate() {
        for (size_at, bytes) in SIZES.into_iter().enumerate() {
            let (lab, c) = &mut times[at * SIZES.len() + size_at];
            if lab.is_empty() {
                println!("SKIP: {mechanism} {placement}: this machine has one processor");
                continue;
            }
            let (lab, c) = (median(lab), median(c));
            println!(
                "{mechanism:<14}{bytes:>6}  {placement:<10}{:>10.2}{:>10.2}{:>8.2}",
                lab / 1000.0,
                c / 1000.0,
                lab / c
            );
        }
    }
}

fn lab(mechanism: &str) -> Value {
    let output = Command::new(testkit::executable())
        .args(["lab", mechanism, "--json", "--rounds", ROUNDS])
        .output()
        .expect("the lab runs");
    serde_json::from_slice(&output.stdout).expect("the lab prints JSON")
}

fn in_c(program: &Path, mechanism: &str, bytes: u64, cpu_a: &str, cpu_b: &str) -> u64 {
    let output = Command::new(program)
        .args([mechanism, &bytes.to_string(), cpu_a, cpu_b, ROUNDS, "1000"])
        .output()
        .expect("the C program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let p50 = text
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok());
    p50.unwrap_or_else(|| panic!("no figure: {output:?}"))
}

fn median(values: &mut [u64]) -> f64 {
    values.sort_unstable();
    values[values.len() / 2] as f64
}
