//! The Plumber without a screen: one step per line in, a few lines out. For scripts, tests and
//! screen readers.
//!
//! Never: ends because of an unknown line.

use super::engine::{Plumbing, SETTLE};
use super::lines::{Got, Lines};
use super::snapshot::{Snapshot, bytes};
use super::step::{HELP, Step};
use std::io::{self, Write};
use std::process::ExitCode;

/// Runs until the input ends; fails if any line was no step.
pub(super) fn run(mut plumbing: Plumbing) -> ExitCode {
    let mut lines = Lines::new();
    let mut was_understood = true;
    let mut wrote = print(&plumbing.settle(SETTLE), "start");
    loop {
        if wrote.is_err() {
            // The reader has gone.
            return ExitCode::FAILURE;
        }
        // A look now and then takes the ends' reports, so that they do not wait.
        let line = match lines.next(100) {
            Got::Line(line) => line,
            Got::Nothing => {
                plumbing.snapshot();
                continue;
            }
            Got::End => break,
        };
        wrote = match line.trim() {
            "" => Ok(()),
            "quit" => break,
            "help" => writeln!(io::stdout(), "{HELP}\nshow | help | quit"),
            "show" => print(&plumbing.settle(SETTLE), "show"),
            text => match Step::parse(text) {
                Ok(step) => {
                    plumbing.take(step);
                    print(&plumbing.settle(SETTLE), text)
                }
                Err(reason) => {
                    was_understood = false;
                    writeln!(io::stdout(), "! {reason}")
                }
            },
        };
    }
    if was_understood {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    }
}

fn print(snapshot: &Snapshot, step: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "> {step}")?;
    if !snapshot.remark.is_empty() {
        writeln!(out, "  refused  {}", snapshot.remark)?;
    }
    writeln!(out, "  {}", snapshot.headline())?;
    writeln!(out, "  pipe     {}", snapshot.filling())?;
    for (name, end, verb) in [
        ("writer", &snapshot.writer, "write"),
        ("reader", &snapshot.reader, "read"),
    ] {
        writeln!(
            out,
            "  {name}   {}: {}; {}; {} in all; last: {}",
            end.pid,
            end.state(),
            end.plan(verb),
            bytes(end.bytes),
            end.last
        )?;
    }
    out.flush()
}
