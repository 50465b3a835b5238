//! The pages under `bulkhead://lab`: the measurements, and one page for each mechanism.
//!
//! Never: shows a figure that was not measured on this machine in this session.

use crate::lab::measurement::{Measurement, Standing};
use crate::pages::template::render;
use askama::Template;
use lab::Mechanism;
use lab::report::{Frame, Job, Outcome, Placement, Report, Row};
use protocol::error::LoadError;

#[derive(Template)]
#[template(path = "lab.html")]
struct Overview<'a> {
    here: &'static str,
    standing: Standing<'a>,
    /// The number of the next measurement, for the link that starts it.
    number: u32,
    charts: Vec<Chart>,
    /// All of the last report, as `bulkhead lab` prints it.
    text: Option<String>,
}

#[derive(Template)]
#[template(path = "mechanism.html")]
struct MechanismPage {
    here: &'static str,
    name: &'static str,
    title: &'static str,
    about: &'static str,
    jobs: Vec<Job>,
    story_file: &'static str,
    is_pipe: bool,
    measured: Option<Vec<Detail>>,
}

/// A table of bars: a row for each mechanism, a column for each placement that was measured.
struct Chart {
    title: String,
    columns: Vec<&'static str>,
    rows: Vec<(&'static str, Vec<Option<Bar>>)>,
}

struct Bar {
    value: f64,
    text: String,
    /// The value as a part of the largest one in its chart.
    percent: f64,
}

/// A line on what was measured of one mechanism.
struct Detail {
    class: &'static str,
    label: String,
    text: String,
}

/// The page of that path under `bulkhead://lab`.
///
/// # Errors
/// There is no mechanism of that name.
pub fn build(measurement: &Measurement, path: &str) -> Result<String, LoadError> {
    let report = measurement.report();
    if path.is_empty() {
        return Ok(render(&Overview {
            here: "lab",
            standing: measurement.standing(),
            number: measurement.number(),
            charts: report.map(charts).unwrap_or_default(),
            text: report.map(lab::table_text),
        }));
    }
    let Some(mechanism) = Mechanism::from_name(path) else {
        let name = format!("lab/{path}");
        return Err(LoadError::NoSuchPage { name });
    };
    let (title, about) = mechanism.about();
    let found = report.and_then(|report| report.rows.iter().find(|it| it.mechanism == mechanism));
    Ok(render(&MechanismPage {
        here: "lab",
        name: mechanism.name(),
        title,
        about,
        jobs: lab::jobs(mechanism),
        story_file: lab::story_file(mechanism),
        is_pipe: mechanism == Mechanism::Pipe,
        measured: found.map(details),
    }))
}

fn charts(report: &Report) -> Vec<Chart> {
    let trips = [("64 bytes", 64), ("1 KiB", 1024)].map(|(size, bytes)| {
        let title = format!("Round trip of {size}: shorter is better");
        chart(report, title, |row, placement| {
            round_trip(row, bytes, placement)
        })
    });
    let sizes = [("8.3 MB", 1, 16_000_000), ("33 MB", 16_000_000, usize::MAX)];
    let frames = sizes.map(|(size, least, most)| {
        let title = format!("Handover of a frame of {size}: longer is better");
        chart(report, title, |row, placement| {
            let is_it = |frame: &&Frame| {
                frame.placement == placement && (least..most).contains(&frame.bytes)
            };
            row.frames.iter().find(is_it).map(handover)
        })
    });
    trips.into_iter().chain(frames).collect()
}

fn round_trip(row: &Row, bytes: usize, placement: Placement) -> Option<Bar> {
    // A signal carries four bytes, which are shown where others have 64.
    let small = row.round_trip(4, placement).filter(|_| bytes == 64);
    let trip = row.round_trip(bytes, placement).or(small)?;
    let us = |ns: u64| ns as f64 / 1000.0;
    Some(Bar {
        value: us(trip.p50_ns),
        text: format!("{:.1} µs (p99 {:.1})", us(trip.p50_ns), us(trip.p99_ns)),
        percent: 0.0,
    })
}

fn handover(frame: &Frame) -> Bar {
    let rate = frame.bytes_per_second as f64 / 1e9;
    let ms = frame.p50_ns as f64 / 1e6;
    Bar {
        value: rate,
        text: format!("{rate:.2} GB/s ({ms:.1} ms)"),
        percent: 0.0,
    }
}

/// Leaves out placements and mechanisms without any value.
fn chart(report: &Report, title: String, bar: impl Fn(&Row, Placement) -> Option<Bar>) -> Chart {
    let measured =
        |placement: &Placement| report.rows.iter().any(|row| bar(row, *placement).is_some());
    let columns: Vec<Placement> = Placement::ALL.into_iter().filter(measured).collect();
    let bars_of = |row: &Row| -> Vec<Option<Bar>> {
        columns
            .iter()
            .map(|placement| bar(row, *placement))
            .collect()
    };
    let mut rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| (row.mechanism.name(), bars_of(row)))
        .filter(|(_, bars)| bars.iter().any(Option::is_some))
        .collect();
    let all = || rows.iter().flat_map(|(_, bars)| bars.iter().flatten());
    let most = all().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
    for bar in rows
        .iter_mut()
        .flat_map(|(_, bars)| bars.iter_mut().flatten())
    {
        bar.percent = bar.value / most * 100.0;
    }
    Chart {
        title,
        columns: columns.into_iter().map(Placement::name).collect(),
        rows,
    }
}

