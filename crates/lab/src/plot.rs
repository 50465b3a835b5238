//! The report as a picture: bars of round trips and of bandwidth, as SVG without fonts or scripts.

use crate::report::{FRAMES, Placement, Report};
use html_escape::encode_text;
use std::fmt::Write;

/// A bar: its label and its value in each series.
struct Bar {
    label: String,
    values: Vec<Option<f64>>,
}

/// The whole document.
pub fn svg(report: &Report) -> String {
    let placements = [Placement::OneCore, Placement::TwoCores, Placement::Unpinned];
    let measured = |placement: &Placement| {
        let mut trips = report.rows.iter().flat_map(|row| &row.round_trips);
        trips.any(|trip| trip.placement == *placement)
    };
    let series: Vec<Placement> = placements.into_iter().filter(measured).collect();
    let round_trips = trips(report, &series);
    let bandwidths = rates(report, &series);
    let mut body = String::new();
    let mut y = 84.0;
    y = panel(
        &mut body,
        y,
        "Round trip of 64 bytes, µs (a signal: 4 bytes)",
        &round_trips,
    );
    y = panel(
        &mut body,
        y + 24.0,
        "A frame of 8.3 MB handed over, GB/s",
        &bandwidths,
    );
    let height = y + 10.0;
    let machine = format!(
        "{}, {} cores, Linux {}; medians over {} rounds",
        report.machine.cpu, report.machine.cores, report.machine.kernel, report.rounds
    );
    let machine = encode_text(&machine);
    let legend = legend(&series);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"20\" y=\"28\" font-size=\"18\" font-weight=\"bold\">bulkhead lab</text>\n\
         <text x=\"20\" y=\"48\" fill=\"#555555\">{machine}</text>\n{legend}{body}</svg>\n"
    )
}

fn trips(report: &Report, series: &[Placement]) -> Vec<Bar> {
    let bar = |row: &crate::report::Row| Bar {
        label: row.mechanism.name().to_owned(),
        values: series
            .iter()
            .map(|at| {
                let trip = row.round_trip(64, *at).or(row.round_trip(4, *at))?;
                Some(trip.p50_ns as f64 / 1000.0)
            })
            .collect(),
    };
    report
        .rows
        .iter()
        .filter(|row| !row.round_trips.is_empty())
        .map(bar)
        .collect()
}

fn rates(report: &Report, series: &[Placement]) -> Vec<Bar> {
    let rate = |bytes_per_second: u64| bytes_per_second as f64 / 1e9;
    let copy = report.memcpy.iter().find(|frame| frame.bytes == FRAMES[0]);
    let mut bars: Vec<Bar> = copy
        .map(|frame| Bar {
            label: "one memcpy".to_owned(),
            values: vec![Some(rate(frame.bytes_per_second))],
        })
        .into_iter()
        .collect();
    for row in report.rows.iter().filter(|row| !row.frames.is_empty()) {
        let value = |at: &Placement| Some(rate(row.frame(FRAMES[0], *at)?.bytes_per_second));
        bars.push(Bar {
            label: row.mechanism.name().to_owned(),
            values: series.iter().map(value).collect(),
        });
    }
    bars
}

/// Draws a panel from `y` on; returns where it ends.
fn panel(out: &mut String, y: f64, title: &str, bars: &[Bar]) -> f64 {
    let _ = writeln!(
        out,
        "<text x=\"20\" y=\"{:.0}\" font-weight=\"bold\">{}</text>",
        y + 14.0,
        encode_text(title)
    );
    let values = bars.iter().flat_map(|bar| bar.values.iter().flatten());
    let most = values.fold(f64::MIN_POSITIVE, |most, value| most.max(*value));
    let mut y = y + 26.0;
    for bar in bars {
        let rows = bar.values.len() as f64;
        let middle = y + rows * BAR_HEIGHT / 2.0 + 4.0;
        let label = encode_text(&bar.label);
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{middle:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 8.0
        );
        for (value, colour) in bar.values.iter().zip(COLOURS) {
            if let Some(value) = value {
                let width = (value / most * BAR_WIDTH_MAX).max(1.0);
                let height = BAR_HEIGHT - 2.0;
                let decimals = if *value < 10.0 { 2 } else { 1 };
                let _ = writeln!(
                    out,
                    "<rect x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" \
                     fill=\"{colour}\"/><text x=\"{:.1}\" y=\"{:.1}\" \
                     font-size=\"11\">{value:.decimals$}</text>",
                    LEFT + width + 5.0,
                    y + 10.0
                );
            }
            y += BAR_HEIGHT;
        }
        y += 6.0;
    }
    y
}

fn legend(series: &[Placement]) -> String {
    let mut out = String::new();
    for (at, (placement, colour)) in series.iter().zip(COLOURS).enumerate() {
        let x = 20.0 + at as f64 * 130.0;
        let name = placement.name();
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"57\" width=\"12\" height=\"12\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"68\">{name}</text>",
            x + 17.0
        );
    }
    out
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 130.0;
const BAR_WIDTH_MAX: f64 = 560.0;
const BAR_HEIGHT: f64 = 14.0;
const COLOURS: [&str; 2] = ["#1f5f8b", "#d98b1f"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_svg_is_escaped() {
        let mut out = String::new();
        panel(&mut out, 0.0, "a <b> & c", &[]);
        assert!(out.contains(">a &lt;b&gt; &amp; c<"), "{out}");
    }

    #[test]
    fn the_longest_bar_is_as_long_as_there_is_room() {
        let bars = [Bar {
            label: "pipe".to_owned(),
            values: vec![Some(2.0), Some(8.0)],
        }];
        let mut out = String::new();
        panel(&mut out, 0.0, "title", &bars);
        assert!(
            out.contains("width=\"560.0\"") && out.contains("width=\"140.0\""),
            "{out}"
        );
    }
}
