//! Logging of every process: `tracing` to standard error, with the process's role in front.
//!
//! Owns: the subscriber. Trusts: the filter text that the broker's command line was given. Never:
//! opens a file; a child's standard error is a pipe that the broker reads.
#![forbid(unsafe_code)]

mod stderr;

pub use stderr::{line, printable, write_line};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The filter when none is given: quiet but for warnings. The crates below log a web page's
/// oddities as warnings, which are not this browser's.
pub const DEFAULT_FILTER: &str =
    "warn,vello_common=error,blitz_dom=error,style=error,selectors=error,usvg=error";

/// Starts logging to standard error. `name` stands in front of every line (`broker`, `renderer
/// p7`).
///
/// # Errors
/// The reason why `filter` is not one.
pub fn init(name: String, filter: &str) -> Result<(), String> {
    init_with(name, filter, write_line)
}

/// [`init`], with the lines given to `write` instead of written to standard error.
///
/// # Errors
/// The reason why `filter` is not one.
pub fn init_with(name: String, filter: &str, write: fn(&str)) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|e| e.to_string())?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || stderr::Lines(write))
        .with_ansi(false)
        // Nobody may be reading any more; it would be said with a panic.
        .log_internal_errors(false)
        .event_format(Line { name })
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
