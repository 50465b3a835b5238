//! The measurements, and the order of a run. Each one makes a new link and two new processes.
//!
//! Never: lets the failure of one mechanism end the measurements of the others.

mod boundaries;
mod calls;
mod figures;
mod frame;
mod race;
mod round_trip;
mod stopped_reader;
mod storm;

use crate::machine::machine;
use crate::mechanism::Mechanism;
use crate::places;
use crate::report::{FRAMES, Placement, Report, Row, VERSION};
use crate::supervisor::{Pins, Supervisor, Trouble};
use crate::{link, process};
use nix::sys::signal::Signal;

/// The plan of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The mechanisms to measure.
    pub mechanisms: Vec<Mechanism>,
    /// Rounds of each measurement.
    pub rounds: u32,
    /// Whether to pin the processes to processors.
    pub pin: bool,
}

/// This signal ended the run.
#[derive(Debug)]
pub struct Interrupted(pub Signal);

/// Runs the plan. `progress` is told each next measurement.
pub fn run(
    supervisor: &Supervisor,
    plan: &Plan,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, Interrupted> {
    let mut report = Report {
        version: VERSION,
        machine: machine(),
        rounds: plan.rounds,
        trips_per_round: round_trip::TRIPS,
        memcpy: Vec::new(),
        rows: Vec::new(),
        race: Vec::new(),
        storms: Vec::new(),
        problems: Vec::new(),
    };
    let placements = placements(plan.pin);
    progress("one memcpy of a frame");
    for bytes in FRAMES {
        let copy = frame::memcpy(supervisor, bytes, plan.rounds, placements[0]);
        report
            .memcpy
            .extend(noted(copy, "memcpy", &mut report.problems)?);
    }
    for &mechanism in &plan.mechanisms {
        let row = row(supervisor, plan.rounds, &placements, mechanism, progress)?;
        report.rows.push(row);
    }
    if plan.mechanisms.contains(&Mechanism::SharedMemory) {
        progress("shared memory: the race");
        let race = race::run(supervisor, apart(plan.pin));
        report
            .race
            .extend(noted(race, "the race", &mut report.problems)?.unwrap_or_default());
    }
    if plan.mechanisms.contains(&Mechanism::Signals) {
        progress("signals: the storm");
        let storms = storm::run(supervisor);
        report
            .storms
            .extend(noted(storms, "the storm", &mut report.problems)?.unwrap_or_default());
    }
    Ok(report)
}

fn row(
    supervisor: &Supervisor,
    rounds: u32,
    placements: &[(Placement, Pins)],
    mechanism: Mechanism,
    progress: &mut dyn FnMut(&str),
) -> Result<Row, Interrupted> {
    let name = mechanism.name();
    let mut row = Row {
        mechanism,
        refused: link::ends(mechanism, supervisor)
            .err()
            .map(|error| error.to_string()),
        round_trips: Vec::new(),
        frames: Vec::new(),
        calls_per_message: None,
        copies_per_message: places::copies(mechanism),
        boundaries: None,
        stopped_reader: None,
        jobs: places::jobs(mechanism),
        problems: Vec::new(),
    };
    if row.refused.is_some() {
        return Ok(row);
    }
    let problems = &mut row.problems;
    for &placement in placements {
        progress(&format!("{name}: round trips"));
        for &bytes in round_trip::sizes(mechanism) {
            let trip = round_trip::measure(supervisor, mechanism, bytes, rounds, placement);
            row.round_trips
                .extend(noted(trip, &format!("round trip of {bytes} B"), problems)?);
        }
        if mechanism == Mechanism::Signals {
            continue;
        }
        progress(&format!("{name}: frames"));
        for bytes in FRAMES {
            let frame = frame::measure(supervisor, mechanism, bytes, rounds, placement);
            let megabytes = bytes as f64 / 1e6;
            row.frames
                .extend(noted(frame, &format!("{megabytes:.1} MB frame"), problems)?);
        }
    }
    progress(&format!(
        "{name}: what a message takes, two writes, a stopped reader"
    ));
    row.calls_per_message = noted(calls::count(supervisor, mechanism), "calls", problems)?;
    row.boundaries = noted(
        boundaries::look(supervisor, mechanism),
        "boundaries",
        problems,
    )?;
    let stopped = stopped_reader::look(supervisor, mechanism);
    row.stopped_reader = noted(stopped, "the stopped reader", problems)?;
    Ok(row)
}

/// The result, or none and a note of the failure.
fn noted<T>(
    result: Result<T, Trouble>,
    what: &str,
    problems: &mut Vec<String>,
) -> Result<Option<T>, Interrupted> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Trouble::Interrupted(signal)) => Err(Interrupted(signal)),
        Err(Trouble::Failed(reason)) => {
            problems.push(format!("{what}: {reason}"));
            Ok(None)
        }
    }
}

/// The placements that this machine and the plan allow.
fn placements(pin: bool) -> Vec<(Placement, Pins)> {
    match (pin, process::processors().as_slice()) {
        (true, &[first, second, ..]) => vec![
            (Placement::OneCore, Some((first, first))),
            (Placement::TwoCores, Some((first, second))),
        ],
        (true, &[only]) => vec![(Placement::OneCore, Some((only, only)))],
        _ => vec![(Placement::Unpinned, None)],
    }
}

/// Two processors where there are two.
fn apart(pin: bool) -> Pins {
    placements(pin).last().and_then(|(_, pins)| *pins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpinned_is_one_placement_and_names_no_processor() {
        assert_eq!(placements(false), [(Placement::Unpinned, None)]);
    }
}
