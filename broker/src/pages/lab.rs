//! The pages under `bulkhead://lab`: the table, and one page a mechanism.
//!
//! Owns: their HTML, and a few sentences on each mechanism. Trusts: the lab's crate for the facts.
//! Never: shows a figure that was not measured on this machine in this session.

use crate::lab::measurement::{Measurement, Standing};
use crate::pages::{escape, fill, row};
use lab::Mechanism;
use lab::report::{Outcome, Placement, Report, Row};
use protocol::error::LoadError;
use std::fmt::Write;

/// The page of that path under `bulkhead://lab`.
///
/// # Errors
/// There is no mechanism of that name.
pub fn build(measurement: &Measurement, path: &str) -> Result<String, LoadError> {
    if path.is_empty() {
        let rows = measured(measurement);
        return Ok(fill(
            include_str!("../../../assets/pages/lab.html"),
            &[],
            &rows,
        ));
    }
    let Some(mechanism) = Mechanism::from_name(path) else {
        let name = format!("lab/{path}");
        return Err(LoadError::NoSuchPage { name });
    };
    let (title, about) = mechanism.about();
    let report = measurement.report();
    let measured =
        report.and_then(|report| report.rows.iter().find(|it| it.mechanism == mechanism));
    let rows = jobs(mechanism) + &details(measured);
    let values = [("title", title), ("about", about)];
    Ok(fill(
        include_str!("../../../assets/pages/mechanism.html"),
        &values,
        &rows,
    ))
}

fn measured(measurement: &Measurement) -> String {
    let order = format!(
        "<a href=\"bulkhead://lab?measure={}\">measure now</a>",
        measurement.number()
    );
    let head = match measurement.standing() {
        Standing::Nothing => format!("<p>Nothing was measured yet: {order} (under a minute).</p>"),
        Standing::Running(said) => format!(
            "<p class=\"warn\">Measuring: {}</p><p class=\"note\">This page follows by itself. The \
             figures are better while nothing else runs.</p>",
            escape(said)
        ),
        Standing::Failed(reason) => format!(
            "<p class=\"bad\">It could not be measured: {}</p><p>{order}</p>",
            escape(reason)
        ),
        Standing::Done => format!("<p>From the last run; {order} again.</p>"),
    };
    match measurement.report() {
        Some(report) => head + &bars(report) + &text(report),
        None => head,
    }
}

fn bars(report: &Report) -> String {
    let mut html = String::new();
    for (title, bytes) in [("64 bytes", 64), ("1 KiB", 1024)] {
        let values = |placement| {
            move |row: &Row| {
                // A signal carries four bytes, which stand where others have 64.
                let small = row.round_trip(4, placement).filter(|_| bytes == 64);
                let trip = row.round_trip(bytes, placement).or(small)?;
                let us = |ns: u64| ns as f64 / 1000.0;
                let text = format!("{:.1} µs (p99 {:.1})", us(trip.p50_ns), us(trip.p99_ns));
                Some((us(trip.p50_ns), text))
            }
        };
        let title = format!("Round trip of {title}: shorter is better");
        html += &bar_table(report, &title, &values);
    }
    for (title, least, most) in [("8.3 MB", 1, 16_000_000), ("33 MB", 16_000_000, usize::MAX)] {
        let values = |placement| {
            move |row: &Row| {
                let is_it = |frame: &&lab::report::Frame| {
                    frame.placement == placement && (least..most).contains(&frame.bytes)
                };
                let frame = row.frames.iter().find(is_it)?;
                let rate = frame.bytes_per_second as f64 / 1e9;
                let ms = frame.p50_ns as f64 / 1e6;
                Some((rate, format!("{rate:.2} GB/s ({ms:.1} ms)")))
            }
        };
        let title = format!("A frame of {title} handed over: longer is better");
        html += &bar_table(report, &title, &values);
    }
    html
}

/// A value and its words.
type Bar = (f64, String);

/// One row a mechanism, one bar for each way of placing the two processes that was measured.
fn bar_table<F: Fn(&Row) -> Option<Bar>>(
    report: &Report,
    title: &str,
    values: &dyn Fn(Placement) -> F,
) -> String {
    let columns: Vec<(&str, Vec<Option<Bar>>)> = Placement::ALL
        .into_iter()
        .map(|placement| {
            let bars = report.rows.iter().map(values(placement));
            (placement.name(), bars.collect())
        })
        .filter(|(_, column): &(_, Vec<_>)| column.iter().any(Option::is_some))
        .collect();
    let all = columns
        .iter()
        .flat_map(|(_, column)| column.iter().flatten());
    let most = all
        .map(|(value, _)| *value)
        .fold(f64::MIN_POSITIVE, f64::max);
    let mut html = format!("<h3>{}</h3>\n<div class=\"panel\"><table>", escape(title));
    html += "<thead><tr><th>Mechanism</th>";
    for (name, _) in &columns {
        // Writing to a string cannot fail.
        let _ = write!(html, "<th>{name}</th>");
    }
    html += "</tr></thead><tbody>\n";
    for (at, row) in report.rows.iter().enumerate() {
        if columns.iter().all(|(_, column)| column[at].is_none()) {
            continue;
        }
        let name = row.mechanism.name();
        let _ = write!(
            html,
            "<tr><td><a href=\"bulkhead://lab/{name}\">{name}</a></td>"
        );
        for (_, column) in &columns {
            html += &column[at].as_ref().map_or_else(
                || "<td></td>".to_owned(),
                |(value, text)| {
                    format!(
                        "<td>{}<div class=\"bar\" style=\"width: {:.1}%\"></div></td>",
                        escape(text),
                        value / most * 100.0
                    )
                },
            );
        }
        html += "</tr>\n";
    }
    html + "</tbody></table></div>\n"
}

