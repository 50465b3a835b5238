//! The report as text for a terminal of a hundred columns.
//!
//! Written with `format!` rather than a library of tables: it needs one heading over each group of
//! four columns, notes between the rows, and no frame, which the usual ones do not do together.

use crate::mechanism::Mechanism;
use crate::report::{Boundaries, FRAMES, Frame, Outcome, Placement, Report, Row, StoppedReader};
use std::fmt::Write;

/// All of the report.
pub fn text(report: &Report) -> String {
    let mut out = head(report);
    let placements = placements(report);
    round_trips(&mut out, report, &placements);
    frames(&mut out, report, &placements);
    messages(&mut out, report);
    boundaries(&mut out, report);
    stopped_readers(&mut out, report);
    race(&mut out, report);
    storms(&mut out, report);
    problems(&mut out, report);
    out
}

/// The machine, in a line or two.
pub fn head(report: &Report) -> String {
    let machine = &report.machine;
    let governor = machine.governor.as_deref().unwrap_or("unknown");
    let kind = if machine.is_virtual {
        ", a virtual machine"
    } else {
        ""
    };
    format!(
        "{}, {} cores ({} allowed){kind}\n\
         Linux {}; governor {governor}; load {:.2}\n\
         medians over {} rounds of {} round trips, or of one frame\n",
        machine.cpu,
        machine.cores,
        machine.cores_allowed,
        machine.kernel,
        machine.load,
        report.rounds,
        report.trips_per_round,
    )
}

fn placements(report: &Report) -> Vec<Placement> {
    let all = [Placement::OneCore, Placement::TwoCores, Placement::Unpinned];
    let measured = |placement: &Placement| {
        let mut trips = report.rows.iter().flat_map(|row| &row.round_trips);
        trips.any(|trip| trip.placement == *placement)
    };
    all.into_iter().filter(measured).collect()
}

/// Two heading lines: the placements, and the columns below each.
fn heading(out: &mut String, title: &str, placements: &[Placement], columns: [&str; 4]) {
    let mut heading = format!("{title:<14}");
    let mut under = " ".repeat(14);
    let [a, b, c, d] = columns;
    for placement in placements {
        let _ = write!(heading, "  {:>34}", placement.name());
        let _ = write!(under, "  {a:>7}{b:>9}{c:>9}{d:>9}");
    }
    let _ = writeln!(out, "\n{}\n{}", heading.trim_end(), under.trim_end());
}

fn round_trips(out: &mut String, report: &Report, placements: &[Placement]) {
    heading(
        out,
        "round trip, µs",
        placements,
        ["64 B", "p99", "1 KiB", "p99"],
    );
    for row in &report.rows {
        let _ = write!(out, "{:<14}", row.mechanism.name());
        for placement in placements {
            out.push_str("  ");
            // A signal carries four bytes, which stand where others have 64.
            let small = row
                .round_trip(64, *placement)
                .or(row.round_trip(4, *placement));
            for (trip, width) in [(small, 7), (row.round_trip(1024, *placement), 9)] {
                match trip {
                    Some(trip) => {
                        let (p50, p99) = (us(trip.p50_ns), us(trip.p99_ns));
                        let _ = write!(out, "{p50:>width$}{p99:>9}");
                    }
                    None => {
                        let _ = write!(out, "{:>width$}{:>9}", "-", "-");
                    }
                }
            }
        }
        end_line(out);
    }
    if report
        .rows
        .iter()
        .any(|row| row.round_trips.iter().any(|trip| trip.bytes == 4))
    {
        out.push_str("(a signal carries 4 bytes)\n");
    }
}

fn us(ns: u64) -> String {
    format!("{:.1}", ns as f64 / 1000.0)
}

