//! The command line of `bulkhead lab`.

use crate::measure::{Interrupted, Plan};
use crate::mechanism::Mechanism;
use crate::output::{OutputFile, complain, progress, progress_is_over, say};
use crate::report::Report;
use crate::supervisor::{Supervisor, Trouble};
use crate::{measure, places, plot, process, stories, table};
use clap::Parser;
use clap::builder::PossibleValuesParser;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Benchmarks every mechanism of inter-process communication, or demonstrates one step by step.
///
/// The table takes less than a minute. With a mechanism, its smallest program runs first, and each
/// process prints its steps. The places in the browser's source follow, and then the measured row.
/// Exit status: 0; 1 if a measurement failed; 2 for a bad command line; 130 or 143 after SIGINT or
/// SIGTERM.
#[derive(Debug, Parser)]
#[command(name = "bulkhead lab")]
struct Options {
    /// The mechanism to demonstrate; without it, the table of all. `plumber` is an interactive pipe
    /// with its own options
    #[arg(value_parser = PossibleValuesParser::new(words()))]
    mechanism: Option<String>,
    /// Print one JSON document instead, and run no program
    #[arg(long)]
    json: bool,
    /// Also draw round trips and bandwidth into this file
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Rounds of each measurement; the figures are their medians
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Pin the processes to one core, then to two (the default)
    #[arg(long, conflicts_with = "no_pin")]
    pin: bool,
    /// Let the kernel place the processes
    #[arg(long)]
    no_pin: bool,
}

/// First argument if the browser starts the lab, which then ends with the browser.
pub const ENDS_WITH_PARENT: &str = "--ends-with-parent";

const PLUMBER: &str = "plumber";

fn words() -> impl Iterator<Item = &'static str> {
    Mechanism::ALL
        .into_iter()
        .map(Mechanism::name)
        .chain([PLUMBER])
}

/// Parses the arguments (the first is the name of the subcommand) and runs what they say.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.collect();
    if arguments.get(1).is_some_and(|word| word == PLUMBER) {
        return crate::plumber::main(arguments.into_iter());
    }
    if arguments
        .get(1)
        .is_some_and(|word| word == ENDS_WITH_PARENT)
    {
        arguments.remove(1);
        // If this fails, the lab still ends once it has measured.
        let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGTERM);
    }
    let arguments = arguments.into_iter();
    let options = match Options::try_parse_from(arguments) {
        Ok(options) => options,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Trouble::Failed(reason)) => {
            complain(&format!("bulkhead lab: {reason}"));
            ExitCode::FAILURE
        }
        Err(Trouble::Interrupted(signal)) => {
            progress_is_over();
            complain(&format!(
                "bulkhead lab: ended by {signal}; nothing is left behind"
            ));
            ExitCode::from(128 + u8::try_from(signal as i32).unwrap_or(0))
        }
    }
}

/// Whether every measurement succeeded.
fn run(options: &Options) -> Result<bool, Trouble> {
    if options.mechanism.as_deref() == Some(PLUMBER) {
        let advice = "the Plumber comes before all options: see `bulkhead lab plumber --help`";
        return Err(Trouble::Failed(advice.to_owned()));
    }
    let chosen = options.mechanism.as_deref().and_then(Mechanism::from_name);
    let plot = options.plot.as_deref().map(|path| {
        let opened = OutputFile::open(path);
        opened.map_err(|error| Trouble::Failed(format!("--plot {}: {error}", path.display())))
    });
    let plot = plot.transpose()?;
    process::ignore_file_limit()?;
    let supervisor = Supervisor::new()?;
    if let (Some(mechanism), false) = (chosen, options.json) {
        tell(&supervisor, mechanism)?;
    }
    let plan = Plan {
        mechanisms: chosen.map_or_else(|| Mechanism::ALL.to_vec(), |it| vec![it]),
        rounds: options.rounds,
        pin: !options.no_pin,
    };
    let report = measure::run(&supervisor, &plan, &mut |text| progress(text));
    progress_is_over();
    let report = report.map_err(|Interrupted(signal)| Trouble::Interrupted(signal))?;
    if options.json {
        let document = serde_json::to_string_pretty(&report);
        say(&(document.map_err(|error| Trouble::Failed(error.to_string()))? + "\n"));
    } else {
        say(&table::text(&report));
    }
    if let (Some(file), Some(path)) = (plot, &options.plot) {
        let written = file.write(&plot::svg(&report));
        written.map_err(|error| Trouble::Failed(format!("--plot {}: {error}", path.display())))?;
    }
    Ok(complete(&report))
}

/// Runs the smallest program, then names its source and the places in the browser that do the same.
fn tell(supervisor: &Supervisor, mechanism: Mechanism) -> Result<(), Trouble> {
    match stories::run(supervisor, mechanism) {
        Err(Trouble::Failed(reason)) => {
            complain(&format!(
                "bulkhead lab: the program of {}: {reason}",
                mechanism.name()
            ));
        }
        other => other?,
    }
    say(&format!(
        "\nthis program:   {}\n",
        places::story_file(mechanism)
    ));
    if let Some(file) = places::example_file(mechanism) {
        say(&format!("for a slide:    {file}\n"));
    }
    for job in places::jobs(mechanism) {
        say(&format!("in the browser: {}: {}\n", job.file, job.what));
    }
    say("\n");
    Ok(())
}

/// Whether every measurement succeeded; prints what was refused.
fn complete(report: &Report) -> bool {
    for row in &report.rows {
        if let Some(reason) = &row.refused {
            complain(&format!(
                "bulkhead lab: {} is refused: {reason}",
                row.mechanism.name()
            ));
        }
    }
    let whole = |row: &crate::report::Row| row.refused.is_none() && row.problems.is_empty();
    report.problems.is_empty() && report.rows.iter().all(whole)
}