fn text(report: &Report) -> String {
    let text = escape(&lab::table_text(report));
    format!("<h3>All of it, as <code>bulkhead lab</code> prints it</h3><pre>{text}</pre>\n")
}

fn jobs(mechanism: Mechanism) -> String {
    let mut html = String::from(
        "<h2>In the browser</h2><div class=\"panel\"><table>\
         <thead><tr><th>File</th><th>Uses</th><th>For</th></tr></thead><tbody>\n",
    );
    for job in lab::jobs(mechanism) {
        html += &row(&[("mono", job.file), ("mono", job.uses), ("", job.what)]);
    }
    let name = mechanism.name();
    let _ = write!(
        html,
        "</tbody></table></div>\n<h2>In the hand</h2>\
         <p><code>bulkhead lab {name}</code> runs the smallest program and tells each step; its \
         source is <code>{}</code>.</p>\n",
        escape(lab::story_file(mechanism))
    );
    if mechanism == Mechanism::Pipe {
        html += "<p>Or play with one: <a href=\"bulkhead://lab/plumber\">the Plumber</a>.</p>\n";
    }
    html
}

fn details(measured: Option<&Row>) -> String {
    let Some(found) = measured else {
        return "<h2>Measured</h2><p>Not yet; see <a href=\"bulkhead://lab\">the table</a>.</p>\n"
            .to_owned();
    };
    let mut html = String::from("<h2>Measured in the last run</h2><div class=\"panel\"><table>");
    if let Some(reason) = &found.refused {
        html += &row(&[("bad", "refused here".to_owned()), ("", reason.clone())]);
    }
    html += &figures(found);
    if let Some(calls) = &found.calls_per_message {
        let names: Vec<&str> = calls
            .by_name
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let text = format!("{} ({}), {}", calls.count, names.join(", "), calls.how);
        html += &row(&[("", "system calls of a message".to_owned()), ("", text)]);
    }
    let copies = &found.copies_per_message;
    let text = format!("{} ({})", copies.count, copies.which);
    html += &row(&[("", "copies of a message".to_owned()), ("", text)]);
    if let Some(boundaries) = &found.boundaries {
        let kept = if boundaries.kept { "kept" } else { "not kept" };
        let text = format!("{kept}: {}", boundaries.seen);
        html += &row(&[("", "boundaries of messages".to_owned()), ("", text)]);
    }
    if let Some(stopped) = &found.stopped_reader {
        let text = match (stopped.outcome, &stopped.writer) {
            (Outcome::Sleeps, Some(look)) => format!("the writer sleeps: {look}"),
            (Outcome::Sleeps, None) => "the writer sleeps".to_owned(),
            (Outcome::GoesOn, _) => "the writer goes on, and all arrives".to_owned(),
            (Outcome::Loses, _) => "the writer goes on; what does not fit is lost".to_owned(),
        };
        html += &row(&[("", "when the reader stops".to_owned()), ("", text)]);
    }
    for problem in &found.problems {
        html += &row(&[
            ("warn", "could not be had".to_owned()),
            ("", problem.clone()),
        ]);
    }
    html + "</table></div>\n"
}

fn figures(found: &Row) -> String {
    let mut html = String::new();
    for trip in &found.round_trips {
        let (p50, p99) = (trip.p50_ns as f64 / 1000.0, trip.p99_ns as f64 / 1000.0);
        html += &row(&[
            (
                "",
                format!(
                    "round trip of {} bytes, {}",
                    trip.bytes,
                    trip.placement.name()
                ),
            ),
            ("", format!("{p50:.1} µs, p99 {p99:.1} µs")),
        ]);
    }
    for frame in &found.frames {
        let (ms, rate) = (
            frame.p50_ns as f64 / 1e6,
            frame.bytes_per_second as f64 / 1e9,
        );
        let megabytes = frame.bytes as f64 / 1e6;
        html += &row(&[
            (
                "",
                format!("frame of {megabytes:.1} MB, {}", frame.placement.name()),
            ),
            ("", format!("{ms:.2} ms, {rate:.2} GB/s")),
        ]);
    }
    html
}