fn frames(out: &mut String, report: &Report, placements: &[Placement]) {
    heading(
        out,
        "frame, ms",
        placements,
        ["8.3 MB", "GB/s", "33 MB", "GB/s"],
    );
    let _ = write!(out, "{:<14}", "one memcpy");
    // It has no second process to place.
    let copy = |bytes| {
        report
            .memcpy
            .iter()
            .find(|frame: &&Frame| frame.bytes == bytes)
    };
    for _ in placements {
        frame_cells(out, FRAMES.map(copy));
    }
    end_line(out);
    for row in report.rows.iter().filter(|row| !row.frames.is_empty()) {
        let _ = write!(out, "{:<14}", row.mechanism.name());
        for placement in placements {
            frame_cells(out, FRAMES.map(|bytes| row.frame(bytes, *placement)));
        }
        end_line(out);
    }
    for (mechanism, note) in FRAME_NOTES {
        let has_it = |row: &Row| row.mechanism == mechanism && !row.frames.is_empty();
        if report.rows.iter().any(has_it) {
            let _ = writeln!(out, "({}: {note})", mechanism.name());
        }
    }
    for frame in report.rows.iter().flat_map(|row| &row.frames) {
        if let Some(ns) = frame.in_place_p50_ns {
            let megabytes = frame.bytes as f64 / 1e6;
            let place = frame.placement.name();
            let us = us(ns);
            let _ = writeln!(
                out,
                "({megabytes:.1} MB painted directly in shared memory: {us} µs {place})"
            );
        }
    }
}

fn frame_cells(out: &mut String, frames: [Option<&Frame>; 2]) {
    out.push_str("  ");
    for (frame, width) in frames.into_iter().zip([7, 9]) {
        match frame {
            Some(frame) => {
                let ms = frame.p50_ns as f64 / 1e6;
                let rate = frame.bytes_per_second as f64 / 1e9;
                let _ = write!(out, "{ms:>width$.2}{rate:>9.2}");
            }
            None => {
                let _ = write!(out, "{:>width$}{:>9}", "-", "-");
            }
        }
    }
}

fn messages(out: &mut String, report: &Report) {
    let accepted = || report.rows.iter().filter(|row| row.refused.is_none());
    let _ = writeln!(out, "\n{:<14}  system calls", "per message");
    for row in accepted() {
        if let Some(calls) = &row.calls_per_message {
            let names: Vec<String> = calls.by_name.iter().map(call).collect();
            let star = if calls.how == "observed" { "" } else { "*" };
            let (name, names) = (row.mechanism.name(), names.join(", "));
            let _ = writeln!(out, "{name:<14}  {}{star}  {names}", calls.count);
        }
    }
    out.push_str("(of sender and receiver, counted by a tracer)\n");
    let mut calls = accepted().filter_map(|row| row.calls_per_message.as_ref());
    if let Some(calls) = calls.find(|calls| calls.how != "observed") {
        let _ = writeln!(out, "(* {})", calls.how);
    }
    let _ = writeln!(
        out,
        "\n{:<14}  copies, according to the code",
        "per message"
    );
    for row in accepted() {
        let copies = &row.copies_per_message;
        let name = row.mechanism.name();
        let _ = writeln!(out, "{name:<14}  {}  {}", copies.count, copies.which);
    }
}

fn boundaries(out: &mut String, report: &Report) {
    let _ = writeln!(out, "\n{:<14}  two writes, one read", "boundaries");
    for row in &report.rows {
        if let Some(Boundaries { kept, seen }) = &row.boundaries {
            let kept = if *kept { "kept" } else { "not kept" };
            let _ = writeln!(out, "{:<14}  {kept:<8}  {seen}", row.mechanism.name());
        }
    }
}

fn call((name, count): &(String, f64)) -> String {
    if (*count - 1.0).abs() < f64::EPSILON {
        name.clone()
    } else {
        format!("{count} {name}")
    }
}

fn stopped_readers(out: &mut String, report: &Report) {
    let _ = writeln!(
        out,
        "\n{:<14}  what happened to the writer",
        "reader stopped"
    );
    for row in &report.rows {
        if let Some(stopped) = &row.stopped_reader {
            let _ = writeln!(
                out,
                "{:<14}  {}",
                row.mechanism.name(),
                stopped_words(row, stopped)
            );
        }
    }
}

fn stopped_words(row: &Row, stopped: &StoppedReader) -> String {
    let sent = stopped.accepted_messages;
    let arrived = stopped.arrived_messages.unwrap_or(0);
    let told = stopped.told_full_after.map_or_else(String::new, |count| {
        format!("full (EAGAIN) after {count}; ")
    });
    match (stopped.outcome, &stopped.writer) {
        (Outcome::Sleeps, Some(look)) if stopped.told_full_after.is_some() => {
            format!("{told}then a send: {look}")
        }
        (Outcome::Sleeps, Some(look)) => {
            let kib = sent * stopped.message_bytes as u64 / 1024;
            format!("after {sent} messages ({kib} KiB): {look}")
        }
        (Outcome::Sleeps, None) => "slept".to_owned(),
        (Outcome::GoesOn, _) => format!("went on: {sent} sent, all arrived"),
        (Outcome::Loses, _) => match row.mechanism {
            Mechanism::SharedMemory => {
                format!("went on: {sent} written, each over the previous one")
            }
            Mechanism::Signals => format!("went on: {sent} sent, {arrived} came"),
            _ => format!("went on: {sent} sent, {arrived} arrived, the others were dropped"),
        },
    }
}