fn detail(label: &str, text: String) -> Detail {
    Detail {
        class: "",
        label: label.to_owned(),
        text,
    }
}

fn details(found: &Row) -> Vec<Detail> {
    let mut all = Vec::new();
    if let Some(reason) = &found.refused {
        all.push(Detail {
            class: "bad",
            ..detail("refused on this machine", reason.clone())
        });
    }
    all.extend(figures(found));
    if let Some(calls) = &found.calls_per_message {
        let names: Vec<&str> = calls
            .by_name
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let text = format!("{} ({}), {}", calls.count, names.join(", "), calls.how);
        all.push(detail("system calls for one message", text));
    }
    let copies = &found.copies_per_message;
    let text = format!("{} ({})", copies.count, copies.which);
    all.push(detail("copies of one message", text));
    if let Some(boundaries) = &found.boundaries {
        let kept = if boundaries.kept { "kept" } else { "not kept" };
        let text = format!("{kept}: {}", boundaries.seen);
        all.push(detail("message boundaries", text));
    }
    if let Some(stopped) = &found.stopped_reader {
        let text = match (stopped.outcome, &stopped.writer) {
            (Outcome::Sleeps, Some(look)) => format!("the writer sleeps: {look}"),
            (Outcome::Sleeps, None) => "the writer sleeps".to_owned(),
            (Outcome::GoesOn, _) => "the writer goes on, and everything arrives".to_owned(),
            (Outcome::Loses, _) => "the writer goes on; what does not fit is lost".to_owned(),
        };
        all.push(detail("when the reader stops", text));
    }
    all.extend(found.problems.iter().map(|problem| Detail {
        class: "warn",
        ..detail("could not be measured", problem.clone())
    }));
    all
}

fn figures(found: &Row) -> impl Iterator<Item = Detail> {
    let trips = found.round_trips.iter().map(|trip| {
        let (p50, p99) = (trip.p50_ns as f64 / 1000.0, trip.p99_ns as f64 / 1000.0);
        let placement = trip.placement.name();
        detail(
            &format!("round trip of {} bytes, {placement}", trip.bytes),
            format!("{p50:.1} µs, p99 {p99:.1} µs"),
        )
    });
    let frames = found.frames.iter().map(|frame| {
        let (ms, rate) = (
            frame.p50_ns as f64 / 1e6,
            frame.bytes_per_second as f64 / 1e9,
        );
        let (megabytes, placement) = (frame.bytes as f64 / 1e6, frame.placement.name());
        detail(
            &format!("frame of {megabytes:.1} MB, {placement}"),
            format!("{ms:.2} ms, {rate:.2} GB/s"),
        )
    });
    trips.chain(frames)
}
