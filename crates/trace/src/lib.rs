//! Logging of every process: `tracing` to standard error, with the process's role at the start of
//! each line.
//!
//! ```
//! trace::init("renderer p7".to_owned(), "warn").expect("a valid filter");
//! tracing::warn!(status = 404, "no such image");
//! // WARN  renderer p7 [4711] my_crate: no such image status=404
//! ```
//!
//! Never: opens a file (a child's standard error is a pipe that the broker reads), waits for a
//! reader of the log, or lets a logged text control the terminal.
#![forbid(unsafe_code)]

mod stderr;

pub use stderr::{line, printable, write_line};

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// The default filter: warnings, except of what web pages write to their consoles, and of crates
/// that log the mistakes of web pages as warnings.
pub const DEFAULT_FILTER: &str =
    "warn,script=off,vello_common=error,blitz_dom=error,style=error,selectors=error,usvg=error";

/// Starts logging to standard error. Every line starts with its level and `name` (`broker`,
/// `renderer p7`).
///
/// # Errors
/// `filter` is invalid, or logging has been started before.
pub fn init(name: String, filter: &str) -> Result<(), String> {
    init_with(name, filter, write_line)
}

/// [`init`], with the lines given to `write` instead of written to standard error.
///
/// # Errors
/// The reason why `filter` is not one.
pub fn init_with(name: String, filter: &str, write: fn(&str)) -> Result<(), String> {
    // The larger language of `EnvFilter` brings a compiler of regular expressions along, whose
    // tables cost each process 170 KB.
    let filter: Targets = filter.parse().map_err(|e| format!("{e}"))?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(move || stderr::Lines(write))
        .with_ansi(false)
        // With no reader left, reporting the error would panic.
        .log_internal_errors(false)
        .event_format(Line { name });
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .try_init()
        .map_err(|e| e.to_string())
}

/// One event on one line: level, process, target, fields.
struct Line {
    name: String,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &tracing::Event<'_>,
    ) -> std::fmt::Result {
        let metadata = event.metadata();
        let pid = std::process::id();
        write!(
            writer,
            "{:5} {} [{pid}] {}: ",
            metadata.level(),
            self.name,
            metadata.target()
        )?;
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