fn race(out: &mut String, report: &Report) {
    if report.race.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:<14}{:>10}{:>10}  ns a write",
        "512 bytes, two", "looked", "torn"
    );
    let _ = writeln!(out, "{:<34}{:>12}{:>10}", "processes", "together", "alone");
    for race in &report.race {
        let _ = writeln!(
            out,
            "{:<14}{:>10}{:>10}{:>12}{:>10}",
            race.guard, race.reads, race.torn, race.ns_per_write, race.alone_ns_per_write
        );
    }
}

fn storms(out: &mut String, report: &Report) {
    if report.storms.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:<32}{:>8}{:>9}",
        "a storm of signals", "sent", "handled"
    );
    for storm in &report.storms {
        let blocked = if storm.blocked { ", blocked" } else { "" };
        let name = format!("{}{blocked}", storm.signal);
        let _ = writeln!(out, "{name:<32}{:>8}{:>9}", storm.sent, storm.handled);
    }
}

fn problems(out: &mut String, report: &Report) {
    let mut lines: Vec<String> = report.problems.clone();
    for row in &report.rows {
        let name = row.mechanism.name();
        lines.extend(
            row.refused
                .iter()
                .map(|reason| format!("{name} is refused here: {reason}")),
        );
        lines.extend(
            row.problems
                .iter()
                .map(|reason| format!("{name}: {reason}")),
        );
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "\nnot measured\n  {}", lines.join("\n  "));
    }
}

/// How a frame is handed over, where that is not one write.
const FRAME_NOTES: [(Mechanism, &str); 5] = [
    (Mechanism::Seqpacket, "in packets of 60 kB"),
    (Mechanism::Dgram, "in datagrams of 60 kB"),
    (
        Mechanism::Udp,
        "in datagrams of 60 kB, each acknowledged, or some would be dropped",
    ),
    (
        Mechanism::SharedMemory,
        "copied in once, handed over by the latch",
    ),
    (
        Mechanism::Channel,
        "copied into a sealed region, whose descriptor goes beside a message",
    ),
];

/// Ends a line without trailing blanks.
fn end_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report;
    use crate::report::{Copies, Machine, RoundTrip};

    fn row(mechanism: Mechanism) -> Row {
        Row {
            mechanism,
            refused: None,
            round_trips: Vec::new(),
            frames: Vec::new(),
            calls_per_message: None,
            copies_per_message: Copies {
                count: 2,
                which: "in, out".to_owned(),
            },
            boundaries: None,
            stopped_reader: None,
            jobs: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn report(rows: Vec<Row>) -> Report {
        Report {
            version: report::VERSION,
            machine: Machine {
                cpu: "Some Processor".to_owned(),
                cores: 4,
                cores_allowed: 2,
                kernel: "6.1".to_owned(),
                governor: None,
                is_virtual: false,
                load: 0.5,
            },
            rounds: 3,
            trips_per_round: 1000,
            memcpy: Vec::new(),
            rows,
            race: Vec::new(),
            storms: Vec::new(),
            problems: Vec::new(),
        }
    }

    #[test]
    fn what_was_refused_is_told_with_its_reason() {
        let mut refused = row(Mechanism::Stream);
        refused.refused = Some("socketpair: EPERM".to_owned());
        let shown = text(&report(vec![refused]));
        assert!(
            shown.contains("stream is refused here: socketpair: EPERM"),
            "{shown}"
        );
    }

    #[test]
    fn a_signal_s_round_trip_stands_where_others_have_64_bytes() {
        let mut signals = row(Mechanism::Signals);
        signals.round_trips.push(RoundTrip {
            bytes: 4,
            placement: Placement::OneCore,
            p50_ns: 2600,
            p99_ns: 3000,
        });
        let shown = text(&report(vec![signals]));
        let line = shown
            .lines()
            .find(|line| line.starts_with("signals"))
            .expect("its line");
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words, ["signals", "2.6", "3.0", "-", "-"]);
        assert!(
            shown.lines().all(|line| line.chars().count() <= 100),
            "{shown}"
        );
    }
}
