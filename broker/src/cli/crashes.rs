//! `bulkhead crashes`: the crash records of this session's browsers.

use crate::cli::backtraces;
use crate::cli::options::Options;
use crate::output::terminal::{complain, report};
use crate::store::crash_files;
use anyhow::Context;
use serde_json::Value;
use std::fmt::Write;
use std::process::ExitCode;

/// Last records of the dead process that are shown as text; `--json` has all.
const SHOWN_MAX: usize = 12;

/// Prints the records, newest first.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let folder = crash_files::folder().context("there is no place for crash records")?;
    let (mut records, unreadable) =
        crash_files::read(&folder).with_context(|| folder.display().to_string())?;
    if unreadable > 0 {
        let folder = folder.display();
        complain!("bulkhead: {unreadable} files in {folder} are no crash records");
    }
    backtraces::name(&mut records);
    if options.json {
        report(&Value::Array(records).to_string());
    } else if records.is_empty() {
        report("No process has died in this session.");
    } else {
        let texts: Vec<String> = records.iter().map(text).collect();
        report(&texts.join("\n"));
    }
    Ok(ExitCode::SUCCESS)
}

/// A backtrace with names, a line for each call.
fn backtrace(trace: &Value, names: &[Value]) -> String {
    let mut text = String::from("    trace:\n");
    for (address, name) in trace.as_array().into_iter().flatten().zip(names) {
        let [address, name] = [address, name].map(|it| it.as_str().unwrap_or("?"));
        let (address, name) = (trace::printable(address), trace::printable(name));
        let _ = writeln!(text, "    {address:>12} {name}");
    }
    text
}

/// One record, for a terminal. It holds claims of dead processes, so nothing in it is passed on
/// that a terminal would obey.
fn text(record: &Value) -> String {
    let word = |value: &Value| trace::printable(value.as_str().unwrap_or_default());
    let mut text = format!(
        "{} {} {}\n",
        word(&record["role"]),
        record["pid"],
        word(&record["cause"])
    );
    for crash in record["crash"].as_array().into_iter().flatten() {
        if let Some(names) = crash["names"].as_array() {
            text.push_str(&backtrace(&crash["trace"], names));
            continue;
        }
        for (name, value) in crash.as_object().into_iter().flatten() {
            let value = trace::printable(&value.to_string());
            let _ = writeln!(text, "    {}: {value}", trace::printable(name));
        }
    }
    let records = record["rings"][0]["records"].as_array();
    let records = records.map_or(&[][..], Vec::as_slice);
    for line in &records[records.len().saturating_sub(SHOWN_MAX)..] {
        let before = line["before_ns"].as_i64().unwrap_or(0) as f64 / 1e6;
        let _ = writeln!(
            text,
            "    {before:10.3} ms before: {} {} {}",
            word(&line["kind"]),
            word(&line["name"]),
            word(&line["with"])
        );
    }
    text
}
