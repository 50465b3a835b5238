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

pub use stderr::{printable, write_line};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The default filter: warnings, except of crates that log the mistakes of web pages as warnings.
pub const DEFAULT_FILTER: &str =
    "warn,vello_common=error,blitz_dom=error,style=error,selectors=error,usvg=error";

/// Starts logging to standard error. Every line starts with its level and `name` (`broker`,
/// `renderer p7`).
///
/// # Errors
/// `filter` is invalid, or logging has been started before.
pub fn init(name: String, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|e| e.to_string())?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| stderr::Lines)
        .with_ansi(false)
        // With no reader left, reporting the error would panic.
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
